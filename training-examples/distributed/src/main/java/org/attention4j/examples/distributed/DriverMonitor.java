package org.attention4j.examples.distributed;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import org.attention4j.internal.monitor.AlarmEngine;
import org.attention4j.monitor.alarms.Alarm;
import org.attention4j.monitor.alarms.AlarmRule;
import org.attention4j.monitor.metrics.AggregateRecord;
import org.attention4j.monitor.metrics.MetricNames;
import org.attention4j.monitor.metrics.MetricRecord;
import org.attention4j.monitor.reporters.LayerReport;
import org.attention4j.monitor.reporters.Reporter;
import org.jspecify.annotations.Nullable;

/**
 * Hands on what the workers measured, in the order of each worker's iterations, and checks it
 * against the alarm rules. Each worker has rules of its own, since a rule follows one network. The
 * aggregates get the number of heads in alarm, which a worker without rules cannot know.
 */
final class DriverMonitor implements Consumer<WorkerRecords.Round> {
  /** An alarm at a worker. */
  record WorkerAlarm(int worker, Alarm alarm) {}

  private final List<AlarmRule.Factory> rules;
  private final IntFunction<List<Reporter>> reporters;
  private final List<Worker> workers = new ArrayList<>();
  private final List<WorkerAlarm> raised = new ArrayList<>();

  /**
   * Prepares.
   *
   * @param rules the alarm rules
   * @param reporters who is told of a worker
   */
  DriverMonitor(List<AlarmRule.Factory> rules, IntFunction<List<Reporter>> reporters) {
    this.rules = List.copyOf(rules);
    this.reporters = reporters;
  }

  /** Who is told of one worker, and what its rules know. */
  private record Worker(AlarmEngine alarms, List<Reporter> reporters) {}

  private Worker worker(int number) {
    List<Reporter> told = reporters.apply(number);
    List<Consumer<Alarm>> actions = new ArrayList<>();
    told.forEach(reporter -> actions.add(reporter::alarm));
    actions.add(alarm -> raised.add(new WorkerAlarm(number, alarm)));
    return new Worker(new AlarmEngine(rules, actions, alarm -> false), told);
  }

  @Override
  public void accept(WorkerRecords.Round round) {
    for (int number = 0; number < round.reports().size(); number++) {
      if (number == workers.size()) {
        workers.add(worker(number));
      }
      Worker worker = workers.get(number);
      round.reports().get(number).forEach(report -> handOn(worker, report));
    }
  }

  /** In the order of a monitor: each layer's records, alarms and aggregate, then the network's. */
  private void handOn(Worker worker, WorkerReport report) {
    for (List<MetricRecord> layer : report.layers()) {
      LayerReport ofLayer = new LayerReport(report.score(), List.of(), layer);
      worker.reporters().forEach(reporter -> reporter.reportLayer(ofLayer));
      worker.alarms().check(report.score(), layer);
      String name = layer.get(0).layer();
      handOnAggregate(worker, report, name, List.of(name));
    }
    handOnAggregate(
        worker, report, null, report.layers().stream().map(layer -> layer.get(0).layer()).toList());
  }

  /**
   * Hands on the aggregate of a layer or of the network, as far as there is one.
   *
   * @param name the layer; null for the network
   * @param layers the layers whose heads it sums up
   */
  private void handOnAggregate(
      Worker worker, WorkerReport report, @Nullable String name, List<String> layers) {
    for (AggregateRecord aggregate : report.aggregates()) {
      if (Objects.equals(aggregate.layer(), name)) {
        AggregateRecord whole =
            rules.isEmpty() ? aggregate : withHeadsInAlarm(aggregate, worker.alarms(), layers);
        worker.reporters().forEach(reporter -> reporter.reportAggregate(whole));
      }
    }
  }

  private static AggregateRecord withHeadsInAlarm(
      AggregateRecord aggregate, AlarmEngine alarms, List<String> layers) {
    int count = layers.stream().map(alarms::headsInAlarm).mapToInt(OptionalInt::orElseThrow).sum();
    Map<String, Double> metrics = new LinkedHashMap<>(aggregate.metrics());
    metrics.put(MetricNames.HEADS_IN_ALARM, (double) count);
    return new AggregateRecord(
        aggregate.iteration(), aggregate.epoch(), aggregate.split(), aggregate.layer(), metrics);
  }

  /** The alarms so far. */
  List<WorkerAlarm> raised() {
    return List.copyOf(raised);
  }
}
