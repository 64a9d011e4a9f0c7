package org.attention4j.internal.attention;

import java.util.Arrays;
import org.attention4j.internal.vector.FloatOps;
import org.jspecify.annotations.Nullable;

/**
 * The largest magnitudes of the scores of each row, as a backward pass meets them when it computes
 * them again. Each row belongs to one task of the pass, so that its entries have one writer.
 */
public final class RowScores {
  private final AttentionShape shape;
  private final float[] products;

  /** The same array without biases. */
  private final float[] scores;

  /**
   * Of no scores yet.
   *
   * @param shape the sizes
   * @param biased whether the position changes scores
   */
  RowScores(AttentionShape shape, boolean biased) {
    this.shape = shape;
    products = none(shape);
    scores = biased ? none(shape) : products;
  }

  private static float[] none(AttentionShape shape) {
    float[] none = new float[shape.rows()];
    Arrays.fill(none, -1);
    return none;
  }

  /** Takes in neighbouring scores of a row before biases of the position are added. */
  void addProducts(int row, float[] x, int from, int count) {
    products[row] = Math.max(products[row], FloatOps.ROWS.largestMagnitude(x, from, count));
  }

  /** The same after that; without biases these are the {@link #addProducts products}. */
  void addScores(int row, float[] x, int from, int count) {
    scores[row] = Math.max(scores[row], FloatOps.ROWS.largestMagnitude(x, from, count));
  }

  /**
   * The largest scores of each head, once the pass has ended.
   *
   * @param queryMask zero for a query that does not count, [b, Tq]; null if all count
   * @return the largest scores
   */
  public LargestScores largest(float @Nullable [] queryMask) {
    LargestScores largest = new LargestScores(shape.heads());
    for (int example = 0; example < shape.examples(); example++) {
      for (int head = 0; head < shape.heads(); head++) {
        for (int query = 0; query < shape.queries(); query++) {
          if (queryMask == null || queryMask[example * shape.queries() + query] != 0) {
            int row = shape.row(example, head, query);
            largest.add(head, scores[row], products[row]);
          }
        }
      }
    }
    return largest;
  }
}
