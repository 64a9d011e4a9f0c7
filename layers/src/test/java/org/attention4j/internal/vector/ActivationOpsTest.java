package org.attention4j.internal.vector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.Stream;
import org.apache.commons.math3.special.Erf;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ActivationOpsTest {
  private static final double ULP = Math.pow(2, -24);
  private static final float TANH_LINEAR = (float) (2 * Math.sqrt(2 / Math.PI));
  private static final float TANH_CUBIC = (float) (2 * Math.sqrt(2 / Math.PI) * 0.044715);

  private interface Values {
    void accept(float[] x, int from, float[] y, int length);
  }

  static Stream<Arguments> functions() {
    return Stream.of(new ScalarActivationOps(), FloatOps.ACTIVATIONS)
        .flatMap(
            ops ->
                Stream.of(
                    function(ops, "relu", ops::relu, ops::reluSlope, x -> x > 0 ? 1 : 0, x -> 0),
                    gate(ops, "silu", 1, 0),
                    gate(ops, "gelu sigmoid", 1.702f, 0),
                    gate(ops, "gelu tanh", TANH_LINEAR, TANH_CUBIC),
                    function(
                        ops,
                        "gelu",
                        ops::normalGate,
                        ops::normalGateSlope,
                        ActivationOpsTest::normal,
                        x -> Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI))));
  }

  /** Gates g, and their slopes g', of {@code x g(x)}. */
  private static Arguments function(
      ActivationOps ops,
      String name,
      Values values,
      Values slopes,
      DoubleUnaryOperator gate,
      DoubleUnaryOperator gateSlope) {
    return Arguments.of(
        ops.getClass().getSimpleName(),
        name,
        Named.of("values", values),
        Named.of("slopes", slopes),
        gate,
        gateSlope);
  }

  private static Arguments gate(ActivationOps ops, String name, float linear, float cubic) {
    return function(
        ops,
        name,
        (x, from, y, length) -> ops.logisticGate(x, from, y, length, linear, cubic),
        (x, from, y, length) -> ops.logisticGateSlope(x, from, y, length, linear, cubic),
        x -> logistic(linear * x + cubic * x * x * x),
        x -> {
          double u = linear * x + cubic * x * x * x;
          return logistic(u) * logistic(-u) * (linear + 3 * cubic * x * x);
        });
  }

  private static double normal(double x) {
    return 0.5 * Erf.erfc(-x / Math.sqrt(2));
  }

  private static double logistic(double x) {
    return 1 / (1 + Math.exp(-x));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 7, 31, 53})
  void multiply(int length) {
    RandomParts parts = new RandomParts(17);
    float[] given = parts.numbers(length);
    float[] x = parts.numbers(length);
    for (ActivationOps ops :
        new ActivationOps[] {new ScalarActivationOps(), FloatOps.ACTIVATIONS}) {
      float[] y = given.clone();
      ops.multiply(x, y, RandomParts.FROM, length);
      for (int i = 0; i < y.length; i++) {
        boolean inside = i >= RandomParts.FROM && i < RandomParts.FROM + length;
        assertThat(y[i]).isEqualTo(inside ? x[i] * given[i] : given[i]);
      }
    }
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("functions")
  void agreesWithDoubles(
      String ops,
      String name,
      Values values,
      Values slopes,
      DoubleUnaryOperator gate,
      DoubleUnaryOperator gateSlope) {
    int length = 20_011;
    float[] x = new float[length + 3];
    for (int i = 0; i < length; i++) {
      x[i + 3] = (float) ((i - length / 2) * 0.002 * (1 + i % 3));
    }
    float[] y = new float[x.length];
    values.accept(x, 3, y, length);
    float[] dy = new float[x.length];
    Arrays.fill(dy, 2);
    slopes.accept(x, 3, dy, length);

    assertThat(Arrays.copyOf(y, 3)).containsOnly(0);
    assertThat(Arrays.copyOf(dy, 3)).containsOnly(2);
    for (int i = 3; i < x.length; i++) {
      double g = gate.applyAsDouble(x[i]);
      double slope = g + x[i] * gateSlope.applyAsDouble(x[i]);
      double steepness = Math.abs(x[i] * gateSlope.applyAsDouble(x[i]));
      // The argument of the exponential is rounded, and its error grows with it.
      double gateBound = 6 * ULP * (1 + steepness * (1 + Math.abs(x[i])));
      assertThat((double) y[i])
          .as("f(%s)", x[i])
          .isCloseTo(x[i] * g, within(Math.abs(x[i]) * gateBound + 1e-30));
      assertThat(dy[i] / 2.0)
          .as("slope at %s", x[i])
          .isCloseTo(slope, within(2 * gateBound * (1 + Math.abs(x[i])) + 1e-30));
    }
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("functions")
  void isFiniteFarOutAndKeepsNaN(
      String ops,
      String name,
      Values values,
      Values slopes,
      DoubleUnaryOperator gate,
      DoubleUnaryOperator gateSlope) {
    // 17 copies, so that vectors and what is left over see them.
    float[] hostile = {0f, -0f, 1e30f, -1e30f, Float.MAX_VALUE, -Float.MAX_VALUE, Float.MIN_VALUE};
    float[] x = new float[17 * hostile.length];
    for (int i = 0; i < x.length; i++) {
      x[i] = hostile[i % hostile.length];
    }
    float[] y = new float[x.length];
    values.accept(x, 0, y, x.length);
    float[] slope = new float[x.length];
    Arrays.fill(slope, 1);
    slopes.accept(x, 0, slope, x.length);
    for (int i = 0; i < x.length; i++) {
      assertThat((double) y[i]).isCloseTo(Math.max(0, x[i]), within(1e-30 + 0.5 * Float.MIN_VALUE));
      if (Math.abs(x[i]) > 1) {
        assertThat(slope[i]).isCloseTo(x[i] > 0 ? 1f : 0f, within(1e-29f));
      }
    }
    float[] nan = new float[37];
    Arrays.fill(nan, Float.NaN);
    values.accept(nan, 0, nan, nan.length);
    assertThat(nan).containsOnly(Float.NaN);
  }
}
