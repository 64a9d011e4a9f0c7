package org.attention4j.monitor;

import java.util.Optional;

/**
 * Raises an alarm when a fault has been there for some looks in a row, and none again until the
 * head has clearly recovered.
 */
final class LastingFault implements AlarmRule {
  /** What is looked for. */
  interface Fault {
    /**
     * Judges a record.
     *
     * @return what is to be seen; empty if the metric is absent
     */
    Optional<Finding> judge(MetricRecord metricRecord);
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
  private final String suggestion;
  private final Fault fault;
  private int streak;
  private int looks;
  private boolean raised;

  LastingFault(String name, int duration, String suggestion, Fault fault) {
    this.name = name;
    this.duration = duration;
    this.suggestion = suggestion;
    this.fault = fault;
  }

  @Override
  public Optional<Alarm> check(MetricRecord metricRecord) {
    return fault.judge(metricRecord).flatMap(finding -> weigh(metricRecord, finding));
  }

  private Optional<Alarm> weigh(MetricRecord metricRecord, Finding finding) {
    streak = finding.severity() > 0 ? streak + finding.severity() : 0;
    looks = finding.severity() > 0 ? looks + 1 : 0;
    if (raised) {
      raised = !finding.recovered();
      return Optional.empty();
    }
    raised = streak >= duration;
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
