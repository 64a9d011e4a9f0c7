package org.attention4j.layers;

import org.attention4j.normalizer.Normalizer;

/**
 * The options of this library's own, for the builders of attention layers and vertices alike.
 *
 * @param <T> the builder itself
 */
interface AttentionOptionsBuilder<T> {
  /**
   * For this library's own use.
   *
   * @return the options so far
   */
  AttentionOptions attentionOptions();

  /**
   * Sets the map from scores to weights, softmax unless set.
   *
   * @param normalizer the map; see {@link org.attention4j.normalizer.Normalizers}
   * @return this
   */
  default T normalizer(Normalizer normalizer) {
    attentionOptions().normalizer = normalizer;
    return self(this);
  }

  /**
   * Sets whether each step sees only itself and the steps before it.
   *
   * @param causal false unless set
   * @return this
   */
  default T causal(boolean causal) {
    attentionOptions().causal = causal;
    return self(this);
  }

  /**
   * Sets whether the four projections have a bias.
   *
   * @param hasBias false unless set, as in the stock layer
   * @return this
   */
  default T hasBias(boolean hasBias) {
    attentionOptions().hasBias = hasBias;
    return self(this);
  }

  /**
   * Sets the share of attention weights that training drops at random; the others are scaled up.
   *
   * @param probability the chance of each weight to be dropped, 0 unless set
   * @return this
   */
  default T attentionDropout(double probability) {
    attentionOptions().attentionDropout = probability;
    return self(this);
  }

  /**
   * Sets the factor on the scores.
   *
   * @param scale 1 / sqrt(headSize) unless set
   * @return this
   */
  default T scale(double scale) {
    attentionOptions().scale = scale;
    return self(this);
  }

  /**
   * Sets how positions are told apart.
   *
   * @param position NONE unless set
   * @return this
   */
  default T position(Position position) {
    attentionOptions().position = position;
    return self(this);
  }

  /**
   * Sets the number of heads of keys and values, each shared by a group of neighbouring query heads
   * (grouped-query attention; Ainslie et al. 2023, arXiv 2305.13245).
   *
   * @param nKeyValueHeads a divisor of nHeads; nHeads unless set
   * @return this
   */
  default T nKeyValueHeads(int nKeyValueHeads) {
    attentionOptions().nKeyValueHeads = nKeyValueHeads;
    return self(this);
  }

  /**
   * Sets whether each query and each key is divided by the root mean square of its features and
   * multiplied by a learned scale, one for each feature of a head, that starts at 1 (query-key
   * normalisation; Henry et al. 2020, arXiv 2010.04245, with the scales of Qwen 3). Keeps scores
   * bounded.
   *
   * @param qkNorm false unless set
   * @return this
   */
  default T qkNorm(boolean qkNorm) {
    attentionOptions().qkNorm = qkNorm;
    return self(this);
  }

  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  private static <T> T self(AttentionOptionsBuilder<T> builder) {
    return (T) builder;
  }
}
