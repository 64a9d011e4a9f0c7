package org.attention4j.internal.vector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.attention4j.internal.vector.RandomParts.FROM;

import java.util.Arrays;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.IntToDoubleFunction;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Both implementations of {@link RowOps} on rows of every short length, against DOUBLE. */
class RowOpsTest {
  /** Of numbers up to about 4, after a few roundings of 2⁻²⁴ each. */
  private static final double ROUNDING = 3e-6;

  /** Where the second operand begins. */
  private static final int OTHER = 7;

  private final RandomParts parts = new RandomParts(11);

  static IntStream lengths() {
    return IntStream.rangeClosed(0, 70);
  }

  private static List<RowOps> implementations() {
    RowOps plain = new ScalarRowOps();
    return FloatOps.VECTORS ? List.of(plain, FloatOps.ROWS) : List.of(plain);
  }

  static Stream<RowOps> operations() {
    return implementations().stream();
  }

  private interface RowAction {
    double on(RowOps ops, float[] x);
  }

  private interface RowFunction {
    double at(int i, double x);
  }

  /** The row becomes what the function says, and nothing around it changes. */
  private double[] replaces(int length, RowAction action, RowFunction function) {
    float[] given = parts.numbers(length);
    double[] results = new double[implementations().size()];
    for (int o = 0; o < results.length; o++) {
      float[] x = given.clone();
      RowOps ops = implementations().get(o);
      results[o] = action.on(ops, x);
      for (int i = 0; i < x.length; i++) {
        double before = given[i];
        int at = i - FROM;
        if (at < 0 || at >= length) {
          assertThat((double) x[i]).isEqualTo(before);
        } else {
          double expected = function.at(at, before);
          assertThat((double) x[i])
              .as("%s, %d of %d", ops.getClass().getSimpleName(), at, length)
              .isCloseTo(expected, within(ROUNDING * (1 + Math.abs(expected))));
        }
      }
    }
    return results;
  }

  /** The result is the function's of the row, whose entries do not change. */
  private void returns(int length, RowAction action, ToDoubleFunction<float[]> f) {
    float[] x = parts.numbers(length);
    double expected = f.applyAsDouble(Arrays.copyOfRange(x, FROM, FROM + length));
    for (RowOps ops : implementations()) {
      float[] row = x.clone();
      assertThat(action.on(ops, row))
          .as("%s, length %d", ops.getClass().getSimpleName(), length)
          .isCloseTo(expected, within(ROUNDING * (1 + length)));
      assertThat(row).isEqualTo(x);
    }
  }

  private static RowAction action(BiConsumer<RowOps, float[]> action) {
    return (ops, x) -> {
      action.accept(ops, x);
      return 0;
    };
  }

  private static double sum(float[] x, IntToDoubleFunction term) {
    return IntStream.range(0, x.length).mapToDouble(term).sum();
  }

  @ParameterizedTest
  @MethodSource("lengths")
  void sums(int length) {
    float[] y = parts.numbers(length + 4);
    returns(length, (ops, x) -> ops.sum(x, FROM, length), x -> sum(x, i -> x[i]));
    returns(
        length,
        (ops, x) -> ops.dot(x, FROM, y, OTHER, length),
        x -> sum(x, i -> (double) x[i] * y[OTHER + i]));
    if (length > 0) {
      returns(
          length,
          (ops, x) -> ops.max(x, FROM, length),
          x -> IntStream.range(0, length).mapToDouble(i -> x[i]).max().orElseThrow());
    }
    for (RowOps ops : implementations()) {
      assertThat(ops.max(y, 0, 0)).isEqualTo(Float.NEGATIVE_INFINITY);
    }
  }

  @ParameterizedTest
  @MethodSource("lengths")
  void replacements(int length) {
    float[] y = parts.numbers(length + 4);
    replaces(
        length,
        action((ops, x) -> ops.affine(x, FROM, length, 0.37f, -1.3f)),
        (i, x) -> -1.3f * (x - 0.37f));
    replaces(
        length,
        action((ops, x) -> ops.sigmoid(x, FROM, length, 0.37f)),
        (i, x) -> 1 / (1 + Math.exp(0.37f - x)));
    replaces(
        length,
        action((ops, x) -> ops.add(x, FROM, y, OTHER, length, -1.3f)),
        (i, x) -> x - 1.3f * (double) y[OTHER + i]);
    replaces(
        length,
        action((ops, x) -> ops.center(x, FROM, y, OTHER, length, 0.37f, -1.3f)),
        (i, x) -> -1.3f * (double) y[OTHER + i] * (x - 0.37f));
    float[] positions = parts.numbers(length + 5);
    replaces(
        length,
        action((ops, x) -> ops.subtractDistances(x, FROM, length, 0.25f, 13, positions, 5)),
        (i, x) -> x - 0.25 * Math.abs(positions[5 + i] - 13.0));
  }

