package org.attention4j.monitor.alarms;

import java.util.Optional;
import org.attention4j.monitor.metrics.MetricRecord;

/**
 * Raises an alarm when a fault has lasted for some scheduled iterations in a row, and no second one
 * until the head has clearly recovered.
 */
final class DebouncedRule implements AlarmRule {
  /** The fault that the rule detects. */
  interface Fault {
    /**
     * Judges a record.
     *
     * @return the judgement; empty if the metric is absent
     */
    Optional<Finding> judge(MetricRecord metricRecord);
  }

  /** When the score of the network shows that a finding is no fault. */
  enum Excuse {
    /** Never. */
    NONE,
    /**
     * Scheduled iterations on which the score has {@linkplain ScoreTrend#hasFallenFar fallen far}
     * do not count.
     */
    SUCCESS,
    /**
     * As SUCCESS; and no alarm is raised while the score still {@linkplain ScoreTrend#isFalling
     * falls}.
     */
    PROGRESS,
    /** As PROGRESS, but only for a head that never was without the fault: it may still learn. */
    START
  }

  /**
   * One judgement.
   *
   * @param severity how much this record adds to the duration: 0 without the fault, usually 1 with
   *     it
   * @param recovered whether the head is clearly without the fault; in between, severity is 0 and
   *     this is false
   * @param metric the metric that was judged
   * @param value its value
   * @param cause what is wrong, in words
   */
  record Finding(int severity, boolean recovered, String metric, double value, String cause) {
    Finding(boolean faulty, boolean recovered, String metric, double value, String cause) {
      this(faulty ? 1 : 0, recovered, metric, value, cause);
    }
  }

  private final String name;
  private final int duration;
  private final Excuse excuse;
  private final String suggestion;
  private final Fault fault;
  private int streak;
  private int iterations;
  private boolean raised;
  private boolean everWell;

  DebouncedRule(String name, int duration, Excuse excuse, String suggestion, Fault fault) {
    this.name = name;
    this.duration = duration;
    this.excuse = excuse;
    this.suggestion = suggestion;
    this.fault = fault;
  }

  /** With no scores in the trend, nothing is excused. */
  @Override
  public Optional<Alarm> check(MetricRecord metricRecord) {
    return check(metricRecord, new ScoreTrend());
  }

  @Override
  public Optional<Alarm> check(MetricRecord metricRecord, ScoreTrend trend) {
    return fault.judge(metricRecord).flatMap(finding -> weigh(metricRecord, finding, trend));
  }

  @Override
  public boolean isRaised() {
    return raised;
  }

  private Optional<Alarm> weigh(MetricRecord metricRecord, Finding finding, ScoreTrend trend) {
    boolean counts = finding.severity() > 0 && !(excuse != Excuse.NONE && trend.hasFallenFar());
    streak = counts ? streak + finding.severity() : 0;
    iterations = counts ? iterations + 1 : 0;
    if (raised) {
      raised = !finding.recovered();
      return Optional.empty();
    }
    everWell |= finding.recovered();
    boolean mayWait = excuse == Excuse.PROGRESS || (excuse == Excuse.START && !everWell);
    raised = streak >= duration && counts && !(mayWait && trend.isFalling());
    return raised ? Optional.of(alarm(metricRecord, finding)) : Optional.empty();
  }

  private Alarm alarm(MetricRecord metricRecord, Finding finding) {
    return new Alarm(
        name,
        metricRecord.iteration(),
        metricRecord.layer(),
        metricRecord.head(),
        finding.metric(),
        finding.value(),
        iterations == 1
            ? finding.cause()
            : finding.cause() + ", for " + iterations + " scheduled iterations",
        suggestion);
  }
}
