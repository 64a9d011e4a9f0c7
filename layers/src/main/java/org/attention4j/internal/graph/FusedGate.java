package org.attention4j.internal.graph;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.attention4j.internal.attention.FloatGate;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ops.DynamicCustomOp;

/**
 * A gate on attended values as one operation of a graph that a {@link GraphProgram} runs on Java
 * arrays, in FLOAT: {@code y = σ(z) ⊙ x}.
 *
 * <p>Inputs: x [b, h * d, T]; z [b, h, T] or [b, h * d, T], of which each row gates as many
 * neighbouring rows of x. Output: y, of the shape of x.
 */
public final class FusedGate extends SingleOutputOperation {
  private static final String NAME = "attention4j_gate";

  private FusedGate(SDVariable x, SDVariable z) {
    super(NAME, DataType.FLOAT, x.getSameDiff(), x, z);
  }

  /**
   * Writes the operation into a graph.
   *
   * @param x the values, FLOAT
   * @param z what the gate is computed from, FLOAT
   * @return y
   */
  public static SDVariable apply(SDVariable x, SDVariable z) {
    return new FusedGate(x, z).outputVariables()[0];
  }

  @Override
  public String opName() {
    return NAME;
  }

  @Override
  public Value[] run(Value[] inputs) {
    float[] y = kernel(inputs).forward(inputs[0].floats(), inputs[1].floats());
    return new Value[] {Value.of(y, inputs[0].shape())};
  }

  private static FloatGate kernel(Value[] inputs) {
    int steps = inputs[1].size(-1);
    return new FloatGate(
        inputs[1].length() / steps, inputs[0].length() / inputs[1].length(), steps);
  }

  @Override
  public List<SDVariable> doDiff(List<SDVariable> gradients) {
    List<SDVariable> inputs = new ArrayList<>(Arrays.asList(args()));
    inputs.add(gradients.get(0));
    return List.of(new Gradient(sameDiff, inputs).outputVariables());
  }

  /** The backward pass. Inputs: those of the forward pass and dL/dy. Outputs: dL/dx and dL/dz. */
  private static final class Gradient extends DynamicCustomOp implements JavaOperation {
    private static final String NAME = "attention4j_gate_gradient";

    Gradient(SameDiff sd, List<SDVariable> inputs) {
      super(NAME, sd, inputs.toArray(new SDVariable[0]));
    }

    @Override
    public String opName() {
      return NAME;
    }

    @Override
    public int getNumOutputs() {
      return 2;
    }

    @Override
    public List<DataType> calculateOutputDataTypes(List<DataType> inputTypes) {
      return Collections.nCopies(getNumOutputs(), DataType.FLOAT);
    }

    @Override
    public Value[] run(Value[] inputs) {
      FloatGate.Gradients gradients =
          kernel(inputs).backward(inputs[0].floats(), inputs[1].floats(), inputs[2].floats());
      return new Value[] {
        Value.of(gradients.dx(), inputs[0].shape()), Value.of(gradients.dz(), inputs[1].shape())
      };
    }
  }
}
