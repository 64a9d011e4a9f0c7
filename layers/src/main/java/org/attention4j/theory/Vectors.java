package org.attention4j.theory;

/** Vectors as plain arrays. */
final class Vectors {
  private Vectors() {}

  static double norm(double[] x) {
    return Math.sqrt(dot(x, x));
  }

  static double dot(double[] x, double[] y) {
    // Four sums, as one would wait for itself at each step.
    double a = 0;
    double b = 0;
    double c = 0;
    double d = 0;
    int i = 0;
    for (; i + 3 < x.length; i += 4) {
      a += x[i] * y[i];
      b += x[i + 1] * y[i + 1];
      c += x[i + 2] * y[i + 2];
      d += x[i + 3] * y[i + 3];
    }
    for (; i < x.length; i++) {
      a += x[i] * y[i];
    }
    return a + b + (c + d);
  }

  /** {@code ‖a − factor · x‖₂}. */
  static double distance(double[] a, double factor, double[] x) {
    return Math.sqrt(squaredDistance(a, factor, x));
  }

  /** {@code ‖a − factor · x‖₂²}. */
  static double squaredDistance(double[] a, double factor, double[] x) {
    double sum0 = 0;
    double sum1 = 0;
    double sum2 = 0;
    double sum3 = 0;
    int i = 0;
    for (; i + 3 < a.length; i += 4) {
      double difference0 = a[i] - factor * x[i];
      double difference1 = a[i + 1] - factor * x[i + 1];
      double difference2 = a[i + 2] - factor * x[i + 2];
      double difference3 = a[i + 3] - factor * x[i + 3];
      sum0 += difference0 * difference0;
      sum1 += difference1 * difference1;
      sum2 += difference2 * difference2;
      sum3 += difference3 * difference3;
    }
    for (; i < a.length; i++) {
      double difference = a[i] - factor * x[i];
      sum0 += difference * difference;
    }
    return sum0 + sum1 + (sum2 + sum3);
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
