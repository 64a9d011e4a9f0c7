package org.attention4j.internal.vector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.attention4j.internal.vector.RandomParts.FROM;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Operations on rows of every short length: with vectors against without. */
class RowOpsTest {
  private static final Offset<Float> CLOSE = within(2e-5f);

  private final RowOps scalar = new ScalarRowOps();
  private final RandomParts parts = new RandomParts(11);

  static IntStream lengths() {
    return IntStream.rangeClosed(0, 70);
  }

  static Stream<RowOps> implementations() {
    RowOps plain = new ScalarRowOps();
    return FloatOps.VECTORS ? Stream.of(plain, FloatOps.ROWS) : Stream.of(plain);
  }

  private static RowOps vectors() {
    assumeTrue(
        FloatOps.VECTORS, "There are no vectors without --add-modules jdk.incubator.vector.");
    return FloatOps.ROWS;
  }

  private interface RowAction {
    double on(RowOps ops, float[] x);
  }

  /** Both do the same to the row and leave what is around it. */
  private void same(int length, RowAction action) {
    float[] x = parts.numbers(length);
    float[] one = x.clone();
    float[] other = x.clone();
    double expected = action.on(scalar, one);
    double actual = action.on(vectors(), other);
    if (length > 0) {
      assertThat(actual).isCloseTo(expected, within(2e-5));
    } else {
      assertThat(actual).isEqualTo(expected);
    }
    assertThat(other).containsExactly(one, CLOSE);
    assertThat(Arrays.copyOf(other, FROM)).isEqualTo(Arrays.copyOf(x, FROM));
    assertThat(Arrays.copyOfRange(other, FROM + length, x.length))
        .isEqualTo(Arrays.copyOfRange(x, FROM + length, x.length));
  }

  @ParameterizedTest
  @MethodSource("lengths")
  void sums(int length) {
    float[] y = parts.numbers(length + 4);
    same(length, (ops, x) -> ops.max(x, FROM, length));
    same(length, (ops, x) -> ops.largestMagnitude(x, FROM, length));
    same(length, (ops, x) -> ops.sum(x, FROM, length));
    same(length, (ops, x) -> ops.dot(x, FROM, y, 7, length));
  }

  @ParameterizedTest
  @MethodSource("lengths")
  void replacements(int length) {
    float[] y = parts.numbers(length + 4);
    RowAction[] actions = {
      (ops, x) -> {
        ops.affine(x, FROM, length, 0.37f, -1.3f);
        return 0;
      },
      (ops, x) -> {
        ops.sigmoid(x, FROM, length, 0.37f);
        return 0;
      },
      (ops, x) -> {
        ops.add(x, FROM, y, 7, length, -1.3f);
        return 0;
      },
      (ops, x) -> ops.exp(x, FROM, length, 2.3f, 0.7f),
      (ops, x) -> {
        ops.center(x, FROM, y, 7, length, 0.37f, -1.3f);
        return 0;
      },
      (ops, x) -> {
        ops.subtractDistances(x, FROM, length, 0.25f, 13, positions(length + 5), 5);
        return 0;
      }
    };
    for (RowAction action : actions) {
      same(length, action);
    }
  }

  /** What entmax needs of the entries above a threshold. */
  @ParameterizedTest
  @MethodSource("lengths")
  void excess(int length) {
    float high = -0.25f;
    float low = 3e-9f;
    float[] y = parts.numbers(length + 4);
    float[] positive = new float[y.length];
    for (int i = 0; i < y.length; i++) {
      positive[i] = Math.abs(y[i]);
    }
    for (int sum = 0; sum < 3; sum++) {
      int which = sum;
      same(
          length,
          (ops, x) -> {
            double[] sums = new double[3];
            ops.sumsAbove(x, FROM, length, high, low, sums);
            return sums[which];
          });
    }
    same(length, (ops, x) -> ops.squaredExcess(x, FROM, length, high, low));
    same(
        length,
        (ops, x) -> {
          ops.root(x, FROM, positive, 7, length);
          return 0;
        });
    same(
        length,
        (ops, x) -> {
          ops.support(x, FROM, y, 7, length);
          return 0;
        });
  }

  /** Wherever it stands in a row of every short length, and NaN wins. */
  @ParameterizedTest
  @MethodSource("implementations")
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

  /** By hand: -1, 0.5 and 2 over a threshold of 0 are 0, 0.5 and 2. */
  @ParameterizedTest
  @MethodSource("implementations")
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

  private static float[] positions(int length) {
    float[] positions = new float[length];
    for (int i = 0; i < length; i++) {
      positions[i] = 2 * i;
    }
    return positions;
  }

  @ParameterizedTest
  @MethodSource("lengths")
  void indices(int length) {
    vectors();
    float[] x = parts.numbers(length);
    for (float threshold : new float[] {-9, 0, 0.7f, x[FROM + length / 2], 9}) {
      int[] expected = IntStream.range(0, length).filter(i -> x[FROM + i] >= threshold).toArray();
      for (RowOps ops : implementations().toList()) {
        int[] indices = new int[length];
        int count = ops.atLeast(x, FROM, length, threshold, indices);
        assertThat(Arrays.copyOf(indices, count)).isEqualTo(expected);
        assertThat(ops.count(x, FROM, length, threshold)).isEqualTo(expected.length);
      }
    }
    int[] expected = IntStream.range(0, length).filter(i -> x[FROM + i] != 0).toArray();
    for (RowOps ops : implementations().toList()) {
      int[] indices = new int[length];
      int count = ops.nonZero(x, FROM, length, indices);
      assertThat(Arrays.copyOf(indices, count)).isEqualTo(expected);
    }
  }
}
