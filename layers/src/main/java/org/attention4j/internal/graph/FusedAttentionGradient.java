package org.attention4j.internal.graph;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import org.attention4j.internal.attention.AttentionProblem;
import org.attention4j.internal.attention.FloatAttention;
import org.attention4j.internal.attention.FloatGradients;
import org.attention4j.internal.attention.ForwardState;
import org.attention4j.internal.attention.LargestScores;
import org.attention4j.internal.attention.RowScores;
import org.attention4j.internal.memory.FloatArrays;
import org.jspecify.annotations.Nullable;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ops.DynamicCustomOp;

/**
 * The backward pass of {@link FusedAttention}. Inputs: those of the forward pass; what it left for
 * this one and its output, if it was one of training in FLOAT; dL/doutput. Outputs: dL/dQ, dL/dK,
 * dL/dV, if scores decay dL/dC, and dL/dparameter for each.
 */
public final class FusedAttentionGradient extends DynamicCustomOp implements JavaOperation {
  private static final String NAME = "attention4j_fused_attention_gradient";

  private final FusedAttention forward;
  private final DataType type;
  private @Nullable ScoresRequest request;

  /** Who wants to know how large scores are, and of which queries. */
  private record ScoresRequest(float @Nullable [] queryMask, Consumer<LargestScores> observer) {}

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
    return firstParameter() + forward.parameters();
  }

  private int firstParameter() {
    return FusedAttention.ARRAYS + (forward.decays() ? 1 : 0);
  }

  @Override
  public List<DataType> calculateOutputDataTypes(List<DataType> inputTypes) {
    List<DataType> types = new ArrayList<>(Collections.nCopies(getNumOutputs(), type));
    if (forward.decays()) {
      types.set(FusedAttention.ARRAYS, DataType.DOUBLE);
    }
    return types;
  }

  /** Zeros for dL/dC, none if no scores decay. */
  private double[] decayGradient(Value[] inputs) {
    long[] shape = forward.decaysShape(inputs);
    return new double[shape == null ? 0 : Math.toIntExact(shape[0] * shape[1] * shape[2])];
  }

  private void put(Value[] result, double[] decayGradient, Value[] inputs) {
    long[] shape = forward.decaysShape(inputs);
    if (shape != null) {
      result[FusedAttention.ARRAYS] = Value.of(decayGradient, shape);
    }
  }

  /**
   * Asks for the largest scores, once, in the next run.
   *
   * @param queryMask zero for a query that does not count, [b, Tq]; null if all count
   * @param observer is given them within the run
   * @return false if runs do not meet all scores, and the observer will not be called
   */
  public boolean observeScores(float @Nullable [] queryMask, Consumer<LargestScores> observer) {
    boolean possible = forward.computesScoresAgain();
    request = possible ? new ScoresRequest(queryMask, observer) : null;
    return possible;
  }

  @Override
  public Value[] run(Value[] inputs) {
    AttentionProblem problem = forward.problem(inputs);
    return type == DataType.DOUBLE ? runDouble(problem, inputs) : runFloat(problem, inputs);
  }

  private Value[] runFloat(AttentionProblem problem, Value[] inputs) {
    FloatAttention attention = forward.floats(problem, inputs);
    ScoresRequest asked = request;
    request = null;
    RowScores noted = asked == null ? null : attention.noteScores();
    float[] output;
    ForwardState trace;
    if (forward.traced()) {
      int at = inputs.length - 2 - FusedAttention.TRACE;
      trace =
          new ForwardState(
              inputs[at].floats(),
              inputs[at + 1].ints(),
              inputs[at + 2].ints(),
              inputs[at + 3].floats(),
              inputs[at + 4].ints());
      output = inputs[at + FusedAttention.TRACE].floats();
    } else {
      // A backward pass after one of inference, as in a frozen layer that passes gradients on.
      output = FloatArrays.zeros(inputs[inputs.length - 1].length());
      trace = attention.forward(output, true);
    }
    FloatGradients gradients =
        new FloatGradients(
            FloatArrays.take(inputs[0].length()),
            FloatArrays.take(inputs[1].length()),
            FloatArrays.take(inputs[2].length()),
            decayGradient(inputs));
    float[][] parameters =
        attention.backward(trace, output, inputs[inputs.length - 1].floats(), gradients);
    if (asked != null && noted != null) {
      asked.observer().accept(noted.largest(asked.queryMask()));
    }
    Value[] result = new Value[getNumOutputs()];
    result[0] = Value.of(gradients.q(), inputs[0].shape());
    result[1] = Value.of(gradients.k(), inputs[1].shape());
    result[2] = Value.of(gradients.v(), inputs[2].shape());
    put(result, gradients.decays(), inputs);
    for (int p = 0; p < parameters.length; p++) {
      result[firstParameter() + p] = Value.of(parameters[p], parameters[p].length);
    }
    return result;
  }

  private Value[] runDouble(AttentionProblem problem, Value[] inputs) {
    double[][] gradients = new double[FusedAttention.ARRAYS][];
    for (int i = 0; i < gradients.length; i++) {
      gradients[i] = new double[inputs[i].length()];
    }
    double[] decays = decayGradient(inputs);
    double[][] parameters =
        forward
            .doubles(problem, inputs)
            .backward(
                inputs[inputs.length - 1].doubles(),
                gradients[0],
                gradients[1],
                gradients[2],
                decays);
    Value[] result = new Value[getNumOutputs()];
    for (int i = 0; i < gradients.length; i++) {
      result[i] = Value.of(gradients[i], inputs[i].shape());
    }
    put(result, decays, inputs);
    for (int p = 0; p < parameters.length; p++) {
      result[firstParameter() + p] = Value.of(parameters[p], parameters[p].length);
    }
    return result;
  }
}
