package org.attention4j.internal.dotproduct;

import org.attention4j.internal.graph.CappedScores;
import org.attention4j.normalizer.Normalizer;
import org.attention4j.normalizer.Normalizers;
import org.jspecify.annotations.Nullable;
import org.nd4j.autodiff.samediff.SDVariable;

/**
 * What scaled dot-product attention computes, apart from its arrays; the same for the facade and
 * for the layers:
 *
 * <pre>
 *   scores  = cap * tanh(scale * QKᵀ / cap) + bias, masked and within the window
 *   weights = normalizer(scores)
 *   output  = weights V
 * </pre>
 *
 * @param normalizer from scores to weights
 * @param scale the factor on the products, finite; null for {@code 1 / sqrt(d)}
 * @param softcap the bound of the scores, positive and finite; null for none
 * @param window which keys a query sees, besides a mask
 */
public record DotProductAttention(
    Normalizer normalizer,
    @Nullable Double scale,
    @Nullable Double softcap,
    AttentionWindow window) {

  /**
   * Checks the numbers.
   *
   * @param normalizer from scores to weights
   * @param scale the factor, or null
   * @param softcap the bound, or null
   * @param window which keys a query sees
   * @throws IllegalArgumentException if the scale is not finite or the cap not positive and finite
   */
  public DotProductAttention {
    require(scale == null || isScale(scale), "scale", String.valueOf(scale), "finite");
    require(
        softcap == null || (softcap > 0 && Double.isFinite(softcap)),
        "softcap",
        String.valueOf(softcap),
        "positive and finite");
  }

  /**
   * Softmax, scale {@code 1 / sqrt(d)}, no cap, every key visible.
   *
   * @return the description to start from
   */
  public static DotProductAttention softmax() {
    return new DotProductAttention(
        Normalizers.softmax(), null, null, AttentionWindow.causal(false));
  }

  /**
   * The same with another normalizer.
   *
   * @param other the normalizer
   * @return a new description
   */
  public DotProductAttention withNormalizer(Normalizer other) {
    return new DotProductAttention(other, scale, softcap, window);
  }

  /**
   * The same with another factor.
   *
   * @param other the factor, finite
   * @return a new description
   * @throws IllegalArgumentException if it is not finite
   */
  public DotProductAttention withScale(double other) {
    return new DotProductAttention(normalizer, other, softcap, window);
  }

  /**
   * The same with another cap.
   *
   * @param other the cap, positive and finite
   * @return a new description
   * @throws IllegalArgumentException if it is not positive and finite
   */
  public DotProductAttention withSoftcap(double other) {
    return new DotProductAttention(normalizer, scale, other, window);
  }

  /**
   * The same with another window.
   *
   * @param other the window
   * @return a new description
   */
  public DotProductAttention withWindow(AttentionWindow other) {
    return new DotProductAttention(normalizer, scale, softcap, other);
  }

  /**
   * Whether scores can be multiplied by a number.
   *
   * @param scale the number
   * @return whether it is finite
   */
  public static boolean isScale(double scale) {
    return Double.isFinite(scale);
  }

  /**
   * The factor on the products.
   *
   * @param features d, the features of each query of a head
   * @return the chosen one, or one over the root of d
   */
  public double scaleFor(long features) {
    return scale == null ? 1 / Math.sqrt((double) features) : scale;
  }

  /**
   * Bounds scaled products.
   *
   * @param products {@code scale * QKᵀ}
   * @return {@code cap * tanh(products / cap)}; the same variable if there is no cap
   */
  public SDVariable capped(SDVariable products) {
    return softcap == null ? products : CappedScores.of(products, softcap);
  }

  /**
   * Refuses an option.
   *
   * @param holds whether the option is as it must be
   * @param option its name
   * @param value what it is
   * @param expected what it must be
   * @throws IllegalArgumentException if it does not hold
   */
  public static void require(boolean holds, String option, Object value, String expected) {
    if (!holds) {
      throw new IllegalArgumentException(
          "Attention: %s is %s but must be %s.".formatted(option, value, expected));
    }
  }
}
