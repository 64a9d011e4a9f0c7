package org.attention4j.theory;

/**
 * How many of the N chosen tokens can be told from the rest by their distance to the context
 * vector.
 *
 * @param radius {@code r = min_{j∉I_N} ‖s − α_j x_j‖}; infinite if all tokens are chosen
 * @param separated {@code N_s}, the number of chosen tokens with {@code ‖α_i x_i − s‖ < r}
 * @param count N
 * @see <a href="https://arxiv.org/abs/2508.17821">Limitations of Normalization, section 4</a>
 */
public record Separability(double radius, int separated, int count) {
  /** From this N_s/N on the paper calls a head saturated. */
  public static final double SATURATED_FROM = 0.70;

  /** Up to this N_s/N the paper calls a head saturated. */
  public static final double SATURATED_TO = 0.85;

  /**
   * Counts the separated tokens.
   *
   * @param weights α [L]
   * @param x token vectors [L][d], usually {@linkplain #onSphere of one length}
   * @param choice I_N
   * @return r, N_s and N
   */
  public static Separability of(double[] weights, double[][] x, TopN choice) {
    double[] context = Vectors.combination(weights, x, choice.chosen());
    double radius = Double.POSITIVE_INFINITY;
    for (int j : choice.others()) {
      radius = Math.min(radius, Vectors.distance(context, weights[j], x[j]));
    }
    int separated = 0;
    double[] distances = distances(weights, x, choice);
    for (double distance : distances) {
      if (Double.isNaN(distance)) {
        radius = Double.NaN; // a vector or weight is not finite
      }
      if (distance < radius) {
        separated++;
      }
    }
    return new Separability(radius, separated, distances.length);
  }

  /**
   * Counts as if all vectors were {@linkplain #onSphere of one length}, without a copy of them.
   *
   * @param weights α [L]
   * @param x token vectors [L][d] of any length
   * @param choice I_N
   * @return r, N_s and N
   */
  public static Separability ofDirections(double[] weights, double[][] x, TopN choice) {
    double[] scaled = weights.clone();
    for (int i = 0; i < scaled.length; i++) {
      double norm = Vectors.norm(x[i]);
      if (norm > 0) {
        scaled[i] /= norm;
      }
    }
    return of(scaled, x, choice);
  }

  /**
   * The distances {@code ‖α_i x_i − s‖} of the chosen tokens from the context vector.
   *
   * @param weights α [L]
   * @param x token vectors [L][d]
   * @param choice I_N
   * @return N distances in the order of the choice
   */
  public static double[] distances(double[] weights, double[][] x, TopN choice) {
    int[] chosen = choice.chosen();
    double[] context = Vectors.combination(weights, x, chosen);
    double[] distances = new double[chosen.length];
    for (int i = 0; i < chosen.length; i++) {
      distances[i] = Vectors.distance(context, weights[chosen[i]], x[chosen[i]]);
    }
    return distances;
  }

  /**
   * The ratio N_s/N. The paper finds it between {@link #SATURATED_FROM} and {@link #SATURATED_TO}
   * in heads of GPT-2, which it calls saturated.
   *
   * @return between 0 and 1; NaN if a vector or weight is not finite
   */
  public double ratio() {
    return Double.isNaN(radius) ? Double.NaN : (double) separated / count;
  }

  /**
   * Scales vectors to length one, the sphere of radius M = 1 that the theory speaks of. Zero
   * vectors stay zero.
   *
   * @param x vectors [L][d]
   * @return scaled copies
   */
  public static double[][] onSphere(double[][] x) {
    double[][] scaled = new double[x.length][];
    for (int i = 0; i < x.length; i++) {
      scaled[i] = x[i].clone();
      double norm = Vectors.norm(x[i]);
      for (int j = 0; norm > 0 && j < scaled[i].length; j++) {
        scaled[i][j] /= norm;
      }
    }
    return scaled;
  }
}
