package org.attention4j.monitor.metrics;

import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * Computes one or several numbers for a head. The shortest one of your own is {@code
 * Metric.meanOfRows("lastKey", row -> row.weights()[row.length() - 1])}.
 */
@FunctionalInterface
public interface Metric {
  /**
   * Measures a head. Called on the training thread; a metric that throws is switched off with one
   * warning.
   *
   * @param head the sampled rows and norms of the head
   * @return values by metric name, in the order in which they are reported; a metric that cannot be
   *     measured is left out
   */
  Map<String, Double> measure(HeadProbe head);

  /**
   * As {@link #measure}, with standard errors; this is what the monitor calls.
   *
   * @param head the sampled rows and norms of the head
   * @return what was measured; by default without standard errors
   */
  default Estimates estimate(HeadProbe head) {
    return new Estimates(measure(head), Map.of());
  }

  /**
   * What it costs.
   *
   * @return {@link Tier#CHEAP} unless overridden
   */
  default Tier tier() {
    return Tier.CHEAP;
  }

  /**
   * The mean of a value over the sampled rows, with its standard error.
   *
   * @param name the metric's name
   * @param ofRow the value of a row
   * @return the metric, absent where there are no rows
   */
  static Metric meanOfRows(String name, ToDoubleFunction<AttentionRow> ofRow) {
    RowMetric metric =
        head -> {
          RowMeans means = new RowMeans();
          head.rows().forEach(row -> means.add(name, ofRow.applyAsDouble(row)));
          return means.estimates();
        };
    return metric;
  }
}
