package org.attention4j.monitor.metrics;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What was measured at one head of one layer on one iteration.
 *
 * @param iteration the iteration, counted from 0
 * @param epoch the epoch, counted from 0
 * @param layer the layer's name
 * @param head the head, counted from 0
 * @param metrics values by metric name, in the order of measurement; a metric that could not be
 *     measured is absent; a value can be NaN or infinite
 */
public record MetricRecord(
    int iteration, int epoch, String layer, int head, Map<String, Double> metrics) {
  /**
   * Copies the metrics, keeping their order.
   *
   * @param iteration the iteration
   * @param epoch the epoch
   * @param layer the layer's name
   * @param head the head
   * @param metrics values by name
   */
  public MetricRecord {
    metrics = Collections.unmodifiableMap(new LinkedHashMap<>(metrics));
  }
}
