package org.attention4j.monitor;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.DoublePredicate;
import org.attention4j.monitor.DebouncedRule.Excuse;
import org.attention4j.monitor.DebouncedRule.Fault;
import org.attention4j.monitor.DebouncedRule.Finding;
import org.attention4j.theory.Separability;

/**
 * The alarms that come with the monitor. A duration is counted in looks, that is in scheduled
 * iterations; an alarm is raised once, and again only after the head has clearly recovered.
 */
public final class AlarmRules {
  /** How far back over its limit a metric has to come before the fault counts as over. */
  private static final double HYSTERESIS = 0.2;

  private static final int LONG = 20;

  private AlarmRules() {}

  /**
   * All rules with their defaults. {@link #saturatedHead} needs {@link Tier#FULL}, and is silent
   * without.
   *
   * @return the rules
   */
  public static List<AlarmRule.Factory> all() {
    return List.of(
        entropyCollapse(0.05, 0.5, 2),
        vanishingAttention(2, LONG),
        saturatedHead(Separability.SATURATED_FROM, Separability.SATURATED_TO, LONG),
        logitBlowUp(100, 1),
        coldSoftmax(0.1, 1),
        explodingGradient(10, 2),
        notFinite());
  }

  /**
   * A head that comes to look at next to nothing: entropy / log n is below a floor, or has fallen
   * far below its own running median and to less than twice the floor. A fast fall that ends higher
   * is what a head shows that has learned where to look.
   *
   * @param floor of entropy / log n, 0.05 by default
   * @param fall the share of its median below which the entropy counts as fallen, 0.5 by default
   * @param duration in looks, 2 by default
   * @return the rule
   */
  public static AlarmRule.Factory entropyCollapse(double floor, double fall, int duration) {
    return () ->
        new DebouncedRule(
            "entropy-collapse",
            duration,
            Excuse.SUCCESS,
            "try a lower learning rate, qkNorm, or a length-aware normalizer such as"
                + " Normalizers.ssmax()",
            new EntropyCollapse(floor, fall));
  }

  /**
   * A head that looks at everything alike: n times its largest weight is near one. Untrained heads
   * do so too, hence the long duration. Silent for rows of fewer than 16 keys.
   *
   * @param factor how far above 1/n the largest weight may be, 2 by default
   * @param duration in looks, 20 by default
   * @return the rule
   */
  public static AlarmRule.Factory vanishingAttention(double factor, int duration) {
    int fewKeys = 16;
    return () ->
        new DebouncedRule(
            "vanishing-attention",
            duration,
            Excuse.START,
            "try a length-aware normalizer such as Normalizers.ssmax(), or a sparse one such as"
                + " Normalizers.topFraction(0.06)",
            metricRecord ->
                metricRecord.metrics().getOrDefault("visibleKeys", 0.0) < fewKeys
                    ? Optional.empty()
                    : below(
                        metricRecord,
                        "largestOverUniform",
                        factor,
                        "the largest weight is only %.3g times 1/n, so all keys count alike"));
  }

  /**
   * A head whose chosen tokens cannot all be told from the rest. The paper finds an N_s/N from
   * {@link Separability#SATURATED_FROM} to {@link Separability#SATURATED_TO} in the heads of GPT-2
   * and calls them saturated, so this rule is patient within that band.
   *
   * @param low the N_s/N at or below which a look counts in full, 0.70 by default
   * @param high the N_s/N at or below which it counts a fifth, 0.85 by default
   * @param duration in looks that count in full, 20 by default, so that it takes 100 looks within
   *     the band
   * @return the rule
   */
  public static AlarmRule.Factory saturatedHead(double low, double high, int duration) {
    int full = 5;
    double recovered = high + HYSTERESIS * (1 - high);
    return () ->
        new DebouncedRule(
            "saturated-head",
            full * duration,
            Excuse.PROGRESS,
            "try fewer active tokens, such as Normalizers.topFraction(0.06), or more heads",
            metricRecord ->
                value(metricRecord, "separableShare")
                    .map(
                        value ->
                            new Finding(
                                value <= low ? full : value <= high ? 1 : 0,
                                value > recovered,
                                "separableShare",
                                value,
                                words(
                                    "only a share of %.3g of the top tokens is separable",
                                    value))));
  }

  /**
   * A score so large that its exponential swallows all others.
   *
   * @param limit of the largest score, 100 by default
   * @param duration in looks, 1 by default
   * @return the rule
   */
  public static AlarmRule.Factory logitBlowUp(double limit, int duration) {
    return () ->
        new DebouncedRule(
            "logit-blow-up",
            duration,
            Excuse.SUCCESS,
            "try qkNorm, weight decay on Wq and Wk, or a lower learning rate",
            metricRecord -> above(metricRecord, "maxLogit", limit, "the largest logit is %.4g"));
  }

  /**
   * A softmax so cold that its gradient grows as 1/T.
   *
   * @param limit of the temperature, 0.1 by default
   * @param duration in looks, 1 by default
   * @return the rule
   */
  public static AlarmRule.Factory coldSoftmax(double limit, int duration) {
    return () ->
        new DebouncedRule(
            "cold-softmax",
            duration,
            Excuse.SUCCESS,
            "try a higher temperature, or a sparse normalizer such as Normalizers.entmax15()",
            metricRecord -> below(metricRecord, "temperature", limit, "the temperature is %.3g"));
  }

