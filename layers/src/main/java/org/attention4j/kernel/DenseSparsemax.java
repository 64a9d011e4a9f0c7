package org.attention4j.kernel;

import org.jspecify.annotations.Nullable;

/**
 * sparsemax of rows of {@code float} of which many entries have a weight: passes over the whole row
 * in place of a list of indices.
 *
 * <pre>
 *   p = max(0, z - t),  Σ p = 1
 * </pre>
 *
 * <p>Of the entries above any t, (Σ z - 1) / their number is at most the right t, and is it for the
 * right entries. Each pass takes it for the entries above the last t, as Michelot's algorithm does
 * (A finite algorithm for finding the projection of a point onto the canonical simplex of Rⁿ,
 * 1986). A sample of the row says where to begin; after that the sets lie in each other, so that
 * the same number of entries twice means the same entries. The gradient of sparsemax jumps where an
 * entry gets a weight: if rounding may have moved t beyond one, the row is left to double
 * precision.
 */
final class DenseSparsemax {
  private static final int MAX_STEPS = 64;

  /** What a float loses at most in one operation, relative to its result. */
  private static final double ROUNDING = 0x1p-24;

  /** What t loses in double precision, relative to it, with room to spare. */
  private static final double OF_DOUBLES = 0x1p-46;

  private DenseSparsemax() {}

  /**
   * Replaces the scores by the weights.
   *
   * @param max the largest score
   * @return the threshold; null if rounding leaves open which entries have a weight, and the row is
   *     as it was
   */
  static @Nullable DenseThreshold forward(FloatRow row, double max) {
    double[] sums = new double[3];
    double t = max + first(row, max, sums);
    double count = -1;
    for (int step = 0; ; step++) {
      row.sumsAbove(t, sums);
      if (sums[0] == 0 || step == MAX_STEPS) {
        return null;
      }
      // The rounding of t is that of the sum, which is about 1 only from the right t on.
      t += (sums[1] - 1) / sums[0];
      if (sums[0] == count) {
        break;
      }
      // The first t may be too high. Later ones rise.
      count = step == 0 ? -1 : sums[0];
    }
    double error = ROUNDING * FloatRow.SUMMED / count + OF_DOUBLES * Math.abs(t);
    boolean open = row.count(atLeast(t - error)) != count || row.count(atLeast(t + error)) != count;
    return open ? null : DenseThreshold.apply(row, max, t, 2);
  }

  /** τ = t - max z to begin with: -1, or that of a sample with its share of the sum. */
  private static double first(FloatRow row, double max, double[] sums) {
    double tau = -1;
    if (row.length() < FloatRow.SAMPLED) {
      return tau;
    }
    FloatRow sample = row.sample();
    double share = (double) sample.length() / row.length();
    for (int step = 0; step < MAX_STEPS; step++) {
      sample.sumsAbove(max + tau, sums);
      double next = tau + (sums[1] - share) / sums[0];
      if (!(next > tau)) {
        break;
      }
      tau = next;
    }
    return tau;
  }

  private static float atLeast(double x) {
    float rounded = (float) x;
    return rounded < x ? Math.nextUp(rounded) : rounded;
  }
}
