package org.attention4j.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
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

      checkLargest(numbers, sorted, k);
    }
  }

  /** Long rows are searched by classes of entries; in some all large ones belong to few classes. */
  @Test
  void largestOfLongRows() {
    Random random = new Random(7);
    for (int n : new int[] {257, 1031, 4099}) {
      for (int k : new int[] {1, 5, 61, n / 7, n / 3}) {
        for (int period : new int[] {1, 64, 251}) {
          float[] numbers = new float[n];
          for (int i = 0; i < n; i++) {
            numbers[i] = (float) random.nextGaussian() + (i % period == 0 ? 9 : 0);
          }
          numbers[random.nextInt(n)] = Float.NEGATIVE_INFINITY;
          float[] sorted = numbers.clone();
          Arrays.sort(sorted);
          checkLargest(numbers, sorted, k);
        }
      }
    }
  }

  /** The row and its workspace are used again, as in a kernel. */
  private final FloatRow row = new FloatRow();

  private final DoubleRow wide = new DoubleRow();

  private void checkLargest(float[] numbers, float[] sorted, int k) {
    int n = numbers.length;
    float[] before = numbers.clone();
    row.over(numbers, 0, n);
    double[] doubles = new double[n];
    for (int j = 0; j < n; j++) {
      doubles[j] = numbers[j];
    }
    wide.over(doubles, 0, n);
    int[] expected =
        IntStream.range(0, n)
            .boxed()
            .sorted(
                (i, j) -> numbers[i] == numbers[j] ? i - j : Float.compare(numbers[j], numbers[i]))
            .limit(k)
            .mapToInt(Integer::intValue)
            .sorted()
            .toArray();
    for (Row each : new Row[] {row, wide}) {
      Row largest = each.largest(k, sorted[n - 1]);
      assertThat(Arrays.copyOf(each.indices(), k)).isEqualTo(expected);
      assertThat(largest.length()).isEqualTo(k);
      for (int j = 0; j < k; j++) {
        assertThat(largest.get(j)).isEqualTo(before[expected[j]]);
      }
    }
    assertThat(numbers).isEqualTo(before);
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
      RowKernel kernel = RowKernels.topK(visible -> k);
      kernel.forward(
          new FloatRow().over(weights, 0, n), new HeadContext(0, kernel.savedValues()).row(n));
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
