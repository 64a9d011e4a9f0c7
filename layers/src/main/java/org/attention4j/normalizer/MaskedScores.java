package org.attention4j.normalizer;

import static org.attention4j.internal.graph.Precision.atLeastFloat;
import static org.attention4j.internal.graph.Precision.cast;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.nd4j.autodiff.samediff.SDVariable;

/**
 * Scores under a mask, and the weights that a normalizer makes of them. Every attention of this
 * library uses it; your own attention can, too.
 *
 * <p>The mask contract: whatever a masked score was, the result is the same; masked weights and the
 * weights of a row without a visible key are zero, with gradient zero.
 *
 * @param scores FLOAT or DOUBLE, shape [b, h, Tq, Tk]; with a mask, of size at most {@link
 *     NormalizerContext#LARGEST_SCORE} where visible and {@link NormalizerContext#MASKED_SCORE}
 *     elsewhere
 * @param visible one where a key is visible and zero elsewhere, of the scores' type and
 *     broadcastable to their shape, with its full length Tk on the last axis; null if all are
 *     visible
 */
public record MaskedScores(SDVariable scores, @Nullable SDVariable visible) {

  /**
   * Masks scores.
   *
   * @param scores any numbers, shape [b, h, Tq, Tk]; HALF becomes FLOAT
   * @param visible one where a key is visible and zero elsewhere, broadcastable to the scores'
   *     shape, full length on the last axis; null if all are visible
   * @return the masked scores
   */
  public static MaskedScores of(SDVariable scores, @Nullable SDVariable visible) {
    SDVariable wide = cast(scores, atLeastFloat(scores.dataType()));
    if (visible == null) {
      return new MaskedScores(wide, null);
    }
    SDVariable wideVisible = cast(visible, wide.dataType());
    SDVariable limited = NormalizerContext.limited(wide);
    return new MaskedScores(
        new NormalizerContext(wide, wideVisible, 1, Map.of()).fillMasked(limited), wideVisible);
  }

  /**
   * Applies a normalizer.
   *
   * @param normalizer the normalizer
   * @param heads h; 0 if it is not known when the graph is made
   * @param parameters the normalizer's learnable parameters by name, each of shape [h]
   * @return the weights, shape and type of the scores
   */
  public SDVariable weights(Normalizer normalizer, int heads, Map<String, SDVariable> parameters) {
    Map<String, SDVariable> wideParameters = new HashMap<>();
    parameters.forEach((name, value) -> wideParameters.put(name, cast(value, scores.dataType())));
    // With a mask the scores have been brought into range before they were filled.
    SDVariable inRange = visible == null ? NormalizerContext.limited(scores) : scores;
    NormalizerContext context = new NormalizerContext(inRange, visible, heads, wideParameters);
    return context.zeroMasked(normalizer.normalize(scores.getSameDiff(), inRange, context));
  }

  /**
   * Applies a normalizer to scores of any type.
   *
   * @param normalizer the normalizer
   * @param scores shape [b, h, Tq, Tk]; HALF is computed in FLOAT
   * @param visible as in {@link #of}
   * @param heads h
   * @param parameters the normalizer's learnable parameters by name, each of shape [h]
   * @return the weights, shape and type of the scores
   */
  public static SDVariable normalize(
      Normalizer normalizer,
      SDVariable scores,
      @Nullable SDVariable visible,
      int heads,
      Map<String, SDVariable> parameters) {
    return cast(of(scores, visible).weights(normalizer, heads, parameters), scores.dataType());
  }
}
