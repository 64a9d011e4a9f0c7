package org.attention4j.theory;

/**
 * How far a set of chosen tokens stands apart from the others, from both sides. With {@code y_i =
 * α_i v_i}, the sum {@code s = Σ_{i∈S} y_i} of the chosen ones and {@code D_i = ‖y_i − s‖}:
 *
 * <pre>
 *   R = |{i∈S: D_i &lt; ρ_min}| / N,              ρ_min = min_{j∉S} D_j
 *   P = N / (N + |{j∉S: D_j ≤ ρ_max}|),        ρ_max = max_{i∈S} D_i
 *   F = 2 P R / (P + R)
 * </pre>
 *
 * <p>R is {@link Separability#ratio} of values. For a single token all three are one. They say
 * nothing of the loss: stronger separation often goes with a worse one.
 *
 * @param recall R; NaN if a number is not finite
 * @param precision P; NaN if a number is not finite
 * @see <a href="https://arxiv.org/abs/2609.37879">Retrieval Capacity of Self-Attention Under
 *     Competition</a>
 */
public record Retrieval(double recall, double precision) {
  /**
   * Measures a choice.
   *
   * @param weights α [L]
   * @param values v [L][d], not scaled to one length
   * @param choice S
   * @return R and P, both one if all tokens are chosen
   */
  public static Retrieval of(double[] weights, double[][] values, TopN choice) {
    int[] chosen = choice.chosen();
    if (chosen.length == 1) {
      return new Retrieval(1, 1);
    }
    double[] sum = Vectors.combination(weights, values, chosen);
    double[] inside = distances(sum, weights, values, chosen);
    double[] outside = distances(sum, weights, values, choice.others());
    double nearest = Double.POSITIVE_INFINITY;
    for (double distance : outside) {
      nearest = Math.min(nearest, distance); // NaN if one is
    }
    double furthest = WeightRow.largest(inside);
    if (Double.isNaN(nearest) || Double.isNaN(furthest)) {
      return new Retrieval(Double.NaN, Double.NaN);
    }
    int separated = 0;
    for (double distance : inside) {
      separated += distance < nearest ? 1 : 0;
    }
    int intruders = 0;
    for (double distance : outside) {
      intruders += distance <= furthest ? 1 : 0;
    }
    double count = chosen.length;
    return new Retrieval(separated / count, count / (count + intruders));
  }

  private static double[] distances(
      double[] sum, double[] weights, double[][] values, int[] tokens) {
    double[] distances = new double[tokens.length];
    for (int i = 0; i < tokens.length; i++) {
      distances[i] = Vectors.distance(sum, weights[tokens[i]], values[tokens[i]]);
    }
    return distances;
  }

  /**
   * The harmonic mean of both.
   *
   * @return F; zero if recall is zero
   */
  public double f() {
    return recall == 0 ? 0 : 2 * precision * recall / (precision + recall);
  }

  /**
   * What each token adds to the output, by which tokens can be ranked instead of by weight.
   *
   * @param weights α [L]
   * @param values v [L][d]
   * @return {@code α_i ‖v_i‖} [L]
   */
  public static double[] contributions(double[] weights, double[][] values) {
    double[] contributions = new double[weights.length];
    for (int i = 0; i < weights.length; i++) {
      contributions[i] = weights[i] * Vectors.norm(values[i]);
    }
    return contributions;
  }
}
