package org.attention4j.theory;

/**
 * Between which two values every weight of a row lies, whatever the scores: with bounded scores
 * both vanish as 1/L.
 *
 * @param lower the smallest possible weight
 * @param upper the largest possible weight; above one where the bound says nothing
 * @see <a href="https://arxiv.org/abs/2508.17821">Limitations of Normalization, Lemma 1 and
 *     Corollary 1</a>
 */
public record Envelope(double lower, double upper) {
  /**
   * Lemma 1: weights {@code F(l_i) / Σ F(l_j)} with F between two positive values that do not
   * depend on L lie between {@code (minF/maxF)/L} and {@code (maxF/minF)/L}.
   *
   * @param smallest min F, positive
   * @param largest max F
   * @param length L
   * @return the envelope
   */
  public static Envelope of(double smallest, double largest, int length) {
    return new Envelope(smallest / largest / length, largest / smallest / length);
  }

  /**
   * Corollary 1, for softmax: {@code e^{−2Δ/T}/L ≤ α ≤ e^{2Δ/T}/L}.
   *
   * @param largestScore Δ, at least |l_i| for every i; ‖q‖ · max ‖k_i‖ is one such number
   * @param temperature T, positive
   * @param length L
   * @return the envelope
   */
  public static Envelope ofSoftmax(double largestScore, double temperature, int length) {
    double factor = Math.exp(2 * largestScore / temperature);
    return new Envelope(1 / factor / length, factor / length);
  }
}
