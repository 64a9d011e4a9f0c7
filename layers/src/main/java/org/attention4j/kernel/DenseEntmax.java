package org.attention4j.kernel;

/**
 * entmax with α = 1.5 of rows of {@code float} of which many entries have a weight, as at the start
 * of training: passes over the whole row in place of a list of indices. And the gradients of such
 * rows and of sparsemax.
 *
 * <pre>
 *   s = (z - max z) / 2,  p = max(0, s - τ)²,  Σ p = 1,  -1 ≤ τ ≤ -1/√n
 * </pre>
 *
 * <p>Over a fixed set of entries the sum is a polynomial of degree two in τ, whose root is known.
 * Each pass takes the root for the entries that are above the present τ. As these sets lie in each
 * other, the same number of entries twice means the same entries, and then τ is exact. A root that
 * leaves what is known of τ gives way to a step of Newton's method, and that to halving. A sample
 * of a long row says where to begin.
 *
 * <p>{@link DenseSparsemax} is for the weights of sparsemax.
 */
final class DenseEntmax {
  static final double ALPHA = 1.5;

  /** With fewer entries in reach than this share of the row, their indices are worth a list. */
  private static final int SHARE = 16;

  private static final int MAX_STEPS = 64;

  private DenseEntmax() {}

  /**
   * Whether so many entries are better searched in passes over the whole row.
   *
   * @param count how many entries can have a weight
   */
  static boolean suits(int count, int length) {
    return count > length / SHARE;
  }

  /** Replaces the scores by the weights. */
  static DenseThreshold forward(FloatRow row, double max) {
    row.affine(max, ALPHA - 1);
    double highest = -1 / Math.sqrt(row.length());
    double first = highest;
    if (row.length() >= FloatRow.SAMPLED) {
      FloatRow sample = row.sample();
      double share = (double) sample.length() / row.length();
      first = Math.max(-1, Math.min(highest, search(sample, share, highest)));
    }
    return DenseThreshold.apply(row, max, search(row, 1, first), ALPHA);
  }

  /**
   * The τ between -1 and 0 with which the squares have a sum.
   *
   * @param total the sum
   * @param first where to begin
   */
  private static double search(FloatRow row, double total, double first) {
    double low = -1;
    double high = 0;
    double tau = first;
    double[] sums = new double[3];
    double exactFor = -1;
    for (int step = 0; step < MAX_STEPS && high > low; step++) {
      row.sumsAbove(tau, sums);
      double count = sums[0];
      if (count == exactFor) {
        break;
      }
      double surplus = sums[2] - total;
      if (surplus >= 0) {
        low = tau;
      } else {
        high = tau;
      }
      double next = tau + root(sums, total);
      exactFor = count;
      if (!(next >= low && next <= high)) {
        exactFor = -1;
        next = surplus > 0 ? tau + surplus / (2 * sums[1]) : (low + high) / 2;
      }
      tau = next;
    }
    return tau;
  }

  /** The smaller x with Σ (d - x)² = total over the d of a row; NaN if there is none. */
  private static double root(double[] sums, double total) {
    double count = sums[0];
    double sum = sums[1];
    return (sum - Math.sqrt(sum * sum - count * (sums[2] - total))) / count;
  }

  /** dz = s (g - Σ s g / Σ s), with s = √p for α = 1.5; for α = 2, s = 1 where p is positive. */
  static void backward(FloatRow weights, FloatRow gradient, double alpha) {
    int n = weights.length();
    // Relative to the gradient of the largest weight, whose own share of the mean cancels so.
    int largest = 0;
    double max = weights.max();
    while (largest < n - 1 && weights.get(largest) < max) {
      largest++;
    }
    gradient.affine(gradient.get(largest), 1);
    FloatRow s = (FloatRow) weights.spare(n);
    if (alpha == 2) {
      s.support(weights);
    } else {
      s.root(weights);
    }
    double sum = s.sum();
    gradient.center(s, sum == 0 ? 0 : gradient.dot(s) / sum, 1);
  }
}
