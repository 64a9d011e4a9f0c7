package org.attention4j.internal.monitor;

import java.util.LinkedHashMap;
import java.util.Map;
import org.attention4j.monitor.metrics.Estimates;
import org.attention4j.monitor.metrics.HeadProbe;
import org.attention4j.monitor.metrics.Metric;

/**
 * A metric that is switched off at its first failure, so that it never stops training.
 *
 * @param metric the metric
 * @param isolator catches what it throws
 */
public record IsolatedMetric(Metric metric, FaultIsolator isolator) {
  /**
   * Isolates a metric.
   *
   * @param metric the metric
   * @return the isolated metric
   */
  public static IsolatedMetric of(Metric metric) {
    return new IsolatedMetric(metric, FaultIsolator.of("Metric", metric));
  }

  /**
   * Adds the values that the metric measures.
   *
   * @param head the head
   * @param values the values by name, to which those of the metric are added
   * @param standardErrors the standard errors by name, likewise
   */
  public void measure(
      HeadProbe head, Map<String, Double> values, Map<String, Double> standardErrors) {
    isolator.run(
        () -> {
          Estimates estimates = metric.estimate(head);
          Map<String, Double> measured = complete(estimates.values());
          Map<String, Double> errors = complete(estimates.standardErrors());
          values.putAll(measured);
          standardErrors.putAll(errors);
        });
  }

  /** A copy, so that a map that fails during iteration adds nothing; null is refused. */
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
