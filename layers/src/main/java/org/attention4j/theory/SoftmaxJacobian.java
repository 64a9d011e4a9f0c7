package org.attention4j.theory;

/**
 * Norms of the Jacobian of softmax, {@code J = (diag p − p pᵀ) / T}, without building it; and lines
 * to draw beside them.
 *
 * <p>The published bound 1/(4T) is not one on the spectral norm: at p = (½, ½) that is 1/(2T)
 * exactly. 1/(4T) bounds every single entry.
 */
public final class SoftmaxJacobian {
  /** Halvings after which an interval of length one has no double inside. */
  private static final int HALVINGS = 60;

  private SoftmaxJacobian() {}

  /**
   * The spectral norm ‖J‖₂, in O(n) steps.
   *
   * <p>A diagonal minus a matrix of rank one has its largest eigenvalue λ between the largest and
   * the second largest entry of the diagonal, at the one root there of the secular equation {@code
   * Σ p_i² / (p_i − λ) = 1}, which is found by bisection.
   *
   * @param weights p, not negative, with a sum of at most one
   * @param temperature T, positive
   * @return the largest singular value of J, at most {@link #spectralBound}; NaN if a weight is not
   *     finite
   * @see <a href="https://doi.org/10.1137/1015032">Golub 1973, Some modified matrix eigenvalue
   *     problems, section 5</a>
   */
  public static double spectralNorm(double[] weights, double temperature) {
    if (!Double.isFinite(WeightRow.mass(weights))) {
      return Double.NaN;
    }
    double first = 0;
    double second = 0;
    int place = -1;
    for (int i = 0; i < weights.length; i++) {
      if (weights[i] > first) {
        second = first;
        first = weights[i];
        place = i;
      } else {
        second = Math.max(second, weights[i]);
      }
    }
    double low = 0; // first − λ, whose digits are wanted where a row has nearly one weight
    double high = first - second;
    for (int i = 0; i < HALVINGS && high > 0; i++) {
      double middle = (low + high) / 2;
      if (secular(weights, place, first, middle) > 1) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return Math.max(0, first - (low + high) / 2) / temperature;
  }

  /** {@code Σ p_i² / (p_i − λ)} at λ = first − gap, where it falls as the gap grows. */
  private static double secular(double[] p, int place, double first, double gap) {
    double sum = first * first / gap;
    for (int i = 0; i < p.length; i++) {
      if (i != place) {
        sum -= p[i] * p[i] / (first - p[i] - gap);
      }
    }
    return sum;
  }

  /**
   * The Frobenius norm: {@code T² ‖J‖² = Σp² − 2 Σp³ + (Σp²)²}.
   *
   * @param weights p
   * @param temperature T, positive
   * @return the root of the sum of all squared entries of J
   */
  public static double frobeniusNorm(double[] weights, double temperature) {
    double squares = 0;
    double cubes = 0;
    for (double p : weights) {
      squares += p * p;
      cubes += p * p * p;
    }
    return Math.sqrt(Math.max(0, squares - 2 * cubes + squares * squares)) / temperature;
  }

  /**
   * The tight bound on the spectral norm, reached where two keys share all weight.
   *
   * @param temperature T, positive
   * @return 1/(2T)
   */
  public static double spectralBound(double temperature) {
    return 1 / (2 * temperature);
  }

  /**
   * The paper's line, which bounds each entry of J and not its norm.
   *
   * @param temperature T, positive
   * @return 1/(4T)
   */
  public static double entryBound(double temperature) {
    return 1 / (4 * temperature);
  }
}
