package org.attention4j.kernel;

import static org.assertj.core.api.Assertions.assertThat;

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
    double[] descending = new double[length];
    for (int i = 0; i < length; i++) {
      descending[i] = -scores[i];
    }
    Arrays.sort(descending);
    double max = -descending[0];
    double threshold = -1;
    double sum = 0;
    int support = 0;
    for (int i = 0; i < length; i++) {
      sum += -descending[i] - max;
      double candidate = (sum - 1) / (i + 1);
      if (-descending[i] - max > candidate) {
        threshold = candidate;
        support = i + 1;
      }
    }
    double bound = SparsemaxBound.of(new FloatRow().over(scores, 0, length), max);
    assertThat(bound).isLessThanOrEqualTo(threshold);
    // Rounding takes off so much of the mean weight, and about one number in 2^23 of the bound.
    double lost = 0x1p-23 * ((length + 16) / (double) support + 3 * -threshold);
    assertThat(threshold - bound).isLessThanOrEqualTo(2 * lost);
  }

  /** Entries that a row of doubles gives no weight get none in a row of floats. */
  @ParameterizedTest(name = "deviation {0} around {1}, {2} entries")
  @MethodSource("rows")
  void weightsAreThoseOfDoubles(double deviation, double shift, int length) {
    float[] scores = scores(deviation, shift, length);
    double[] exact = new double[length];
    for (int i = 0; i < length; i++) {
      exact[i] = scores[i];
    }
    EntmaxKernel.forward(new DoubleRow().over(exact, 0, length), new HeadContext(0, 0), 2);
    EntmaxKernel.forward(new FloatRow().over(scores, 0, length), new HeadContext(0, 0), 2);
    for (int i = 0; i < length; i++) {
      assertThat(scores[i]).isEqualTo((float) exact[i]);
    }
  }

  /** Sixteen equal weights of 1/16; the next scores are 1/16 lower, exactly at the threshold. */
  @Test
  void entriesAtTheThresholdHaveNoWeight() {
    float[] scores = new float[37];
    double[] exact = new double[37];
    for (int i = 0; i < scores.length; i++) {
      scores[i] = i < 16 ? 0.7f : 0.7f - 0.0625f;
      exact[i] = scores[i];
    }
    assertThat((double) scores[0] - scores[16]).isEqualTo(0.0625);
    EntmaxKernel.forward(new DoubleRow().over(exact, 0, 37), new HeadContext(0, 0), 2);
    EntmaxKernel.forward(new FloatRow().over(scores, 0, 37), new HeadContext(0, 0), 2);
    for (int i = 0; i < scores.length; i++) {
      assertThat(exact[i]).isEqualTo(i < 16 ? 0.0625 : 0);
      assertThat(scores[i]).isEqualTo(i < 16 ? 0.0625f : 0);
    }
  }
}
