package org.attention4j.kernel;

/**
 * A lower bound, close to it, of the threshold τ of sparsemax in rows of {@code float} with many
 * weights:
 *
 * <pre>
 *   Σ max(0, z - max z - τ) = 1
 * </pre>
 *
 * <p>Of all sets S of entries, τ is the largest (Σ_S (z - max z) - 1) / |S|. Each pass over the row
 * takes the entries above the present bound, as Michelot's algorithm does (A finite algorithm for
 * finding the projection of a point onto the canonical simplex of Rⁿ, 1986), and takes off what
 * rounding may have added. Few entries above the bound are then without a weight. Which ones is
 * decided in double precision: the gradient of sparsemax jumps where an entry gets a weight.
 */
final class SparsemaxBound {
  /** Passes at most; a row needs five to ten. */
  private static final int MAX_PASSES = 24;

  /** Twice what a float loses at most in one operation, relative to its result. */
  private static final double ROUNDING = 0x1p-23;

  /** More operations than a difference and the sum of the lanes take. */
  private static final int OPERATIONS = 16;

  private SparsemaxBound() {}

  /**
   * Finds the bound.
   *
   * @param max the largest entry
   * @return at least -1
   */
  static double of(FloatRow row, double max) {
    double[] sums = new double[3];
    float bound = -1;
    for (int pass = 0; pass < MAX_PASSES; pass++) {
      row.sumsAbove((float) max, bound, sums);
      double count = sums[0];
      double sum = sums[1];
      double lost = ROUNDING * ((row.length() + OPERATIONS) * sum + count * -bound);
      float next = Math.nextDown((float) (bound + (sum - lost - 1) / count));
      if (!(next > bound)) {
        break;
      }
      bound = next;
    }
    return bound;
  }
}
