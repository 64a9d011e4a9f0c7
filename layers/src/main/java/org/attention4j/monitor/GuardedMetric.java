package org.attention4j.monitor;

import java.util.Map;

/** A metric that is switched off at its first failure, so that it never stops training. */
record GuardedMetric(Metric metric, Guard guard) {
  static GuardedMetric of(Metric metric) {
    return new GuardedMetric(metric, new Guard("Metric " + metric));
  }

  /** Adds what is measured. */
  void measure(HeadProbe head, Map<String, Double> values) {
    guard.run(() -> values.putAll(metric.measure(head)));
  }
}
