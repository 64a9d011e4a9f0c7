package org.attention4j.internal.graph;

import java.util.List;
import org.attention4j.internal.memory.FloatArrays;
import org.attention4j.internal.threads.Workers;
import org.nd4j.autodiff.functions.DifferentialFunction;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * The sum of two arrays of one shape as one operation of a graph that a {@link GraphProgram} runs
 * on Java arrays, in FLOAT: a residual connection, or the gradients that meet at one variable.
 */
public final class Sum extends SingleOutputOperation {
  private static final String NAME = "attention4j_sum";

  /** Numbers that one task takes. */
  private static final int CHUNK = 1 << 15;

  private Sum(SameDiff sd, SDVariable a, SDVariable b) {
    super(NAME, DataType.FLOAT, sd, a, b);
  }

  /**
   * Adds. The sum is computed in Java if one of the two already is, so that neither is copied
   * between Java and the backend.
   *
   * @param a any variable
   * @param b another one of the same type and shape
   * @return a + b
   */
  public static SDVariable of(SDVariable a, SDVariable b) {
    boolean inJava = isInJava(a) || isInJava(b);
    return inJava && a.dataType() == DataType.FLOAT && b.dataType() == DataType.FLOAT
        ? new Sum(a.getSameDiff(), a, b).outputVariables()[0]
        : a.add(b);
  }

  private static boolean isInJava(SDVariable variable) {
    DifferentialFunction maker = variable.getSameDiff().getVariableOutputOp(variable.name());
    return maker instanceof JavaOperation;
  }

  @Override
  public String opName() {
    return NAME;
  }

  @Override
  public Value[] run(Value[] inputs) {
    float[] a = inputs[0].floats();
    float[] b = inputs[1].floats();
    float[] sum = FloatArrays.take(a.length);
    Workers.runRanges(
        sum.length, CHUNK, sum.length > CHUNK, (from, to) -> add(a, b, sum, from, to));
    return new Value[] {Value.of(sum, inputs[0].shape())};
  }

  private static void add(float[] a, float[] b, float[] sum, int from, int to) {
    for (int i = from; i < to; i++) {
      sum[i] = a[i] + b[i];
    }
  }

  @Override
  public List<SDVariable> doDiff(List<SDVariable> gradients) {
    return List.of(gradients.get(0), gradients.get(0));
  }
}
