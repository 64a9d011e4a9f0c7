package org.attention4j.internal.graph;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.attention4j.internal.feedforward.FloatActivation;
import org.attention4j.internal.feedforward.FloatFeedForward;
import org.attention4j.internal.linear.FloatLinear;
import org.jspecify.annotations.Nullable;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ops.DynamicCustomOp;

/**
 * The feed-forward block of a transformer as one operation of a graph that a {@link GraphProgram}
 * runs on the CPU, in FLOAT.
 *
 * <p>Inputs: x [b, in, T]; the matrix and bias of each linear map: first, gate if there is one,
 * second. Outputs: y [b, out, T]; what stands before the activation, [b, hidden, T] once or, with a
 * gate, twice.
 */
public final class FusedFeedForward extends DynamicCustomOp implements JavaOperation {
  private static final String NAME = "attention4j_feed_forward";

  private final FloatActivation activation;
  private final List<Integer> outputs;
  private final boolean biased;

  /**
   * A linear map.
   *
   * @param weights [out, in] in memory
   * @param bias [out]; null for none, then all maps have none
   * @param outputs out
   */
  public record Linear(SDVariable weights, @Nullable SDVariable bias, long outputs) {}

  private FusedFeedForward(
      SameDiff sd, List<SDVariable> inputs, FloatActivation activation, List<Integer> outputs) {
    super(NAME, sd, inputs.toArray(new SDVariable[0]));
    biased = inputs.size() > 1 + outputs.size();
    this.activation = activation;
    this.outputs = outputs;
  }

  /**
   * Writes the block into a graph.
   *
   * @param x shape [b, in, T], FLOAT
   * @param activation f
   * @param first the map before the activation
   * @param gate the map whose result is multiplied by the activated one; null for none
   * @param second the map after the activation
   * @return y, shape [b, out, T]
   */
  public static SDVariable apply(
      SDVariable x,
      FloatActivation activation,
      Linear first,
      @Nullable Linear gate,
      Linear second) {
    List<Linear> maps = gate == null ? List.of(first, second) : List.of(first, gate, second);
    List<SDVariable> inputs = new ArrayList<>(List.of(x));
    List<Integer> outputs = new ArrayList<>();
    for (Linear map : maps) {
      inputs.add(map.weights());
      if (map.bias() != null) {
        inputs.add(map.bias());
      }
      outputs.add(Math.toIntExact(map.outputs()));
    }
    return new FusedFeedForward(x.getSameDiff(), inputs, activation, outputs).outputVariables()[0];
  }

  private int hiddenResults() {
    return outputs.size() - 1;
  }

  @Override
  public String opName() {
    return NAME;
  }

  @Override
  public int getNumOutputs() {
    return 1 + hiddenResults();
  }

  @Override
  public List<DataType> calculateOutputDataTypes(List<DataType> inputTypes) {
    return Collections.nCopies(getNumOutputs(), DataType.FLOAT);
  }

  @Override
  public Value[] run(Value[] inputs) {
    Value x = inputs[0];
    FloatFeedForward.Forward forward = kernel(inputs).forward(x.floats());
    Value[] results = new Value[getNumOutputs()];
    results[0] = Value.of(forward.output(), x.size(0), outputs.get(outputs.size() - 1), x.size(2));
    for (int i = 0; i < hiddenResults(); i++) {
      results[1 + i] = Value.of(forward.hidden()[i], x.size(0), outputs.get(0), x.size(2));
    }
    return results;
  }

  private FloatFeedForward kernel(Value[] inputs) {
    Value x = inputs[0];
    List<FloatLinear.Weights> maps = new ArrayList<>();
    int next = 1;
    for (int size : outputs) {
      float[] matrix = inputs[next++].floats();
      maps.add(
          new FloatLinear.Weights(matrix, size, false, biased ? inputs[next++].floats() : null));
    }
    return new FloatFeedForward(
        x.size(0),
        x.size(1),
        x.size(2),
        activation,
        maps.get(0),
        maps.size() == 3 ? maps.get(1) : null,
        maps.get(maps.size() - 1));
  }

  @Override
  public List<SDVariable> doDiff(List<SDVariable> gradients) {
    List<SDVariable> inputs = new ArrayList<>(Arrays.asList(args()));
    inputs.addAll(Arrays.asList(outputVariables()).subList(1, getNumOutputs()));
    inputs.add(gradients.get(0));
    return List.of(
        new Gradient(sameDiff, inputs.toArray(new SDVariable[0]), this).outputVariables());
  }

  /**
   * The backward pass. Inputs: those of the forward pass, what stood before the activation, dL/dy.
   * Outputs: the gradient of each input of the forward pass.
   */
  private static final class Gradient extends DynamicCustomOp implements JavaOperation {
    private static final String NAME = "attention4j_feed_forward_gradient";

    private final FusedFeedForward forward;

    Gradient(SameDiff sd, SDVariable[] inputs, FusedFeedForward forward) {
      super(NAME, sd, inputs);
      this.forward = forward;
    }

    @Override
    public String opName() {
      return NAME;
    }

    @Override
    public int getNumOutputs() {
      return forward.args().length;
    }

    @Override
    public List<DataType> calculateOutputDataTypes(List<DataType> inputTypes) {
      return Collections.nCopies(getNumOutputs(), DataType.FLOAT);
    }

    @Override
    public Value[] run(Value[] inputs) {
      int given = getNumOutputs();
      float[][] hidden = new float[forward.hiddenResults()][];
      for (int i = 0; i < hidden.length; i++) {
        hidden[i] = inputs[given + i].floats();
      }
      float[] arriving = inputs[inputs.length - 1].floats();
      FloatFeedForward.Gradients gradients =
          forward.kernel(inputs).backward(inputs[0].floats(), hidden, arriving);
      List<float[]> computed = new ArrayList<>(List.of(gradients.input()));
      for (int i = 0; i < hidden.length; i++) {
        addGradients(computed, gradients.into(), i);
      }
      addGradients(computed, gradients.out(), 0);
      Value[] results = new Value[given];
      for (int i = 0; i < given; i++) {
        results[i] = Value.of(computed.get(i), inputs[i].shape());
      }
      return results;
    }

    private void addGradients(List<float[]> computed, FloatLinear.Gradients gradients, int map) {
      computed.add(gradients.weights()[map]);
      if (forward.biased) {
        computed.add(gradients.biases()[map]);
      }
    }
  }
}
