package org.attention4j.monitor;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.attention4j.internal.monitor.AlarmEngine;
import org.attention4j.internal.monitor.FaultIsolator;
import org.attention4j.internal.monitor.IsolatedMetric;
import org.attention4j.monitor.alarms.Alarm;
import org.attention4j.monitor.metrics.AggregateRecord;
import org.attention4j.monitor.metrics.HeadAggregates;
import org.attention4j.monitor.metrics.HeadProbe;
import org.attention4j.monitor.metrics.MetricRecord;
import org.attention4j.monitor.reporters.LayerReport;
import org.attention4j.monitor.reporters.Reporter;
import org.attention4j.monitor.reporters.Reporters;
import org.jspecify.annotations.Nullable;

/**
 * Measures what was probed of heads, and gives it to reporters and alarm rules: for each layer its
 * records, its alarms and its aggregate, then the aggregate of the network.
 */
final class Reporting {
  /** The split that has no name in records. */
  private static final String TRAINING = "training";

  private final List<IsolatedMetric> metrics;
  private final List<Reporter> reporters;
  private final AlarmEngine alarms;
  private final FaultIsolator aggregates = new FaultIsolator("The sum over all heads");

  Reporting(MonitorBuilder builder) {
    metrics = builder.allMetrics().stream().map(IsolatedMetric::of).toList();
    List<Reporter> guarded = builder.reporters.stream().map(Reporters::guarded).toList();
    reporters = guarded;
    alarms = builder.alarms(alarm -> guarded.forEach(reporter -> reporter.alarm(alarm)));
  }

  /** Refuses a split whose records could not be told from those of training. */
  static void requireSplit(@Nullable String split) {
    if (split == null || split.isBlank() || split.equals(TRAINING)) {
      throw new IllegalArgumentException(
          "AttentionMonitor: the split is '%s' but must be a name other than '%s', such as 'validation'."
              .formatted(split, TRAINING));
    }
  }

  /**
   * What is measured: one batch.
   *
   * @param split the name of the data; null for training, which alone raises alarms
   * @param score the network's score; NaN if it is not known
   */
  record Batch(int iteration, int epoch, @Nullable String split, double score) {}

  /** What was measured on one batch so far. */
  final class Snapshot {
    private final Batch batch;
    private final List<LayerReport> reports = new ArrayList<>();
    private final List<Map<String, Double>> ofLayers = new ArrayList<>();

    private Snapshot(Batch batch) {
      this.batch = batch;
    }

    /**
     * Measures and reports the heads of one layer.
     *
     * @param ofLayer numbers of the layer's own, for its aggregate
     */
    void add(List<HeadProbe> heads, Map<String, Double> ofLayer) {
      List<MetricRecord> records = heads.stream().map(this::measured).toList();
      LayerReport report = new LayerReport(batch.score(), heads, records);
      reporters.forEach(reporter -> reporter.reportLayer(report));
      if (batch.split() == null) {
        alarms.check(batch.score(), records);
      }
      reports.add(report);
      ofLayers.add(ofLayer);
      aggregates.run(
          () -> report(HeadAggregates.ofLayer(records, ofLayer, headsInAlarm(List.of(report)))));
    }

    private MetricRecord measured(HeadProbe head) {
      Map<String, Double> values = new LinkedHashMap<>();
      Map<String, Double> errors = new LinkedHashMap<>();
      metrics.forEach(metric -> metric.measure(head, values, errors));
      return new MetricRecord(
          batch.iteration(),
          batch.epoch(),
          batch.split(),
          head.layer(),
          head.head(),
          values,
          errors);
    }

    /**
     * Reports the network, after its layers.
     *
     * @return the reports of the layers
     */
    List<LayerReport> finish() {
      if (!reports.isEmpty()) {
        aggregates.run(
            () ->
                report(
                    HeadAggregates.ofNetwork(
                        reports.stream().map(LayerReport::records).toList(),
                        ofLayers,
                        headsInAlarm(reports))));
      }
      return List.copyOf(reports);
    }

    private void report(AggregateRecord aggregate) {
      reporters.forEach(reporter -> reporter.reportAggregate(aggregate));
    }

    /** None on other data than those of training, on which no rule looks. */
    private OptionalInt headsInAlarm(List<LayerReport> layers) {
      int sum = 0;
      for (LayerReport layer : layers) {
        OptionalInt count = alarms.headsInAlarm(layer.records().get(0).layer());
        if (count.isEmpty() || batch.split() != null) {
          return OptionalInt.empty();
        }
        sum += count.getAsInt();
      }
      return OptionalInt.of(sum);
    }
  }

  /** Begins to measure a batch. */
  Snapshot begin(Batch batch) {
    return new Snapshot(batch);
  }

  /** The first alarm since the last call that ends training; null if there is none. */
  @Nullable Alarm takeEnding() {
    return alarms.takeEnding();
  }

  void close() {
    reporters.forEach(Reporter::close);
  }
}
