package org.attention4j.samediff;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** What the tests of the facade share: inputs, the reference in loops, one run. */
abstract class AttentionValues {
  static final double HIDE = Double.NEGATIVE_INFINITY;

  final LoopAttention expected = new LoopAttention();
  INDArray q = Nd4j.empty();
  INDArray k = Nd4j.empty();
  INDArray v = Nd4j.empty();

  @BeforeEach
  void draw() {
    Nd4j.getRandom().setSeed(7);
    q = Nd4j.randn(DataType.DOUBLE, 2, 3, 5, 11);
    k = Nd4j.randn(DataType.DOUBLE, 2, 3, 7, 11);
    v = Nd4j.randn(DataType.DOUBLE, 2, 3, 7, 13);
  }

  /** Output, scores before and after the mask, weights. */
  record Values(INDArray output, INDArray unmasked, INDArray scores, INDArray weights) {}

  Values run(Attention attention) {
    return run(attention, null, true);
  }

  /**
   * Runs the operation.
   *
   * @param mask fed to a placeholder of its type, if any
   * @param known whether the graph knows ranks and sizes when it is made
   */
  Values run(Attention attention, @Nullable INDArray mask, boolean known) {
    SameDiff sd = SameDiff.create();
    Map<String, INDArray> inputs = new HashMap<>(Map.of("q", q, "k", k, "v", v));
    if (mask != null) {
      attention.mask(input(sd, "mask", mask, known));
      inputs.put("mask", mask);
    }
    AttentionResult result =
        attention.apply(
            input(sd, "q", q, known), input(sd, "k", k, known), input(sd, "v", v, known));
    Map<String, INDArray> values =
        sd.output(
            inputs,
            result.output().name(),
            result.unmaskedScores().name(),
            result.scores().name(),
            result.weights().name());
    return new Values(
        values.get(result.output().name()),
        values.get(result.unmaskedScores().name()),
        values.get(result.scores().name()),
        values.get(result.weights().name()));
  }

  private static SDVariable input(SameDiff sd, String name, INDArray value, boolean known) {
    return known
        ? sd.placeHolder(name, value.dataType(), value.shape())
        : sd.placeHolder(name, value.dataType());
  }

  void assertAsExpected(Values actual) {
    close(actual.output(), expected.of(q, k, v), 1e-12);
    close(actual.weights(), expected.weights, 1e-12);
  }

  static void close(INDArray actual, @Nullable INDArray wanted, double tolerance) {
    assertThat(wanted).isNotNull();
    assertThat(actual.shape()).isEqualTo(wanted.shape());
    INDArray difference = actual.castTo(DataType.DOUBLE).sub(wanted.castTo(DataType.DOUBLE));
    assertThat(difference.amaxNumber().doubleValue()).isLessThanOrEqualTo(tolerance);
  }

  interface Entry {
    double at(long[] index);
  }

  static void fill(INDArray array, Entry entry) {
    for (int i = 0; i < array.length(); i++) {
      long[] at = new long[array.rank()];
      int rest = i;
      for (int axis = array.rank() - 1; axis >= 0; axis--) {
        at[axis] = rest % array.size(axis);
        rest /= (int) array.size(axis);
      }
      array.putScalar(at, entry.at(at));
    }
  }
}
