package org.attention4j.examples.distributed;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.attention4j.monitor.alarms.AlarmRule;
import org.attention4j.monitor.alarms.AlarmRules;
import org.attention4j.monitor.metrics.AggregateRecord;
import org.attention4j.monitor.metrics.MetricRecord;

/**
 * What two workers told in two rounds of two iterations, of two layers with three heads and two.
 */
final class TwoWorkers {
  /** A head is in alarm from its second high entropy in a row on. */
  static final AlarmRule.Factory RULE = AlarmRules.above("high", "entropy", 1, 2, "nothing");

  /** For each worker and iteration the heads: {@code 1} is a high entropy, {@code 0} a low one. */
  private static final List<List<String>> HEADS =
      List.of(
          List.of("010 01", "110 00", "111 10", "011 10"),
          List.of("000 00", "000 00", "000 11", "000 11"));

  private static final int AVERAGE_EVERY = 2;

  private TwoWorkers() {}

  static List<WorkerRecords.Round> rounds() {
    WorkerRecords records = new WorkerRecords(new Plan(HEADS.size(), AVERAGE_EVERY, 3, 1));
    for (int round = 0; round < 2; round++) {
      List<WorkerReport> reports = new ArrayList<>();
      for (int worker = 0; worker < HEADS.size(); worker++) {
        for (int i = 0; i < AVERAGE_EVERY; i++) {
          reports.add(report(worker, AVERAGE_EVERY * round + i));
        }
      }
      records.add(round, 0, reports);
    }
    return records.rounds();
  }

  private static WorkerReport report(int worker, int iteration) {
    List<List<MetricRecord>> layers = new ArrayList<>();
    List<AggregateRecord> aggregates = new ArrayList<>();
    String[] heads = HEADS.get(worker).get(iteration).split(" ", -1);
    for (int layer = 0; layer < heads.length; layer++) {
      String name = "block-" + layer;
      List<MetricRecord> records = new ArrayList<>();
      for (int head = 0; head < heads[layer].length(); head++) {
        double entropy = heads[layer].charAt(head) == '1' ? 1.5 : 0.5;
        records.add(new MetricRecord(iteration, 0, name, head, Map.of("entropy", entropy)));
      }
      layers.add(records);
      aggregates.add(new AggregateRecord(iteration, 0, null, name, Map.of("sinkRate", 0.25)));
    }
    aggregates.add(new AggregateRecord(iteration, 0, null, null, Map.of("sinkRate", 0.25)));
    return new WorkerReport(
        new WorkerReport.Task(iteration / AVERAGE_EVERY, worker, 0),
        iteration,
        7,
        layers,
        aggregates);
  }
}
