package org.attention4j.samediff;

import java.util.Map;
import java.util.function.UnaryOperator;
import org.attention4j.normalizer.Normalizer;
import org.attention4j.normalizer.Normalizers;
import org.jspecify.annotations.Nullable;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * Dot-product attention for any SameDiff graph, with a normalizer of choice. It is made of stock
 * operations: the graph runs, trains, is saved and is loaded as any other.
 *
 * <p>Dimensions: {@code b} examples, {@code h} query heads, {@code hk} key heads, {@code Tq}
 * queries, {@code Tk} keys, {@code d} features of a query or key, {@code dv} of a value.
 *
 * <pre>
 *   Q                [b, h, Tq, d]     or [b, Tq, d]
 *   K                [b, hk, Tk, d]    or [b, Tk, d]
 *   V                [b, hk, Tk, dv]   or [b, Tk, dv]
 *   scores  = cap * tanh(scale * Q Kᵀ / cap), masked     [b, h, Tq, Tk]   or [b, Tq, Tk]
 *   weights = normalizer(scores)                         the same
 *   output  = weights V                                  [b, h, Tq, dv]   or [b, Tq, dv]
 * </pre>
 *
 * <p>All sizes may be known only when the graph runs. What is known when it is made, the shapes of
 * placeholders, variables and constants, is checked then. HALF is computed in FLOAT.
 *
 * <p>{@code h} is a multiple of {@code hk}; each key head serves {@code h / hk} neighbouring query
 * heads and is never repeated (grouped-query attention, Ainslie et al. 2023).
 *
 * <p>Every part of the {@link AttentionResult} may take part in a loss. Training that wants an
 * entropy of the attention near {@code target} nats:
 *
 * <pre>{@code
 * AttentionResult attention =
 *     Attention.attention().normalizer(Normalizers.ssmax()).apply(q, k, v);
 * SDVariable p = attention.weights();
 * SDVariable entropy = p.mul(sd.math.log(p.add(1e-12))).sum(3).neg();
 * SDVariable loss = task.add(sd.math.square(entropy.sub(target)).mean().mul(0.1));
 * sd.setLossVariables(loss);
 * }</pre>
 *
 * <p>Name the axis of a reduction as here, 3 of four or 2 of three: M2.1 reduces wrongly over an
 * axis given as -1.
 */
public final class Attention {
  private Normalizer normalizer = Normalizers.softmax();
  private @Nullable Map<String, SDVariable> normalizerParameters;
  private @Nullable SDVariable mask;
  private @Nullable Double scale;
  private @Nullable Double softcap;
  private boolean causal;
  private int heads;
  private String name = "attention";
  private UnaryOperator<SDVariable> dropout = UnaryOperator.identity();

  private Attention() {}

  /**
   * Starts a description: softmax, no mask, not causal, scale {@code 1 / sqrt(d)}.
   *
   * @return the description, to be completed
   */
  public static Attention attention() {
    return new Attention();
  }

  /**
   * Chooses the map from scores to weights. Learnable parameters of it become variables of the
   * graph, {@code attention/<parameter>}, with their initial values; a second operation in the same
   * graph has its own, {@code attention_1/<parameter>}.
   *
   * @param normalizer the normalizer, softmax unless set
   * @return this
   */
  public Attention normalizer(Normalizer normalizer) {
    this.normalizer = normalizer;
    normalizerParameters = null;
    return this;
  }

  /**
   * Chooses the map from scores to weights, with learnable parameters from elsewhere in the graph.
   *
   * @param normalizer the normalizer
   * @param parameters each of its {@link Normalizer#parameters} by name, of shape [h]
   * @return this
   */
  public Attention normalizer(Normalizer normalizer, Map<String, SDVariable> parameters) {
    this.normalizer = normalizer;
    normalizerParameters = Map.copyOf(parameters);
    return this;
  }

  /**
   * Hides keys, or adds to scores. The mask's shape broadcasts to that of the scores, {@code [b, h,
   * Tq, Tk]} for inputs of rank 4 and {@code [b, Tq, Tk]} for inputs of rank 3, aligned at the last
   * axis as in NumPy: {@code [b, 1, 1, Tk]} or {@code [b, 1, Tk]} for padding, {@code [Tq, Tk]} for
   * all examples alike.
   *
   * <p>The type says what it means. BOOL or whole numbers: a key is visible where true or not zero.
   * Floating point: added to the scores, with a gradient, but entries of -10,000 or less hide the
   * key: BERT's -10,000, half precision's -65,504, minus infinity. So Deeplearning4j's masks of
   * ones and zeros have to be made BOOL, {@code mask.gt(0.5)}.
   *
   * <p>A hidden key has weight zero, whatever the normalizer says; a query without a visible key
   * has output zero; both with gradient zero. What stands in hidden keys and values must be finite.
   *
   * @param mask the mask; null if all keys are visible
   * @return this
   */
  public Attention mask(@Nullable SDVariable mask) {
    this.mask = mask;
    return this;
  }

  /**
   * Hides from each query the keys behind it, besides what the mask hides. The last query sees the
   * last key, also where there are fewer queries than keys.
   *
   * @param causal whether to hide them, false unless set
   * @return this
   */
  public Attention causal(boolean causal) {
    this.causal = causal;
    return this;
  }

  /**
   * Sets the factor on the scores.
   *
   * @param scale finite; {@code 1 / sqrt(d)} unless set
   * @return this
   * @throws IllegalArgumentException if it is not finite
   */
  public Attention scale(double scale) {
    require(Double.isFinite(scale), "scale", scale, "finite");
    this.scale = scale;
    return this;
  }