  /** Bit for bit what a limit and a map after it give, wherever in a vector the entry stands. */
  @ParameterizedTest
  @MethodSource("lengths")
  void limitsAndMapsInOnePass(int length) {
    float size = 0x1p120f;
    float[] special = {
      Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, 3e38f, -3e38f, -0f, 0f, size
    };
    for (int turn = 0; turn < 3; turn++) {
      float[] given = parts.numbers(length);
      for (int i = turn; i < length; i += 3) {
        given[FROM + i] = special[(i / 3 + turn) % special.length];
      }
      for (float shift : new float[] {0, 0.37f, size}) {
        for (float factor : new float[] {1.7f, -1.7f, 0}) {
          for (RowOps ops : implementations()) {
            float[] x = given.clone();
            ops.limitedAffine(x, FROM, length, size, shift, factor);
            for (int i = 0; i < x.length; i++) {
              boolean within = i >= FROM && i < FROM + length;
              float limited = Math.max(-size, Math.min(size, given[i]));
              float expected = within ? factor * (limited - shift) : given[i];
              assertThat(Float.floatToIntBits(x[i])).isEqualTo(Float.floatToIntBits(expected));
            }
          }
        }
      }
    }
  }

  /** Of numbers that a float alone would not tell apart. */
  @ParameterizedTest
  @MethodSource("lengths")
  void addsDifferences(int length) {
    double[] sums = new double[length + 5];
    float[] highs = new float[length + 5];
    float[] lows = new float[length + 5];
    for (int i = 0; i < sums.length; i++) {
      sums[i] = -(1 << 26) - 0.375 * i;
      highs[i] = (float) sums[i];
      lows[i] = (float) (sums[i] - highs[i]);
    }
    float high = highs[3];
    float low = lows[3];
    replaces(
        length,
        action((ops, x) -> ops.addDifferences(x, FROM, length, high, low, highs, lows, 5)),
        (i, x) -> x + sums[3] - sums[5 + i]);
  }

  @ParameterizedTest
  @MethodSource("lengths")
  void softCaps(int length) {
    float[] y = parts.numbers(length + 4);
    for (float cap : new float[] {0.37f, 2.3f, 1e6f}) {
      replaces(
          length,
          action((ops, x) -> ops.softCap(x, FROM, length, cap)),
          (i, x) -> cap * Math.tanh(x / cap));
      replaces(
          length,
          action((ops, x) -> ops.softCapSlope(x, FROM, y.clone(), OTHER, length, cap)),
          (i, x) -> x / Math.pow(Math.cosh(y[OTHER + i] / cap), 2));
    }
  }

  /** In units in the last place of the result, over all sizes. */
  @ParameterizedTest
  @MethodSource("operations")
  void softCapsToTheLastDigits(RowOps ops) {
    float[] z = new float[2 * 3001];
    for (int i = 0; i < 3001; i++) {
      z[i] = (float) Math.pow(10, -30 + i * 0.0225);
      z[3001 + i] = -z[i];
    }
    for (float cap : new float[] {1e-6f, 0.37f, 50, 1e6f}) {
      float[] x = z.clone();
      ops.softCap(x, 0, x.length, cap);
      float[] slopes = new float[z.length];
      Arrays.fill(slopes, 1);
      ops.softCapSlope(slopes, 0, z.clone(), 0, z.length, cap);
      for (int i = 0; i < z.length; i++) {
        double expected = cap * Math.tanh(z[i] / (double) cap);
        assertThat((double) x[i])
            .as("cap %s, z %s", cap, z[i])
            .isCloseTo(expected, within(4 * 0x1p-23 * Math.abs(expected)));
        double u = Math.abs(z[i] / (double) cap);
        double slope = u > 39.9 ? 0 : 1 / (Math.cosh(u) * Math.cosh(u));
        // A relative rounding of the exponent 2 u is an absolute one of its logarithm.
        double error = (8 + 4 * u) * 0x1p-24 * slope + (u > 39 ? 1e-33 : 0);
        assertThat((double) slopes[i])
            .as("slope, cap %s, z %s", cap, z[i])
            .isCloseTo(slope, within(error));
      }
    }
  }

