package org.attention4j.internal.vector;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The exponential and the logistic function against those of the JDK, in units in the last place.
 */
class FloatExpTest {
  private static final double EXP_ULPS = 2;
  private static final double SIGMOID_ULPS = 4;
  private static final int SAMPLES = 300_000;
  private static final float NAN_OF_ONES = Float.intBitsToFloat(-1);

  /** An odd length, so that the remainder after the last vector takes part too. */
  static Stream<RowOps> implementations() {
    RowOps plain = new ScalarRowOps();
    return FloatOps.VECTORS ? Stream.of(plain, FloatOps.ROWS) : Stream.of(plain);
  }

  private static float[] samples(double low, double high) {
    Random random = new Random(19);
    float[] samples = new float[SAMPLES + 1];
    for (int i = 0; i < SAMPLES; i++) {
      // Every other one near zero, where the spacing is finer.
      double x = low + (high - low) * random.nextDouble();
      samples[i] = (float) (i % 2 == 0 ? x : x * Math.pow(2, -random.nextInt(30)));
    }
    return samples;
  }

  private static float[] exp(RowOps ops, float... x) {
    float[] values = x.clone();
    ops.exp(values, 0, values.length, 0, 1);
    return values;
  }

  private static float[] sigmoid(RowOps ops, float... x) {
    float[] values = x.clone();
    ops.sigmoid(values, 0, values.length, 0);
    return values;
  }

  private static double largestError(float[] x, float[] y, DoubleUnaryOperator exact) {
    double largest = 0;
    for (int i = 0; i < x.length; i++) {
      double expected = exact.applyAsDouble(x[i]);
      largest = Math.max(largest, Math.abs(y[i] - expected) / Math.ulp((float) expected));
    }
    return largest;
  }

  @ParameterizedTest
  @MethodSource("implementations")
  void exponential(RowOps ops) {
    float[] x = samples(-80, 88);
    assertThat(largestError(x, exp(ops, x), Math::exp)).isLessThan(EXP_ULPS);
  }

  @ParameterizedTest
  @MethodSource("implementations")
  void logistic(RowOps ops) {
    float[] x = samples(-80, 80);
    assertThat(largestError(x, sigmoid(ops, x), z -> 1 / (1 + Math.exp(-z))))
        .isLessThan(SIGMOID_ULPS);
  }

  @ParameterizedTest
  @MethodSource("implementations")
  void ends(RowOps ops) {
    float[] low = new float[37];
    for (float x : new float[] {-80, -81, -1e30f, -Float.MAX_VALUE, Float.NEGATIVE_INFINITY}) {
      Arrays.fill(low, x);
      assertThat(exp(ops, low)).containsOnly(exp(ops, -80)[0]);
      assertThat(sigmoid(ops, low)).containsOnly(exp(ops, -80)[0]);
    }
    assertThat(exp(ops, -80)[0]).isBetween(1e-35f, 2e-35f);
    float[] high = new float[37];
    for (float x : new float[] {40, 1e30f, Float.MAX_VALUE, Float.POSITIVE_INFINITY}) {
      Arrays.fill(high, x);
      assertThat(sigmoid(ops, high)).containsOnly(1f);
    }
    assertThat(exp(ops, new float[37])).containsOnly(1f);
    assertThat(sigmoid(ops, new float[37])).containsOnly(0.5f);
  }

  @ParameterizedTest
  @MethodSource("implementations")
  void notANumber(RowOps ops) {
    for (float nan : new float[] {Float.NaN, NAN_OF_ONES, Float.intBitsToFloat(0x7fc00001)}) {
      float[] x = new float[37];
      Arrays.fill(x, nan);
      assertThat(exp(ops, x)).containsOnly(Float.NaN);
      assertThat(sigmoid(ops, x)).containsOnly(Float.NaN);
    }
  }
}
