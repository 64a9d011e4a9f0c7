package org.attention4j.monitor.metrics;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.attention4j.theory.Separability;

/**
 * Name, unit and meaning of a metric. The page, Prometheus and the tables in {@code
 * docs/monitoring.md} all have their texts from here.
 *
 * <p>A name with a dot, such as {@code gradientNorm.Wq}, belongs to a family, {@code gradientNorm},
 * which has one metric for each parameter.
 *
 * @param name the metric's name; for a family the part before the dot with {@code .<name>}
 * @param group the heading under which a page lists it
 * @param label a short name to show
 * @param unit its unit: {@code nats}, {@code keys}, {@code tokens}, {@code numbers}; {@code ratio}
 *     for a share, mostly between 0 and 1; {@code 1} for any other pure number
 * @param meaning what it is; a mean over the sampled queries, unless this says otherwise; empty for
 *     a metric of the user's own
 * @param healthy its values in a head that learns well; may be empty
 * @param otherwise what other values mean, or what to do then; may be empty
 */
public record MetricDescription(
    String name,
    String group,
    String label,
    String unit,
    String meaning,
    String healthy,
    String otherwise) {
  /** The unit of a pure number. */
  public static final String NO_UNIT = "1";

  private static final String FAMILY = ".<name>";
  private static final String OWN = "Other";

  private static final String SPREAD = "Spread";
  private static final String POSITION = "Position";
  private static final String REDUNDANCY = "Redundancy";
  private static final String LOGITS = "Logits";
  private static final String NORMALIZER = "Normalizer";
  private static final String GRADIENTS = "Gradients";
  private static final String UPDATES = "Updates";
  private static final String FAULTS = "Faults";
  private static final String SEPARATION = "Separation";
  private static final String VECTORS = "Vectors";
  private static final String JACOBIAN = "Jacobian";
  private static final String AGGREGATE = "All heads";

  private static final List<MetricDescription> ALL =
      List.of(
          new MetricDescription(
              MetricNames.ENTROPY,
              SPREAD,
              "Entropy",
              "nats",
              "−Σ p log p of a query's weights, divided by their sum",
              "falls slowly from near log n and settles; heads differ",
              "near 0, or fallen at once: entropy collapse"),
          new MetricDescription(
              MetricNames.NORMALIZED_ENTROPY,
              SPREAD,
              "Entropy / log n",
              "ratio",
              "entropy as a share of the largest possible, for rows of two keys or more",
              "falls slowly from near 1 and settles; heads differ",
              "near 0, or fallen at once: entropy collapse"),
          new MetricDescription(
              MetricNames.EFFECTIVE_TOKENS,
              SPREAD,
              "Effective tokens",
              "tokens",
              "e^entropy: how many keys with equal weights have this entropy",
              "well below n, above 1",
              "near n: vanishing attention"),
          new MetricDescription(
              MetricNames.SUPPORT,
              SPREAD,
              "Support",
              "keys",
              "weights that are not exactly zero",
              "n for softmax, small for sparse normalizers",
              ""),
          new MetricDescription(
              MetricNames.ROW_MASS,
              SPREAD,
              "Row mass",
              NO_UNIT,
              "Σ p",
              "1 for most normalizers",
              "near 0 with `sink`, `softmax1`, `softpick`, `sigmoid`: the head attends to nothing,"
                  + " which is allowed"),
          new MetricDescription(
              MetricNames.LARGEST_WEIGHT,
              SPREAD,
              "Largest weight",
              NO_UNIT,
              "max p",
              "grows with training",
              ""),
          new MetricDescription(
              MetricNames.LARGEST_OVER_UNIFORM,
              SPREAD,
              "Largest weight × n",
              NO_UNIT,
              "n max p: the largest weight over that of an even spread",
              "grows with training",
              "near 1 for long: vanishing attention"),
          new MetricDescription(
              MetricNames.TOP_COUNT,
              SPREAD,
              "Size N of the top",
              "keys",
              "N, how many of the largest weights count as chosen; `topN` and `topFraction` set it",
              "",
              ""),
          new MetricDescription(
              MetricNames.TOP_MASS,
              SPREAD,
              "Mass of the top N",
              "ratio",
              "the mass of the N largest weights",
              "most of the mass",
              "little: N is too small, or attention vanishes"),
          new MetricDescription(
              MetricNames.SINK_MASS,
              SPREAD,
              "Sink mass",
              "ratio",
              "the weight of the first key of the sequence, of the queries that see it",
              "some heads are sinks in any large model",
              "many: `Normalizers.sink()` or `softmax1` lets them attend to nothing"),
          new MetricDescription(
              MetricNames.SINK_RATE,
              SPREAD,
              "Sink",
              NO_UNIT,
              number(
                  "1 if `sinkMass` is above %.1f, else 0, so that the mean over heads is the sink"
                      + " rate",
                  SpreadMetrics.SINK),
              "as `sinkMass`",
              ""),
          new MetricDescription(
              MetricNames.VISIBLE_KEYS,
              SPREAD,
              "Visible keys n",
              "keys",
              "n, the keys a query sees",
              "",
              ""),
          new MetricDescription(
              MetricNames.TOP_KEY_MASS,
              POSITION,
              "Mass of the top key",
              "ratio",
              "the largest mean weight of one key over all sampled queries, wherever the key is; it"
                  + " is zero for a query that does not see the key",
              "",
              "high in many heads: a sink, at `topKeyPosition`"),
          new MetricDescription(
              MetricNames.TOP_KEY_POSITION,
              POSITION,
              "Position of the top key",
              NO_UNIT,
              "the position of that key, counted from 0",
              "",
              "0: the first token is the sink"),
          new MetricDescription(
              MetricNames.ATTENTION_DISTANCE,
              POSITION,
              "Attention distance",
              "tokens",
              "Σ p abs(i − j) / Σ p, how far from the query its keys are; where queries and keys"
                  + " are one sequence",
              "differs between heads",
              ""),
          new MetricDescription(
              MetricNames.DIAGONAL_MASS,
              POSITION,
              "Mass of the diagonal",
              NO_UNIT,
              "the weight of the query's own position, of the queries that see it",
              "",
              "near 1: the head copies its input"),
          new MetricDescription(
              MetricNames.PREVIOUS_MASS,
              POSITION,
              "Mass of the previous token",
              NO_UNIT,
              "the weight of the position before the query, of the queries that see it",
              "near 1 in some heads of a language model",
              ""),
          new MetricDescription(
              MetricNames.HEAD_CORRELATION,
              REDUNDANCY,
              "Correlation of heads",
              NO_UNIT,
              "the largest of Pearson's correlations between the weights of this head and of"
                  + " another head of the layer; means over queries with three keys or more",
              "below 0.9",
              "near 1: a redundant head"),
          new MetricDescription(
              MetricNames.MAX_LOGIT,
              LOGITS,
              "Largest logit",
              NO_UNIT,
              "the largest magnitude of a score over all rows of the batch; exact, not sampled",
              "below about 30",
              "towards 100: logit blow-up"),
          new MetricDescription(
              MetricNames.MAX_DOT_PRODUCT,
              LOGITS,
              "Largest logit without bias",
              NO_UNIT,
              "`maxLogit` without the bias of the position; only with `Position.ALIBI`"
                  + " and `FORGETTING`",
              "below about 30",
              "towards 100: logit blow-up"),
          new MetricDescription(
              MetricNames.LOG_SUM_EXP,
              LOGITS,
              "Log-sum-exp",
              NO_UNIT,
              "log Σ e^z of a query's scores",
              "below about 30",
              "towards 100: logit blow-up"),
          new MetricDescription(
              MetricNames.TEMPERATURE,
              LOGITS,
              "Temperature",
              NO_UNIT,
              "T where the normalizer is softmax(z / T): `softmax`, `ssmax`, `log-n`",
              "above 0.1",
              "below: gradients grow as 1/T"),
          new MetricDescription(
              MetricNames.NORMALIZER + FAMILY,
              NORMALIZER,
              "Learned %s",
              NO_UNIT,
              "a learned quantity of the head's normalizer: `temperature`, `s`, `alpha`, `beta`,"
                  + " `gamma`, `sink`; or `forgetGate`, the mean of its gates with"
                  + " `Position.FORGETTING`",
              "moves slowly",
              ""),
          new MetricDescription(
              MetricNames.SCORES_GRADIENT_NORM,
              GRADIENTS,
              "Gradient of the scores",
              NO_UNIT,
              "‖dL/dz‖ of a row, of the loss summed over examples, through the layer's output",
              "steady within a factor of a few",
              "spikes: exploding gradient; 0: the head learns nothing"),
          new MetricDescription(
              MetricNames.GRADIENT_NORM + FAMILY,
              GRADIENTS,
              "Gradient of %s",
              NO_UNIT,
              "the norm of the gradient of the head's share of a parameter (Wq, Wk, Wv, Wo, the"
                  + " gate's, the normalizer's own), before the updater",
              "steady within a factor of a few",
              "spikes: exploding gradient; 0: the head learns nothing"),
          new MetricDescription(
              MetricNames.UPDATE_RATIO + FAMILY,
              UPDATES,
              "Update / parameter, %s",
              "ratio",
              "‖update‖ / ‖parameter‖ of the head's share of a parameter",
              "about 1e-3",
              "above 1e-2: a lower learning rate; below 1e-5: a higher one"),
          new MetricDescription(
              MetricNames.NAN_COUNT,
              FAULTS,
              "NaN",
              "numbers",
              "how many numbers are NaN among the sampled rows' scores, weights and gradients and"
                  + " in the head's parameters, gradients and updates; a sum",
              "0",
              "go back to a saved model"),
          new MetricDescription(
              MetricNames.INFINITE_COUNT,
              FAULTS,
              "Infinite numbers",
              "numbers",
              "how many of the same numbers are infinite; a sum",
              "0",
              "go back to a saved model"),
          new MetricDescription(
              MetricNames.NON_FINITE,
              FAULTS,
              "NaN and ∞",
              "numbers",
              "`nanCount` and `infiniteCount` together",
              "0",
              "go back to a saved model"),
          new MetricDescription(
              MetricNames.DISTANCE,
              SEPARATION,
              "Distance d̃",
              NO_UNIT,
              "d̃, the distance of the tokens that are not among the N largest from the context"
                  + " vector",
              "below `distanceBound`, always",
              ""),
          new MetricDescription(
              MetricNames.DISTANCE_BOUND,
              SEPARATION,
              "Bound of d̃",
              NO_UNIT,
              "what Theorem 1 of arXiv 2508.17821 allows `distance`, for rows that sum to one",
              "",
              ""),
          new MetricDescription(
              MetricNames.SEPARABLE_SHARE,
              SEPARATION,
              "Separable share N_s/N",
              "ratio",
              "N_s/N, the share of the N chosen tokens that can be told from all others, of vectors"
                  + " scaled to length one",
              number("above %.2f", Separability.SATURATED_TO),
              number(
                  "%.2f–%.2f for long: a saturated head; fewer active tokens",
                  Separability.SATURATED_FROM, Separability.SATURATED_TO)),
          new MetricDescription(
              MetricNames.SEPARATION_RADIUS,
              SEPARATION,
              "Separation radius r",
              NO_UNIT,
              "r, the distance from the context vector within which a chosen token counts as"
                  + " separable",
              "",
              ""),
          new MetricDescription(
              MetricNames.QUERY_RMS,
              VECTORS,
              "RMS of queries",
              NO_UNIT,
              "‖q‖/√d of a query, as it is multiplied with keys",
              "steady",
              "grows without end: logit blow-up to come"),
          new MetricDescription(
              MetricNames.KEY_RMS,
              VECTORS,
              "RMS of keys",
              NO_UNIT,
              "the mean of ‖k‖/√d over the keys that a query sees",
              "steady",
              "grows without end: logit blow-up to come"),
          new MetricDescription(
              MetricNames.VALUE_RMS,
              VECTORS,
              "RMS of values",
              NO_UNIT,
              "the mean of ‖v‖/√d over the same keys",
              "steady",
              ""),
          new MetricDescription(
              MetricNames.HEAD_OUTPUT_RMS,
              VECTORS,
              "RMS of the output",
              NO_UNIT,
              "‖Σ p v‖/√d of a query: the head's output",
              "of the size of the other heads",
              "near 0: the head adds nothing"),
          new MetricDescription(
              MetricNames.SELECTION_RECALL,
              VECTORS,
              "Recall of the selection",
              "ratio",
              "which share of the N keys with the largest p‖v‖ is among the N largest weights;"
                  + " precision and F are the same, as both sets have N keys",
              "near 1",
              "low: large weights on keys with small values, such as sinks"),
          new MetricDescription(
              MetricNames.SELECTED_CONTRIBUTION,
              VECTORS,
              "Contribution of the selection",
              "ratio",
              "the share of Σ p‖v‖ that the N largest weights have",
              "most of it",
              "little: the N keys do not suffice for the output"),
          new MetricDescription(
              MetricNames.JACOBIAN_SPECTRAL,
              JACOBIAN,
              "Jacobian, spectral norm",
              NO_UNIT,
              "‖dp/dz‖₂ of the normalizer; for normalizers other than softmax at the row with most"
                  + " keys, if it has at most 1024",
              "below `jacobianBound`",
              ""),
          new MetricDescription(
              MetricNames.JACOBIAN_FROBENIUS,
              JACOBIAN,
              "Jacobian, Frobenius norm",
              NO_UNIT,
              "‖dp/dz‖_F of the same rows",
              "",
              ""),
          new MetricDescription(
              MetricNames.JACOBIAN_BOUND,
              JACOBIAN,
              "Bound 1/(2T)",
              NO_UNIT,
              "1/(2T), the tight bound of `jacobianSpectral`",
              "",
              ""),
          new MetricDescription(
              MetricNames.JACOBIAN_ENTRY_BOUND,
              JACOBIAN,
              "Line 1/(4T)",
              NO_UNIT,
              "1/(4T), the paper's line, which bounds single entries of the Jacobian only",
              "",
              ""));

  private static final List<MetricDescription> AGGREGATES =
      List.of(
          aggregate(
              MetricNames.ENTROPY_MIN, "Entropy, lowest", "nats", "the lowest `entropy` of a head"),
          aggregate(
              MetricNames.ENTROPY_MEAN,
              "Entropy, mean",
              "nats",
              "the mean of `entropy` over the heads"),
          aggregate(
              MetricNames.ENTROPY_MAX,
              "Entropy, highest",
              "nats",
              "the highest `entropy` of a head"),
          aggregate(
              MetricNames.NORMALIZED_ENTROPY_MIN,
              "Entropy / log n, lowest",
              "ratio",
              "the lowest `normalizedEntropy` of a head"),
          aggregate(
              MetricNames.NORMALIZED_ENTROPY_MEAN,
              "Entropy / log n, mean",
              "ratio",
              "the mean of `normalizedEntropy` over the heads"),
          aggregate(
              MetricNames.NORMALIZED_ENTROPY_MAX,
              "Entropy / log n, highest",
              "ratio",
              "the highest `normalizedEntropy` of a head"),
          aggregate(
              MetricNames.MAX_LOGIT,
              "Largest logit",
              NO_UNIT,
              "the largest `maxLogit` of a head; exact"),
          aggregate(
              MetricNames.MAX_DOT_PRODUCT,
              "Largest logit without bias",
              NO_UNIT,
              "the largest `maxDotProduct` of a head; exact"),
          aggregate(
              MetricNames.SINK_RATE,
              "Sink rate",
              "ratio",
              number("the share of heads whose `sinkMass` is above %.1f", SpreadMetrics.SINK)),
          aggregate(
              MetricNames.DEAD_SHARE,
              "Dead heads",
              "ratio",
              number(
                  "the share of heads whose `rowMass` is below %.2f, or the gradient of whose"
                      + " parameters is below %.4f times the largest in the layer",
                  HeadAggregates.NO_MASS, HeadAggregates.NO_GRADIENT)),
          aggregate(
              MetricNames.HEAD_CORRELATION,
              "Correlation of heads",
              NO_UNIT,
              "the largest `headCorrelation` of a head"),
          aggregate(
              MetricNames.BLOCK_OUTPUT_RMS,
              "RMS of the block's output",
              NO_UNIT,
              "‖y‖/√size of the layer's output y at a step, the mean over the steps of the sampled"
                  + " examples; of a network the highest of its layers"),
          aggregate(
              MetricNames.RANK_RESIDUAL,
              "Distance from rank one",
              "ratio",
              "how far the outputs of an example are from their mean ȳ, ‖Y − 1ȳᵀ‖/‖Y‖, the mean"
                  + " over the sampled examples; near 0: rank collapse; of a network the lowest of"
                  + " its layers"),
          aggregate(
              MetricNames.HEADS_IN_ALARM,
              "Heads in alarm",
              NO_UNIT,
              "how many heads have a fault for which an alarm was raised; needs alarms, and"
                  + " training"));

  private static MetricDescription aggregate(
      String name, String label, String unit, String meaning) {
    return new MetricDescription(name, AGGREGATE, label, unit, meaning, "", "");
  }

  private static String number(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }

  /**
   * The metrics and families that come with the monitor.
   *
   * @return their descriptions, in the order in which a page lists them
   */
  public static List<MetricDescription> all() {
    return ALL;
  }

  /**
   * The numbers of an {@link AggregateRecord}.
   *
   * @return their descriptions, in their order
   */
  public static List<MetricDescription> aggregates() {
    return AGGREGATES;
  }

  /**
   * Describes a number of an {@link AggregateRecord}.
   *
   * @param name its name, such as {@code entropyMean}
   * @return its description; for an unknown one only its name
   */
  public static MetricDescription ofAggregate(String name) {
    return AGGREGATES.stream()
        .filter(description -> description.name.equals(name))
        .findFirst()
        .orElseGet(() -> new MetricDescription(name, AGGREGATE, name, NO_UNIT, "", "", ""));
  }

  /**
   * Describes a metric.
   *
   * @param name any metric's name, such as {@code entropy} or {@code gradientNorm.Wq}
   * @return its description; for a member of a family with the member's own name and label; for an
   *     unknown metric, which is the user's own, only its name
   */
  public static MetricDescription of(String name) {
    int dot = name.indexOf('.');
    String entry = dot < 0 ? name : name.substring(0, dot) + FAMILY;
    return ALL.stream()
        .filter(description -> description.name.equals(entry))
        .findFirst()
        .map(description -> dot < 0 ? description : description.member(name, dot))
        .orElseGet(() -> new MetricDescription(name, OWN, name, NO_UNIT, "", "", ""));
  }

  /**
   * The whole description as text.
   *
   * @return such as {@code N_s/N, the share …. Healthy: above 0.85. Otherwise: …}; only the label
   *     without a meaning
   */
  public String text() {
    StringBuilder text = new StringBuilder(meaning.isEmpty() ? label : meaning);
    if (!healthy.isEmpty()) {
      text.append(". Healthy: ").append(healthy);
    }
    if (!otherwise.isEmpty()) {
      text.append(". Otherwise: ").append(otherwise);
    }
    return text.append('.').toString().replace("`", "");
  }

  private MetricDescription member(String member, int dot) {
    return new MetricDescription(
        member,
        group,
        label.replace("%s", member.substring(dot + 1)),
        unit,
        meaning,
        healthy,
        otherwise);
  }

  /** Whether a metric comes with the monitor. */
  static boolean isBuiltIn(String name) {
    return ALL.stream().anyMatch(description -> description.name.equals(name));
  }

  /**
   * Describes the family of a metric.
   *
   * @param name any metric's name, such as {@code gradientNorm.Wq}, or that of a family, such as
   *     {@code gradientNorm}
   * @return what all members have in common; empty if the metric is in no family
   */
  public static Optional<MetricDescription> ofFamily(String name) {
    int dot = name.indexOf('.');
    String entry = (dot < 0 ? name : name.substring(0, dot)) + FAMILY;
    return ALL.stream().filter(description -> description.name.equals(entry)).findFirst();
  }
}