  /** Scores below the cap, among them here and there one that is beyond it. */
  @ParameterizedTest
  @MethodSource("operations")
  void softCapsOfRowsWithFewLargeScores(RowOps ops) {
    int length = 1511;
    float cap = 7;
    float[] z = new float[length];
    for (int i = 0; i < length; i++) {
      z[i] = cap * (i % 2 == 0 ? 1f : -1f) * i / length;
    }
    z[401] = 3.1f * cap;
    z[length - 2] = -20 * cap;
    float[] x = z.clone();
    ops.softCap(x, 0, length, cap);
    float[] slopes = new float[length];
    Arrays.fill(slopes, 1);
    ops.softCapSlope(slopes, 0, z.clone(), 0, length, cap);
    for (int i = 0; i < length; i++) {
      double u = z[i] / (double) cap;
      double expected = cap * Math.tanh(u);
      assertThat((double) x[i])
          .as("z %s", z[i])
          .isCloseTo(expected, within(4 * 0x1p-23 * Math.abs(expected)));
      double slope = 1 / (Math.cosh(u) * Math.cosh(u));
      assertThat((double) slopes[i])
          .as("slope, z %s", z[i])
          .isCloseTo(slope, within((8 + 4 * Math.abs(u)) * 0x1p-24 * slope));
    }
  }

  @ParameterizedTest
  @MethodSource("operations")
  void softCapsOfWhatIsNotFinite(RowOps ops) {
    float[] z = new float[37];
    Arrays.fill(z, 0.25f);
    z[3] = Float.NaN;
    z[5] = Float.POSITIVE_INFINITY;
    z[34] = Float.NEGATIVE_INFINITY;
    z[36] = Float.NaN;
    float[] x = z.clone();
    ops.softCap(x, 0, x.length, 4);
    assertThat(x[3]).isNaN();
    assertThat(x[36]).isNaN();
    assertThat((double) x[5]).isCloseTo(4, within(1e-6));
    assertThat((double) x[34]).isCloseTo(-4, within(1e-6));
    float[] slopes = new float[37];
    Arrays.fill(slopes, 1);
    ops.softCapSlope(slopes, 0, z.clone(), 0, z.length, 4);
    assertThat(slopes[3]).isNaN();
    assertThat(slopes[36]).isNaN();
    assertThat(slopes[5]).isZero();
    assertThat(slopes[34]).isZero();
  }

  @ParameterizedTest
  @MethodSource("lengths")
  void exponentials(int length) {
    double[] total = {0};
    double[] sums =
        replaces(
            length,
            (ops, x) -> {
              total[0] = 0;
              return ops.exp(x, FROM, length, 2.3f, 0.7f);
            },
            (i, x) -> {
              double e = 0.7f * Math.exp(x - 2.3f);
              total[0] += e;
              return e;
            });
    for (double sum : sums) {
      assertThat(sum).isCloseTo(total[0], within(ROUNDING * (1 + length)));
    }
  }

