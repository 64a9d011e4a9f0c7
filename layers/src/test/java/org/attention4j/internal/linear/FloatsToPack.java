package org.attention4j.internal.linear;

import java.util.Arrays;
import java.util.Random;

/** Arrays for the tests of what is laid out for products. */
final class FloatsToPack {
  private final Random random = new Random(7);

  float[] numbers(int length) {
    float[] x = new float[length];
    for (int i = 0; i < length; i++) {
      x[i] = (float) random.nextGaussian();
    }
    return x;
  }

  /** What is left from before must not show. */
  static float[] dirty(int length) {
    float[] x = new float[length];
    Arrays.fill(x, Float.NaN);
    return x;
  }
}
