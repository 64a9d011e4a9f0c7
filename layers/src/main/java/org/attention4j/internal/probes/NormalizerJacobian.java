package org.attention4j.internal.probes;

import java.util.Random;
import org.attention4j.monitor.metrics.AttentionRow.Steepness;
import org.attention4j.theory.JacobianNorm;

/** Norms of the Jacobian of a normalizer that is no softmax. */
final class NormalizerJacobian {
  /** Longer rows are left out: n² doubles per head are held, 8 MB at this length. */
  static final int MAX_LENGTH = 1024;

  private static final int STEPS = 500;
  private static final double TOLERANCE = 1e-10;

  private NormalizerJacobian() {}

  /** The norms of a square matrix. */
  static Steepness norms(double[][] jacobian) {
    double squares = 0;
    for (double[] row : jacobian) {
      for (double entry : row) {
        squares += entry * entry;
      }
    }
    double spectral =
        JacobianNorm.spectral(
            v -> product(jacobian, v),
            u -> transposedProduct(jacobian, u),
            jacobian.length,
            STEPS,
            TOLERANCE,
            new Random(1));
    return new Steepness(spectral, Math.sqrt(squares));
  }

  private static double[] product(double[][] matrix, double[] v) {
    double[] result = new double[matrix.length];
    for (int i = 0; i < matrix.length; i++) {
      double[] row = matrix[i];
      double sum = 0;
      for (int j = 0; j < v.length; j++) {
        sum += row[j] * v[j];
      }
      result[i] = sum;
    }
    return result;
  }

  private static double[] transposedProduct(double[][] matrix, double[] u) {
    double[] result = new double[matrix.length];
    for (int i = 0; i < matrix.length; i++) {
      double[] row = matrix[i];
      double factor = u[i];
      for (int j = 0; j < result.length; j++) {
        result[j] += row[j] * factor;
      }
    }
    return result;
  }
}
