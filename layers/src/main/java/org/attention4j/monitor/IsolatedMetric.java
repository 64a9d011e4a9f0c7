package org.attention4j.monitor;

import java.util.LinkedHashMap;
import java.util.Map;

/** A metric that is switched off at its first failure, so that it never stops training. */
record IsolatedMetric(Metric metric, FaultIsolator guard) {
  static IsolatedMetric of(Metric metric) {
    return new IsolatedMetric(metric, FaultIsolator.of("Metric", metric));
  }

  /** Adds what is measured. */
  void measure(HeadProbe head, Map<String, Double> values) {
    guard.run(() -> values.putAll(complete(metric.measure(head))));
  }

  /** A copy, so that a map that fails half-way adds nothing; null stands for no number. */
  private static Map<String, Double> complete(Map<String, Double> measured) {
    Map<String, Double> copy = new LinkedHashMap<>(measured);
    copy.forEach(
        (name, value) -> {
          if (name == null || value == null) {
            throw new IllegalStateException(
                "The value of '"
                    + name
                    + "' is "
                    + value
                    + ", but a metric leaves out what it cannot measure.");
          }
        });
    return copy;
  }
}
