package org.attention4j.monitor;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.IntUnaryOperator;
import java.util.function.Predicate;
import org.attention4j.internal.monitor.AlarmEngine;
import org.attention4j.internal.monitor.PassingErrors;
import org.attention4j.internal.probes.Sampling;
import org.attention4j.monitor.alarms.Alarm;
import org.attention4j.monitor.alarms.AlarmRule;
import org.attention4j.monitor.alarms.AlarmRules;
import org.attention4j.monitor.alarms.AlarmTerminationCondition;
import org.attention4j.monitor.alarms.AttentionAlarmException;
import org.attention4j.monitor.metrics.Geometry;
import org.attention4j.monitor.metrics.Metric;
import org.attention4j.monitor.metrics.MetricGroup;
import org.attention4j.monitor.metrics.Tier;
import org.attention4j.monitor.reporters.Reporter;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Builds an {@link AttentionMonitor} or a {@link SameDiffMonitor}. */
public final class MonitorBuilder {
  private static final Logger LOG = LoggerFactory.getLogger(MonitorBuilder.class);

  /** What to give instead of null, in a message. */
  private static final String SPREAD = "MetricGroup.SPREAD";

  private static final int DEFAULT_INTERVAL = 100;
  private static final int DEFAULT_EXAMPLES = 2;
  private static final int DEFAULT_ROWS = 8;
  private static final long DEFAULT_SEED = 42;

  /** The paper's advice: keep the active set below 6 % of the context. */
  private static final double DEFAULT_FRACTION = 0.06;

  final List<Reporter> reporters = new ArrayList<>();
  Schedule schedule = Schedule.every(DEFAULT_INTERVAL);
  Geometry geometry = Geometry.INPUT;
  private Tier tier = Tier.CHEAP;
  private Set<MetricGroup> groups = MetricGroup.of(tier);
  private final List<Metric> ownMetrics = new ArrayList<>();
  private final List<AlarmRule.Factory> rules = new ArrayList<>();
  private final List<Consumer<Alarm>> alarmActions = new ArrayList<>();
  private Predicate<Alarm> ending = alarm -> false;
  private boolean mayStop;
  private int examples = DEFAULT_EXAMPLES;
  private int rows = DEFAULT_ROWS;
  private long seed = DEFAULT_SEED;
  private IntUnaryOperator topCount = TopCount.fraction(DEFAULT_FRACTION);

  MonitorBuilder() {}

  /**
   * Measures on iterations 0, n, 2n and so on.
   *
   * @param n the interval, at least 1
   * @return this
   * @throws IllegalArgumentException if n is not positive
   */
  public MonitorBuilder every(int n) {
    return schedule(Schedule.every(n));
  }

  /**
   * Measures on iterations 0, 1, 2, 4, 8 and so on.
   *
   * @return this
   */
  public MonitorBuilder logarithmic() {
    return schedule(Schedule.logarithmic());
  }

  /**
   * Measures on the given iterations.
   *
   * @param iterations counted from 0, in any order
   * @return this
   */
  public MonitorBuilder atIterations(int... iterations) {
    return schedule(Schedule.atIterations(iterations));
  }

  /**
   * Measures on the first iteration of epochs 0, n, 2n and so on.
   *
   * @param n the interval, at least 1
   * @return this
   * @throws IllegalArgumentException if n is not positive
   */
  public MonitorBuilder epochs(int n) {
    return schedule(Schedule.epochs(n));
  }

  /**
   * Sets when to measure.
   *
   * @param schedule {@code Schedule.every(100)} unless set
   * @return this
   */
  public MonitorBuilder schedule(Schedule schedule) {
    this.schedule = given(schedule, "schedule(..)", "Schedule.every(100)");
    return this;
  }

  /**
   * Sets what the built-in metrics may cost.
   *
   * @param tier CHEAP unless set
   * @return this
   */
  public MonitorBuilder tier(Tier tier) {
    this.tier = given(tier, "tier(..)", "Tier.CHEAP");
    groups = MetricGroup.of(tier);
    return this;
  }

  /**
   * Computes only these built-in metrics, whatever their tier; none without an argument.
   *
   * @param chosen those of the tier unless set
   * @return this
   */
  public MonitorBuilder groups(MetricGroup... chosen) {
    groups = EnumSet.noneOf(MetricGroup.class);
    for (MetricGroup group : given(chosen, "groups(..)", SPREAD)) {
      groups.add(given(group, "groups(..)", SPREAD));
    }
    return this;
  }

  /**
   * Adds a metric of your own. It is measured if its tier is not above the monitor's.
   *
   * @param metric the metric
   * @return this
   */
  public MonitorBuilder metric(Metric metric) {
    ownMetrics.add(given(metric, "metric(..)", "a lambda from a HeadProbe to values by name"));
    return this;
  }

  /**
   * Adds a reporter. Without one, nothing is reported.
   *
   * @param reporter the reporter
   * @return this
   */
  public MonitorBuilder reportTo(Reporter reporter) {
    reporters.add(given(reporter, "reportTo(..)", "Reporters.log()"));
    return this;
  }

  /**
   * Sets how many examples of a batch are measured.
   *
   * @param examples at least 1; 2 unless set
   * @return this
   */
  public MonitorBuilder examples(int examples) {
    this.examples = examples;
    return this;
  }

  /**
   * Sets how many queries of each example are measured.
   *
   * @param rows at least 1; 8 unless set
   * @return this
   */
  public MonitorBuilder rows(int rows) {
    this.rows = rows;
    return this;
  }

