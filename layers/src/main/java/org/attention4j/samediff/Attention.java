package org.attention4j.samediff;

import static org.attention4j.internal.dotproduct.DotProductAttention.require;
import static org.attention4j.internal.graph.GraphShapes.size;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.attention4j.internal.dotproduct.AttentionNote;
import org.attention4j.internal.dotproduct.AttentionWindow;
import org.attention4j.internal.dotproduct.DotProductAttention;
import org.attention4j.internal.dotproduct.NormalizerTrial;
import org.attention4j.internal.graph.Precision;
import org.attention4j.internal.graph.RunChecks;
import org.attention4j.normalizer.MaskedScores;
import org.attention4j.normalizer.Normalizer;
import org.jspecify.annotations.Nullable;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * Dot-product attention for any SameDiff graph, with a normalizer of choice. It is made of stock
 * operations: the graph runs, trains, is saved and is loaded as any other.
 *
 * <p>Dimensions: {@code b} examples, {@code h} query heads, {@code hk} key heads, {@code Tq}
 * queries, {@code Tk} keys, past ones included, {@code d} features of a query or key, {@code dv} of
 * a value.
 *
 * <pre>
 *   Q                [b, h, Tq, d]     or [b, Tq, d]    or packed [b, Tq, h * d]
 *   K                [b, hk, Tk, d]    or [b, Tk, d]    or packed [b, Tk, hk * d]
 *   V                [b, hk, Tk, dv]   or [b, Tk, dv]   or packed [b, Tk, hk * dv]
 *   scores  = cap * tanh(scale * Q Kᵀ / cap) + bias, masked   [b, h, Tq, Tk]   or [b, Tq, Tk]
 *   weights = normalizer(scores)                              the same
 *   output  = weights V          [b, h, Tq, dv]   or [b, Tq, dv]   or packed [b, Tq, h * dv]
 * </pre>
 *
 * <p>All sizes may be known only when the graph runs. What is known when it is made, the shapes of
 * placeholders, variables and constants, is checked then; the rest when it runs, by operations
 * whose name, in the framework's message, is the sentence. No axis may be empty. HALF is computed
 * in FLOAT.
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
  private DotProductAttention attention = DotProductAttention.softmax();
  private @Nullable Map<String, SDVariable> normalizerParameters;
  private @Nullable SDVariable mask;
  private @Nullable SDVariable bias;
  private @Nullable SDVariable lengths;
  private @Nullable SDVariable pastKeys;
  private @Nullable SDVariable pastValues;
  private @Nullable PackedHeads packing;
  private QueryAlignment alignment = QueryAlignment.LAST_KEY;
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
   * Chooses the normalizer. Learnable parameters of it become variables of the graph, {@code
   * attention/<parameter>}, with their initial values; a second operation in the same graph has its
   * own, {@code attention_1/<parameter>}.
   *
   * @param normalizer the normalizer, softmax unless set
   * @return this
   */
  public Attention normalizer(Normalizer normalizer) {
    requireGiven("normalizer", normalizer, "one such as Normalizers.softmax()");
    attention = attention.withNormalizer(normalizer);
    normalizerParameters = null;
    return this;
  }

  /**
   * Chooses the normalizer, with learnable parameters from elsewhere in the graph.
   *
   * @param normalizer the normalizer
   * @param parameters each of its {@link Normalizer#parameters} by name, of shape [h]
   * @return this
   */
  public Attention normalizer(Normalizer normalizer, Map<String, SDVariable> parameters) {
    requireGiven("normalizer", normalizer, "one such as Normalizers.softmax()");
    requireGiven("normalizer's parameters", parameters, "a map from names to variables");
    attention = attention.withNormalizer(normalizer);
    normalizerParameters = Map.copyOf(parameters);
    return this;
  }

  /**
   * Hides keys, or adds to scores. The mask's shape broadcasts to that of the scores, {@code [b, h,
   * Tq, Tk]}, or {@code [b, Tq, Tk]} for inputs of rank 3 and one head, aligned at the last axis as
   * in NumPy: {@code [b, 1, 1, Tk]} or {@code [b, 1, Tk]} for padding, {@code [Tq, Tk]} for all
   * examples alike. So beside scores of rank 4 a mask of rank 3 is one for each head, {@code [h,
   * Tq, Tk]}; where there are as many examples as heads it is refused, since it could be meant
   * either way: make it {@code [1, h, Tq, Tk]} or {@code [b, 1, Tq, Tk]}.
   *
   * <p>The type says what it means. BOOL or whole numbers: a key is visible where true or not zero.
   * Floating point: added to the scores, with a gradient, but entries of -5,000 or less hide the
   * key: half of the smallest fill in use, BERT's -10,000, so that neither rounding in a narrow
   * type nor a bias in the same array makes a hidden key visible. What may be as low and is to hide
   * nothing goes into {@link #bias}; a mask that only hides is best BOOL. So Deeplearning4j's masks
   * of ones and zeros have to be made BOOL, {@code mask.neq(0)}.
   *
   * <p>A hidden key has weight zero, whatever the normalizer says; a query without a visible key
   * has output zero; both with gradient zero. What stands in hidden keys and values must be finite.
   *
   * @param mask the mask, without NaN; null if all keys are visible
   * @return this
   */
  public Attention mask(@Nullable SDVariable mask) {
    this.mask = mask;
    return this;
  }

  /**
   * Adds to the scores and hides nothing, however low it is; besides any mask. For biases of
   * position, such as those of T5 and ALiBi.
   *
   * @param bias floating point and finite, of a shape as that of a {@link #mask}; has a gradient;
   *     null for none
   * @return this
   */
  public Attention bias(@Nullable SDVariable bias) {
    this.bias = bias;
    return this;
  }

  /**
   * Hides the keys after the first ones of each example, besides what the mask hides: padding at
   * the end. Past keys count.
   *
   * @param lengths how many keys of each example count, whole numbers from 0 to Tk, shape [b]; null
   *     if all do
   * @return this
   */
  public Attention keyLengths(@Nullable SDVariable lengths) {
    this.lengths = lengths;
    return this;
  }

  /**
   * Puts keys and values of earlier calls before those of this one: a cache. All of them, for the
   * next call, are {@link AttentionResult#presentKeys} and {@link AttentionResult#presentValues}. A
   * mask is one over all Tk = Tp + T keys. The cache of the first call may be empty, Tp = 0.
   *
   * @param keys past keys [b, hk, Tp, d], of the keys' type; [b, Tp, d] for inputs of rank 3 and
   *     one head
   * @param values past values [b, hk, Tp, dv]
   * @return this
   */
  public Attention past(SDVariable keys, SDVariable values) {
    requireGiven("past keys", keys, "a variable of the graph");
    requireGiven("past values", values, "a variable of the graph");
    pastKeys = keys;
    pastValues = values;
    return this;
  }

  /**
   * Says that queries, keys and values have their heads in the last axis, those of one head
   * together: Q [b, Tq, h * d], K [b, T, h * d], V [b, T, h * dv]. The output is [b, Tq, h * dv];
   * all else is of rank 4.
   *
   * @param heads h, at least 1
   * @return this
   * @throws IllegalArgumentException if it is below 1
   */
  public Attention packedHeads(int heads) {
    return packedHeads(heads, heads);
  }

  /**
   * The same where several query heads share a head of keys and values: K [b, T, hk * d], V [b, T,
   * hk * dv].
   *
   * @param heads h, at least 1
   * @param keyHeads hk, which divides h
   * @return this
   * @throws IllegalArgumentException if one is below 1 or hk does not divide h
   */
  public Attention packedHeads(int heads, int keyHeads) {
    require(heads >= 1, "packedHeads", heads, "at least 1");
    require(
        keyHeads >= 1 && heads % keyHeads == 0,
        "the number of packed key heads",
        keyHeads,
        "a divisor of the number of query heads, " + heads);
    packing = new PackedHeads(heads, keyHeads);
    return this;
  }

  /**
   * Hides from each query the keys at later positions, besides what the mask hides. Where queries
   * stand, {@link #align} says.
   *
   * @param causal whether to hide them, false unless set
   * @return this
   */
  public Attention causal(boolean causal) {
    AttentionWindow window = attention.window();
    attention = attention.withWindow(new AttentionWindow(causal, window.left(), window.right(), 0));
    return this;
  }

  /**
   * Hides from each query the keys that are further away than this, besides what the mask hides. It
   * sees {@code left} keys before its own position, the one there, and {@code right} keys after it;
   * none after it if causal. {@code window(w - 1, w - 1)} is the {@code slidingWindow(w)} of the
   * layers.
   *
   * @param left how many keys before it, at least 0; -1 for all
   * @param right how many keys after it, at least 0; -1 for all
   * @return this
   * @throws IllegalArgumentException if one is below -1
   */
  public Attention window(long left, long right) {
    attention =
        attention.withWindow(new AttentionWindow(attention.window().causal(), left, right, 0));
    return this;
  }

  /**
   * Says where the queries stand among the keys, for {@link #causal} and {@link #window}.
   *
   * @param alignment {@link QueryAlignment#LAST_KEY} unless set: the last query sees the last key,
   *     also where there are fewer queries than keys
   * @return this
   */
  public Attention align(QueryAlignment alignment) {
    requireGiven("align", alignment, "LAST_KEY or FIRST_KEY");
    this.alignment = alignment;
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
    attention = attention.withScale(scale);
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
    attention = attention.withSoftcap(cap);
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
    requireGiven("dropout", dropout, "a function of the weights");
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
   * Sets the name of this attention. The names of the normalizer's variables start with it, and
   * {@link org.attention4j.monitor.SameDiffMonitor} reports it as that of the layer. In a name
   * scope the scope stands before it; where it is taken, {@code _1}, {@code _2} and so on is added.
   *
   * @param name not blank; {@code attention} unless set
   * @return this
   * @throws IllegalArgumentException if it is blank
   */
  public Attention name(String name) {
    requireGiven("name", name, "not blank");
    require(!name.isBlank(), "name", "'" + name + "'", "not blank");
    this.name = name;
    return this;
  }

  /**
   * Writes the operation into the graph of its arguments.
   *
   * @param queries Q, shape [b, h, Tq, d] or [b, Tq, d]; HALF, FLOAT or DOUBLE
   * @param keys K, shape [b, hk, T, d] or [b, T, d], of the same type
   * @param values V, shape [b, hk, T, dv] or [b, T, dv], of the same type
   * @return output, scores, weights and all keys and values
   * @throws IllegalArgumentException if types, known shapes or the number of heads do not fit
   */
  public AttentionResult apply(SDVariable queries, SDVariable keys, SDVariable values) {
    requireGiven("queries", queries, "a variable of the graph");
    requireGiven("keys", keys, "a variable of the graph");
    requireGiven("values", values, "a variable of the graph");
    AttentionInputs known =
        new AttentionInputs(queries, keys, values, pastKeys, pastValues, packing);
    known.check();
    SameDiff sd = queries.getSameDiff();
    DataType wide = Precision.atLeastFloat(queries.dataType());
    SDVariable allQueries =
        packing == null ? queries : HeadLayout.unpack(queries, packing.queries());
    SDVariable allKeys = withPast(pastKeys, keys, known);
    SDVariable allValues = withPast(pastValues, values, known);
    HeadLayout layout = new HeadLayout(allQueries, allKeys, allValues);
    RunChecks checks = new RunChecks(sd, name);
    addContentCheck(checks, queries, pastKeys == null ? keys : allKeys, values);
    SDVariable k = layout.keys(Precision.cast(allKeys, wide), checks);
    SDVariable plain = layout.queries(Precision.cast(allQueries, wide), k);
    SDVariable q = scaled(plain, known, layout);
    SDVariable unmasked = attention.capped(layout.split(sd.mmul(q, k, false, true, false)));

    SDVariable scores = unmasked;
    if (bias != null) {
      SDVariable wideBias = Precision.cast(bias(bias, known, layout, scores), wide);
      scores = scores.add(wideBias);
    }
    AttentionMask given =
        mask == null ? null : AttentionMask.of(mask(mask, known, layout, unmasked), wide);
    SDVariable visible = visible(given, unmasked, known);
    if (given != null && given.addend() != null) {
      scores = scores.add(given.addend());
    }
    boolean isBiased = bias != null || (given != null && given.addend() != null);
    MaskedScores masked = MaskedScores.of(scores, visible);
    int knownHeads = heads(known);
    NormalizerTrial.complaint(attention.normalizer(), Math.max(knownHeads, 1), wide)
        .ifPresent(expected -> require(false, "normalizer", attention.normalizer(), expected));
    NormalizerVariables parameters = new NormalizerVariables(attention.normalizer(), knownHeads);
    String freeName = parameters.freeName(sd, name);
    Map<String, SDVariable> variables =
        normalizerParameters == null
            ? parameters.create(sd, freeName, wide)
            : parameters.check(normalizerParameters);
    SDVariable weights = masked.weights(attention.normalizer(), knownHeads, variables);
    SDVariable v = layout.values(Precision.cast(allValues, wide));
    SDVariable attended = sd.mmul(layout.group(dropout.apply(weights), k), v);
    SDVariable output =
        layout.inRankOfInput(Precision.cast(attended, queries.dataType()), layout.valueDepth());
    Map<String, String> variableNames = new HashMap<>();
    variables.forEach((parameter, variable) -> variableNames.put(parameter, variable.name()));
    new AttentionNote(
            freeName,
            attention.normalizer(),
            plain.name(),
            k.name(),
            v.name(),
            isBiased ? unmasked.name() : null,
            masked.scores().name(),
            masked.visible() != null,
            weights.name(),
            attended.name(),
            lengths == null || !attention.window().isBounded(),
            variableNames)
        .addTo(sd);
    return new AttentionResult(
        packing == null ? output : HeadLayout.pack(output),
        layout.inRankOfInput(unmasked, layout.keyCount()),
        layout.inRankOfInput(masked.scores(), layout.keyCount()),
        layout.inRankOfInput(weights, layout.keyCount()),
        allKeys,
        allValues);
  }

  /** Checks what a caller of Java without null checks can still leave out. */
  private static void requireGiven(String option, @Nullable Object value, String expected) {
    require(value != null, option, "null", expected);
  }

  /** Keys or values with those of the cache before them, heads on an axis of their own. */
  private SDVariable withPast(@Nullable SDVariable past, SDVariable newest, AttentionInputs known) {
    SDVariable unpacked = packing == null ? newest : HeadLayout.unpack(newest, packing.keys());
    if (past == null) {
      return unpacked;
    }
    require(
        known.rank() > 0,
        "past",
        "of unknown rank",
        "given where the rank of queries, keys, values or past keys is known");
    return past.getSameDiff().concat(known.rank() - 2, past, unpacked);
  }

  /** The backend's softmax ends the JVM on an empty array. */
  private static void addContentCheck(RunChecks checks, SDVariable... inputs) {
    SameDiff sd = inputs[0].getSameDiff();
    List<SDVariable> sizes = new ArrayList<>();
    boolean examplesSeen = false;
    for (SDVariable input : inputs) {
      long[] shape = AttentionInputs.shape(input);
      if (shape == null) {
        sizes.add(sd.shape(input));
        examplesSeen = true;
        continue;
      }
      for (int axis = 0; axis < shape.length; axis++) {
        if (shape[axis] < 0 && !(axis == 0 && examplesSeen)) {
          sizes.add(size(input, axis).reshape(1));
          examplesSeen |= axis == 0;
        }
      }
    }
    if (!sizes.isEmpty()) {
      SDVariable all =
          sizes.size() == 1 ? sizes.get(0) : sd.concat(0, sizes.toArray(SDVariable[]::new));
      checks.add(
          all.min().lt(1.0).castTo(DataType.INT64),
          "queries, keys and values must have at least 1 on every axis");
    }
  }

  /** The mask as it broadcasts to [b, h, Tq, Tk]. */
  private SDVariable mask(
      SDVariable given, AttentionInputs known, HeadLayout layout, SDVariable scores) {
    RunChecks checks = new RunChecks(given.getSameDiff(), name);
    if (given.dataType().isFPType()) {
      checks.add(
          given.getSameDiff().math.isNaN(given).castTo(DataType.INT32).max().castTo(DataType.INT64),
          "the mask must not have NaN");
    }
    return broadcasting("mask", given, known, layout, scores, checks);
  }

  /** The bias as it broadcasts to [b, h, Tq, Tk]. */
  private SDVariable bias(
      SDVariable given, AttentionInputs known, HeadLayout layout, SDVariable scores) {
    require(
        given.dataType().isFPType(),
        "the bias's type",
        given.dataType(),
        "floating point; give what hides keys to mask");
    RunChecks checks = new RunChecks(given.getSameDiff(), name);
    checks.add(
        given
            .getSameDiff()
            .math
            .isFinite(given)
            .castTo(DataType.INT32)
            .min()
            .rsub(1.0)
            .castTo(DataType.INT64),
        "the bias must be finite; give what hides keys to mask");
    return broadcasting("bias", given, known, layout, scores, checks);
  }

  private SDVariable broadcasting(
      String what,
      SDVariable given,
      AttentionInputs known,
      HeadLayout layout,
      SDVariable scores,
      RunChecks checks) {
    SameDiff sd = given.getSameDiff();
    SDVariable shape = layout.maskShape(given);
    if (known.checkMask(given)) {
      SDVariable expected = sd.shape(scores);
      checks.add(
          sd.math.abs(shape.sub(1.0).mul(shape.sub(expected))).sum(),
          "the %s must broadcast to the scores, [b, h, Tq, Tk] or [b, Tq, Tk]".formatted(what));
      if (known.maybeAmbiguous(given)) {
        SDVariable rankThree = sd.rank(given).eq(3.0).castTo(DataType.INT64);
        SDVariable asManyHeads =
            layout.at(expected, 0).eq(layout.at(expected, 1)).castTo(DataType.INT64);
        SDVariable several = layout.at(shape, 1).gt(1.0).castTo(DataType.INT64);
        checks.add(
            asManyHeads.mul(several).mul(rankThree).sum(),
            ("with as many examples as heads the %s must be [b, 1, Tq, Tk] for one an example or"
                    + " [1, h, Tq, Tk] for one a head")
                .formatted(what));
      }
    }
    return given.reshape(checks.before(shape));
  }

  private SDVariable scaled(SDVariable q, AttentionInputs known, HeadLayout layout) {
    return attention.scale() != null || known.depth() > 0
        ? q.mul(attention.scaleFor(known.depth()))
        : q.div(q.getSameDiff().math.sqrt(layout.depth().castTo(q.dataType())));
  }

  /** Which keys are visible, with their full number Tk on the last axis; null if all are. */
  private @Nullable SDVariable visible(
      @Nullable AttentionMask given, SDVariable scores, AttentionInputs known) {
    SDVariable ends = lengths == null ? null : checkedLengths(lengths, scores, known);
    SDVariable counting = ends == null ? null : AttentionWindow.counting(scores, ends);
    AttentionWindow window = attention.window();
    SDVariable within =
        AttentionWindow.both(
            counting,
            window.isBounded() ? window.visible(scores, firstQuery(scores, ends), null) : null);
    if (given == null) {
      return within;
    }
    return given.visible().mul(within == null ? HeadLayout.onesForKeys(scores) : within);
  }

  /** The position of the first query; null for 0. */
  private @Nullable SDVariable firstQuery(SDVariable scores, @Nullable SDVariable ends) {
    return switch (alignment) {
      case LAST_KEY -> AttentionWindow.firstQueryBeforeEnd(scores, ends);
      case FIRST_KEY -> pastKeys == null ? null : size(pastKeys, -2);
    };
  }

  private SDVariable checkedLengths(SDVariable given, SDVariable scores, AttentionInputs known) {
    known.checkLengths(given);
    SameDiff sd = given.getSameDiff();
    SDVariable wide = given.castTo(DataType.INT64);
    SDVariable tooSmall = wide.lt(0.0).castTo(DataType.INT64);
    SDVariable tooLarge = wide.gt(size(scores, 3)).castTo(DataType.INT64);
    RunChecks checks = new RunChecks(sd, name);
    checks.add(tooSmall.add(tooLarge).sum(), "key lengths must be from 0 to the number of keys");
    checks.add(
        sd.math.abs(sd.prod(sd.shape(given)).sub(size(scores, 0))),
        "key lengths must have the shape [b]");
    return wide.reshape(checks.before(sd.shape(wide)));
  }

  /** The number of query heads; 0 if it is not known and no parameter asks for it. */
  private int heads(AttentionInputs known) {
    int found = Math.toIntExact(Math.max(known.heads(), 0));
    require(
        found == 0 || heads == 0 || found == heads,
        "heads",
        heads,
        "the number of heads of the queries, "
            + found
            + (known.rank() == 3 ? "; for [b, T, heads * d] say packedHeads" : ""));
    int result = Math.max(found, heads);
    require(
        result > 0 || attention.normalizer().parameters(1).isEmpty(),
        "heads",
        "not known",
        "said with heads(h) for a normalizer with learnable parameters");
    return result;
  }
}
