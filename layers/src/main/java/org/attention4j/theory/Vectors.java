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
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      double difference = a[i] - factor * x[i];
      sum += difference * difference;
    }
    return Math.sqrt(sum);
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
