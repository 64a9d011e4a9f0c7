package org.attention4j.layers;

import org.attention4j.internal.dotproduct.AttentionWindow;
import org.attention4j.internal.dotproduct.DotProductAttention;
import org.attention4j.normalizer.Normalizer;

/**
 * How an attention layer or vertex comes from queries and keys to weights: all that is needed to
 * compute a single row again.
 *
 * <p>{@code scores = scale * qᵀ k + bias}, {@code weights = normalizer(scores)} over the visible
 * keys.
 *
 * @param attention normalizer, scale and window; the last query stands at the last key
 * @param heads h
 * @param headSize d, the features of each head
 * @param position where the scores know positions from; a rotation is part of queries and keys
 */
public record AttentionSpec(
    DotProductAttention attention, int heads, long headSize, Position position) {

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
   * The rule of a layer with a scale and no other options.
   *
   * @param normalizer from scores to weights
   * @param heads h
   * @param headSize d, the features of each head
   * @param scale the factor on the scores
   * @param causal whether keys at later positions are hidden
   * @param position where the scores know positions from
   */
  public AttentionSpec(
      Normalizer normalizer,
      int heads,
      long headSize,
      double scale,
      boolean causal,
      Position position) {
    this(
        new DotProductAttention(normalizer, scale, null, AttentionWindow.causal(causal)),
        heads,
        headSize,
        position);
  }

  /**
   * The normalizer.
   *
   * @return what makes weights of scores
   */
  public Normalizer normalizer() {
    return attention.normalizer();
  }

  /**
   * The factor on the scores.
   *
   * @return the chosen one, or one over the root of the head size
   */
  public double scale() {
    return attention.scaleFor(headSize);
  }

  /**
   * Whether keys at later positions are hidden.
   *
   * @return whether it is causal
   */
  public boolean causal() {
    return attention.window().causal();
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