  /**
   * Sets the seed for the choice of examples and queries.
   *
   * @param seed any number; the same seed gives the same choice on the same iteration
   * @return this
   */
  public MonitorBuilder seed(long seed) {
    this.seed = seed;
    return this;
  }

  /**
   * Sets N, the number of tokens that count as chosen, to a number.
   *
   * @param count N, at least 1
   * @return this
   * @throws IllegalArgumentException if N is not positive
   */
  public MonitorBuilder topN(int count) {
    topCount = TopCount.fixed(count);
    return this;
  }

  /**
   * Sets N to a share of the visible keys, but at least 5.
   *
   * @param fraction above 0 and below 1; 0.06 unless set
   * @return this
   * @throws IllegalArgumentException if the fraction is out of range
   */
  public MonitorBuilder topFraction(double fraction) {
    topCount = TopCount.fraction(fraction);
    return this;
  }

  /**
   * Sets the vectors whose distances are measured.
   *
   * @param geometry INPUT unless set
   * @return this
   */
  public MonitorBuilder geometry(Geometry geometry) {
    this.geometry = given(geometry, "geometry(..)", "Geometry.INPUT");
    return this;
  }

  /**
   * Adds alarms, such as {@link AlarmRules#all()}; each is written to the log at level WARN.
   *
   * @param added the rules
   * @return this
   */
  public MonitorBuilder alarms(List<AlarmRule.Factory> added) {
    for (AlarmRule.Factory rule : given(added, "alarms(..)", "AlarmRules.all()")) {
      rules.add(given(rule, "alarms(..)", "AlarmRules.notFinite()"));
    }
    return this;
  }

  /**
   * Adds an action that runs at each alarm, on the training thread. The log gets each alarm anyway.
   *
   * @param action takes the alarm; switched off with one warning if it throws
   * @return this
   */
  public MonitorBuilder onAlarm(Consumer<Alarm> action) {
    alarmActions.add(given(action, "onAlarm(..)", "a lambda that takes an Alarm"));
    return this;
  }

  /**
   * Ends training at the first alarm, by an {@link AttentionAlarmException} out of {@code fit} once
   * the iteration is complete. For Deeplearning4j's early stopping there is {@link
   * AlarmTerminationCondition}.
   *
   * @return this
   */
  public MonitorBuilder stopOnAlarm() {
    return stopOnAlarm(alarm -> true);
  }

  /**
   * Ends training at the first alarm of a certain kind.
   *
   * @param which true for an alarm that ends training, such as {@code alarm ->
   *     alarm.rule().equals("not-finite")}
   * @return this
   */
  public MonitorBuilder stopOnAlarm(Predicate<Alarm> which) {
    ending = given(which, "stopOnAlarm(..)", "stopOnAlarm(alarm -> true)");
    mayStop = true;
    return this;
  }

  /**
   * Builds the monitor.
   *
   * @return the monitor, for {@code net.setListeners}
   * @throws IllegalArgumentException if an option has an impossible value
   */
  public AttentionMonitor build() {
    AttentionMonitor monitor = new AttentionMonitor(this);
    warnOfOptionsWithoutEffect();
    return monitor;
  }

  /**
   * Builds the monitor of a SameDiff graph.
   *
   * @return the monitor, for {@code sd.setListeners}
   * @throws IllegalArgumentException if an option has an impossible value
   */
  public SameDiffMonitor buildForSameDiff() {
    SameDiffMonitor monitor = new SameDiffMonitor(this);
    warnOfOptionsWithoutEffect();
    return monitor;
  }

  /** Warns about what is allowed, but probably a mistake. */
  private void warnOfOptionsWithoutEffect() {
    if (reporters.isEmpty() && rules.isEmpty()) {
      LOG.warn(
          "AttentionMonitor reports to nobody: add reportTo(Reporters.log()) or another reporter,"
              + " or alarms(AlarmRules.all()).");
    }
    if (rules.isEmpty() && (mayStop || !alarmActions.isEmpty())) {
      LOG.warn(
          "AttentionMonitor has {} but no alarms: add alarms(AlarmRules.all()).",
          mayStop ? "stopOnAlarm(..)" : "onAlarm(..)");
    }
    for (Metric metric : ownMetrics) {
      if (!isMeasured(metric)) {
        LOG.warn(
            "AttentionMonitor does not measure {}, whose tier is {}: add tier(Tier.{}).",
            PassingErrors.name(metric),
            metric.tier(),
            metric.tier());
      }
    }
  }

  private boolean isMeasured(Metric metric) {
    return metric.tier().compareTo(tier) <= 0;
  }

  /** The argument, which must not be null. */
  private static <T> T given(@Nullable T argument, String option, String instead) {
    if (argument == null) {
      throw new IllegalArgumentException(
          "AttentionMonitor: %s was given null; give it %s, or leave it out."
              .formatted(option, instead));
    }
    return argument;
  }

  Sampling sampling() {
    return new Sampling(examples, rows, seed);
  }

  Set<MetricGroup> chosenGroups() {
    return groups;
  }

  List<Metric> allMetrics() {
    List<Metric> metrics = new ArrayList<>();
    groups.forEach(group -> metrics.add(group.metric(topCount)));
    ownMetrics.stream().filter(this::isMeasured).forEach(metrics::add);
    return metrics;
  }

  AlarmEngine alarms(Consumer<Alarm> toReporters) {
    List<Consumer<Alarm>> actions = new ArrayList<>(List.of(toReporters));
    actions.addAll(alarmActions);
    return new AlarmEngine(rules, actions, ending);
  }
}
