package org.attention4j.layers;

import org.attention4j.normalizer.Normalizer;

/**
 * How an attention layer or vertex comes from queries and keys to weights: all that is needed to
 * compute a single row again.
 *
 * <p>{@code scores = scale * qᵀ k + bias}, {@code weights = normalizer(scores)} over the visible
 * keys.
 *
 * @param normalizer from scores to weights
 * @param heads h
 * @param headSize d, the features of each head
 * @param scale the factor on the products: the chosen one, or one over the root of the head size
 * @param causal whether keys at later positions are hidden; the last query stands at the last key
 * @param slidingWindow w: hides keys that are w steps or more away from the query; 0 hides none
 * @param firstKeys how many first keys, of those that are not masked, every query sees
 *     nevertheless, unless they are later ones and the attention is causal
 * @param position where the scores know positions from; a rotation is part of queries and keys
 * @param gated whether what is attended passes an {@link OutputGate} before it is projected
 */
public record AttentionSpec(
    Normalizer normalizer,
    int heads,
    long headSize,
    double scale,
    boolean causal,
    int slidingWindow,
    int firstKeys,
    Position position,
    boolean gated) {

  /** A configuration that has such a rule: every attention layer and vertex of this library. */
  public interface Holder {
    /**
     * How this layer or vertex comes to its weights.
     *
     * @return the rule
     */
    AttentionSpec attentionRule();
  }

  /**
   * What is added to a scaled score.
   *
   * @param head counted from 0
   * @param distance the number of steps between query and key, not negative
   * @return zero unless the position is {@link Position#ALIBI}
   */
  public double bias(int head, long distance) {
    return position == Position.ALIBI ? -Positions.slope(head, heads) * distance : 0;
  }
}
