package org.attention4j.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.attention4j.internal.attention.HeadContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The bound against the threshold of sorted scores in double precision. */
class SparsemaxBoundTest {
  private static final double[] DEVIATIONS = {0, 1e-5, 3e-4, 1e-2, 1, 30};
  private static final double[] SHIFTS = {0, 7, -1e6};
  private static final int[] LENGTHS = {1, 2, 17, 131, 5003};

  static Stream<Arguments> rows() {
    Stream.Builder<Arguments> rows = Stream.builder();
    for (double deviation : DEVIATIONS) {
      for (double shift : SHIFTS) {
        for (int length : LENGTHS) {
          rows.add(Arguments.of(deviation, shift, length));
        }
      }
    }
    return rows.build();
  }

  private static float[] scores(double deviation, double shift, int length) {
    Random random = new Random(length);
    float[] scores = new float[length];
    for (int i = 0; i < length; i++) {
      scores[i] = (float) (shift + deviation * random.nextGaussian());
    }
    return scores;
  }

  @ParameterizedTest(name = "deviation {0} around {1}, {2} entries")
  @MethodSource("rows")
  void isBelowTheThresholdAndClose(double deviation, double shift, int length) {
    float[] scores = scores(deviation, shift, length);
    double[] ascending = doubles(scores);
    Arrays.sort(ascending);
    double max = ascending[length - 1];
    double threshold = -1;
    double sum = 0;
    int support = 0;
    for (int i = length - 1; i >= 0; i--) {
      sum += ascending[i] - max;
      double candidate = (sum - 1) / (length - i);
      if (ascending[i] - max > candidate) {
        threshold = candidate;
        support = length - i;
      }
    }
    double bound = SparsemaxBound.of(new FloatRow().over(scores, 0, length), max);
    assertThat(bound).isLessThanOrEqualTo(threshold);
    // Rounding takes off so much of the mean weight, and about one number in 2^23 of the bound.
    double lost = 0x1p-23 * ((length + 16) / (double) support + 3 * -threshold);
    assertThat(threshold - bound).isLessThanOrEqualTo(2 * lost);
  }

  /**
   * Entries that a row of doubles gives no weight get none in a row of floats. The others are off
   * by the rounding of the threshold, which is shared by all weights, and by their own.
   */
  @ParameterizedTest(name = "deviation {0} around {1}, {2} entries")
  @MethodSource("rows")
  void weightsAreThoseOfDoubles(double deviation, double shift, int length) {
    float[] scores = scores(deviation, shift, length);
    double[] exact = doubles(scores);
    weigh(scores, exact);
    double support = Arrays.stream(exact).filter(weight -> weight != 0).count();
    for (int i = 0; i < length; i++) {
      assertThat(scores[i] != 0).isEqualTo(exact[i] != 0);
      double lost = 0x1p-24 * (FloatRow.SUMMED / support + (FloatRow.SUMMED + 4) * exact[i]);
      assertThat((double) scores[i]).isCloseTo(exact[i], within(lost));
    }
    assertThat(Arrays.stream(exact).sum()).isCloseTo(1, within(1e-12));
  }

  /**
   * Rows of m scores -a/64, of some that lie exactly at their threshold, which is a multiple of
   * 1/64 too, and of others below it.
   */
  @Test
  void entriesAtTheThresholdHaveNoWeight() {
    Random random = new Random(31);
    int rows = 0;
    while (rows < 499) {
      int m = 3 + random.nextInt(38);
      int[] a = random.ints(m, 0, 4).toArray();
      a[0] = 0;
      int total = Arrays.stream(a).sum() + 64;
      int threshold = total / m;
      if (total % m != 0 || Arrays.stream(a).anyMatch(each -> each >= threshold)) {
        continue;
      }
      rows++;
      float[] scores = new float[m + 47];
      for (int i = 0; i < scores.length; i++) {
        int below = i < m + 7 ? 0 : random.nextInt(48);
        scores[i] = -(i < m ? a[i] : threshold + below) / 64f;
      }
      double[] exact = doubles(scores);
      weigh(scores, exact);
      for (int i = 0; i < m; i++) {
        assertThat(exact[i]).isCloseTo((threshold - a[i]) / 64.0, within(1e-15));
      }
      for (int i = m; i < scores.length; i++) {
        assertThat(exact[i]).isZero();
        assertThat(scores[i]).isZero();
      }
    }
  }

  private static void weigh(float[] floats, double[] doubles) {
    int n = floats.length;
    EntmaxKernel.forward(
        new DoubleRow().over(doubles, 0, n), new HeadContext(0, DenseThreshold.VALUES), 2);
    EntmaxKernel.forward(
        new FloatRow().over(floats, 0, n), new HeadContext(0, DenseThreshold.VALUES), 2);
  }

  private static double[] doubles(float[] floats) {
    double[] doubles = new double[floats.length];
    for (int i = 0; i < doubles.length; i++) {
      doubles[i] = floats[i];
    }
    return doubles;
  }
}
