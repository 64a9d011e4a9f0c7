package org.attention4j.monitor.metrics;

import java.io.Serializable;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What was measured at all heads of a layer, or of a network, on one batch: lowest, mean and
 * highest values, and shares of heads. {@link MetricDescription#aggregates} says what each number
 * means.
 *
 * @param iteration the iteration, counted from 0
 * @param epoch the epoch, counted from 0
 * @param split as that of a {@link MetricRecord}: null for training
 * @param layer the layer's name; null for the whole network
 * @param metrics values by name; what no head has is absent; a value can be NaN or infinite
 */
public record AggregateRecord(
    int iteration,
    int epoch,
    @Nullable String split,
    @Nullable String layer,
    Map<String, Double> metrics)
    implements Serializable {
  /**
   * Copies the metrics, keeping their order.
   *
   * @param iteration the iteration
   * @param epoch the epoch
   * @param split the split
   * @param layer the layer's name
   * @param metrics values by name
   */
  public AggregateRecord {
    metrics = Collections.unmodifiableMap(new LinkedHashMap<>(metrics));
  }
}
