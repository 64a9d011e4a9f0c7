package org.attention4j.monitor;

import java.util.Map;
import java.util.Random;
import org.attention4j.layers.AttentionRule;
import org.attention4j.monitor.AttentionRow.Steepness;
import org.attention4j.theory.JacobianNorm;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * The whole Jacobian of a normalizer that is no softmax, at one row: n copies of the row, each with
 * the gradient of another weight.
 */
final class NormalizerJacobian {
  /** n² doubles a head, some times over, are held: 8 MB at this length. */
  private static final int LONGEST = 1024;

  private static final int STEPS = 500;
  private static final double TOLERANCE = 1e-10;

  private NormalizerJacobian() {}

  /**
   * Computes the norms.
   *
   * @param scores of the visible keys [n], at least one
   * @param head whose parameters count
   * @return the norms; null where the row is too long
   */
  static @Nullable Steepness norms(
      NormalizerProgram program,
      double[] scores,
      int head,
      Map<String, INDArray> parameters,
      AttentionRule rule) {
    int n = scores.length;
    if (n > LONGEST) {
      return null;
    }
    // All heads compute the same row, each with its own parameters; one of them is wanted.
    INDArray rows =
        Nd4j.createFromArray(scores).reshape(1, 1, 1, n).broadcast(1, rule.heads(), n, n).dup();
    INDArray directions =
        Nd4j.eye(n).castTo(DataType.DOUBLE).reshape(1, 1, n, n).broadcast(1, rule.heads(), n, n);
    INDArray visible = Nd4j.ones(DataType.DOUBLE, 1, 1, n, n);
    double[][] jacobian =
        program
            .scoresGradient(rows, visible, parameters, directions.dup())
            .get(
                NDArrayIndex.point(0),
                NDArrayIndex.point(head),
                NDArrayIndex.all(),
                NDArrayIndex.all())
            .reshape(n, n)
            .toDoubleMatrix();
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
            n,
            STEPS,
            TOLERANCE,
            new Random(1));
    return new Steepness(spectral, Math.sqrt(squares));
  }

  private static double[] product(double[][] matrix, double[] v) {
    double[] result = new double[matrix.length];
    for (int i = 0; i < matrix.length; i++) {
      for (int j = 0; j < v.length; j++) {
        result[i] += matrix[i][j] * v[j];
      }
    }
    return result;
  }

  private static double[] transposedProduct(double[][] matrix, double[] u) {
    double[] result = new double[matrix[0].length];
    for (int i = 0; i < matrix.length; i++) {
      for (int j = 0; j < result.length; j++) {
        result[j] += matrix[i][j] * u[i];
      }
    }
    return result;
  }
}
