package org.attention4j.normalizer;

import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * The gradient of {@code sum(g * p(z))} by central differences of a reference in DOUBLE, and how
 * far a path may be from it.
 *
 * <p>With u the unit roundoff of the path's type, n the length of the row and S the size of the
 * terms of the gradient, a path may be away by {@code 4 sqrt(n) (u S + move + e)}: see {@code
 * FloatError} for the analysis. "move" is how far the gradient itself moves when each score changes
 * by a relative u, e is the error of the differences, the difference between those of two steps.
 *
 * @param gradient dL/dz
 * @param bound the largest error of a path
 */
record ReferenceGradient(double[] gradient, double bound) {
  private static final double STEP = 1e-5;
  private static final int DEVIATIONS = 4;
  private static final double LARGEST = 2e4;

  /** Differences that change by more with the step say nothing. */
  private static final double CONVERGED = 1e-3;

  /** What is left beside a weight of nearly one; below it differences are rounding. */
  private static final double NEARLY_ALL = 1e-9;

  /**
   * Differentiates.
   *
   * @param weights the reference, from z to p
   * @param z the visible scores
   * @param g dL/dp
   * @param type FLOAT or DOUBLE, of the path
   * @return the gradient; empty where z is too large for differences, where they do not converge,
   *     or where one of them shows a kink: there is no derivative at the boundary of a support
   */
  static Optional<ReferenceGradient> of(
      UnaryOperator<double[]> weights, double[] z, double[] g, DataType type) {
    if (!Arrays.stream(z).allMatch(x -> Math.abs(x) < LARGEST)) {
      return Optional.empty();
    }
    double unit = type == DataType.DOUBLE ? 0x1p-53 : 0x1p-24;
    double[] fine = differences(weights, z, g, STEP);
    double[] coarse = differences(weights, z, g, 2 * STEP);
    double[] p = weights.apply(z);
    double loss = dot(p, g);
    double size = unit;
    double terms = unit;
    for (int i = 0; i < z.length; i++) {
      double slope =
          (weights.apply(shifted(z, i, STEP))[i] - weights.apply(shifted(z, i, -STEP))[i])
              / (2 * STEP);
      size = Math.max(size, Math.abs(slope));
      // A gradient p (g - mean) has terms as large as its factor p, also where p is nearly 1.
      terms = Math.max(terms, Math.abs(slope) / Math.max(1 - p[i], NEARLY_ALL));
    }
    for (int i = 0; i < z.length; i++) {
      double jump = jump(weights, z, g, loss, i, STEP);
      double half = jump(weights, z, g, loss, i, STEP / 2);
      // The jump of a smooth function is halved with the step, that of a kink stays.
      if (jump > 1e-6 * size && half > 0.6 * jump) {
        return Optional.empty();
      }
    }
    if (distance(fine, coarse) > CONVERGED * size) {
      return Optional.empty();
    }
    Random random = new Random(83);
    double[] near = new double[z.length];
    Arrays.setAll(near, i -> z[i] * (random.nextBoolean() ? 1 + unit : 1 - unit));
    double error = distance(fine, coarse) + 1e-15 * p.length / STEP;
    // The differences of a DOUBLE row's neighbour are rounding alone.
    double move = type == DataType.DOUBLE ? 0 : distance(fine, differences(weights, near, g, STEP));
    return Optional.of(
        new ReferenceGradient(
            fine, DEVIATIONS * Math.sqrt(z.length) * (unit * terms + move + error)));
  }

  private static double[] differences(
      UnaryOperator<double[]> weights, double[] z, double[] g, double step) {
    double[] result = new double[z.length];
    for (int i = 0; i < z.length; i++) {
      double[] above = shifted(z, i, step);
      double[] below = shifted(z, i, -step);
      result[i] =
          (dot(weights.apply(above), g) - dot(weights.apply(below), g)) / (above[i] - below[i]);
    }
    return result;
  }

  private static double jump(
      UnaryOperator<double[]> weights, double[] z, double[] g, double loss, int i, double step) {
    double above = dot(weights.apply(shifted(z, i, step)), g);
    double below = dot(weights.apply(shifted(z, i, -step)), g);
    return Math.abs(above - 2 * loss + below) / step;
  }

  private static double[] shifted(double[] z, int index, double step) {
    double[] moved = z.clone();
    moved[index] += step;
    return moved;
  }

  private static double dot(double[] p, double[] g) {
    double sum = 0;
    for (int i = 0; i < p.length; i++) {
      sum += p[i] * g[i];
    }
    return sum;
  }

  private static double distance(double[] a, double[] b) {
    double largest = 0;
    for (int i = 0; i < a.length; i++) {
      largest = Math.max(largest, Math.abs(a[i] - b[i]));
    }
    return largest;
  }
}
