package org.attention4j.theory;

/** Vectors as plain arrays. */
final class Vectors {
  private Vectors() {}

  static double norm(double[] x) {
    return Math.sqrt(dot(x, x));
  }

  static double dot(double[] x, double[] y) {
    double sum = 0;
    for (int i = 0; i < x.length; i++) {
      sum += x[i] * y[i];
    }
    return sum;
  }

  /** {@code ‖a − factor · x‖₂}. */
  static double distance(double[] a, double factor, double[] x) {
    return Math.sqrt(squaredDistance(a, factor, x));
  }

  /** {@code ‖a − factor · x‖₂²}. */
  static double squaredDistance(double[] a, double factor, double[] x) {
    // Two sums, as one would wait for itself at each step.
    double even = 0;
    double odd = 0;
    int i = 0;
    for (; i + 1 < a.length; i += 2) {
      double first = a[i] - factor * x[i];
      double second = a[i + 1] - factor * x[i + 1];
      even += first * first;
      odd += second * second;
    }
    if (i < a.length) {
      double last = a[i] - factor * x[i];
      even += last * last;
    }
    return even + odd;
  }

  /** {@code Σ factors_i x_i} over the given indices. */
  static double[] combination(double[] factors, double[][] x, int[] indices) {
    double[] sum = new double[x[0].length];
    for (int i : indices) {
      for (int j = 0; j < sum.length; j++) {
        sum[j] += factors[i] * x[i][j];
      }
    }
    return sum;
  }
}
