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

  /** How many topics there are in {@link #drawTopics}. */
  private static final int TOPICS = 20;

  /** How much higher the score of a key is whose topic the query attends to. */
  private static final double OF_TOPIC = 8;

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

  /**
   * Draws arrays whose zeros come in blocks. The sequence is cut into {@value #TOPICS} topics of
   * neighbouring tokens; each query attends to some topics from its own on.
   *
   * @param cell the sizes; the head size is above {@value #TOPICS}
   * @param scoreDeviation the standard deviation of the scaled scores within these topics
   * @param zeros the share of topics that a query does not attend to
   * @return the arrays
   */
  public static CoreData drawTopics(CoreCell cell, double scoreDeviation, double zeros) {
    int d = cell.headSize();
    CoreData data = draw(cell, scoreDeviation * Math.sqrt(d / (double) (d - TOPICS)));
    int attended = (int) Math.round((1 - zeros) * TOPICS);
    float size = (float) Math.sqrt(OF_TOPIC / data.scale());
    for (int head = 0; head < cell.heads(); head++) {
      for (int topic = 0; topic < TOPICS; topic++) {
        int row = (head * d + topic) * cell.length();
        for (int i = 0; i < cell.length(); i++) {
          int own = (int) ((long) i * TOPICS / cell.length());
          int distance = Math.floorMod(topic - own, TOPICS);
          data.q[row + i] = distance < attended ? size : 0;
          data.k[row + i] = distance == 0 ? size : 0;
        }
      }
    }
    return data;
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
