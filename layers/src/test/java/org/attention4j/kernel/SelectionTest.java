package org.attention4j.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.util.Arrays;
import java.util.Random;
import org.attention4j.internal.attention.HeadContext;
import org.junit.jupiter.api.Test;

/** The k-th largest against sorting. */
class SelectionTest {
  private static final int ARRAYS = 5000;

  /** From all different to nearly all equal; also sorted either way. */
  private static float[] numbers(Random random) {
    float[] numbers = new float[1 + random.nextInt(random.nextBoolean() ? 40 : 700)];
    int different = 1 + random.nextInt(random.nextBoolean() ? 5 : 100_000);
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = random.nextInt(different) - different / 3f;
    }
    int order = random.nextInt(4);
    if (order < 2) {
      Arrays.sort(numbers);
    }
    if (order == 0) {
      for (int i = 0; i < numbers.length; i++) {
        numbers[i] = -numbers[i];
      }
    }
    return numbers;
  }

  @Test
  void largestIsThatOfSorting() {
    Random random = new Random(3);
    for (int i = 0; i < ARRAYS; i++) {
      float[] numbers = numbers(random);
      int k = 1 + random.nextInt(numbers.length);
      float[] sorted = numbers.clone();
      Arrays.sort(sorted);
      int behind = 3;
      double[] pad = new double[numbers.length + behind];
      Arrays.fill(pad, Double.MAX_VALUE);
      for (int j = 0; j < numbers.length; j++) {
        pad[j] = numbers[j];
      }
      double expected = sorted[numbers.length - k];
      assertThat(Selection.largest(pad, numbers.length, k)).isEqualTo(expected);
      assertThat(pad).endsWith(Double.MAX_VALUE, Double.MAX_VALUE, Double.MAX_VALUE);

      FloatRow row = new FloatRow().over(numbers, 0, numbers.length);
      assertThat(row.atLeast(row.lowerBound(k))).isGreaterThanOrEqualTo(k);
      float next = k < numbers.length ? sorted[numbers.length - k - 1] : Float.NEGATIVE_INFINITY;
      assertThat(row.threshold(k)).isLessThanOrEqualTo(expected);
      if (next < expected) {
        assertThat(row.threshold(k)).isGreaterThan(next);
      } else {
        assertThat(row.threshold(k)).isEqualTo(expected);
      }
    }
  }

  /** top-k of rows full of ties: the k largest, of equal ones those that come first. */
  @Test
  void topKKeepsTheFirstOfEqualScores() {
    Random random = new Random(5);
    for (int i = 0; i < ARRAYS / 5; i++) {
      float[] scores = numbers(random);
      int n = scores.length;
      int k = 1 + random.nextInt(n);
      float[] weights = scores.clone();
      RowKernels.topK(visible -> k)
          .forward(new FloatRow().over(weights, 0, n), new HeadContext(0, 0).row(n));
      for (int j = 0; j < n; j++) {
        int before = 0;
        for (int other = 0; other < n; other++) {
          boolean first = scores[other] == scores[j] && other < j;
          before += scores[other] > scores[j] || first ? 1 : 0;
        }
        if (weights[j] > 0 != before < k) {
          fail("top %d of %s gives %s", k, Arrays.toString(scores), Arrays.toString(weights));
        }
      }
    }
  }
}
