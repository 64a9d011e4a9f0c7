package org.attention4j.kernel;

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

  /** Both roads, and an odd length so that a vector road's remainder takes part too. */
  static Stream<Lanes> roads() {
    Lanes chosen = Lanes.LANES;
    Lanes plain = new ScalarLanes();
    return chosen instanceof ScalarLanes ? Stream.of(plain) : Stream.of(plain, chosen);
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

  private static float[] exp(Lanes lanes, float... x) {
    float[] values = x.clone();
    lanes.exp(values, 0, values.length, 0, 1);
    return values;
  }

  private static float[] sigmoid(Lanes lanes, float... x) {
    float[] values = x.clone();
    lanes.sigmoid(values, 0, values.length, 0);
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
  @MethodSource("roads")
  void exponential(Lanes lanes) {
    float[] x = samples(-80, 88);
    assertThat(largestError(x, exp(lanes, x), Math::exp)).isLessThan(EXP_ULPS);
  }

  @ParameterizedTest
  @MethodSource("roads")
  void logistic(Lanes lanes) {
    float[] x = samples(-80, 80);
    assertThat(largestError(x, sigmoid(lanes, x), z -> 1 / (1 + Math.exp(-z))))
        .isLessThan(SIGMOID_ULPS);
  }

  @ParameterizedTest
  @MethodSource("roads")
  void ends(Lanes lanes) {
    float[] low = new float[37];
    for (float x : new float[] {-80, -81, -1e30f, -Float.MAX_VALUE, Float.NEGATIVE_INFINITY}) {
      Arrays.fill(low, x);
      assertThat(exp(lanes, low)).containsOnly(exp(lanes, -80)[0]);
      assertThat(sigmoid(lanes, low)).containsOnly(exp(lanes, -80)[0]);
    }
    assertThat(exp(lanes, -80)[0]).isBetween(1e-35f, 2e-35f);
    float[] high = new float[37];
    for (float x : new float[] {40, 1e30f, Float.MAX_VALUE, Float.POSITIVE_INFINITY}) {
      Arrays.fill(high, x);
      assertThat(sigmoid(lanes, high)).containsOnly(1f);
    }
    assertThat(exp(lanes, new float[37])).containsOnly(1f);
    assertThat(sigmoid(lanes, new float[37])).containsOnly(0.5f);
  }

  @ParameterizedTest
  @MethodSource("roads")
  void notANumber(Lanes lanes) {
    for (float nan : new float[] {Float.NaN, NAN_OF_ONES, Float.intBitsToFloat(0x7fc00001)}) {
      float[] x = new float[37];
      Arrays.fill(x, nan);
      assertThat(exp(lanes, x)).containsOnly(Float.NaN);
      assertThat(sigmoid(lanes, x)).containsOnly(Float.NaN);
    }
  }
}
