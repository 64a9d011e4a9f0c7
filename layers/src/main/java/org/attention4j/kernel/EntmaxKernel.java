package org.attention4j.kernel;

/**
 * entmax: {@code p = max((α-1) z - τ, 0)^(1/(α-1))} with τ such that the row sums to one.
 *
 * <p>Only scores above {@code max z - 1/(α-1)} can have a weight; τ is sought among these, in
 * double precision, by Newton's method from the left where the sum is a convex function of τ (α at
 * most 2) and by halving otherwise.
 */
final class EntmaxKernel implements RowKernel {
  private static final int MOST_STEPS = 200;

  private final double alpha;

  EntmaxKernel(double alpha) {
    this.alpha = alpha;
  }

  @Override
  public void forward(Row row, RowContext context) {
    forward(row, alpha);
  }

  @Override
  public void backward(Row scores, Row weights, Row gradient, RowContext context) {
    backward(weights, gradient, alpha);
  }

  static void forward(Row row, double alpha) {
    double max = row.max();
    if (Double.isNaN(max)) {
      row.fill(max);
      return;
    }
    double power = 1 / (alpha - 1);
    int count = row.atLeast(max - power);
    int[] indices = row.indices();
    double[] s = row.scratch();
    for (int j = 0; j < count; j++) {
      s[j] = (row.get(indices[j]) - max) / power;
    }
    double tau = alpha <= 2 ? newton(s, count, power) : bisection(s, count, power);
    double sum = 0;
    for (int j = 0; j < count; j++) {
      s[j] = power(s[j] - tau, power);
      sum += s[j];
    }
    row.fill(0);
    for (int j = 0; j < count; j++) {
      row.set(indices[j], s[j] / sum);
    }
  }

  private static double newton(double[] s, int count, double power) {
    double tau = -1;
    for (int step = 0; step < MOST_STEPS; step++) {
      double value = -1;
      double slope = 0;
      for (int j = 0; j < count; j++) {
        double distance = s[j] - tau;
        if (distance > 0) {
          double raised = power(distance, power - 1);
          slope += raised;
          value += raised * distance;
        }
      }
      double next = tau + value / (power * slope);
      if (!(next > tau)) {
        break;
      }
      tau = next;
    }
    return tau;
  }

  private static double bisection(double[] s, int count, double power) {
    double low = -1;
    double high = 0;
    for (int step = 0; step < MOST_STEPS; step++) {
      double middle = (low + high) / 2;
      if (middle <= low || middle >= high) {
        break;
      }
      double sum = 0;
      for (int j = 0; j < count; j++) {
        sum += power(s[j] - middle, power);
      }
      if (sum >= 1) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return low;
  }

  private static double power(double distance, double power) {
    if (distance <= 0) {
      return 0;
    }
    if (power == 1) {
      return distance;
    }
    if (power == 2) {
      return distance * distance;
    }
    return power == 0 ? 1 : Math.pow(distance, power);
  }

  /** dz = s (g - Σ s g / Σ s) with s = p^(2-α) on the support. */
  static void backward(Row weights, Row gradient, double alpha) {
    int n = weights.length();
    double[] s = weights.scratch();
    double sum = 0;
    double mean = 0;
    for (int i = 0; i < n; i++) {
      double p = weights.get(i);
      s[i] = slope(p, alpha);
      if (p > 0) {
        sum += s[i];
        mean += s[i] * gradient.get(i);
      }
    }
    mean /= sum;
    for (int i = 0; i < n; i++) {
      gradient.set(i, s[i] == 0 ? 0 : s[i] * (gradient.get(i) - mean));
    }
  }

  static double slope(double p, double alpha) {
    if (p <= 0) {
      return 0;
    }
    if (alpha == 2) {
      return 1;
    }
    return alpha == 1.5 ? Math.sqrt(p) : Math.pow(p, 2 - alpha);
  }

  @Override
  public Sparsity sparsity() {
    return Sparsity.WEIGHTS_AND_GRADIENT;
  }
}
