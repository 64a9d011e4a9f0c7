package org.attention4j.monitor;

import java.util.Optional;

/**
 * Watches one fault. A rule is made for one head and sees its records in order, so it may remember;
 * whether and how long a fault must last is its own affair.
 *
 * <p>What the rules of one factory find at the heads of one layer on one iteration becomes one
 * alarm. On an iteration on which {@link AlarmRules#notFinite()} finds something at a layer, other
 * rules do not see the layer's records: next to nothing can be told from them.
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
   * As {@link #check(MetricRecord)}, for a rule that needs to know how the training goes.
   *
   * @param metricRecord what was measured
   * @param trend the network's scores up to this iteration
   * @return an alarm if one is to be raised now; by default what the record alone gives
   */
  default Optional<Alarm> check(MetricRecord metricRecord, ScoreTrend trend) {
    return check(metricRecord);
  }

  /**
   * Whether the fault that the rule has raised an alarm for may still be there. While it is so at
   * one head of a layer, the same fault at a neighbour is part of the same event: it raises no
   * alarm, but for a head that was well for 20 checks after the last one fell ill.
   *
   * @return false unless overridden: every alarm is an event of its own
   */
  default boolean isRaised() {
    return false;
  }

  /** Makes a rule for each head that is watched. */
  @FunctionalInterface
  interface Factory {
    /**
     * Makes a rule with no memory of any head.
     *
     * @return a new rule
     */
    AlarmRule create();
  }
}
