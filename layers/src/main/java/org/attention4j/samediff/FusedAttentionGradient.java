package org.attention4j.samediff;

import java.util.Collections;
import java.util.List;
import org.attention4j.kernel.AttentionProblem;
import org.attention4j.kernel.FloatGradients;
import org.attention4j.kernel.Trace;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.DynamicCustomOp;

/**
 * The backward pass of {@link FusedAttention}. Inputs: those of the forward pass, in FLOAT what it
 * left for this one and its output, and dL/doutput. Outputs: dL/dQ, dL/dK, dL/dV and dL/dparameter
 * for each.
 */
final class FusedAttentionGradient extends DynamicCustomOp implements JavaOperation {
  private static final String NAME = "attention4j_fused_attention_gradient";

  private final FusedAttention forward;
  private final DataType type;

  FusedAttentionGradient(
      SameDiff sd, List<SDVariable> inputs, FusedAttention forward, DataType type) {
    super(NAME, sd, inputs.toArray(new SDVariable[0]));
    this.forward = forward;
    this.type = type;
  }

  @Override
  public String opName() {
    return NAME;
  }

  @Override
  public int getNumOutputs() {
    return FusedAttention.ARRAYS + forward.parameters();
  }

  @Override
  public List<DataType> calculateOutputDataTypes(List<DataType> inputTypes) {
    return Collections.nCopies(getNumOutputs(), type);
  }

  @Override
  public void run(INDArray[] inputs, Outputs outputs) {
    AttentionProblem problem = forward.problem(inputs);
    if (type == DataType.DOUBLE) {
      runDouble(problem, inputs, outputs);
    } else {
      runFloat(problem, inputs, outputs);
    }
  }

  private void runFloat(AttentionProblem problem, INDArray[] inputs, Outputs outputs) {
    int last = inputs.length - 1;
    int output = last - 1;
    int trace = output - FusedAttention.TRACE;
    int saved = problem.kernel().savedValues();
    FloatGradients gradients =
        new FloatGradients(zeros(inputs[0]), zeros(inputs[1]), zeros(inputs[2]));
    float[][] parameters =
        forward
            .floats(problem, inputs)
            .backward(
                new Trace(
                    saved == 0 ? new float[0] : HostArrays.floats(inputs[trace]),
                    problem.keepsSupports() ? HostArrays.ints(inputs[trace + 1]) : new int[0],
                    HostArrays.ints(inputs[trace + 2]),
                    HostArrays.floats(inputs[trace + 3])),
                HostArrays.floats(inputs[output]),
                HostArrays.floats(inputs[last]),
                gradients);
    put(gradients.q(), inputs[0], 0, outputs);
    put(gradients.k(), inputs[1], 1, outputs);
    put(gradients.v(), inputs[2], 2, outputs);
    for (int p = 0; p < parameters.length; p++) {
      int at = FusedAttention.ARRAYS + p;
      HostArrays.put(parameters[p], outputs.allocate(at, type, parameters[p].length));
    }
  }

  private void put(float[] gradient, INDArray like, int index, Outputs outputs) {
    HostArrays.put(gradient, outputs.allocate(index, type, like.shape()));
  }

  private static float[] zeros(INDArray like) {
    return new float[Math.toIntExact(like.length())];
  }

  private void runDouble(AttentionProblem problem, INDArray[] inputs, Outputs outputs) {
    double[][] gradients = new double[FusedAttention.ARRAYS][];
    for (int i = 0; i < gradients.length; i++) {
      gradients[i] = new double[Math.toIntExact(inputs[i].length())];
    }
    double[][] parameters =
        forward
            .doubles(problem, inputs)
            .backward(
                HostArrays.doubles(inputs[inputs.length - 1]),
                gradients[0],
                gradients[1],
                gradients[2]);
    for (int i = 0; i < gradients.length; i++) {
      HostArrays.put(gradients[i], outputs.allocate(i, type, inputs[i].shape()));
    }
    for (int p = 0; p < parameters.length; p++) {
      int at = FusedAttention.ARRAYS + p;
      HostArrays.put(parameters[p], outputs.allocate(at, type, parameters[p].length));
    }
  }
}
