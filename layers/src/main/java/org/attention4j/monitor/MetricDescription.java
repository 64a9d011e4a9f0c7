package org.attention4j.monitor;

import java.util.List;
import java.util.Locale;
import org.attention4j.theory.Separability;

/**
 * What a metric is called, counted in and good for: the one place from which the page, Prometheus
 * and the table in {@code docs/monitoring.md} have it.
 *
 * <p>A name with a dot, such as {@code gradientNorm.Wq}, belongs to a family, {@code gradientNorm},
 * of which there is a metric for each parameter.
 *
 * @param name the metric's name; of a family the part before the dot, and {@code .<name>}
 * @param group under which heading a page lists it
 * @param label a short name for people
 * @param unit what it is counted in: {@code nats}, {@code keys}, {@code tokens}, {@code numbers};
 *     {@code ratio} for what is mostly between 0 and 1; {@code 1} for any other pure number
 * @param meaning what it is; a mean over the sampled queries unless this says otherwise; empty for
 *     a metric of the user's own
 * @param healthy how it is in a head that learns well; may be empty
 * @param otherwise what another value says, or what to do then; may be empty
 */
public record MetricDescription(
    String name,
    String group,
    String label,
    String unit,
    String meaning,
    String healthy,
    String otherwise) {
  /** The unit of a number that counts nothing. */
  public static final String NO_UNIT = "1";

  private static final String FAMILY = ".<name>";
  private static final String OWN = "Other";

  private static final String SPREAD = "Spread";
  private static final String LOGITS = "Logits";
  private static final String NORMALIZER = "Normalizer";
  private static final String GRADIENTS = "Gradients";
  private static final String UPDATES = "Updates";
  private static final String FAULTS = "Faults";
  private static final String SEPARATION = "Separation";
  private static final String JACOBIAN = "Jacobian";

  private static final List<MetricDescription> ALL =
      List.of(
          new MetricDescription(
              "entropy",
              SPREAD,
              "Entropy",
              "nats",
              "−Σ p log p of a query's weights, divided by their sum",
              "falls slowly from near log n and settles; heads differ",
              "near 0, or fallen at once: entropy collapse"),
          new MetricDescription(
              "normalizedEntropy",
              SPREAD,
              "Entropy / log n",
              "ratio",
              "entropy as a share of the largest possible, for rows of two keys or more",
              "falls slowly from near 1 and settles; heads differ",
              "near 0, or fallen at once: entropy collapse"),
          new MetricDescription(
              "effectiveTokens",
              SPREAD,
              "Effective tokens",
              "tokens",
              "e^entropy: among how many keys an even spread has this entropy",
              "well below n, above 1",
              "near n: vanishing attention"),
          new MetricDescription(
              "support",
              SPREAD,
              "Support",
              "keys",
              "weights that are not exactly zero",
              "n for softmax, small for sparse maps",
              ""),
          new MetricDescription(
              "rowMass",
              SPREAD,
              "Row mass",
              NO_UNIT,
              "Σ p",
              "1 for most maps",
              "near 0 with `sink`, `softmax1`, `softpick`, `sigmoid`: the head looks at nothing,"
                  + " which it may"),
          new MetricDescription(
              "largestWeight",
              SPREAD,
              "Largest weight",
              NO_UNIT,
              "max p",
              "grows with training",
              ""),
          new MetricDescription(
              "largestOverUniform",
              SPREAD,
              "Largest weight × n",
              NO_UNIT,
              "n max p: the largest weight over that of an even spread",
              "grows with training",
              "near 1 for long: vanishing attention"),
          new MetricDescription(
              "topCount",
              SPREAD,
              "Size N of the top",
              "keys",
              "N, how many of the largest weights count as chosen; `topN` and `topFraction` set it",
              "",
              ""),
          new MetricDescription(
              "topMass",
              SPREAD,
              "Mass of the top N",
              "ratio",
              "the mass of the N largest weights",
              "most of the mass",
              "little: N is too small, or attention vanishes"),
          new MetricDescription(
              "sinkMass",
              SPREAD,
              "Sink mass",
              "ratio",
              "the weight of the first key of the sequence, of the queries that see it",
              "some heads are sinks in any large model",
              "many: `Normalizers.sink()` or `softmax1` gives them a place to look at nothing"),
          new MetricDescription(
              "sinkRate",
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
              "visibleKeys", SPREAD, "Visible keys n", "keys", "n, the keys a query sees", "", ""),
          new MetricDescription(
              "maxLogit",
              LOGITS,
              "Largest logit",
              NO_UNIT,
              "the largest score of all sampled rows",
              "below about 30",
              "towards 100: logit blow-up"),
          new MetricDescription(
              "logSumExp",
              LOGITS,
              "Log-sum-exp",
              NO_UNIT,
              "log Σ e^z of a query's scores",
              "below about 30",
              "towards 100: logit blow-up"),
          new MetricDescription(
              "temperature",
              LOGITS,
              "Temperature",
              NO_UNIT,
              "T where the map is softmax(z / T): `softmax`, `ssmax`, `log-n`",
              "above 0.1",
              "below: gradients grow as 1/T"),
          new MetricDescription(
              "normalizer" + FAMILY,
              NORMALIZER,
              "Learned %s",
              NO_UNIT,
              "a learned quantity of the head's normalizer: `temperature`, `s`, `alpha`, `beta`,"
                  + " `gamma`, `sink`",
              "moves slowly",
              ""),
          new MetricDescription(
              "scoresGradientNorm",
              GRADIENTS,
              "Gradient of the scores",
              NO_UNIT,
              "‖dL/dz‖ of a row, of the loss summed over examples, through the layer's output",
              "steady within a factor of a few",
              "spikes: exploding gradient; 0: the head learns nothing"),
          new MetricDescription(
              "gradientNorm" + FAMILY,
              GRADIENTS,
              "Gradient of %s",
              NO_UNIT,
              "the norm of the gradient of the head's share of a parameter (Wq, Wk, Wv, Wo, the"
                  + " normalizer's own), before the updater",
              "steady within a factor of a few",
              "spikes: exploding gradient; 0: the head learns nothing"),
          new MetricDescription(
              "updateRatio" + FAMILY,
              UPDATES,
              "Update / parameter, %s",
              "ratio",
              "‖update‖ / ‖parameter‖ of the head's share of a parameter",
              "about 1e-3",
              "above 1e-2: a lower learning rate; below 1e-5: a higher one"),
          new MetricDescription(
              "nanCount",
              FAULTS,
              "NaN",
              "numbers",
              "how many numbers are NaN among the sampled rows' scores, weights and gradients and"
                  + " in the head's parameters, gradients and updates; a sum",
              "0",
              "go back to a saved model"),
          new MetricDescription(
              "infiniteCount",
              FAULTS,
              "Infinite numbers",
              "numbers",
              "how many of the same numbers are infinite; a sum",
              "0",
              "go back to a saved model"),
          new MetricDescription(
              "nonFinite",
              FAULTS,
              "NaN and ∞",
              "numbers",
              "`nanCount` and `infiniteCount` together",
              "0",
              "go back to a saved model"),
          new MetricDescription(
              "distance",
              SEPARATION,
              "Distance d̃",
              NO_UNIT,
              "d̃, the distance of the tokens that are not among the N largest from the context"
                  + " vector",
              "below `distanceBound`, always",
              ""),
          new MetricDescription(
              "distanceBound",
              SEPARATION,
              "Bound of d̃",
              NO_UNIT,
              "what Theorem 1 of arXiv 2508.17821 allows `distance`, for rows that sum to one",
              "",
              ""),
          new MetricDescription(
              "separableShare",
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
              "separationRadius",
              SEPARATION,
              "Separation radius r",
              NO_UNIT,
              "r, the distance from the context vector within which a chosen token counts as"
                  + " separable",
              "",
              ""),
          new MetricDescription(
              "jacobianSpectral",
              JACOBIAN,
              "Jacobian, spectral norm",
              NO_UNIT,
              "‖dp/dz‖₂ of the normalizer; for maps other than softmax at the row with most keys,"
                  + " if these are 1024 or fewer",
              "below `jacobianBound`",
              ""),
          new MetricDescription(
              "jacobianFrobenius",
              JACOBIAN,
              "Jacobian, Frobenius norm",
              NO_UNIT,
              "‖dp/dz‖_F of the same rows",
              "",
              ""),
          new MetricDescription(
              "jacobianBound",
              JACOBIAN,
              "Bound 1/(2T)",
              NO_UNIT,
              "1/(2T), the tight bound of `jacobianSpectral`",
              "",
              ""),
          new MetricDescription(
              "jacobianEntryBound",
              JACOBIAN,
              "Line 1/(4T)",
              NO_UNIT,
              "1/(4T), the paper's line, which bounds single entries of the Jacobian only",
              "",
              ""));

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
   * Describes a metric.
   *
   * @param name any metric's name, such as {@code entropy} or {@code gradientNorm.Wq}
   * @return its description; of a member of a family with the member's own name and label; of an
   *     unknown metric, which is the user's own, its name alone
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
   * All that is known, in plain words.
   *
   * @return such as {@code N_s/N, the share …. Healthy: above 0.85. Otherwise: …}; the label alone
   *     where there is no meaning
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

  /**
   * Label and meaning in plain words; of a family the meaning, which is that of all its members.
   */
  String help() {
    if (meaning.isEmpty()) {
      return "A metric of the user's own: " + label + ".";
    }
    String help = name.endsWith(FAMILY) ? meaning : label + ": " + meaning;
    return help.replace("`", "") + ".";
  }

  /** The part of a name before the dot; the name itself of a metric that is in no family. */
  static String family(String name) {
    String family = name.substring(0, Math.max(0, name.indexOf('.')));
    return isFamily(family) ? family : name;
  }

  /** The description that a name shares with all its family. */
  static MetricDescription shared(String name) {
    String family = family(name);
    return of(isFamily(family) ? family + FAMILY : name);
  }

  /** Whether there is a metric of this name for each parameter. */
  static boolean isFamily(String name) {
    return ALL.stream().anyMatch(entry -> entry.name.equals(name + FAMILY));
  }
}
