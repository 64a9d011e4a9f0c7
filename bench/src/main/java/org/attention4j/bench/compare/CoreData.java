package org.attention4j.bench.compare;

import java.util.Random;

/**
 * The arrays of one attention operation: normal numbers, channel-major [h, d, L].
 *
 * @param cell the sizes
 * @param q Q; with K of deviation 1, the scaled scores have the deviation of Q
 * @param k K
 * @param v V
 * @param outputGradient dL/doutput
 */
public record CoreData(CoreCell cell, float[] q, float[] k, float[] v, float[] outputGradient) {
  private static final long SEED = 42;

  /**
   * Draws the arrays, always the same for the same arguments.
   *
   * @param cell the sizes
   * @param scoreDeviation the standard deviation of the scaled scores
   * @return the arrays
   */
  public static CoreData draw(CoreCell cell, double scoreDeviation) {
    Random random = new Random(SEED);
    return new CoreData(
        cell,
        normal(random, cell.size(), scoreDeviation),
        normal(random, cell.size(), 1),
        normal(random, cell.size(), 1),
        normal(random, cell.size(), 1));
  }

  private static float[] normal(Random random, int size, double deviation) {
    float[] values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = (float) (deviation * random.nextGaussian());
    }
    return values;
  }

  /** The factor on the scores, 1 / √d. */
  double scale() {
    return 1 / Math.sqrt(cell.headSize());
  }

  /** From [h, d, L] to [h, L, d], which other implementations want. */
  float[] rowMajor(float[] channelMajor) {
    return transposed(channelMajor, cell.headSize(), cell.length());
  }

  /** From [h, L, d] back to [h, d, L]. */
  float[] channelMajor(float[] rowMajor) {
    return transposed(rowMajor, cell.length(), cell.headSize());
  }

  private float[] transposed(float[] values, int rows, int columns) {
    float[] result = new float[values.length];
    for (int head = 0; head < cell.heads(); head++) {
      int start = head * rows * columns;
      for (int row = 0; row < rows; row++) {
        for (int column = 0; column < columns; column++) {
          result[start + column * rows + row] = values[start + row * columns + column];
        }
      }
    }
    return result;
  }
}
