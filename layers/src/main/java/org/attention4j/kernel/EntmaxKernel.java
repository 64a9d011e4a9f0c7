package org.attention4j.kernel;

import java.util.Arrays;

/**
 * entmax: {@code p = max((α-1) z - τ, 0)^(1/(α-1))} with τ such that the row sums to one.
 *
 * <p>Only scores above {@code max z - 1/(α-1)} can have a weight. All is computed in double
 * precision, and each range of α by what is well-conditioned there:
 *
 * <ul>
 *   <li>α near 1: as {@code exp(log1p((α-1) (z - u)) / (α-1))}, which becomes softmax with u = log
 *       Σ e^z; the power 1/(α-1) of a rounded number would lose as many digits as it has.
 *   <li>α up to 2: τ by Newton's method from the left, where the sum is a convex function of τ.
 *   <li>α above 2: the support by sorting, then the smallest weight w in it by halving, {@code Σ
 *       (w^(α-1) + (α-1) (z_i - z_k))^(1/(α-1)) = 1} with z_k its score. The root of a small
 *       distance from τ magnifies the rounding of τ; a w is as exact as its row.
 * </ul>
 */
final class EntmaxKernel implements RowKernel {
  private static final int MAX_STEPS = 200;

  /** Halvings of [0, 1] until nothing below the last digit of a double is left. */
  private static final int HALVINGS = 60;

  /**
   * Rounding can move τ by about 2⁻⁵². An entry that lies above it by no more is at τ: without a
   * weight, as in exact arithmetic, and not in the support, where the gradient of sparsemax jumps.
   */
  private static final double LEAST = 0x1p-50;

  /** Below this α - 1 the power is taken by logarithms. */
  static final double NEAR_ONE = 1e-3;

  /** Keeps sums and products of slopes within a double; they are steep where a weight vanishes. */
  private static final double STEEPEST = 1e140;

  private final double alpha;

  EntmaxKernel(double alpha) {
    this.alpha = alpha;
  }

  @Override
  public void forward(Row row, RowContext context) {
    forward(row, context, alpha);
  }

  @Override
  public void restore(Row row, RowContext context) {
    restore(row, context, alpha);
  }

  @Override
  public int savedValues() {
    return DenseThreshold.VALUES;
  }

  @Override
  public void backward(Row scores, Row weights, Row gradient, RowContext context) {
    backward(weights, gradient, alpha);
  }

  static void restore(Row row, RowContext context, double alpha) {
    if (!DenseThreshold.restore(row, context, alpha)) {
      forward(row, context, alpha);
    }
  }

  static void forward(Row row, RowContext context, double alpha) {
    double max = row.largestScore();
    if (Double.isNaN(max) || Double.isNaN(alpha)) {
      row.fill(Double.NaN);
      DenseThreshold.NONE.save(context);
      return;
    }
    double power = 1 / (alpha - 1);
    double bound = -1;
    if (row instanceof FloatRow floats
        && (alpha == DenseEntmax.ALPHA || alpha == 2)
        && DenseEntmax.suits(floats.countAbout(max - power), floats.length())) {
      DenseThreshold found =
          alpha == 2 ? DenseSparsemax.forward(floats, max) : DenseEntmax.forward(floats, max);
      if (found != null) {
        found.save(context);
        return;
      }
      bound = SparsemaxBound.of(floats, max);
    }
    DenseThreshold.NONE.save(context);
    int count = row.atLeast(max + bound * power);
    int[] indices = row.indices();
    double[] s = row.scratch();
    for (int j = 0; j < count; j++) {
      s[j] = row.get(indices[j]) - max;
    }
    if (alpha - 1 < NEAR_ONE) {
      nearOne(s, count, alpha - 1);
    } else {
      for (int j = 0; j < count; j++) {
        s[j] /= power;
      }
      if (alpha <= 2) {
        raise(s, count, newton(s, count, power, bound), power);
      } else {
        bySmallestWeight(s, count, alpha - 1);
      }
    }
    double sum = 0;
    for (int j = 0; j < count; j++) {
      sum += s[j];
    }
    row.fill(0);
    int support = 0;
    for (int j = 0; j < count; j++) {
      int i = indices[j];
      row.set(i, s[j] / sum);
      if (row.get(i) != 0) {
        indices[support++] = i;
      }
    }
    context.support(support);
  }

