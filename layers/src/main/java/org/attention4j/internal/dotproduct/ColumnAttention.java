package org.attention4j.internal.dotproduct;

import static org.attention4j.internal.graph.Precision.atLeastFloat;
import static org.attention4j.internal.graph.Precision.cast;

import java.util.Map;
import java.util.function.UnaryOperator;
import org.attention4j.normalizer.MaskedScores;
import org.jspecify.annotations.Nullable;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * Dot-product attention of heads whose queries, keys and values are columns, as Deeplearning4j's
 * sequences have them.
 *
 * <p>Dimensions: {@code b} examples, {@code h} heads, {@code d} head size, {@code Tq} queries,
 * {@code Tk} keys.
 *
 * <pre>
 *   scores  = scale * Qᵀ K + bias, masked     [b, h, Tq, Tk]
 *   weights = normalizer(scores)              [b, h, Tq, Tk]
 *   output  = V weightsᵀ                      [b, h, d, Tq]
 * </pre>
 *
 * <p>A masked key has weight zero, whatever the normalizer says; a query without a visible key has
 * the output zero. Both have gradient zero. HALF is computed in FLOAT. In a window the last query
 * stands at the last key.
 *
 * @param attention what is computed
 * @param heads h
 * @param headSize d
 * @param parameters the normalizer's learnable parameters by name, each of shape [h]
 * @param mask one where a key is visible and zero where it is masked, broadcastable to [b, h, Tq,
 *     Tk], with its full length Tk on the last axis, and of shape [b, 1, 1, Tk] if the window has
 *     first keys; null if all are visible
 * @param bias what is added to the scores, broadcastable to [b, h, Tq, Tk], not differentiated
 *     unless it depends on what is; null for nothing
 * @param dropout what is done to the weights before they meet the values
 */
public record ColumnAttention(
    DotProductAttention attention,
    int heads,
    long headSize,
    Map<String, SDVariable> parameters,
    @Nullable SDVariable mask,
    @Nullable SDVariable bias,
    UnaryOperator<SDVariable> dropout) {

  /**
   * The parts of one operation.
   *
   * @param scores the masked, scaled scores, shape [b, h, Tq, Tk]
   * @param weights the weights before dropout, shape [b, h, Tq, Tk]
   * @param output the weighted values, shape [b, h, d, Tq]
   */
  public record Result(SDVariable scores, SDVariable weights, SDVariable output) {}

  /**
   * Without mask, bias and dropout.
   *
   * @param attention what is computed
   * @param heads h
   * @param headSize d
   * @param parameters the normalizer's learnable parameters by name, each of shape [h]
   */
  public ColumnAttention(
      DotProductAttention attention, int heads, long headSize, Map<String, SDVariable> parameters) {
    this(attention, heads, headSize, parameters, null, null, UnaryOperator.identity());
  }

  /**
   * The same with another mask.
   *
   * @param other the mask; null if all keys are visible
   * @return a new description
   */
  public ColumnAttention withMask(@Nullable SDVariable other) {
    return new ColumnAttention(attention, heads, headSize, parameters, other, bias, dropout);
  }

  /**
   * The same with another window.
   *
   * @param other the window
   * @return a new description
   */
  public ColumnAttention withWindow(AttentionWindow other) {
    return new ColumnAttention(
        attention.withWindow(other), heads, headSize, parameters, mask, bias, dropout);
  }

  /**
   * The same with another bias.
   *
   * @param other the bias; null for none
   * @return a new description
   */
  public ColumnAttention withBias(@Nullable SDVariable other) {
    return new ColumnAttention(attention, heads, headSize, parameters, mask, other, dropout);
  }

  /**
   * The same with dropout.
   *
   * @param other such as a multiplication by random factors
   * @return a new description
   */
  public ColumnAttention withDropout(UnaryOperator<SDVariable> other) {
    return new ColumnAttention(attention, heads, headSize, parameters, mask, bias, other);
  }

  /**
   * Writes the operation into the graph.
   *
   * @param queries Q, shape [b, h, d, Tq]
   * @param keys K, shape [b, h, d, Tk]
   * @param values V, shape [b, h, dv, Tk]
   * @return the scores, the weights and the output
   */
  public Result apply(SDVariable queries, SDVariable keys, SDVariable values) {
    DataType type = queries.dataType();
    DataType wide = atLeastFloat(type);
    SDVariable q = cast(queries, wide);
    double scale = attention.scaleFor(headSize);
    SDVariable scaled = scale == 1 ? q : q.mul(scale);
    SDVariable scores =
        attention.capped(q.getSameDiff().mmul(scaled, cast(keys, wide), true, false, false));
    if (bias != null) {
      scores = scores.add(cast(bias, wide));
    }
    MaskedScores masked = MaskedScores.of(scores, visible(scores));
    SDVariable weights = masked.weights(attention.normalizer(), heads, parameters);
    SDVariable dropped = dropout.apply(weights);
    SDVariable output = q.getSameDiff().mmul(cast(values, wide), dropped, false, true, false);
    return new Result(masked.scores(), weights, cast(output, type));
  }

  private @Nullable SDVariable visible(SDVariable scores) {
    SDVariable given = mask == null ? null : cast(mask, scores.dataType());
    return attention.window().isBounded()
        ? AttentionWindow.both(
            given,
            attention
                .window()
                .visible(scores, AttentionWindow.firstQueryBeforeEnd(scores, null), given))
        : given;
  }
}
