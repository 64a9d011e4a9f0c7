package org.attention4j.monitor;

import java.util.Optional;

/**
 * Raises an alarm when a fault has been there for some looks in a row, and none again until the
 * head has clearly recovered.
 */
final class DebouncedRule implements AlarmRule {
  /** What is looked for. */
  interface Fault {
    /**
     * Judges a record.
     *
     * @return what is to be seen; empty if the metric is absent
     */
    Optional<Finding> judge(MetricRecord metricRecord);
  }

  /** When a training that goes well shows that a finding is no fault. */
  enum Excuse {
    /** Never. */
    NONE,
    /**
     * Looks on which the score has {@linkplain ScoreTrend#hasFallenFar fallen far} do not count.
     */
    SUCCESS,
    /**
     * As before; and no alarm is raised while the score still {@linkplain ScoreTrend#isFalling
     * falls}.
     */
    PROGRESS,
    /** As PROGRESS, for a head that has never been well: it may have yet to learn. */
    START
  }

  /**
   * One judgement.
   *
   * @param severity how much this look adds to the duration: 0 where the fault is not there,
   *     usually 1 where it is
   * @param recovered whether it is clearly not there; neither in between
   * @param metric the metric looked at
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
  private int looks;
  private boolean raised;
  private boolean everWell;

  DebouncedRule(String name, int duration, Excuse excuse, String suggestion, Fault fault) {
    this.name = name;
    this.duration = duration;
    this.excuse = excuse;
    this.suggestion = suggestion;
    this.fault = fault;
  }

  /** Without knowledge of the score, there is no excuse. */
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
    looks = counts ? looks + 1 : 0;
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
        looks == 1 ? finding.cause() : finding.cause() + ", for " + looks + " looks",
        suggestion);
  }
}
