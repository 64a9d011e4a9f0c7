package org.attention4j.monitor.metrics;

import java.util.List;
import java.util.Locale;
import org.attention4j.theory.Separability;

/** What is said of the metrics and families that come with the monitor, in the order of a page. */
final class DescribedMetrics {
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

  static final List<MetricDescription> ALL =
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
              MetricDescription.NO_UNIT,
              "Σ p",
              "1 for most normalizers",
              "near 0 with `sink`, `softmax1`, `softpick`, `sigmoid`: the head attends to nothing,"
                  + " which is allowed"),
          new MetricDescription(
              MetricNames.LARGEST_WEIGHT,
              SPREAD,
              "Largest weight",
              MetricDescription.NO_UNIT,
              "max p",
              "grows with training",
              ""),
          new MetricDescription(
              MetricNames.LARGEST_OVER_UNIFORM,
              SPREAD,
              "Largest weight × n",
              MetricDescription.NO_UNIT,
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
              MetricDescription.NO_UNIT,
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
              MetricDescription.NO_UNIT,
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
              MetricDescription.NO_UNIT,
              "the weight of the query's own position, of the queries that see it",
              "",
              "near 1: the head copies its input"),
          new MetricDescription(
              MetricNames.PREVIOUS_MASS,
              POSITION,
              "Mass of the previous token",
              MetricDescription.NO_UNIT,
              "the weight of the position before the query, of the queries that see it",
              "near 1 in some heads of a language model",
              ""),
          new MetricDescription(
              MetricNames.HEAD_CORRELATION,
              REDUNDANCY,
              "Correlation of heads",
              MetricDescription.NO_UNIT,
              "the largest of Pearson's correlations between the weights of this head and of"
                  + " another head of the layer; means over queries with three keys or more",
              "below 0.9",
              "near 1: a redundant head"),
          new MetricDescription(
              MetricNames.MAX_LOGIT,
              LOGITS,
              "Largest logit",
              MetricDescription.NO_UNIT,
              "the largest magnitude of a score over all rows of the batch; exact, not sampled",
              "below about 30",
              "towards 100: logit blow-up"),
          new MetricDescription(
              MetricNames.MAX_DOT_PRODUCT,
              LOGITS,
              "Largest logit without bias",
              MetricDescription.NO_UNIT,
              "`maxLogit` without the bias of the position; only with `Position.ALIBI`"
                  + " and `FORGETTING`",
              "below about 30",
              "towards 100: logit blow-up"),
          new MetricDescription(
              MetricNames.LOG_SUM_EXP,
              LOGITS,
              "Log-sum-exp",
              MetricDescription.NO_UNIT,
              "log Σ e^z of a query's scores",
              "below about 30",
              "towards 100: logit blow-up"),
          new MetricDescription(
              MetricNames.TEMPERATURE,
              LOGITS,
              "Temperature",
              MetricDescription.NO_UNIT,
              "T where the normalizer is softmax(z / T): `softmax`, `ssmax`, `log-n`",
              "above 0.1",
              "below: gradients grow as 1/T"),
          new MetricDescription(
              MetricNames.NORMALIZER + MetricDescription.FAMILY,
              NORMALIZER,
              "Learned %s",
              MetricDescription.NO_UNIT,
              "a learned quantity of the head's normalizer: `temperature`, `s`, `alpha`, `beta`,"
                  + " `gamma`, `sink`; or `forgetGate`, the mean of its gates with"
                  + " `Position.FORGETTING`",
              "moves slowly",
              ""),
          new MetricDescription(
              MetricNames.SCORES_GRADIENT_NORM,
              GRADIENTS,
              "Gradient of the scores",
              MetricDescription.NO_UNIT,
              "‖dL/dz‖ of a row, of the loss summed over examples, through the layer's output",
              "steady within a factor of a few",
              "spikes: exploding gradient; 0: the head learns nothing"),
          new MetricDescription(
              MetricNames.GRADIENT_NORM + MetricDescription.FAMILY,
              GRADIENTS,
              "Gradient of %s",
              MetricDescription.NO_UNIT,
              "the norm of the gradient of the head's share of a parameter (Wq, Wk, Wv, Wo, the"
                  + " gate's, the normalizer's own), before the updater",
              "steady within a factor of a few",
              "spikes: exploding gradient; 0: the head learns nothing"),
          new MetricDescription(
              MetricNames.UPDATE_RATIO + MetricDescription.FAMILY,
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
              MetricDescription.NO_UNIT,
              "d̃, the distance of the tokens that are not among the N largest from the context"
                  + " vector",
              "below `distanceBound`, always",
              ""),
          new MetricDescription(
              MetricNames.DISTANCE_BOUND,
              SEPARATION,
              "Bound of d̃",
              MetricDescription.NO_UNIT,
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
              MetricDescription.NO_UNIT,
              "r, the distance from the context vector within which a chosen token counts as"
                  + " separable",
              "",
              ""),
          new MetricDescription(
              MetricNames.QUERY_RMS,
              VECTORS,
              "RMS of queries",
              MetricDescription.NO_UNIT,
              "‖q‖/√d of a query, as it is multiplied with keys",
              "steady",
              "grows without end: logit blow-up to come"),
          new MetricDescription(
              MetricNames.KEY_RMS,
              VECTORS,
              "RMS of keys",
              MetricDescription.NO_UNIT,
              "the mean of ‖k‖/√d over the keys that a query sees",
              "steady",
              "grows without end: logit blow-up to come"),
          new MetricDescription(
              MetricNames.VALUE_RMS,
              VECTORS,
              "RMS of values",
              MetricDescription.NO_UNIT,
              "the mean of ‖v‖/√d over the same keys",
              "steady",
              ""),
          new MetricDescription(
              MetricNames.HEAD_OUTPUT_RMS,
              VECTORS,
              "RMS of the output",
              MetricDescription.NO_UNIT,
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
              MetricDescription.NO_UNIT,
              "‖dp/dz‖₂ of the normalizer; for normalizers other than softmax at the row with most"
                  + " keys, if it has at most 1024",
              "below `jacobianBound`",
              ""),
          new MetricDescription(
              MetricNames.JACOBIAN_FROBENIUS,
              JACOBIAN,
              "Jacobian, Frobenius norm",
              MetricDescription.NO_UNIT,
              "‖dp/dz‖_F of the same rows",
              "",
              ""),
          new MetricDescription(
              MetricNames.JACOBIAN_BOUND,
              JACOBIAN,
              "Bound 1/(2T)",
              MetricDescription.NO_UNIT,
              "1/(2T), the tight bound of `jacobianSpectral`",
              "",
              ""),
          new MetricDescription(
              MetricNames.JACOBIAN_ENTRY_BOUND,
              JACOBIAN,
              "Line 1/(4T)",
              MetricDescription.NO_UNIT,
              "1/(4T), the paper's line, which bounds single entries of the Jacobian only",
              "",
              ""));

  private DescribedMetrics() {}

  /** A text with numbers in it, the same in every language. */
  static String number(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
