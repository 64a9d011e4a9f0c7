package org.attention4j.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.attention4j.internal.attention.HeadContext;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Rows of which many entries have a weight: against rows of doubles, which search otherwise, and
 * what the backward pass makes of the saved thresholds.
 */
class DenseRowsTest {
  private static final int[] LENGTHS = {61, 1031, 4099};

  /** What the kept weights of FLOAT lose at most: the exponential, its argument, the sum. */
  private static final double ROUNDING = 4e-6;

  static Stream<Arguments> kernels() {
    return Stream.of(LENGTHS)
        .flatMapToInt(Arrays::stream)
        .boxed()
        .flatMap(
            n ->
                Stream.of(
                        kernel("top 20 %", () -> RowKernels.topK(visible -> n / 5), 3),
                        kernel("top 95 %", () -> RowKernels.topK(visible -> n * 19 / 20), 3),
                        kernel("top-p", () -> RowKernels.topP(0.9), 0.7),
                        kernel("entmax", () -> RowKernels.entmax(1.5), 0.05),
                        kernel("sparsemax", () -> RowKernels.entmax(2), 1e-3))
                    .map(each -> Arguments.of(n, each)));
  }

  private record Kernel(RowKernel kernel, double deviation) {}

  private static Named<Kernel> kernel(String name, Supplier<RowKernel> kernel, double deviation) {
    return Named.of(name, new Kernel(kernel.get(), deviation));
  }

  private static float[] scores(Random random, int n, double deviation, double shift) {
    float[] scores = new float[n];
    for (int i = 0; i < n; i++) {
      scores[i] = (float) (shift + deviation * random.nextGaussian());
    }
    return scores;
  }

  private static HeadContext context(RowKernel kernel, int n) {
    return new HeadContext(0, kernel.savedValues()).row(n);
  }

  @ParameterizedTest(name = "{1}, {0} entries")
  @MethodSource("kernels")
  void weightsAreThoseOfDoubles(int n, Kernel of) {
    for (double shift : new double[] {0, 9, -500}) {
      float[] weights = scores(new Random(n), n, of.deviation(), shift);
      double[] exact = IntStream.range(0, n).mapToDouble(i -> weights[i]).toArray();
      of.kernel().forward(new FloatRow().over(weights, 0, n), context(of.kernel(), n));
      of.kernel().forward(new DoubleRow().over(exact, 0, n), context(of.kernel(), n));
      double largest = Arrays.stream(exact).max().orElseThrow();
      int dense = 0;
      for (int i = 0; i < n; i++) {
        assertThat(weights[i] != 0).isEqualTo(exact[i] != 0);
        assertThat((double) weights[i]).isCloseTo(exact[i], within(ROUNDING * largest));
        dense += weights[i] == 0 ? 0 : 1;
      }
      assertThat(dense).isGreaterThan(n / 6);
    }
  }

  /** The threshold comes back from the forward pass, also for rows that lack zeros. */
  @ParameterizedTest(name = "{1}, {0} entries")
  @MethodSource("kernels")
  void restoredWeightsAreTheSame(int n, Kernel of) {
    float[] scores = scores(new Random(n + 1), n, of.deviation(), 2);
    float[] weights = scores.clone();
    HeadContext context = context(of.kernel(), n);
    of.kernel().forward(new FloatRow().over(weights, 0, n), context);
    assertThat(context.saved(0)).isNotNaN();

    float[] restored = scores.clone();
    of.kernel().restore(new FloatRow().over(restored, 0, n), context.row(n));
    assertClose(restored, weights);

    int[] support = IntStream.range(0, n).filter(i -> weights[i] != 0 || i % 7 == 3).toArray();
    float[] part = new float[support.length];
    float[] expected = new float[support.length];
    for (int j = 0; j < support.length; j++) {
      part[j] = scores[support[j]];
      expected[j] = weights[support[j]];
    }
    of.kernel().restore(new FloatRow().over(part, 0, part.length), context.row(n));
    assertClose(part, expected);
  }

  private static void assertClose(float[] actual, float[] expected) {
    for (int i = 0; i < expected.length; i++) {
      assertThat(actual[i] != 0).isEqualTo(expected[i] != 0);
      assertThat(actual[i]).isCloseTo(expected[i], within(3 * Math.ulp(expected[i])));
    }
  }

  /** Scores that are computed again may be rounded otherwise: as many stay as were kept. */
  @Test
  void asManyWeightsAreRestoredWhateverTheRounding() {
    Random random = new Random(13);
    int n = 1031;
    int k = 353;
    RowKernel kernel = RowKernels.topK(visible -> k);
    for (int row = 0; row < 97; row++) {
      float[] scores = scores(random, n, 2, 0);
      float[] weights = scores.clone();
      HeadContext context = context(kernel, n);
      kernel.forward(new FloatRow().over(weights, 0, n), context);
      float threshold = (float) context.saved(0);
      for (int i = 0; i < n; i++) {
        // The last one that is kept falls below its threshold.
        scores[i] = Math.abs(scores[i] - threshold) < 0.01 ? scores[i] - 0.02f : scores[i];
      }
      kernel.restore(new FloatRow().over(scores, 0, n), context.row(n));
      int kept = 0;
      for (float weight : scores) {
        kept += weight == 0 ? 0 : 1;
      }
      assertThat(kept).isEqualTo(k);
    }
  }

