package org.attention4j.internal.dotproduct;

import static org.attention4j.internal.graph.Precision.atLeastFloat;
import static org.attention4j.internal.graph.Precision.cast;

import java.util.Map;
import java.util.function.UnaryOperator;
import org.attention4j.normalizer.MaskedScores;
import org.attention4j.normalizer.Normalizer;
import org.attention4j.normalizer.Normalizers;
import org.jspecify.annotations.Nullable;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * Dot-product attention between heads that are laid out by channel, as the layers have them.
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
 * the output zero. Both have gradient zero. HALF is computed in FLOAT.
 */
public final class AttentionCore {
  private Normalizer normalizer = Normalizers.softmax();
  private Map<String, SDVariable> normalizerParameters = Map.of();
  private @Nullable SDVariable mask;
  private @Nullable SDVariable bias;
  private boolean causal;
  private double scale = 1;
  private UnaryOperator<SDVariable> dropout = UnaryOperator.identity();

  /**
   * The parts of one operation.
   *
   * @param scores the masked, scaled scores, shape [b, h, Tq, Tk]
   * @param weights the weights before dropout, shape [b, h, Tq, Tk]
   * @param output the weighted values, shape [b, h, d, Tq]
   */
  public record Result(SDVariable scores, SDVariable weights, SDVariable output) {}

  private AttentionCore() {}

  /**
   * Starts a description: softmax, no mask, not causal, scale 1.
   *
   * @return the description, to be completed
   */
  public static AttentionCore attention() {
    return new AttentionCore();
  }

  /**
   * Chooses the map from scores to weights.
   *
   * @param normalizer the normalizer
   * @param parameters its learnable parameters by name, each of shape [h]
   * @return this
   */
  public AttentionCore normalizer(Normalizer normalizer, Map<String, SDVariable> parameters) {
    this.normalizer = normalizer;
    this.normalizerParameters = parameters;
    return this;
  }

  /**
   * Hides keys.
   *
   * @param mask one where a key is visible and zero where it is masked, broadcastable to [b, h, Tq,
   *     Tk], with its full length Tk in the last place; null if all are visible
   * @return this
   */
  public AttentionCore mask(@Nullable SDVariable mask) {
    this.mask = mask;
    return this;
  }

  /**
   * Adds something to the scaled scores.
   *
   * @param bias broadcastable to [b, h, Tq, Tk], not differentiated unless it depends on what is;
   *     null for nothing
   * @return this
   */
  public AttentionCore bias(@Nullable SDVariable bias) {
    this.bias = bias;
    return this;
  }

  /**
   * Hides from each query the keys behind it. The last query sees the last key.
   *
   * @param causal whether to hide them
   * @return this
   */
  public AttentionCore causal(boolean causal) {
    this.causal = causal;
    return this;
  }

  /**
   * Sets the factor on the scores, usually {@code 1 / sqrt(d)}.
   *
   * @param scale the factor
   * @return this
   */
  public AttentionCore scale(double scale) {
    this.scale = scale;
    return this;
  }

  /**
   * Sets what is done to the weights before they meet the values.
   *
   * @param dropout such as a multiplication by a random mask
   * @return this
   */
  public AttentionCore dropout(UnaryOperator<SDVariable> dropout) {
    this.dropout = dropout;
    return this;
  }

  /**
   * Writes the operation into the graph.
   *
   * @param queries Q, shape [b, h, d, Tq]
   * @param keys K, shape [b, h, d, Tk]
   * @param values V, shape [b, h, dv, Tk]
   * @param heads h
   * @return the scores, the weights and the output
   */
  public Result apply(SDVariable queries, SDVariable keys, SDVariable values, int heads) {
    DataType type = queries.dataType();
    DataType wide = atLeastFloat(type);
    SDVariable q = cast(queries, wide);
    SDVariable scaled = scale == 1 ? q : q.mul(scale);
    SDVariable scores = q.getSameDiff().mmul(scaled, cast(keys, wide), true, false, false);
    if (bias != null) {
      scores = scores.add(cast(bias, wide));
    }
    MaskedScores masked = MaskedScores.of(scores, visible(scores));
    SDVariable weights = masked.weights(normalizer, heads, normalizerParameters);
    SDVariable dropped = dropout.apply(weights);
    SDVariable output = q.getSameDiff().mmul(cast(values, wide), dropped, false, true, false);
    return new Result(masked.scores(), weights, cast(output, type));
  }

  private @Nullable SDVariable visible(SDVariable scores) {
    SDVariable given = mask == null ? null : cast(mask, scores.dataType());
    if (!causal) {
      return given;
    }
    SDVariable past = past(scores);
    return given == null ? past : given.mul(past);
  }

  /** One for each key that stands not behind the query, shape [1, 1, Tq, Tk]. */
  static SDVariable past(SDVariable scores) {
    SameDiff sd = scores.getSameDiff();
    SDVariable queries = sd.sizeAt(scores, 2);
    SDVariable keys = sd.sizeAt(scores, 3);
    SDVariable zero = sd.constant(0L);
    SDVariable one = sd.constant(1L);
    SDVariable query = sd.range(zero, queries, one, DataType.INT64).add(keys.sub(queries));
    SDVariable key = sd.range(zero, keys, one, DataType.INT64);
    return key.reshape(1, 1, 1, -1).lte(query.reshape(1, 1, -1, 1)).castTo(scores.dataType());
  }
}
