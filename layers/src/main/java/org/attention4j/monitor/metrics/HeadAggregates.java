package org.attention4j.monitor.metrics;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.function.DoubleBinaryOperator;
import org.jspecify.annotations.Nullable;

/** Sums up the records of heads: the numbers of {@link MetricDescription#aggregates}. */
public final class HeadAggregates {
  /** A head whose rows sum to less than this on average attends to nothing. */
  static final double NO_MASS = 0.01;

  /** A head whose gradient is below this share of its layer's largest one learns nothing. */
  static final double NO_GRADIENT = 1e-4;

  private static final String GRADIENTS = MetricNames.member(MetricNames.GRADIENT_NORM, "");

  private HeadAggregates() {}

  /**
   * Sums up one layer.
   *
   * @param records one for each head; at least one
   * @param ofLayer numbers of the layer's own, {@code blockOutputRms} and {@code rankResidual}, as
   *     far as they are known
   * @param headsInAlarm how many of the heads have a fault for which an alarm was raised; empty
   *     without alarm rules
   * @return the numbers of the layer
   */
  public static AggregateRecord ofLayer(
      List<MetricRecord> records, Map<String, Double> ofLayer, OptionalInt headsInAlarm) {
    return of(records.get(0).layer(), List.of(records), List.of(ofLayer), headsInAlarm);
  }

  /**
   * Sums up a network.
   *
   * @param layers the records of each layer; at least one layer
   * @param ofLayers the numbers of the layers' own, one for each layer
   * @param headsInAlarm as above, of all layers
   * @return the numbers of the network
   */
  public static AggregateRecord ofNetwork(
      List<List<MetricRecord>> layers,
      List<Map<String, Double>> ofLayers,
      OptionalInt headsInAlarm) {
    return of(null, layers, ofLayers, headsInAlarm);
  }

  private static AggregateRecord of(
      @Nullable String name,
      List<List<MetricRecord>> layers,
      List<Map<String, Double>> ofLayers,
      OptionalInt headsInAlarm) {
    List<MetricRecord> heads = layers.stream().flatMap(List::stream).toList();
    Map<String, Double> metrics = new LinkedHashMap<>();
    put(metrics, MetricNames.ENTROPY_MIN, least(heads, MetricNames.ENTROPY));
    put(metrics, MetricNames.ENTROPY_MEAN, mean(heads, MetricNames.ENTROPY));
    put(metrics, MetricNames.ENTROPY_MAX, greatest(heads, MetricNames.ENTROPY));
    String normalized = MetricNames.NORMALIZED_ENTROPY;
    put(metrics, MetricNames.NORMALIZED_ENTROPY_MIN, least(heads, normalized));
    put(metrics, MetricNames.NORMALIZED_ENTROPY_MEAN, mean(heads, normalized));
    put(metrics, MetricNames.NORMALIZED_ENTROPY_MAX, greatest(heads, normalized));
    put(metrics, MetricNames.MAX_LOGIT, greatest(heads, MetricNames.MAX_LOGIT));
    put(metrics, MetricNames.MAX_DOT_PRODUCT, greatest(heads, MetricNames.MAX_DOT_PRODUCT));
    put(metrics, MetricNames.SINK_RATE, mean(heads, MetricNames.SINK_RATE));
    put(metrics, MetricNames.DEAD_SHARE, deadShare(layers));
    put(metrics, MetricNames.HEAD_CORRELATION, greatest(heads, MetricNames.HEAD_CORRELATION));
    String rms = MetricNames.BLOCK_OUTPUT_RMS;
    put(metrics, rms, reduced(known(ofLayers, rms), Math::max));
    String residual = MetricNames.RANK_RESIDUAL;
    put(metrics, residual, reduced(known(ofLayers, residual), Math::min));
    headsInAlarm.ifPresent(count -> metrics.put(MetricNames.HEADS_IN_ALARM, (double) count));
    MetricRecord first = heads.get(0);
    return new AggregateRecord(first.iteration(), first.epoch(), first.split(), name, metrics);
  }

  private static void put(Map<String, Double> metrics, String name, @Nullable Double value) {
    if (value != null) {
      metrics.put(name, value);
    }
  }

  private static List<Double> values(List<MetricRecord> heads, String metric) {
    return known(heads.stream().map(MetricRecord::metrics).toList(), metric);
  }

  private static List<Double> known(List<Map<String, Double>> all, String metric) {
    return all.stream().map(metrics -> metrics.get(metric)).filter(Objects::nonNull).toList();
  }

  private static @Nullable Double least(List<MetricRecord> heads, String metric) {
    return reduced(values(heads, metric), Math::min);
  }

  private static @Nullable Double greatest(List<MetricRecord> heads, String metric) {
    return reduced(values(heads, metric), Math::max);
  }

  private static @Nullable Double mean(List<MetricRecord> heads, String metric) {
    return mean(values(heads, metric));
  }

  private static @Nullable Double mean(List<Double> values) {
    Double sum = reduced(values, Double::sum);
    return sum == null ? null : sum / values.size();
  }

  private static @Nullable Double reduced(List<Double> values, DoubleBinaryOperator operator) {
    return values.stream().reduce((one, other) -> operator.applyAsDouble(one, other)).orElse(null);
  }

  private static @Nullable Double deadShare(List<List<MetricRecord>> layers) {
    List<Double> dead = new ArrayList<>();
    for (List<MetricRecord> layer : layers) {
      Double largest =
          reduced(
              layer.stream().map(HeadAggregates::gradient).filter(Objects::nonNull).toList(),
              Math::max);
      for (MetricRecord head : layer) {
        Double mass = head.metrics().get(MetricNames.ROW_MASS);
        Double gradient = gradient(head);
        if (mass != null || gradient != null) {
          boolean empty = mass != null && mass < NO_MASS;
          boolean still =
              gradient != null
                  && largest != null
                  && (gradient == 0 || gradient < NO_GRADIENT * largest);
          dead.add(empty || still ? 1.0 : 0.0);
        }
      }
    }
    return mean(dead);
  }

  /** The norm of the gradient of all parameters of a head; without any, that of its scores. */
  private static @Nullable Double gradient(MetricRecord head) {
    double squares = 0;
    boolean known = false;
    for (Map.Entry<String, Double> metric : head.metrics().entrySet()) {
      if (metric.getKey().startsWith(GRADIENTS)) {
        squares += metric.getValue() * metric.getValue();
        known = true;
      }
    }
    if (known) {
      return Math.sqrt(squares);
    }
    return head.metrics().get(MetricNames.SCORES_GRADIENT_NORM);
  }
}
