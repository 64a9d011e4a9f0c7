package org.attention4j.internal.graph;

import java.util.Collections;
import java.util.List;
import org.attention4j.internal.linear.FloatLinear;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ops.DynamicCustomOp;

/**
 * The backward pass of {@link LinearMaps}. Inputs: those of the forward pass, then dL/dy for each
 * map. Outputs: the gradient of each input of the forward pass.
 */
final class LinearMapsGradient extends DynamicCustomOp implements JavaOperation {
  private static final String NAME = "attention4j_linear_maps_gradient";

  private final LinearMaps forward;
  private final int outputs;

  LinearMapsGradient(SameDiff sd, List<SDVariable> inputs, LinearMaps forward) {
    super(NAME, sd, inputs.toArray(new SDVariable[0]));
    this.forward = forward;
    outputs = inputs.size() - forward.maps().count();
  }

  @Override
  public String opName() {
    return NAME;
  }

  @Override
  public int getNumOutputs() {
    return outputs;
  }

  @Override
  public List<DataType> calculateOutputDataTypes(List<DataType> inputTypes) {
    return Collections.nCopies(outputs, DataType.FLOAT);
  }

  @Override
  public Value[] run(Value[] inputs) {
    float[][] arriving = new float[forward.maps().count()][];
    for (int j = 0; j < arriving.length; j++) {
      arriving[j] = inputs[outputs + j].floats();
    }
    FloatLinear.Gradients gradients = forward.kernel(inputs).backward(arriving);
    return forward.maps().gradients(gradients.input(), List.of(gradients), inputs);
  }
}
