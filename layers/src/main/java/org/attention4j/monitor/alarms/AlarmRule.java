package org.attention4j.monitor.alarms;

import java.util.Optional;
import org.attention4j.monitor.metrics.MetricRecord;

/**
 * Checks the records of one head for one fault. A rule is made for one head and sees its records in
 * order, so it may keep state. The rule decides how long a fault must last.
 *
 * <p>What the rules of one factory find at the heads of one layer on one iteration becomes one
 * alarm. When {@link AlarmRules#notFinite()} finds something at a layer, other rules do not see the
 * layer's records of that iteration, which say little then.
 */
@FunctionalInterface
public interface AlarmRule {
  /**
   * Checks the newest record of the head.
   *
   * @param metricRecord what was measured
   * @return an alarm if one is to be raised now
   */
  Optional<Alarm> check(MetricRecord metricRecord);

  /**
   * As {@link #check(MetricRecord)}, for a rule that also depends on the network's score.
   *
   * @param metricRecord what was measured
   * @param trend the network's scores up to this iteration
   * @return an alarm if one is to be raised now; by default what the record alone gives
   */
  default Optional<Alarm> check(MetricRecord metricRecord, ScoreTrend trend) {
    return check(metricRecord);
  }

  /**
   * Whether the fault for which the rule has raised an alarm may still be there. While this is so
   * at one head of a layer, the same fault at another head belongs to the same event and raises no
   * alarm; except at a head that gets the fault 20 or more checks after the last head did.
   *
   * @return false unless overridden: every alarm is a separate event
   */
  default boolean isRaised() {
    return false;
  }

  /** Makes a rule for each monitored head. */
  @FunctionalInterface
  interface Factory {
    /**
     * Makes a rule without state.
     *
     * @return a new rule
     */
    AlarmRule create();

    /**
     * Whether the other rules skip the records of a layer on which a rule of this factory
     * {@linkplain AlarmRule#isRaised is raised}. Such a rule is checked before all others.
     *
     * @return false unless overridden
     */
    default boolean silencesOthers() {
      return false;
    }
  }
}
