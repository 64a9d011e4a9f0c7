package org.attention4j.internal.vector;

import java.util.Random;

/** Random numbers for operations on part of an array. */
final class RandomParts {
  /** Where parts begin. */
  static final int FROM = 3;

  private static final int BEHIND = 67;

  private final Random random;

  RandomParts(long seed) {
    random = new Random(seed);
  }

  /** Gaussian numbers with zeros among them, with room before and behind the part. */
  float[] numbers(int length) {
    float[] numbers = new float[FROM + length + BEHIND];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = random.nextInt(5) == 0 ? 0 : (float) random.nextGaussian();
    }
    return numbers;
  }

  int[] indices(int count, int bound) {
    return random.ints(count, 0, bound).toArray();
  }
}
