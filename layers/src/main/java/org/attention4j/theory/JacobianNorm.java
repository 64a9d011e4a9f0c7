package org.attention4j.theory;

import java.util.Random;
import java.util.function.UnaryOperator;

/** The spectral norm of any linear map that can be applied forwards and backwards. */
public final class JacobianNorm {
  private JacobianNorm() {}

  /**
   * Power iteration on JᵀJ.
   *
   * @param product v ↦ J v
   * @param transposedProduct u ↦ Jᵀ u
   * @param size the number of columns of J
   * @param steps the largest number of iterations
   * @param tolerance the relative change of the norm at which the iteration ends
   * @param random where the start vector comes from
   * @return ‖J‖₂, from below
   */
  public static double spectral(
      UnaryOperator<double[]> product,
      UnaryOperator<double[]> transposedProduct,
      int size,
      int steps,
      double tolerance,
      Random random) {
    double[] v = random.doubles(size).map(x -> 2 * x - 1).toArray();
    double norm = 0;
    for (int i = 0; i < steps; i++) {
      double length = Vectors.norm(v);
      if (length == 0) {
        return 0;
      }
      for (int j = 0; j < size; j++) {
        v[j] /= length;
      }
      double[] image = product.apply(v);
      double next = Vectors.norm(image);
      if (Math.abs(next - norm) <= tolerance * next) {
        return next;
      }
      norm = next;
      v = transposedProduct.apply(image).clone();
    }
    return norm;
  }
}