  /**
   * Bounds the scores: {@code cap * tanh(scores / cap)}, before any mask (Gemma 2, arXiv
   * 2408.00118).
   *
   * @param cap the bound, positive and finite; none unless set
   * @return this
   * @throws IllegalArgumentException if it is not positive and finite
   */
  public Attention softcap(double cap) {
    require(cap > 0 && Double.isFinite(cap), "softcap", cap, "positive and finite");
    softcap = cap;
    return this;
  }

  /**
   * Sets what is done to the weights before they meet the values. Dropout is a product with a
   * placeholder, since a SameDiff graph cannot tell training from inference: {@code dropout(weights
   * -> weights.mul(factors))}, fed with zeros and {@code 1 / keep} in training and with ones
   * otherwise.
   *
   * @param dropout from weights [b, h, Tq, Tk] (h = 1 for inputs of rank 3) to the same shape
   * @return this
   */
  public Attention dropout(UnaryOperator<SDVariable> dropout) {
    this.dropout = dropout;
    return this;
  }

  /**
   * Says how many query heads there are, for a normalizer with learnable parameters in a graph that
   * does not know: where Q is neither a placeholder nor a variable of known shape.
   *
   * @param heads h, at least 1; 1 for inputs of rank 3
   * @return this
   * @throws IllegalArgumentException if it is below 1
   */
  public Attention heads(int heads) {
    require(heads >= 1, "heads", heads, "at least 1");
    this.heads = heads;
    return this;
  }

  /**
   * Sets what the names of the normalizer's variables start with.
   *
   * @param name not blank; {@code attention} unless set
   * @return this
   * @throws IllegalArgumentException if it is blank
   */
  public Attention name(String name) {
    require(!name.isBlank(), "name", "'" + name + "'", "not blank");
    this.name = name;
    return this;
  }

  /**
   * Writes the operation into the graph of its arguments.
   *
   * @param queries Q, shape [b, h, Tq, d] or [b, Tq, d]; HALF, FLOAT or DOUBLE
   * @param keys K, shape [b, hk, Tk, d] or [b, Tk, d], of the same type
   * @param values V, shape [b, hk, Tk, dv] or [b, Tk, dv], of the same type
   * @return output, scores and weights
   * @throws IllegalArgumentException if types, known shapes or the number of heads do not fit
   */
  public AttentionResult apply(SDVariable queries, SDVariable keys, SDVariable values) {
    AttentionInputs known = new AttentionInputs(queries, keys, values);
    known.check(mask);
    SameDiff sd = queries.getSameDiff();
    DataType wide = AttentionCore.atLeastFloat(queries.dataType());
    HeadLayout layout = new HeadLayout(queries, keys, values);
    SDVariable k = layout.keys(AttentionCore.cast(keys, wide));
    SDVariable q = layout.queries(scaled(AttentionCore.cast(queries, wide), known, layout), k);
    SDVariable unmasked = capped(layout.split(sd.mmul(q, k, false, true, false)));

    AttentionMask given = mask == null ? null : AttentionMask.of(layout.mask(mask), wide);
    SDVariable visible = visible(given, unmasked);
    SDVariable scores =
        given == null || given.addend() == null ? unmasked : unmasked.add(given.addend());
    if (visible != null) {
      scores = AttentionCore.maskScores(scores, visible);
    }
    int knownHeads = heads(known);
    NormalizerVariables parameters = new NormalizerVariables(normalizer, knownHeads);
    SDVariable weights =
        AttentionCore.normalizeMasked(
            normalizer,
            scores,
            visible,
            knownHeads,
            normalizerParameters == null
                ? parameters.create(sd, name, wide)
                : parameters.check(normalizerParameters));
    SDVariable v = layout.values(AttentionCore.cast(values, wide));
    SDVariable output = sd.mmul(layout.group(dropout.apply(weights), k), v);
    return new AttentionResult(
        layout.inRankOfInput(AttentionCore.cast(output, queries.dataType()), layout.valueDepth()),
        layout.inRankOfInput(unmasked, layout.keyCount()),
        layout.inRankOfInput(scores, layout.keyCount()),
        layout.inRankOfInput(weights, layout.keyCount()));
  }

  private SDVariable scaled(SDVariable q, AttentionInputs known, HeadLayout layout) {
    if (scale != null) {
      return q.mul(scale);
    }
    return known.depth() > 0
        ? q.mul(1 / Math.sqrt((double) known.depth()))
        : q.div(q.getSameDiff().math.sqrt(layout.depth().castTo(q.dataType())));
  }

  private SDVariable capped(SDVariable scores) {
    return softcap == null
        ? scores
        : scores.getSameDiff().math.tanh(scores.mul(1 / softcap)).mul(softcap);
  }

  /** Which keys are visible, with their full number Tk in the last place; null if all are. */
  private @Nullable SDVariable visible(@Nullable AttentionMask given, SDVariable scores) {
    SDVariable past = causal ? AttentionCore.past(scores) : null;
    if (given == null) {
      return past;
    }
    return given.visible().mul(past == null ? HeadLayout.onesForKeys(scores) : past);
  }

  /** The number of query heads; 0 if it is not known and no parameter asks for it. */
  private int heads(AttentionInputs known) {
    int found = Math.toIntExact(Math.max(known.heads(), 0));
    require(
        found == 0 || heads == 0 || found == heads,
        "heads",
        heads,
        "the number of heads of the queries, " + found);
    int result = Math.max(found, heads);
    require(
        result > 0 || normalizer.parameters(1).isEmpty(),
        "heads",
        "not known",
        "said with heads(h) for a normalizer with learnable parameters");
    return result;
  }

  static void require(boolean holds, String option, Object value, String expected) {
    if (!holds) {
      throw new IllegalArgumentException(
          "Attention: %s is %s but must be %s.".formatted(option, value, expected));
    }
  }
}