  /** What entmax needs of the entries above a threshold; d = x - high - low. */
  @ParameterizedTest
  @MethodSource("lengths")
  void excess(int length) {
    float high = -0.25f;
    float low = 0.0625f;
    for (int which = 0; which < 3; which++) {
      int power = which;
      returns(
          length,
          (ops, x) -> {
            double[] sums = new double[3];
            ops.sumsAbove(x, FROM, length, high, low, sums);
            return sums[power];
          },
          x -> sum(x, i -> x[i] - high - low > 0 ? Math.pow(x[i] - high - low, power) : 0));
    }
    double[] total = {0};
    double[] sums =
        replaces(
            length,
            (ops, x) -> {
              total[0] = 0;
              return ops.squaredExcess(x, FROM, length, high, low);
            },
            (i, x) -> {
              double square = Math.pow(Math.max(0, x - high - low), 2);
              total[0] += square;
              return square;
            });
    for (double sum : sums) {
      assertThat(sum).isCloseTo(total[0], within(ROUNDING * (1 + length)));
    }
    sums =
        replaces(
            length,
            (ops, x) -> {
              total[0] = 0;
              return ops.excess(x, FROM, length, high, low);
            },
            (i, x) -> {
              double d = Math.max(0, x - high - low);
              total[0] += d;
              return d;
            });
    for (double sum : sums) {
      assertThat(sum).isCloseTo(total[0], within(ROUNDING * (1 + length)));
    }
    float[] y = parts.numbers(length + 4);
    replaces(
        length,
        action((ops, x) -> ops.support(x, FROM, y, OTHER, length)),
        (i, x) -> y[OTHER + i] > 0 ? 1 : 0);
    float[] squares = new float[y.length];
    for (int i = 0; i < y.length; i++) {
      squares[i] = y[i] * y[i];
    }
    replaces(
        length,
        action((ops, x) -> ops.root(x, FROM, squares, OTHER, length)),
        (i, x) -> Math.sqrt(squares[OTHER + i]));
  }

  @ParameterizedTest
  @MethodSource("lengths")
  void whatDoesNotReachAThresholdIsCleared(int length) {
    float[] y = parts.numbers(length + 4);
    for (float threshold : new float[] {-9, 0, y[OTHER + length / 2], 9}) {
      double[] total = {0};
      double[] sums =
          replaces(
              length,
              (ops, x) -> {
                total[0] = 0;
                return ops.keepAtLeast(x, FROM, y, OTHER, length, threshold);
              },
              (i, x) -> {
                double kept = y[OTHER + i] >= threshold ? x : 0;
                total[0] += kept;
                return kept;
              });
      for (double sum : sums) {
        assertThat(sum).isCloseTo(total[0], within(ROUNDING * (1 + length)));
      }
    }
  }

  /** Wherever it stands in a row of every short length, and NaN wins. */
  @ParameterizedTest
  @MethodSource("operations")
  void largestMagnitudeByHand(RowOps ops) {
    assertThat(ops.largestMagnitude(new float[3], 1, 0)).isZero();
    for (int length = 1; length <= 70; length++) {
      for (int at = 0; at < length; at++) {
        float[] x = new float[length + 2];
        Arrays.fill(x, 0.5f);
        x[0] = 9;
        x[length + 1] = -9;
        x[1 + at] = -3;
        assertThat(ops.largestMagnitude(x, 1, length)).isEqualTo(3);
        x[1 + at] = Float.NEGATIVE_INFINITY;
        assertThat(ops.largestMagnitude(x, 1, length)).isInfinite().isPositive();
        x[1 + at] = Float.NaN;
        assertThat(ops.largestMagnitude(x, 1, length)).isNaN();
      }
    }
  }

  @ParameterizedTest
  @MethodSource("operations")
  void classMaxima(RowOps ops) {
    for (int length : new int[] {64, 131, 193, 1031}) {
      float[] x = parts.numbers(length);
      for (int classes = RowOps.CLASSES; classes <= length; classes += RowOps.CLASSES) {
        float[] y = parts.numbers(classes);
        float[] behind = Arrays.copyOfRange(y, classes, y.length);
        ops.classMaxima(x, FROM, length, classes, y);
        for (int j = 0; j < classes; j++) {
          float expected = Float.NEGATIVE_INFINITY;
          for (int i = j; i < length; i += classes) {
            expected = Math.max(expected, x[FROM + i]);
          }
          assertThat(y[j]).isEqualTo(expected);
        }
        assertThat(Arrays.copyOfRange(y, classes, y.length)).isEqualTo(behind);
      }
    }
  }

