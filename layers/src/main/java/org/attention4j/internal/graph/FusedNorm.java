package org.attention4j.internal.graph;

import java.util.List;
import org.attention4j.internal.norm.FloatNorm;
import org.jspecify.annotations.Nullable;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ops.DynamicCustomOp;

/**
 * Layer norm or RMS norm of each step as one operation of a graph that a {@link GraphProgram} runs
 * on the CPU, in FLOAT.
 *
 * <p>Inputs: x [b, h * features, T], gain [features] and, for layer norm, bias [features]; each of
 * h groups of features is normalized on its own. Outputs: y, of the shape of x; the means and the
 * scales [b * h, T] that the backward pass needs.
 */
public final class FusedNorm extends DynamicCustomOp implements JavaOperation {
  private static final String NAME = "attention4j_norm";

  private final boolean centred;
  private final double epsilon;

  private FusedNorm(SameDiff sd, List<SDVariable> inputs, boolean centred, double epsilon) {
    super(NAME, sd, inputs.toArray(new SDVariable[0]));
    this.centred = centred;
    this.epsilon = epsilon;
  }

  /**
   * Writes layer norm into a graph.
   *
   * @param x shape [b, features, T], FLOAT
   * @param gain shape [features]
   * @param bias shape [features]
   * @param epsilon what is added to the variance
   * @return y, shape [b, features, T]
   */
  public static SDVariable layerNorm(
      SDVariable x, SDVariable gain, SDVariable bias, double epsilon) {
    return apply(List.of(x, gain, bias), true, epsilon);
  }

  /**
   * Writes RMS norm into a graph.
   *
   * @param x shape [b, h * features, T], FLOAT
   * @param gain shape [features]
   * @param epsilon what is added to the mean of the squares
   * @return y, shape [b, h * features, T]
   */
  public static SDVariable rmsNorm(SDVariable x, SDVariable gain, double epsilon) {
    return apply(List.of(x, gain), false, epsilon);
  }

  private static SDVariable apply(List<SDVariable> inputs, boolean centred, double epsilon) {
    return new FusedNorm(inputs.get(0).getSameDiff(), inputs, centred, epsilon)
        .outputVariables()[0];
  }

  @Override
  public String opName() {
    return NAME;
  }

  @Override
  public int getNumOutputs() {
    return 3;
  }

  @Override
  public List<DataType> calculateOutputDataTypes(List<DataType> inputTypes) {
    return List.of(DataType.FLOAT, DataType.FLOAT, DataType.FLOAT);
  }

  @Override
  public Value[] run(Value[] inputs) {
    Value x = inputs[0];
    float @Nullable [] bias = centred ? inputs[2].floats() : null;
    int features = inputs[1].length();
    int steps = x.size(2);
    FloatNorm.Forward forward = kernel(x, features).forward(x.floats(), inputs[1].floats(), bias);
    return new Value[] {
      Value.of(forward.output(), x.shape()),
      Value.of(forward.means(), groups(x, features), steps),
      Value.of(forward.scales(), groups(x, features), steps)
    };
  }

  private FloatNorm kernel(Value x, int features) {
    return new FloatNorm(groups(x, features), features, x.size(2), centred, epsilon);
  }

  /** How many groups of features all examples have together. */
  private static int groups(Value x, int features) {
    return x.size(0) * x.size(1) / features;
  }

  @Override
  public List<SDVariable> doDiff(List<SDVariable> gradients) {
    SDVariable[] outputs = outputVariables();
    SDVariable[] inputs = {arg(0), arg(1), outputs[1], outputs[2], gradients.get(0)};
    List<SDVariable> all = List.of(new Gradient(sameDiff, inputs, this).outputVariables());
    return all.subList(0, args().length); // RMS norm has no bias
  }

  /**
   * The backward pass. Inputs: x, gain, means, scales, dL/dy. Outputs: dL/dx, dL/dgain, dL/dbias.
   */
  private static final class Gradient extends DynamicCustomOp implements JavaOperation {
    private static final String NAME = "attention4j_norm_gradient";

    private final FusedNorm forward;

    Gradient(SameDiff sd, SDVariable[] inputs, FusedNorm forward) {
      super(NAME, sd, inputs);
      this.forward = forward;
    }

    @Override
    public String opName() {
      return NAME;
    }

    @Override
    public int getNumOutputs() {
      return 3;
    }

    @Override
    public List<DataType> calculateOutputDataTypes(List<DataType> inputTypes) {
      return List.of(DataType.FLOAT, DataType.FLOAT, DataType.FLOAT);
    }

    @Override
    public Value[] run(Value[] inputs) {
      Value x = inputs[0];
      int features = inputs[1].length();
      FloatNorm.Gradients gradients =
          forward
              .kernel(x, features)
              .backward(
                  x.floats(),
                  inputs[1].floats(),
                  inputs[2].floats(),
                  inputs[3].floats(),
                  inputs[4].floats());
      return new Value[] {
        Value.of(gradients.input(), x.shape()),
        Value.of(gradients.gain(), features),
        Value.of(gradients.bias(), features)
      };
    }
  }
}
