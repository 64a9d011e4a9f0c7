package org.attention4j.internal.graph;

import java.util.List;
import org.attention4j.internal.attention.FloatRotary;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ops.DynamicCustomOp;

/**
 * Rotary positions of queries or keys as one operation of a graph that a {@link GraphProgram} runs
 * on Java arrays, in FLOAT.
 *
 * <p>Inputs: x [b, h * d, T]; the positions [T], DOUBLE. Outputs: y, of the shape of x; the cosines
 * and sines [d/2, T] that the backward pass needs.
 */
public final class FusedRotary extends DynamicCustomOp implements JavaOperation {
  private static final String NAME = "attention4j_rotary";

  private final int headSize;
  private final double base;

  private FusedRotary(SDVariable x, SDVariable positions, int headSize, double base) {
    super(NAME, x.getSameDiff(), new SDVariable[] {x, positions});
    this.headSize = headSize;
    this.base = base;
  }

  /**
   * Writes the operation into a graph.
   *
   * @param x shape [b, h * d, T], FLOAT
   * @param positions of the steps, shape [T], DOUBLE
   * @param headSize d, even
   * @param base the angle of plane i grows by {@code base^(-2 i / d)} with each step
   * @return y, shape [b, h * d, T]
   */
  public static SDVariable apply(SDVariable x, SDVariable positions, int headSize, double base) {
    return new FusedRotary(x, positions, headSize, base).outputVariables()[0];
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
    FloatRotary kernel = kernel(x);
    FloatRotary.Angles angles = kernel.angles(inputs[1].doubles(), base);
    return new Value[] {
      Value.of(kernel.forward(x.floats(), angles), x.shape()),
      Value.of(angles.cosines(), headSize / 2, x.size(-1)),
      Value.of(angles.sines(), headSize / 2, x.size(-1))
    };
  }

  private FloatRotary kernel(Value x) {
    return new FloatRotary(x.size(0) * x.size(1) / headSize, headSize, x.size(-1));
  }

  @Override
  public List<SDVariable> doDiff(List<SDVariable> gradients) {
    SDVariable[] outputs = outputVariables();
    Gradient gradient =
        new Gradient(sameDiff, new SDVariable[] {outputs[1], outputs[2], gradients.get(0)}, this);
    return List.of(gradient.outputVariables()[0], sameDiff.zerosLike(arg(1)));
  }

  /** The backward pass. Inputs: cosines, sines, dL/dy. Output: dL/dx. */
  private static final class Gradient extends SingleOutputOperation {
    private static final String NAME = "attention4j_rotary_gradient";

    private final FusedRotary forward;

    Gradient(SameDiff sd, SDVariable[] inputs, FusedRotary forward) {
      super(NAME, DataType.FLOAT, sd, inputs);
      this.forward = forward;
    }

    @Override
    public String opName() {
      return NAME;
    }

    @Override
    public Value[] run(Value[] inputs) {
      Value dy = inputs[2];
      FloatRotary.Angles angles = new FloatRotary.Angles(inputs[0].floats(), inputs[1].floats());
      return new Value[] {Value.of(forward.kernel(dy).backward(dy.floats(), angles), dy.shape())};
    }
  }
}
