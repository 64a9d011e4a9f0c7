package org.attention4j.monitor.ui;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.attention4j.monitor.metrics.MetricNames;
import org.attention4j.monitor.reporters.StoredAttention.Aggregate;
import org.attention4j.monitor.reporters.StoredAttention.Measurement;
import org.attention4j.monitor.ui.SessionData.Series;
import org.jspecify.annotations.Nullable;

/** Which series a question of the page asks for, gathered from the updates of a run. */
abstract sealed class SeriesReader {
  private final int maxColumns;

  /** By metric, then by layer, so that one metric can be left out. */
  private final Map<String, Map<@Nullable String, Gathered>> gathered = new LinkedHashMap<>();

  private SeriesReader(int maxColumns) {
    this.maxColumns = maxColumns;
  }

  /**
   * One metric of all heads of all layers.
   *
   * @param metric null or empty for the entropy or, if there is none, the first
   * @param layer the layer whose columns have their least and greatest values; null for none
   */
  static SeriesReader ofMetric(@Nullable String metric, @Nullable String layer) {
    return new OneMetric(metric == null || metric.isEmpty() ? null : metric, layer);
  }

  /** All numbers of the layers and of the network. */
  static SeriesReader ofAggregates() {
    return new AllAggregates();
  }

  /** All metrics of one head. */
  static SeriesReader ofHead(String layer, int head) {
    return new OneHead(layer, head);
  }

  /** How many columns a series has at most, besides that of the newest snapshot. */
  final int maxColumns() {
    return maxColumns;
  }

  /**
   * Takes what is asked for from the heads of a layer.
   *
   * @param metrics the metrics of all measurements so far, these included
   */
  void add(Measurement measurement, Set<String> metrics) {}

  /** Takes what is asked for from the numbers of a layer or of the network. */
  void add(Aggregate aggregate) {}

  /**
   * The metric that is shown.
   *
   * @param metrics the metrics of all measurements
   * @return empty if more than one is
   */
  String metric(Set<String> metrics) {
    return "";
  }

  /** Whether the columns of a layer have their least and greatest values. */
  boolean hasEnds(@Nullable String layer) {
    return true;
  }

  /** The series so far, in the order of their first values. */
  List<Series> series(String metric) {
    List<Series> series = new ArrayList<>();
    gathered.forEach(
        (name, layers) -> {
          if (metric.isEmpty() || metric.equals(name)) {
            layers.forEach((layer, values) -> series.add(values.series(layer, name, this)));
          }
        });
    return series;
  }

  final void put(
      @Nullable String layer, String metric, int iteration, List<@Nullable Double> values) {
    gathered
        .computeIfAbsent(metric, name -> new LinkedHashMap<>())
        .computeIfAbsent(layer, name -> new Gathered(maxColumns))
        .add(iteration, values);
  }

  /** One metric of one layer so far. */
  private static final class Gathered {
    private final Columns columns;
    private int iteration;
    private List<@Nullable Double> latest = List.of();
    private final List<@Nullable Double> least = new ArrayList<>();
    private final List<@Nullable Double> greatest = new ArrayList<>();

    Gathered(int maxColumns) {
      columns = new Columns(maxColumns);
    }

    void add(int newIteration, List<@Nullable Double> values) {
      columns.add(newIteration, values);
      iteration = newIteration;
      latest = values;
      for (int head = 0; head < values.size(); head++) {
        if (head == least.size()) {
          least.add(null);
          greatest.add(null);
        }
        Double value = values.get(head);
        if (value != null && Double.isFinite(value)) {
          Double low = least.get(head);
          Double high = greatest.get(head);
          least.set(head, low == null ? value : Double.valueOf(Math.min(low, value)));
          greatest.set(head, high == null ? value : Double.valueOf(Math.max(high, value)));
        }
      }
    }

    Series series(@Nullable String layer, String metric, SeriesReader reader) {
      return new Series(
          layer,
          metric,
          columns.columns(reader.hasEnds(layer)),
          iteration,
          latest,
          least,
          greatest);
    }
  }

  private static final class OneMetric extends SeriesReader {
    private static final String DEFAULT_METRIC = MetricNames.ENTROPY;

    private final @Nullable String wanted;
    private final @Nullable String layer;

    OneMetric(@Nullable String wanted, @Nullable String layer) {
      super(Columns.CHART);
      this.wanted = wanted;
      this.layer = layer;
    }

    @Override
    void add(Measurement measurement, Set<String> metrics) {
      for (String metric : candidates(metrics)) {
        List<@Nullable Double> values = new ArrayList<>();
        measurement.heads().forEach(head -> values.add(head.get(metric)));
        put(measurement.layer(), metric, measurement.iteration(), values);
      }
    }

    /** Two metrics as long as it is not known which one is shown. */
    private Set<String> candidates(Set<String> metrics) {
      if (wanted != null) {
        return Set.of(wanted);
      }
      Set<String> candidates = new LinkedHashSet<>();
      candidates.add(DEFAULT_METRIC);
      metrics.stream().findFirst().ifPresent(candidates::add);
      return candidates;
    }

    @Override
    String metric(Set<String> metrics) {
      if (wanted != null) {
        return wanted;
      }
      return metrics.contains(DEFAULT_METRIC)
          ? DEFAULT_METRIC
          : metrics.stream().findFirst().orElse(DEFAULT_METRIC);
    }

    @Override
    boolean hasEnds(@Nullable String name) {
      return name != null && name.equals(layer);
    }
  }

  private static final class AllAggregates extends SeriesReader {
    AllAggregates() {
      super(Columns.SMALL_MULTIPLE);
    }

    @Override
    void add(Aggregate aggregate) {
      aggregate
          .metrics()
          .forEach(
              (metric, value) ->
                  put(aggregate.layer(), metric, aggregate.iteration(), List.of(value)));
    }
  }

  private static final class OneHead extends SeriesReader {
    private final String layer;
    private final int head;

    OneHead(String layer, int head) {
      super(Columns.SMALL_MULTIPLE);
      this.layer = layer;
      this.head = head;
    }

    @Override
    void add(Measurement measurement, Set<String> metrics) {
      if (measurement.layer().equals(layer) && head < measurement.heads().size()) {
        measurement
            .heads()
            .get(head)
            .forEach(
                (metric, value) -> put(layer, metric, measurement.iteration(), List.of(value)));
      }
    }
  }
}
