package org.attention4j.internal.attention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Rotary positions against angles and lengths in DOUBLE. */
class FloatRotaryTest {
  /** Two products, their factors rounded once each, and a sum: under four roundings of 2⁻²⁴. */
  private static final double ROUNDING = 4 * 0x1p-24;

  private static float[] normal(long seed, int length) {
    Random random = new Random(seed);
    float[] x = new float[length];
    for (int i = 0; i < length; i++) {
      x[i] = (float) random.nextGaussian();
    }
    return x;
  }

  /** Positions as after so many earlier steps. */
  private static double[] positions(int first, int steps) {
    return IntStream.range(first, first + steps).asDoubleStream().toArray();
  }

  @ParameterizedTest
  @CsvSource({"1, 2, 1, 0", "3, 6, 7, 11", "7, 22, 37, 0", "5, 26, 1, 1009", "13, 62, 131, 5"})
  void turnsEachPlane(int rows, int headSize, int steps, int firstPosition) {
    double base = 997;
    FloatRotary rotary = new FloatRotary(rows, headSize, steps);
    float[] x = normal(1, rows * headSize * steps);
    FloatRotary.Angles angles = rotary.angles(positions(firstPosition, steps), base);
    float[] y = rotary.forward(x, angles);
    float[] back = rotary.backward(x, angles);
    int half = headSize / 2;
    for (int row = 0; row < rows; row++) {
      for (int i = 0; i < half; i++) {
        for (int t = 0; t < steps; t++) {
          int first = (row * headSize + i) * steps + t;
          int second = first + half * steps;
          double length = Math.hypot(x[first], x[second]);
          double at = Math.atan2(x[second], x[first]);
          double angle = (firstPosition + t) * Math.pow(base, -2.0 * i / headSize);
          double bound = ROUNDING * (Math.abs(x[first]) + Math.abs(x[second]));
          assertThat((double) y[first]).isCloseTo(length * Math.cos(at + angle), within(bound));
          assertThat((double) y[second]).isCloseTo(length * Math.sin(at + angle), within(bound));
          assertThat((double) back[first]).isCloseTo(length * Math.cos(at - angle), within(bound));
          assertThat((double) back[second]).isCloseTo(length * Math.sin(at - angle), within(bound));
        }
      }
    }
  }

  /** A quarter of a turn by hand: position 1 of the plane whose frequency is base to the 0. */
  @Test
  void oneStepByHand() {
    FloatRotary rotary = new FloatRotary(1, 2, 1);
    FloatRotary.Angles angles = rotary.angles(new double[] {Math.PI / 2}, 10_000);
    float[] y = rotary.forward(new float[] {3, 5}, angles);
    assertThat((double) y[0]).isCloseTo(-5, within(1e-6));
    assertThat((double) y[1]).isCloseTo(3, within(1e-6));
  }
}
