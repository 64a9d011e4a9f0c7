package org.attention4j.internal.attention;

import org.attention4j.kernel.Row;

/**
 * Which numbers of an array of rows are dropped, such as attention weights: a function of the seed
 * and of the number's row and index alone. So the backward pass, another thread and the graph path
 * draw the same without keeping anything.
 *
 * <p>The mixing function is that of SplitMix64 (G. Steele, D. Lea and C. Flood, 2014).
 */
public final class Dropout {
  private static final long STEP = 0x9E3779B97F4A7C15L;
  private static final double UNIT = 0x1p-53;
  private static final int UNUSED_BITS = 11;

  private final double probability;
  private final double kept;
  private final long seed;

  /**
   * Describes one draw for all weights.
   *
   * @param probability the probability of each weight to be dropped, from 0 to below 1
   * @param seed what it is drawn from
   */
  public Dropout(double probability, long seed) {
    this.probability = probability;
    this.kept = 1 / (1 - probability);
    this.seed = seed;
  }

  /**
   * The factor on one weight.
   *
   * @param row the index of the weight's row among all rows [b, h, Tq]
   * @param key the position of its key
   * @return 0 with the probability of a drop, otherwise 1 / (1 - probability)
   */
  public double factor(long row, int key) {
    long bits = mix(mix(seed + row * STEP) + key * STEP);
    return (bits >>> UNUSED_BITS) * UNIT < probability ? 0 : kept;
  }

  /** Applies the factors to the entries of a row from a visible key on. */
  void apply(Row weights, int row, VisibleKeys keys, int from) {
    if (probability == 0) {
      return;
    }
    long start = mix(seed + row * STEP);
    for (int i = 0; i < weights.length(); i++) {
      long bits = mix(start + keys.position(from + i) * STEP);
      weights.set(i, (bits >>> UNUSED_BITS) * UNIT < probability ? 0 : weights.get(i) * kept);
    }
  }

  /**
   * Applies the factors to a row of an array [rows, length].
   *
   * @param x the array
   * @param y where the row's result goes, at the same indices
   * @param row the index of the row
   * @param length its length
   */
  public void apply(float[] x, float[] y, int row, int length) {
    long start = mix(seed + row * STEP);
    float factor = (float) kept;
    int from = row * length;
    for (int i = 0; i < length; i++) {
      long bits = mix(start + i * STEP);
      y[from + i] = (bits >>> UNUSED_BITS) * UNIT < probability ? 0 : x[from + i] * factor;
    }
  }

  private static long mix(long x) {
    long z = (x ^ (x >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