  /** Weights do not depend on the rows before, which other threads may have had. */
  @Test
  void whatOtherRowsLeftChangesNothing() {
    Random random = new Random(17);
    FloatRow used = new FloatRow();
    for (int i = 0; i < 400; i++) {
      int n = 2 + random.nextInt(700);
      float[] scores = scores(random, n, Math.pow(10, random.nextInt(9) - 5), random.nextInt(3));
      if (i % 3 == 0) {
        int different = 1 + random.nextInt(9);
        for (int j = 0; j < n; j++) {
          scores[j] = random.nextInt(different);
        }
      }
      if (i % 5 == 0) {
        scores[random.nextInt(n)] = i % 2 == 0 ? Float.NEGATIVE_INFINITY : -1e38f;
        scores[random.nextInt(n)] = -3e38f;
      }
      for (RowKernel kernel :
          new RowKernel[] {
            RowKernels.topK(visible -> Math.max(1, visible / 2)),
            RowKernels.entmax(1.5),
            RowKernels.entmax(2)
          }) {
        float[] fresh = scores.clone();
        float[] again = scores.clone();
        HeadContext ofFresh = context(kernel, n);
        HeadContext ofUsed = context(kernel, n);
        kernel.forward(new FloatRow().over(fresh, 0, n), ofFresh);
        kernel.forward(used.over(again, 0, n), ofUsed);
        assertThat(again).isEqualTo(fresh);
        for (int value = 0; value < kernel.savedValues(); value++) {
          assertThat(ofUsed.saved(value)).isEqualTo(Double.valueOf(ofFresh.saved(value)));
        }
      }
    }
  }

  /** Rows whose k-th score is always the same, or so small that its distances vanish. */
  @Test
  @Timeout(60)
  void searchesEnd() {
    int n = 1031;
    FloatRow row = new FloatRow();
    float[] scores = new float[n];
    for (int i = 0; i < 500; i++) {
      for (int j = 0; j < n; j++) {
        scores[j] = j % 2;
      }
      assertThat(DenseTopK.threshold(row.over(scores, 0, n), n * 3 / 5, 1)).isNaN();
    }
    for (int i = 0; i < 50; i++) {
      for (int j = 0; j < n; j++) {
        scores[j] = 1e-38f * j / n;
      }
      float found = DenseTopK.threshold(row.over(scores, 0, n), 503, scores[n - 1]);
      assertThat(found).isEqualTo(scores[n - 503]);
    }
  }

  /** Many equal scores, one at their threshold, and others that a first pass drops all at once. */
  @Test
  void aScoreAtTheThresholdOfManyIsDecidedInDoubles() {
    Random random = new Random(23);
    RowKernel kernel = RowKernels.entmax(2);
    for (int row = 0; row < 2000; row++) {
      int n = row % 2 == 0 ? 853 : 4099;
      int m = n / 5 + random.nextInt(n / 2);
      float[] scores = new float[n];
      float near = (float) (-1.0 / m);
      for (int i = 0; i < n; i++) {
        scores[i] = i < m ? 0 : i == m ? Math.nextAfter(near, row % 3 - 1.0) : -0.79f;
      }
      for (int i = n - 1; i > 0; i--) {
        int other = random.nextInt(i + 1);
        float swapped = scores[i];
        scores[i] = scores[other];
        scores[other] = swapped;
      }
      double[] exact = IntStream.range(0, n).mapToDouble(i -> scores[i]).toArray();
      kernel.forward(new FloatRow().over(scores, 0, n), context(kernel, n));
      kernel.forward(new DoubleRow().over(exact, 0, n), context(kernel, n));
      for (int i = 0; i < n; i++) {
        if (scores[i] != 0 != (exact[i] != 0)) {
          fail("row %d: %s where doubles have %s", row, scores[i], exact[i]);
        }
      }
    }
  }

  /** The k-th largest entry is found if it is the only one, and only then. */
  @Test
  void thresholdsBetweenTies() {
    Random random = new Random(19);
    FloatRow row = new FloatRow();
    for (int i = 0; i < 2000; i++) {
      int n = 7 + random.nextInt(97);
      int k = n / 6 + 1 + random.nextInt(n - n / 6 - 1);
      float[] scores = new float[n];
      for (int j = 0; j < n; j++) {
        scores[j] = Math.scalb(random.nextInt(40) - 20, random.nextInt(5) * 30 - 60);
      }
      float[] ascending = scores.clone();
      Arrays.sort(ascending);
      row.over(scores, 0, n);
      float threshold = DenseTopK.threshold(row, k, ascending[n - 1]);
      boolean separated = ascending[n - k - 1] < ascending[n - k];
      assertThat(Float.isNaN(threshold)).isEqualTo(!separated);
      if (separated) {
        assertThat(threshold).isEqualTo(ascending[n - k]);
      }
    }
  }
}
