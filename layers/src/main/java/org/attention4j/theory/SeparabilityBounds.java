package org.attention4j.theory;

/**
 * Theorem 2: what share of the chosen tokens can be separable.
 *
 * @param lower {@code 1 − (1/(rN)) Σ ξ_i}, which always holds; may be negative
 * @param upper {@code (1/N) Σ exp(−max(ξ_i − r, 0)² / (2M²))}, the paper's heuristic
 * @see <a href="https://arxiv.org/abs/2508.17821">Limitations of Normalization, Theorem 2</a>
 */
public record SeparabilityBounds(double lower, double upper) {
  /**
   * Bounds N_s/N for vectors of length M.
   *
   * @param weights α [L], not negative
   * @param choice I_N
   * @param smallestDistance δ, at most the distance of any two chosen vectors
   * @param length M, the length of the vectors
   * @param radius r
   * @return the bounds
   */
  public static SeparabilityBounds of(
      double[] weights, TopN choice, double smallestDistance, double length, double radius) {
    double[] xi = xi(weights, choice, smallestDistance, length);
    double sum = 0;
    double likely = 0;
    for (double value : xi) {
      double beyond = Math.max(value - radius, 0) / length;
      sum += value;
      likely += Math.exp(-beyond * beyond / 2);
    }
    return new SeparabilityBounds(1 - sum / (radius * xi.length), likely / xi.length);
  }

  /**
   * The largest distance that a chosen token can have from the context vector: {@code ξ_i² = M²
   * Σ_{j≠i} α_j² + (M² − δ²/2) Σ_{j≠k} α_j α_k}, with j and k in I_N without i.
   *
   * @param weights α [L], not negative
   * @param choice I_N
   * @param smallestDistance δ, at most the distance of any two chosen vectors
   * @param length M, the length of the vectors
   * @return ξ [N] in the order of the choice
   */
  public static double[] xi(double[] weights, TopN choice, double smallestDistance, double length) {
    int[] chosen = choice.chosen();
    double sum = 0;
    double squares = 0;
    for (int j : chosen) {
      sum += weights[j];
      squares += weights[j] * weights[j];
    }
    double product = length * length - smallestDistance * smallestDistance / 2;
    double[] xi = new double[chosen.length];
    for (int i = 0; i < xi.length; i++) {
      double own = weights[chosen[i]];
      double restSquares = squares - own * own;
      double restProducts = (sum - own) * (sum - own) - restSquares;
      xi[i] = Math.sqrt(Math.max(0, length * length * restSquares + product * restProducts));
    }
    return xi;
  }

  /**
   * The smallest distance δ of two of the chosen vectors.
   *
   * @param x vectors [L][d]
   * @param choice I_N
   * @return δ; zero for fewer than two
   */
  public static double smallestDistance(double[][] x, TopN choice) {
    int[] chosen = choice.chosen();
    double smallest = Double.POSITIVE_INFINITY;
    for (int i = 0; i < chosen.length; i++) {
      for (int j = 0; j < i; j++) {
        smallest = Math.min(smallest, Vectors.distance(x[chosen[i]], 1, x[chosen[j]]));
      }
    }
    return chosen.length < 2 ? 0 : smallest;
  }
}
