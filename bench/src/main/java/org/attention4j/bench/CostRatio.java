package org.attention4j.bench;

import java.util.Arrays;
import java.util.Locale;
import org.apache.commons.math3.distribution.TDistribution;

/**
 * How much more something costs than something else, from pairs of measurements that were taken one
 * after the other: the ratio of the means, with the 95 % confidence interval of a ratio estimator,
 * {@code R ± t · s / (√n · mean(base))} with the standard deviation s of {@code other - R · base}
 * and n pairs (Cochran, Sampling Techniques, 1977, chapter 6). What changes slowly in the machine
 * is in both of a pair and so not in s.
 *
 * @param percent how much more it costs
 * @param low the lower end of the interval
 * @param high the upper end
 */
record CostRatio(double percent, double low, double high) {
  private static final double UPPER_TAIL = 0.975;
  private static final double HUNDRED = 100;

  /**
   * Compares.
   *
   * @param base what without costs, at least two
   * @param other what with costs, as many
   */
  static CostRatio of(double[] base, double[] other) {
    int n = base.length;
    if (n < 2 || other.length != n) {
      throw new IllegalArgumentException(
          "CostRatio: there are %d and %d measurements but must be as many of both, at least 2."
              .formatted(n, other.length));
    }
    double sum = Arrays.stream(base).sum();
    double ratio = Arrays.stream(other).sum() / sum;
    double squares = 0;
    for (int i = 0; i < n; i++) {
      double rest = other[i] - ratio * base[i];
      squares += rest * rest;
    }
    double error = Math.sqrt(squares / (n - 1) / n) / (sum / n);
    double half = new TDistribution(n - 1.0).inverseCumulativeProbability(UPPER_TAIL) * error;
    return new CostRatio(
        HUNDRED * (ratio - 1), HUNDRED * (ratio - half - 1), HUNDRED * (ratio + half - 1));
  }

  /**
   * What it costs of a whole of which what was measured is one part, if the rest costs nothing
   * more.
   *
   * @param share the part of the whole that was measured, in (0, 1]
   */
  CostRatio ofShare(double share) {
    return new CostRatio(share * percent, share * low, share * high);
  }

  /** Such as {@code 1.21 (0.95 to 1.47)}. */
  @Override
  public String toString() {
    return String.format(Locale.ROOT, "%.2f (%.2f to %.2f)", percent, low, high);
  }
}