  private static void raise(double[] s, int count, double tau, double power) {
    double least = power == 1 ? LEAST : 0;
    for (int j = 0; j < count; j++) {
      double distance = s[j] - tau;
      s[j] = distance > least ? power(distance, power) : 0;
    }
  }

  private static double newton(double[] s, int count, double power, double bound) {
    double tau = bound;
    for (int step = 0; step < MAX_STEPS; step++) {
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

  /** Newton's method on the logarithm of the sum, all but linear in u here. */
  private static void nearOne(double[] s, int count, double excess) {
    double u = 0;
    for (int i = 0; i < MAX_STEPS; i++) {
      double sum = 0;
      double slope = 0;
      for (int j = 0; j < count; j++) {
        double base = excess * (s[j] - u);
        if (base > -1) {
          double e = Math.exp(Math.log1p(base) / excess);
          sum += e;
          slope += e / (1 + base);
        }
      }
      double next = u + Math.log(sum) * sum / slope;
      double step = Math.abs(next - u);
      u = next;
      if (!(step > Math.ulp(1 + u))) {
        break;
      }
    }
    for (int j = 0; j < count; j++) {
      double base = excess * (s[j] - u);
      s[j] = base > -1 ? Math.exp(Math.log1p(base) / excess) : 0;
    }
  }

  /** Scores times α - 1, to weights. */
  private static void bySmallestWeight(double[] s, int count, double excess) {
    double power = 1 / excess;
    double[] ascending = Arrays.copyOf(s, count);
    Arrays.sort(ascending);
    // The larger a score, the smaller what the scores above it add up to.
    int low = 0;
    int high = count - 1;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (sumAbove(ascending, count, ascending[middle], 0, power) < 1) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    double smallest = ascending[high];
    double min = 0;
    double max = 1;
    for (int step = 0; step < HALVINGS; step++) {
      double middle = (min + max) / 2;
      if (sumAbove(ascending, count, smallest, Math.pow(middle, excess), power) < 1) {
        min = middle;
      } else {
        max = middle;
      }
    }
    double weight = Math.pow(max, excess);
    for (int j = 0; j < count; j++) {
      double above = s[j] - smallest;
      s[j] = above > 0 ? Math.pow(weight + above, power) : above == 0 ? max : 0;
    }
  }

  /** Σ (d + s_j - low)^power over the scores that reach a low one. */
  private static double sumAbove(
      double[] ascending, int count, double low, double distance, double power) {
    double sum = 0;
    for (int j = count - 1; j >= 0 && ascending[j] >= low; j--) {
      sum += power(ascending[j] - low + distance, power);
    }
    return sum;
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
    if ((alpha == 1.5 || alpha == 2)
        && weights instanceof FloatRow w
        && gradient instanceof FloatRow g) {
      DenseEntmax.backward(w, g, alpha);
      return;
    }
    int n = weights.length();
    double[] s = weights.scratch();
    double sum = 0;
    double mean = 0;
    int steepest = 0;
    for (int i = 0; i < n; i++) {
      s[i] = slope(weights.get(i), alpha);
      sum += s[i];
      if (s[i] > s[steepest]) {
        steepest = i;
      }
    }
    // The gradients are taken relative to where the slope is largest, so that its own large share
    // of the mean cancels exactly.
    double origin = gradient.get(steepest);
    for (int i = 0; i < n; i++) {
      if (s[i] > 0) {
        mean += s[i] / sum * (gradient.get(i) - origin);
      }
    }
    for (int i = 0; i < n; i++) {
      gradient.set(i, s[i] == 0 ? 0 : s[i] * (gradient.get(i) - origin - mean));
    }
  }

  static double slope(double p, double alpha) {
    if (p <= 0) {
      return 0;
    }
    if (alpha == 2) {
      return 1;
    }
    return alpha == 1.5 ? Math.sqrt(p) : Math.min(Math.pow(p, 2 - alpha), STEEPEST);
  }

  @Override
  public Sparsity sparsity() {
    return Sparsity.WEIGHTS_AND_GRADIENT;
  }
}
