package org.attention4j.internal.attention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The gate against its formula in DOUBLE. */
class FloatGateTest {
  /** The unit roundoff of FLOAT. */
  private static final double UNIT = 0x1p-24;

  /**
   * The logistic function is off by some units of its last place, and by 1e-35 where it is tiny.
   */
  private static final double LOGISTIC = 8 * UNIT;

  private static float[] normal(long seed, int length, double size) {
    Random random = new Random(seed);
    float[] x = new float[length];
    for (int i = 0; i < length; i++) {
      x[i] = (float) (size * random.nextGaussian());
    }
    return x;
  }

  @ParameterizedTest
  @CsvSource({"1, 1, 1", "2, 7, 13", "5, 1, 101", "6, 16, 257", "11, 37, 331"})
  void isTheFormula(int rows, int shared, int steps) {
    FloatGate gate = new FloatGate(rows, shared, steps);
    float[] x = normal(1, rows * shared * steps, 1);
    float[] z = normal(2, rows * steps, 5);
    float[] dy = normal(3, x.length, 1);
    float[] y = gate.forward(x, z);
    FloatGate.Gradients gradients = gate.backward(x, z, dy);
    for (int row = 0; row < rows; row++) {
      for (int t = 0; t < steps; t++) {
        double open = 1 / (1 + Math.exp(-z[row * steps + t]));
        double sum = 0;
        double sizes = 0;
        for (int i = 0; i < shared; i++) {
          int at = (row * shared + i) * steps + t;
          assertThat((double) y[at])
              .isCloseTo(open * x[at], within((LOGISTIC + UNIT) * Math.abs(x[at])));
          assertThat((double) gradients.dx()[at])
              .isCloseTo(open * dy[at], within((LOGISTIC + UNIT) * Math.abs(dy[at])));
          sum += (double) x[at] * dy[at];
          sizes += Math.abs((double) x[at] * dy[at]);
        }
        // Recursive summation: each term passes at most so many roundings.
        double bound = (shared + 3) * UNIT * sizes + 2 * LOGISTIC * sizes;
        assertThat((double) gradients.dz()[row * steps + t])
            .isCloseTo(open * (1 - open) * sum, within(bound));
      }
    }
  }

  @Test
  void closedAndOpenGatesAreFinite() {
    float[] z = {-1e30f, -200, 0, 200, 1e30f};
    float[] x = {1, 2, 3, 4, 5};
    FloatGate gate = new FloatGate(1, 1, 5);
    float[] y = gate.forward(x, z);
    assertThat(y[0]).isBetween(0f, 1e-30f);
    assertThat(y[1]).isBetween(0f, 1e-30f);
    assertThat(y[2]).isEqualTo(1.5f);
    assertThat(y[3]).isEqualTo(4);
    assertThat(y[4]).isEqualTo(5);
    for (float slope : gate.backward(x, z, x).dz()) {
      assertThat(slope).isFinite();
    }
  }
}
