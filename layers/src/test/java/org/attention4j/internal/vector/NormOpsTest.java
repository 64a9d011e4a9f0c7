package org.attention4j.internal.vector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.attention4j.internal.vector.RandomParts.FROM;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Both implementations of {@link NormOps} on every short length, against DOUBLE. */
class NormOpsTest {
  private static final double ROUNDING = 3e-6;
  private static final float GAIN = 1.3f;
  private static final float BIAS = -0.7f;

  private final RandomParts parts = new RandomParts(13);

  static IntStream lengths() {
    return IntStream.rangeClosed(0, 53);
  }

  private static List<NormOps> implementations() {
    NormOps plain = new ScalarNormOps();
    return FloatOps.VECTORS ? List.of(plain, FloatOps.NORMS) : List.of(plain);
  }

  private interface Expected {
    double at(int t);
  }

  /** From an index on, the numbers are as expected; before and behind they are as given. */
  private static void check(float[] actual, float[] given, int from, int length, Expected value) {
    for (int i = 0; i < actual.length; i++) {
      if (i < from || i >= from + length) {
        assertThat(actual[i]).isEqualTo(given[i]);
      } else {
        double expected = value.at(i - from);
        assertThat((double) actual[i])
            .as("%d of %d", i - from, length)
            .isCloseTo(expected, within(ROUNDING * (1 + Math.abs(expected))));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("lengths")
  void forward(int length) {
    float[] x = parts.numbers(length);
    float[] means = parts.numbers(length);
    float[] scales = parts.numbers(length);
    float[] given = parts.numbers(length);
    for (NormOps ops : implementations()) {
      float[] sums = given.clone();
      ops.add(sums, x, FROM, length);
      check(sums, given, 0, length, t -> (double) given[t] + x[FROM + t]);
      float[] squares = given.clone();
      ops.addSquares(squares, means, x, FROM, length);
      check(
          squares, given, 0, length, t -> given[t] + Math.pow((double) x[FROM + t] - means[t], 2));
      float[] y = given.clone();
      ops.normalize(x, FROM, means, scales, GAIN, BIAS, y, length);
      check(
          y, given, FROM, length, t -> ((double) x[FROM + t] - means[t]) * scales[t] * GAIN + BIAS);
    }
  }

  @ParameterizedTest
  @MethodSource("lengths")
  void backward(int length) {
    float[] x = parts.numbers(length);
    float[] dy = parts.numbers(length);
    float[] means = parts.numbers(length);
    float[] scales = parts.numbers(length);
    float[] givenSums = parts.numbers(length);
    float[] givenProducts = parts.numbers(length);
    double[] h = new double[length];
    for (int t = 0; t < length; t++) {
      h[t] = ((double) x[FROM + t] - means[t]) * scales[t];
    }
    for (NormOps ops : implementations()) {
      float[] sums = givenSums.clone();
      float[] products = givenProducts.clone();
      double[] totals = {3, 5};
      ops.addGradients(x, dy, FROM, means, scales, GAIN, sums, products, length, totals);
      check(sums, givenSums, 0, length, t -> givenSums[t] + (double) GAIN * dy[FROM + t]);
      check(
          products,
          givenProducts,
          0,
          length,
          t -> givenProducts[t] + (double) GAIN * dy[FROM + t] * h[t]);
      double gains = IntStream.range(0, length).mapToDouble(t -> dy[FROM + t] * h[t]).sum();
      double biases = IntStream.range(0, length).mapToDouble(t -> dy[FROM + t]).sum();
      assertThat(totals[0]).isCloseTo(gains, within(ROUNDING * (1 + 5 * length)));
      assertThat(totals[1]).isCloseTo(biases, within(ROUNDING * (1 + length)));
      float[] dx = givenSums.clone();
      ops.inputGradient(x, dy, FROM, means, scales, GAIN, givenSums, givenProducts, dx, length);
      check(
          dx,
          givenSums,
          FROM,
          length,
          t -> scales[t] * ((double) GAIN * dy[FROM + t] - givenSums[t] - h[t] * givenProducts[t]));
    }
  }
}
