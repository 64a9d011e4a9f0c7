package org.attention4j.monitor.alarms;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.DoublePredicate;
import org.attention4j.monitor.alarms.DebouncedRule.Excuse;
import org.attention4j.monitor.alarms.DebouncedRule.Fault;
import org.attention4j.monitor.alarms.DebouncedRule.Finding;
import org.attention4j.monitor.metrics.MetricNames;
import org.attention4j.monitor.metrics.MetricRecord;
import org.attention4j.monitor.metrics.Tier;
import org.attention4j.theory.Separability;

/**
 * The alarm rules that come with the monitor. A duration is a number of scheduled iterations. An
 * alarm is raised once; it can be raised again only after the head has clearly recovered.
 */
public final class AlarmRules {
  /** By which share of its limit a metric must be on the good side before a fault is over. */
  private static final double HYSTERESIS = 0.2;

  /** The duration, in scheduled iterations, of faults that healthy heads show for a while. */
  private static final int LONG = 20;

  private AlarmRules() {}

  /**
   * All rules with their defaults. {@link #saturatedHead} needs {@link Tier#FULL}; without it, this
   * rule never raises an alarm.
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
   * A head whose weights are nearly all on one key: entropy / log n is below a floor, or it has
   * fallen far below its own running median and is below twice the floor. A fast fall that ends
   * higher is no fault: a head that has learned where to attend shows it, too.
   *
   * @param floor the floor of entropy / log n, 0.05 by default
   * @param fall the share of its median below which the entropy counts as fallen, 0.5 by default
   * @param duration how many scheduled iterations the fault must last, 2 by default
   * @return the rule
   * @throws IllegalArgumentException if a value is out of range
   */
  public static AlarmRule.Factory entropyCollapse(double floor, double fall, int duration) {
    requireShare("entropyCollapse", "floor", floor);
    requireShare("entropyCollapse", "fall", fall);
    requireDuration("entropyCollapse", duration);
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
   * A head that gives all keys nearly the same weight: n times its largest weight is near one. An
   * untrained head does this, too, so the duration is long. The rule ignores rows of fewer than 16
   * keys.
   *
   * @param factor the fault is a largest weight below this many times 1/n, 2 by default
   * @param duration how many scheduled iterations the fault must last, 20 by default
   * @return the rule
   * @throws IllegalArgumentException if a value is out of range
   */
  public static AlarmRule.Factory vanishingAttention(double factor, int duration) {
    requirePositive("vanishingAttention", "factor", factor);
    requireDuration("vanishingAttention", duration);
    int fewKeys = 16;
    return () ->
        new DebouncedRule(
            "vanishing-attention",
            duration,
            Excuse.START,
            "try a length-aware normalizer such as Normalizers.ssmax(), or a sparse one such as"
                + " Normalizers.topFraction(0.06)",
            metricRecord ->
                metricRecord.metrics().getOrDefault(MetricNames.VISIBLE_KEYS, 0.0) < fewKeys
                    ? Optional.empty()
                    : below(
                        metricRecord,
                        MetricNames.LARGEST_OVER_UNIFORM,
                        factor,
                        "the largest weight is only %.3g times 1/n, so all keys count alike"));
  }

  /**
   * A head that selects tokens which cannot all be told from the others by their distance. The
   * distance alone does not show that the selected tokens suffice for the output (arXiv
   * 2609.37879): see {@code selectionRecall} and {@code selectedContribution}, too. The paper finds
   * an N_s/N from {@link Separability#SATURATED_FROM} to {@link Separability#SATURATED_TO} in the
   * heads of GPT-2 and calls these heads saturated. Within that band the rule waits five times as
   * long.
   *
   * @param low the N_s/N at or below which a scheduled iteration counts fully, 0.70 by default
   * @param high the N_s/N at or below which it counts one fifth, 0.85 by default
   * @param duration how many scheduled iterations that count fully raise the alarm, 20 by default;
   *     within the band it takes 100
   * @return the rule
   * @throws IllegalArgumentException if a value is out of range
   */
  public static AlarmRule.Factory saturatedHead(double low, double high, int duration) {
    requireShare("saturatedHead", "low", low);
    require(
        high >= low && high <= 1,
        "saturatedHead",
        "high",
        high,
        "at least low, which is " + low + ", and at most 1");
    requireDuration("saturatedHead", duration);
    int full = 5;
    double recovered = high + HYSTERESIS * (1 - high);
    return () ->
        new DebouncedRule(
            "saturated-head",
            full * duration,
            Excuse.PROGRESS,
            "see whether selectionRecall is low as well, since distance alone does not show that"
                + " the selected tokens suffice; try fewer active tokens, such as"
                + " Normalizers.topFraction(0.06), or more heads",
            metricRecord ->
                value(metricRecord, MetricNames.SEPARABLE_SHARE)
                    .map(
                        value ->
                            new Finding(
                                value <= low ? full : value <= high ? 1 : 0,
                                value > recovered,
                                MetricNames.SEPARABLE_SHARE,
                                value,
                                words(
                                    "only a share of %.3g of the top tokens is separable",
                                    value))));
  }

  /**
   * A score so large that the exponentials of all others are negligible beside its own: the largest
   * magnitude over all rows of the batch. Linear biases do not count, which are large at far keys
   * in every head that has them.
   *
   * @param limit the largest score that is no fault, 100 by default
   * @param duration how many scheduled iterations the fault must last, 1 by default
   * @return the rule
   * @throws IllegalArgumentException if a value is out of range
   */
  public static AlarmRule.Factory logitBlowUp(double limit, int duration) {
    requirePositive("logitBlowUp", "limit", limit);
    requireDuration("logitBlowUp", duration);
    return () ->
        new DebouncedRule(
            "logit-blow-up",
            duration,
            Excuse.SUCCESS,
            "try qkNorm, QkClip, weight decay on Wq and Wk, or a lower learning rate",
            metricRecord ->
                above(
                    metricRecord,
                    metricRecord.metrics().containsKey(MetricNames.MAX_DOT_PRODUCT)
                        ? MetricNames.MAX_DOT_PRODUCT
                        : MetricNames.MAX_LOGIT,
                    limit,
                    "the largest logit is %.4g"));
  }

  /**
   * A softmax with a temperature T so low that its gradient, which grows as 1/T, is large.
   *
   * @param limit the lowest temperature that is no fault, 0.1 by default
   * @param duration how many scheduled iterations the fault must last, 1 by default
   * @return the rule
   * @throws IllegalArgumentException if a value is out of range
   */
  public static AlarmRule.Factory coldSoftmax(double limit, int duration) {
    requirePositive("coldSoftmax", "limit", limit);
    requireDuration("coldSoftmax", duration);
    return () ->
        new DebouncedRule(
            "cold-softmax",
            duration,
            Excuse.SUCCESS,
            "try a higher temperature, or a sparse normalizer such as Normalizers.entmax15()",
            metricRecord ->
                below(metricRecord, MetricNames.TEMPERATURE, limit, "the temperature is %.3g"));
  }

  /**
   * A gradient far above the run's own scale, at the scores or at one of the head's parameters. The
   * scale is the highest running median that any gradient norm of the head has had so far. After
   * convergence the norms shrink by many powers of ten, and can then grow by as many from one batch
   * to the next, which is no explosion. Norms above the limit do not enter the median, unless they
   * last for 20 scheduled iterations: then they are the new scale.
   *
   * @param factor how many times the scale is a fault, 10 by default
   * @param duration how many scheduled iterations the fault must last, 2 by default
   * @return the rule
   * @throws IllegalArgumentException if a value is out of range
   */
  public static AlarmRule.Factory explodingGradient(double factor, int duration) {
    requirePositive("explodingGradient", "factor", factor);
    requireDuration("explodingGradient", duration);
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

  /**
   * A rule of your own: a built-in metric above a limit. It is raised whether or not the training
   * goes well. For anything else, implement {@link AlarmRule}.
   *
   * @param name the rule's name in alarms, such as {@code "one-key"}
   * @param metric a name from {@link MetricNames}; of a family with its member, such as {@code
   *     gradientNorm.Wq}
   * @param limit the largest value that is no fault
   * @param duration how many scheduled iterations the fault must last, at least 1
   * @param suggestion what to try, for the alarm's text
   * @return the rule
   * @throws IllegalArgumentException if there is no such metric, the limit is NaN or the duration
   *     is not positive
   */
  public static AlarmRule.Factory above(
      String name, String metric, double limit, int duration, String suggestion) {
    requireThreshold(name, metric, limit, duration);
    String cause = cause(metric, "above", limit);
    return () ->
        new DebouncedRule(
            name,
            duration,
            Excuse.NONE,
            suggestion,
            metricRecord -> above(metricRecord, metric, limit, cause));
  }

  /**
   * A rule of your own: a built-in metric below a limit; otherwise as {@link #above}.
   *
   * @param name the rule's name in alarms
   * @param metric a name from {@link MetricNames}; of a family with its member
   * @param limit the smallest value that is no fault
   * @param duration how many scheduled iterations the fault must last, at least 1
   * @param suggestion what to try, for the alarm's text
   * @return the rule
   * @throws IllegalArgumentException if there is no such metric, the limit is NaN or the duration
   *     is not positive
   */
  public static AlarmRule.Factory below(
      String name, String metric, double limit, int duration, String suggestion) {
    requireThreshold(name, metric, limit, duration);
    String cause = cause(metric, "below", limit);
    return () ->
        new DebouncedRule(
            name,
            duration,
            Excuse.NONE,
            suggestion,
            metricRecord -> below(metricRecord, metric, limit, cause));
  }

  /** A format for the value, such as {@code rowMass is %.4g, below 0.5}. */
  private static String cause(String metric, String side, double limit) {
    return metric.replace("%", "%%") + " is %.4g, " + side + words(" %.4g", limit);
  }

  private static void requireThreshold(String name, String metric, double limit, int duration) {
    String rule = "Alarm rule '" + name + "'";
    MetricNames.requireKnown(rule, metric);
    if (Double.isNaN(limit)) {
      throw new IllegalArgumentException(rule + ": the limit is NaN but must be a number.");
    }
    if (duration < 1) {
      throw new IllegalArgumentException(
          rule + ": the duration is " + duration + " but must be at least 1.");
    }
  }

  private static void requireShare(String rule, String option, double value) {
    require(value >= 0 && value <= 1, rule, option, value, "from 0 to 1");
  }

  private static void requirePositive(String rule, String option, double value) {
    require(value > 0, rule, option, value, "positive");
  }

  private static void requireDuration(String rule, int duration) {
    require(duration >= 1, rule, "duration", duration, "at least 1");
  }

  private static void require(
      boolean holds, String rule, String option, Object value, String expected) {
    if (!holds) {
      throw new IllegalArgumentException(
          "AlarmRules.%s: %s is %s but must be %s.".formatted(rule, option, value, expected));
    }
  }

  private record NotFinite() implements AlarmRule.Factory {
    @Override
    public AlarmRule create() {
      return new DebouncedRule(
          "not-finite",
          1,
          Excuse.NONE,
          "go back to a saved model, and try a lower learning rate or gradient clipping",
          metricRecord ->
              above(metricRecord, MetricNames.NON_FINITE, 0, "%.0f numbers are NaN or infinite"));
    }

    @Override
    public boolean silencesOthers() {
      return true;
    }
  }

  private static Optional<Double> value(MetricRecord metricRecord, String metric) {
    return Optional.ofNullable(metricRecord.metrics().get(metric));
  }

  private static Optional<Finding> above(
      MetricRecord metricRecord, String metric, double limit, String cause) {
    double recovered = limit * (limit < 0 ? 1 + HYSTERESIS : 1 - HYSTERESIS);
    return finding(metricRecord, metric, v -> v > limit, v -> v <= recovered, cause);
  }

  private static Optional<Finding> below(
      MetricRecord metricRecord, String metric, double limit, String cause) {
    double recovered = limit * (limit < 0 ? 1 - HYSTERESIS : 1 + HYSTERESIS);
    return finding(metricRecord, metric, v -> v < limit, v -> v >= recovered, cause);
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
    /** A fast fall is a fault if it ends below this many floors. */
    private static final double NEAR = 2;

    EntropyCollapse(double floor, double fall) {
      this(floor, fall, new RunningMedian());
    }

    @Override
    public Optional<Finding> judge(MetricRecord metricRecord) {
      return value(metricRecord, MetricNames.NORMALIZED_ENTROPY).map(this::finding);
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
          MetricNames.NORMALIZED_ENTROPY,
          value,
          words("its entropy is %.3g of the largest possible, after %.3g", value, median));
    }
  }

  /**
   * The norms of the head's gradients, each with its running median. All are compared with the
   * run's own scale, the highest of these medians so far. A gradient that has shrunk with the loss,
   * or that has not grown yet, can be many times its own median without being large.
   */
  private static final class ExplodingGradient implements Fault {
    private static final String PARAMETER_GRADIENTS =
        MetricNames.member(MetricNames.GRADIENT_NORM, "");

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
      double limit = scale == 0 ? Double.POSITIVE_INFINITY : factor * scale; // no scale yet
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
      return metric.equals(MetricNames.SCORES_GRADIENT_NORM)
          || metric.startsWith(PARAMETER_GRADIENTS);
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