  /**
   * A gradient far above the run's own scale, at the scores or at one of the head's parameters. The
   * scale is the highest running median that any gradient norm of the head has had so far: those of
   * a training that has converged shrink by many powers of ten and then vary as much from batch to
   * batch, which is no explosion. Norms above the limit do not count for the median, unless they
   * last for 20 looks: then they are the new scale.
   *
   * @param factor how many times the scale is too far, 10 by default
   * @param duration in looks, 2 by default
   * @return the rule
   */
  public static AlarmRule.Factory explodingGradient(double factor, int duration) {
    return () ->
        new DebouncedRule(
            "exploding-gradient",
            duration,
            Excuse.SUCCESS,
            "try gradient clipping, a lower learning rate or a warm-up",
            new ExplodingGradient(factor));
  }

  /**
   * A score, weight or gradient that is NaN or infinite.
   *
   * @return the rule
   */
  public static AlarmRule.Factory notFinite() {
    return new NotFinite();
  }

  /** Known by its class to those who rank rules. */
  record NotFinite() implements AlarmRule.Factory {
    @Override
    public AlarmRule create() {
      return new DebouncedRule(
          "not-finite",
          1,
          Excuse.NONE,
          "go back to a saved model, and try a lower learning rate or gradient clipping",
          metricRecord -> above(metricRecord, "nonFinite", 0, "%.0f numbers are NaN or infinite"));
    }
  }

  private static Optional<Double> value(MetricRecord metricRecord, String metric) {
    return Optional.ofNullable(metricRecord.metrics().get(metric));
  }

  private static Optional<Finding> above(
      MetricRecord metricRecord, String metric, double limit, String cause) {
    return finding(metricRecord, metric, v -> v > limit, v -> v <= limit * (1 - HYSTERESIS), cause);
  }

  private static Optional<Finding> below(
      MetricRecord metricRecord, String metric, double limit, String cause) {
    return finding(metricRecord, metric, v -> v < limit, v -> v >= limit * (1 + HYSTERESIS), cause);
  }

  private static Optional<Finding> finding(
      MetricRecord metricRecord,
      String metric,
      DoublePredicate faulty,
      DoublePredicate recovered,
      String cause) {
    return value(metricRecord, metric)
        .map(
            value ->
                new Finding(
                    faulty.test(value), recovered.test(value), metric, value, words(cause, value)));
  }

  private static String words(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }

  private record EntropyCollapse(double floor, double fall, RunningMedian usual) implements Fault {
    /** How many floors above zero a fast fall is still one to nearly nothing. */
    private static final double NEAR = 2;

    EntropyCollapse(double floor, double fall) {
      this(floor, fall, new RunningMedian());
    }

    @Override
    public Optional<Finding> judge(MetricRecord metricRecord) {
      return value(metricRecord, "normalizedEntropy").map(this::finding);
    }

    private Finding finding(double value) {
      double median = usual.median();
      boolean faulty = value < floor || (value < NEAR * floor && value < fall * median);
      boolean recovered =
          value >= floor * (1 + HYSTERESIS) && !(value < fall * (1 + HYSTERESIS) * median);
      usual.add(value, !faulty);
      return new Finding(
          faulty,
          recovered,
          "normalizedEntropy",
          value,
          words("its entropy is %.3g of the largest possible, after %.3g", value, median));
    }
  }

  /**
   * The norms of the head's gradients, each with its running median. What they are compared with is
   * the run's own scale: the highest of all these medians so far. Gradients that have shrunk with
   * the loss, or that have yet to wake, may be any number of times their own median without being
   * large.
   */
  private static final class ExplodingGradient implements Fault {
    private final double factor;
    private final Map<String, RunningMedian> usual = new HashMap<>();
    private double scale;

    ExplodingGradient(double factor) {
      this.factor = factor;
    }

    @Override
    public Optional<Finding> judge(MetricRecord metricRecord) {
      String largest = null;
      double value = Double.NEGATIVE_INFINITY;
      for (Map.Entry<String, Double> metric : metricRecord.metrics().entrySet()) {
        if (isGradient(metric.getKey()) && metric.getValue() > value) {
          largest = metric.getKey();
          value = metric.getValue();
        }
      }
      if (largest == null) {
        return Optional.empty();
      }
      double limit = scale == 0 ? Double.POSITIVE_INFINITY : factor * scale; // none as yet
      double ratio = value / scale;
      metricRecord.metrics().forEach((name, norm) -> remember(name, norm, limit));
      if (limit == Double.POSITIVE_INFINITY) {
        return Optional.empty();
      }
      return Optional.of(
          new Finding(
              ratio > factor,
              ratio <= factor * (1 - HYSTERESIS),
              largest,
              value,
              words(
                  "%s is %.3g, %.3g times what is usual for the largest gradient of this head",
                  largest, value, ratio)));
    }

    private static boolean isGradient(String metric) {
      return metric.equals("scoresGradientNorm") || metric.startsWith("gradientNorm.");
    }

    private void remember(String metric, double value, double limit) {
      if (isGradient(metric)) {
        RunningMedian median = usual.computeIfAbsent(metric, name -> new RunningMedian());
        median.add(value, value <= limit);
        double level = median.median();
        scale = level > scale ? level : scale;
      }
    }
  }
}
