package org.attention4j.monitor;

import java.util.Optional;

/**
 * Watches one fault. A rule is made for one head and sees its records in order, so it may remember;
 * whether and how long a fault must last is its own affair.
 */
@FunctionalInterface
public interface AlarmRule {
  /**
   * Looks at the newest record of the head.
   *
   * @param metricRecord what was measured
   * @return an alarm if one is to be raised now
   */
  Optional<Alarm> check(MetricRecord metricRecord);

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
