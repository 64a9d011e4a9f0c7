package org.attention4j.monitor.metrics;

import java.io.Serializable;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What was measured at one head of one layer on one batch.
 *
 * @param iteration the iteration, counted from 0
 * @param epoch the epoch, counted from 0
 * @param split the name of the data if they are not the batch that the network trains on, such as
 *     {@code validation}; null for training
 * @param layer the layer's name
 * @param head the head, counted from 0
 * @param metrics values by metric name, in the order of measurement; a metric that could not be
 *     measured is absent; a value can be NaN or infinite
 * @param standardErrors the standard errors of those values that are means over sampled rows, by
 *     metric name; a value without one is exact, or of one row
 */
public record MetricRecord(
    int iteration,
    int epoch,
    @Nullable String split,
    String layer,
    int head,
    Map<String, Double> metrics,
    Map<String, Double> standardErrors)
    implements Serializable {
  /**
   * Copies the metrics, keeping their order.
   *
   * @param iteration the iteration
   * @param epoch the epoch
   * @param split the split
   * @param layer the layer's name
   * @param head the head
   * @param metrics values by name
   * @param standardErrors standard errors by name
   */
  public MetricRecord {
    metrics = Collections.unmodifiableMap(new LinkedHashMap<>(metrics));
    standardErrors = Collections.unmodifiableMap(new LinkedHashMap<>(standardErrors));
  }

  /**
   * A record of training, without standard errors.
   *
   * @param iteration the iteration
   * @param epoch the epoch
   * @param layer the layer's name
   * @param head the head
   * @param metrics values by name
   */
  public MetricRecord(
      int iteration, int epoch, String layer, int head, Map<String, Double> metrics) {
    this(iteration, epoch, null, layer, head, metrics, Map.of());
  }
}
