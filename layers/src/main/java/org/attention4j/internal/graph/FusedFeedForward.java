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
 * <p>Inputs: x [b, in, T]; those of {@link LinearMapArguments}: first, gate if there is one,
 * second. Outputs: y [b, out, T]; what stands before the activation, [b, hidden, T] once or, with a
 * gate, twice.
 */
public final class FusedFeedForward extends DynamicCustomOp implements JavaOperation {
  private static final String NAME = "attention4j_feed_forward";

  private final FloatActivation activation;
  private final LinearMapArguments maps;
  private final boolean fewSteps;

  private FusedFeedForward(
      SDVariable x, FloatActivation activation, List<LinearMap> maps, boolean fewSteps) {
    super(NAME, x.getSameDiff(), LinearMapArguments.inputs(x, maps));
    this.activation = activation;
    this.fewSteps = fewSteps;
    this.maps = new LinearMapArguments(maps);
  }

  /**
   * Writes the block into a graph.
   *
   * @param x shape [b, in, T], FLOAT
   * @param activation f
   * @param first the map before the activation
   * @param gate the map whose result is multiplied by the activated one; null for none
   * @param second the map after the activation
   * @param fewSteps whether b T is so small that reading the weights is the work
   * @return y, shape [b, out, T]
   */
  public static SDVariable apply(
      SDVariable x,
      FloatActivation activation,
      LinearMap first,
      @Nullable LinearMap gate,
      LinearMap second,
      boolean fewSteps) {
    List<LinearMap> maps = gate == null ? List.of(first, second) : List.of(first, gate, second);
    return new FusedFeedForward(x, activation, maps, fewSteps).outputVariables()[0];
  }

  private int hiddenResults() {
    return maps.count() - 1;
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
    FloatFeedForward.Forward forward =
        fewSteps
            ? FloatFeedForward.ofFewSteps(
                x.size(0), x.size(1), x.size(2), x.floats(), activation, maps.weights(inputs))
            : kernel(inputs).forward(x.floats());
    Value[] results = new Value[getNumOutputs()];
    results[0] = Value.of(forward.output(), x.size(0), maps.outputs(hiddenResults()), x.size(2));
    for (int i = 0; i < hiddenResults(); i++) {
      results[1 + i] = Value.of(forward.hidden()[i], x.size(0), maps.outputs(0), x.size(2));
    }
    return results;
  }

  @Override
  public Value[] runForFirst(Value[] inputs) {
    if (fewSteps) {
      return run(inputs);
    }
    Value x = inputs[0];
    float[] output = kernel(inputs).output(x.floats());
    return new Value[] {Value.of(output, x.size(0), maps.outputs(hiddenResults()), x.size(2))};
  }

  private FloatFeedForward kernel(Value[] inputs) {
    Value x = inputs[0];
    List<FloatLinear.Weights> weights = maps.weights(inputs);
    return new FloatFeedForward(
        x.size(0),
        x.size(1),
        x.size(2),
        activation,
        weights.get(0),
        weights.size() == 3 ? weights.get(1) : null,
        weights.get(hiddenResults()));
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
      return forward.maps.gradients(
          gradients.input(), List.of(gradients.into(), gradients.out()), inputs);
    }
  }
}
