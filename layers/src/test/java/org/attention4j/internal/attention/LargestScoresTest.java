package org.attention4j.internal.attention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.attention4j.normalizer.Normalizers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The largest scores against plain loops in DOUBLE; their products are exact in FLOAT. */
class LargestScoresTest {
  private static final KernelUnderTest SOFTMAX = KernelUnderTest.of(Normalizers.softmax());

  /** Scores stay below 500; a linear bias is one product and one sum in FLOAT. */
  private static final double ROUNDING = 500 * 0x1p-22;

  static Stream<AttentionCase> cases() {
    return AttentionCase.all();
  }

  private static LargestScores actual(AttentionCase inputs, double[] q, double[] k, float[] mask) {
    return new FloatAttention(
            inputs.problem(SOFTMAX),
            AttentionPass.floats(q),
            AttentionPass.floats(k),
            new float[0],
            inputs.mask())
        .largestScores(mask);
  }

  /**
   * One pair of query and key after the other.
   *
   * @param decays those of the scores; empty for none
   */
  static double[][] expected(
      AttentionCase inputs, double[] q, double[] k, double[] decays, float[] mask) {
    AttentionShape shape = inputs.shape();
    int offset = shape.keys() - shape.queries();
    double[][] largest = new double[2][shape.heads()];
    Arrays.fill(largest[0], -1);
    Arrays.fill(largest[1], -1);
    for (int e = 0; e < shape.examples(); e++) {
      for (int head = 0; head < shape.heads(); head++) {
        int shared = head * shape.keyValueHeads() / shape.heads();
        for (int i = 0; i < shape.queries(); i++) {
          for (int j = 0; j < shape.keys(); j++) {
            boolean hidden =
                !inputs.sees(e, i, j) || (mask != null && mask[e * shape.queries() + i] == 0);
            if (hidden) {
              continue;
            }
            double sum = 0;
            for (int c = 0; c < shape.headSize(); c++) {
              sum +=
                  q[((e * shape.heads() + head) * shape.headSize() + c) * shape.queries() + i]
                      * k[
                          ((e * shape.keyValueHeads() + shared) * shape.headSize() + c)
                                  * shape.keys()
                              + j];
            }
            double product = inputs.problem(SOFTMAX).scale() * sum;
            double bias =
                inputs.linearBiases()
                    ? -AlibiSlopes.of(head, shape.heads()) * Math.abs(i + offset - j)
                    : 0;
            if (decays.length > 0) {
              int sums = (e * shape.heads() + head) * shape.keys();
              bias += decays[sums + i + offset] - decays[sums + j];
            }
            largest[0][head] = Math.max(largest[0][head], Math.abs(product + bias));
            largest[1][head] = Math.max(largest[1][head], Math.abs(product));
          }
        }
      }
    }
    return largest;
  }

  static void check(LargestScores actual, double[][] expected) {
    for (int head = 0; head < expected[0].length; head++) {
      assertThat((double) actual.scores()[head]).isCloseTo(expected[0][head], within(ROUNDING));
      assertThat(actual.products()[head]).isEqualTo((float) expected[1][head]);
    }
  }

  static float[] queryMask(AttentionShape shape) {
    Random random = new Random(5);
    float[] mask = new float[shape.examples() * shape.queries()];
    for (int i = 0; i < mask.length; i++) {
      mask[i] = random.nextInt(4);
    }
    return mask;
  }

  @ParameterizedTest
  @MethodSource("cases")
  void saysTheSameAsPlainLoops(AttentionCase inputs) {
    double[] q = inputs.q();
    double[] k = inputs.k();
    double[] none = new double[0];
    check(actual(inputs, q, k, null), expected(inputs, q, k, none, null));
    float[] mask = queryMask(inputs.shape());
    check(actual(inputs, q, k, mask), expected(inputs, q, k, none, mask));
  }

  /** One pair among all decides, wherever it is, and a negative score counts as a positive one. */
  @Test
  void oneRowDecides() {
    AttentionCase inputs = AttentionCase.of("long", 2, 2, 2, 139, 307, 5, 3).causally();
    AttentionShape shape = inputs.shape();
    double scale = inputs.problem(SOFTMAX).scale();
    for (int query : new int[] {0, 7, 64, 138}) {
      double[] q = new double[2 * 2 * 5 * 139];
      double[] k = new double[2 * 2 * 5 * 307];
      int channel = (1 * 2 + 1) * 5 + 2; // example 1, head 1
      int last = query + shape.keys() - shape.queries();
      q[channel * 139 + query] = -3;
      k[channel * 307 + last] = 5;
      float[] scores = actual(inputs, q, k, null).scores();
      assertThat(scores[0]).isZero();
      assertThat((double) scores[1]).isEqualTo(15 * scale);
      if (last + 1 < 307) {
        k[channel * 307 + last + 1] = 1000; // hidden by causality
        assertThat((double) actual(inputs, q, k, null).scores()[1]).isEqualTo(15 * scale);
      }
    }
  }

  @Test
  void withoutAVisiblePairThereIsNone() {
    AttentionCase inputs = AttentionCase.of("none", 2, 3, 3, 5, 7, 3, 2);
    LargestScores none = actual(inputs, inputs.q(), inputs.k(), new float[10]);
    assertThat(none.scores()).containsOnly(-1);
    assertThat(none.products()).containsOnly(-1);
  }

  @Test
  void notANumberCounts() {
    AttentionCase inputs = AttentionCase.of("nan", 2, 3, 3, 71, 73, 5, 2);
    double[] q = inputs.q();
    q[5 * 71 + 17] = Double.NaN; // example 0, head 1, query 17
    float[] mask = new float[2 * 71];
    Arrays.fill(mask, 1);
    float[] scores = actual(inputs, q, inputs.k(), mask).scores();
    assertThat(scores[1]).isNaN();
    assertThat(scores[0]).isPositive();
    mask[17] = 0;
    assertThat(actual(inputs, q, inputs.k(), mask).scores()[1]).isPositive();
  }
}