  /** Of every short length, into an array whose other entries stay; exchanged rows turn back. */
  @ParameterizedTest
  @MethodSource("operations")
  void rotateTurnsAndTurnsBack(RowOps ops) {
    for (int length = 0; length <= 70; length++) {
      int second = length + 3;
      float[] x = parts.numbers(2 * length + 7);
      float[] cosines = parts.numbers(length);
      float[] sines = parts.numbers(length);
      float[] y = new float[x.length];
      ops.rotate(x, FROM, FROM + second, cosines, sines, FROM, y, length);
      float[] back = new float[x.length];
      ops.rotate(x, FROM + second, FROM, cosines, sines, FROM, back, length);
      double[] expected = new double[x.length];
      double[] expectedBack = new double[x.length];
      for (int i = FROM; i < FROM + length; i++) {
        double x1 = x[i];
        double x2 = x[second + i];
        expected[i] = cosines[i] * x1 - sines[i] * x2;
        expected[second + i] = sines[i] * x1 + cosines[i] * x2;
        expectedBack[i] = cosines[i] * x1 + sines[i] * x2;
        expectedBack[second + i] = cosines[i] * x2 - sines[i] * x1;
      }
      for (int i = 0; i < x.length; i++) {
        assertThat((double) y[i]).isCloseTo(expected[i], within(2 * ROUNDING));
        assertThat((double) back[i]).isCloseTo(expectedBack[i], within(2 * ROUNDING));
      }
    }
  }

  /** By hand: -1, 0.5 and 2 over a threshold of 0 are 0, 0.5 and 2. */
  @ParameterizedTest
  @MethodSource("operations")
  void excessByHand(RowOps ops) {
    float[] x = {-1, 0.5f, 2};
    double[] sums = new double[3];
    ops.sumsAbove(x, 0, 3, 0, 0, sums);
    assertThat(sums).containsExactly(2, 2.5, 4.25);
    float[] support = new float[3];
    ops.support(support, 0, x, 0, 3);
    assertThat(support).containsExactly(0, 1, 1);
    assertThat(ops.squaredExcess(x, 0, 3, 0, 0)).isEqualTo(4.25);
    assertThat(x).containsExactly(0, 0.25f, 4);
    float[] roots = new float[3];
    ops.root(roots, 0, x, 0, 3);
    assertThat(roots).containsExactly(0, 0.5f, 2);
  }

  @ParameterizedTest
  @MethodSource("lengths")
  void indices(int length) {
    float[] x = parts.numbers(length);
    float[] w = parts.numbers(length + 4);
    for (float threshold : new float[] {-9, 0, 0.7f, x[FROM + length / 2], 9}) {
      int[] expected = IntStream.range(0, length).filter(i -> x[FROM + i] >= threshold).toArray();
      for (RowOps ops : implementations()) {
        int[] indices = new int[length];
        int count = ops.atLeast(x, FROM, length, threshold, indices);
        assertThat(Arrays.copyOf(indices, count)).isEqualTo(expected);
        assertThat(ops.count(x, FROM, length, threshold)).isEqualTo(expected.length);
        assertThat(ops.smallestAtLeast(x, FROM, length, threshold))
            .isEqualTo(
                (float)
                    Arrays.stream(expected)
                        .mapToDouble(i -> x[FROM + i])
                        .min()
                        .orElse(Double.POSITIVE_INFINITY));
        assertThat(ops.sumAtLeast(x, FROM, w, OTHER, length, threshold))
            .isCloseTo(
                Arrays.stream(expected).mapToDouble(i -> w[OTHER + i]).sum(),
                within(ROUNDING * (1 + length)));
      }
    }
    int[] expected = IntStream.range(0, length).filter(i -> x[FROM + i] != 0).toArray();
    for (RowOps ops : implementations()) {
      int[] indices = new int[length];
      int count = ops.nonZero(x, FROM, length, indices);
      assertThat(Arrays.copyOf(indices, count)).isEqualTo(expected);
      assertThat(ops.countNonZero(x, FROM, length)).isEqualTo(expected.length);
    }
  }

  @Test
  void panelsWithNumbersThatAreNotZero() {
    int width = FloatOps.TILES.panel();
    int panels = 71;
    for (RowOps ops : implementations()) {
      float[] x = new float[FROM + panels * width + 1];
      x[FROM - 1] = 1;
      x[FROM + panels * width] = 1;
      int[] bits = {0, 8, 0};
      ops.nonZeroPanels(x, FROM, panels, width, bits);
      assertThat(bits).containsExactly(0, 8, 0);
      x[FROM] = Float.NaN;
      x[FROM + 5 * width + width - 1] = -1;
      x[FROM + 31 * width + 3] = Float.MIN_VALUE;
      x[FROM + 70 * width + 1] = 1;
      x[FROM + 69 * width + 1] = -0.0f;
      ops.nonZeroPanels(x, FROM, panels, width, bits);
      assertThat(bits).containsExactly(1 | 1 << 5 | 1 << 31, 8, 1 << 6);
    }
  }
}
