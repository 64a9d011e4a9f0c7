package org.attention4j.monitor;

import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * One or several numbers that say something about a head. The simplest one is a lambda: {@code
 * Metric.meanOfRows("lastKey", row -> row.weights()[row.length() - 1])}.
 */
@FunctionalInterface
public interface Metric {
  /**
   * Measures a head. Called on the training thread; a metric that throws is switched off with one
   * warning.
   *
   * @param head the sampled rows and what else is known of the head
   * @return values by metric name, in the order in which they are reported; what cannot be measured
   *     is left out
   */
  Map<String, Double> measure(HeadProbe head);

  /**
   * What it costs.
   *
   * @return {@link Tier#CHEAP} unless overridden
   */
  default Tier tier() {
    return Tier.CHEAP;
  }

  /**
   * The mean of something over the sampled rows.
   *
   * @param name the metric's name
   * @param ofRow the value of a row
   * @return the metric, absent where there are no rows
   */
  static Metric meanOfRows(String name, ToDoubleFunction<AttentionRow> ofRow) {
    return head ->
        head.rows().isEmpty()
            ? Map.of()
            : Map.of(
                name, head.rows().stream().mapToDouble(ofRow).sum() / (double) head.rows().size());
  }
}
