package org.attention4j.examples.distributed;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.attention4j.monitor.alarms.Alarm;
import org.attention4j.monitor.alarms.AlarmRule;
import org.attention4j.monitor.alarms.AlarmRules;
import org.attention4j.monitor.metrics.AggregateRecord;
import org.attention4j.monitor.metrics.MetricRecord;
import org.attention4j.monitor.reporters.Reporter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What workers measured goes to files and alarm rules, by worker. */
class DriverMonitorTest {
  private static final Plan PLAN = new Plan(2, 2, 3, 1);

  /** Raised when the entropy is above 1 on three iterations in a row: more than a round has. */
  private static final AlarmRule.Factory RULE =
      AlarmRules.above("high-entropy", "entropy", 1, 3, "nothing");

  @TempDir private Path folder;

  private static WorkerReport report(int worker, int iteration, double entropy) {
    Map<String, Double> metrics = new LinkedHashMap<>();
    metrics.put("entropy", entropy);
    metrics.put("maxLogit", Double.NaN);
    return new WorkerReport(
        new WorkerReport.Task(iteration / 2, worker, 0),
        iteration,
        7,
        List.of(List.of(new MetricRecord(iteration, 0, "block-0", 0, metrics))),
        List.of(
            new AggregateRecord(iteration, 0, null, "block-0", Map.of("entropyMean", entropy)),
            new AggregateRecord(iteration, 0, null, null, Map.of("entropyMean", entropy))));
  }

  /** Two rounds; the second worker's entropy is high from its second iteration on. */
  private static List<WorkerRecords.Round> rounds() {
    WorkerRecords records = new WorkerRecords(PLAN);
    for (int round = 0; round < 2; round++) {
      List<WorkerReport> told = new ArrayList<>();
      for (int i = 2 * round; i < 2 * round + 2; i++) {
        told.add(report(0, i, 0.5));
        told.add(report(1, i, i == 0 ? 0.5 : 1.5));
      }
      records.add(round, 0, told);
    }
    return records.rounds();
  }

  @Test
  void aRuleFollowsAWorkerOverRounds() {
    DriverMonitor monitor = new DriverMonitor(List.of(RULE), worker -> List.of());

    rounds().forEach(monitor);

    assertThat(monitor.raised()).hasSize(1);
    assertThat(monitor.raised().get(0).worker()).isEqualTo(1);
    Alarm alarm = monitor.raised().get(0).alarm();
    assertThat(alarm.rule()).isEqualTo("high-entropy");
    assertThat(alarm.iteration()).isEqualTo(3);
    assertThat(alarm.value()).isEqualTo(1.5);
  }

  @Test
  void filesNameTheWorkerOfEachRecordAndAlarm() throws IOException {
    Path records = folder.resolve("attention.jsonl");
    Path alarms = folder.resolve("alarms.jsonl");
    try (WorkerFiles files = new WorkerFiles(records, alarms)) {
      DriverMonitor monitor = new DriverMonitor(List.of(RULE), worker -> List.of(files.of(worker)));
      rounds().forEach(monitor);
    }

    List<String> lines = Files.readAllLines(records);
    assertThat(lines).hasSize(2 * 4 * 3).doesNotHaveDuplicates();
    assertThat(lines.subList(0, 3))
        .containsExactly(
            "{\"iteration\":0,\"epoch\":0,\"worker\":0,\"layer\":\"block-0\",\"head\":0,"
                + "\"metrics\":{\"entropy\":0.5,\"maxLogit\":null}}",
            "{\"iteration\":0,\"epoch\":0,\"worker\":0,\"layer\":\"block-0\","
                + "\"metrics\":{\"entropyMean\":0.5,\"headsInAlarm\":0.0}}",
            "{\"iteration\":0,\"epoch\":0,\"worker\":0,"
                + "\"metrics\":{\"entropyMean\":0.5,\"headsInAlarm\":0.0}}");
    assertThat(Files.readAllLines(alarms))
        .singleElement()
        .asString()
        .startsWith(
            "{\"rule\":\"high-entropy\",\"iteration\":3,\"worker\":1,\"layer\":\"block-0\","
                + "\"head\":0,\"heads\":[0],\"metric\":\"entropy\",\"value\":1.5,");
  }

  /** What is told of one worker: a line for each iteration, aggregates with heads in alarm. */
  private static final class Told implements Reporter {
    private final List<String> lines = new ArrayList<>();
    private String line = "";

    @Override
    public void report(List<MetricRecord> records) {
      line += records.get(0).layer();
    }

    @Override
    public void alarm(Alarm alarm) {
      line += " alarm " + alarm.heads();
    }

    @Override
    public void reportAggregate(AggregateRecord aggregate) {
      assertThat(aggregate.metrics()).containsEntry("sinkRate", 0.25);
      String count = " " + aggregate.metrics().get("headsInAlarm");
      if (aggregate.layer() == null) {
        lines.add(line + "all" + count);
        line = "";
      } else {
        line += ", " + aggregate.layer() + count + "; ";
      }
    }
  }

  private static List<Told> told(List<AlarmRule.Factory> rules) {
    List<Told> told = List.of(new Told(), new Told());
    TwoWorkers.rounds().forEach(new DriverMonitor(rules, worker -> List.of(told.get(worker))));
    return told;
  }

  @Test
  void aggregatesCountTheHeadsInAlarmOnceTheRulesSawTheIteration() {
    List<Told> told = told(List.of(TwoWorkers.RULE));

    assertThat(told.get(0).lines)
        .containsExactly(
            "block-0, block-0 0.0; block-1, block-1 0.0; all 0.0",
            "block-0 alarm [1], block-0 1.0; block-1, block-1 0.0; all 1.0",
            "block-0, block-0 2.0; block-1, block-1 0.0; all 2.0",
            "block-0, block-0 2.0; block-1 alarm [0], block-1 1.0; all 3.0");
    assertThat(told.get(1).lines)
        .containsExactly(
            "block-0, block-0 0.0; block-1, block-1 0.0; all 0.0",
            "block-0, block-0 0.0; block-1, block-1 0.0; all 0.0",
            "block-0, block-0 0.0; block-1, block-1 0.0; all 0.0",
            "block-0, block-0 0.0; block-1 alarm [0, 1], block-1 2.0; all 2.0");
  }

  @Test
  void withoutRulesNoHeadsAreCounted() {
    assertThat(told(List.of()).get(0).lines)
        .hasSize(4)
        .containsOnly("block-0, block-0 null; block-1, block-1 null; all null");
  }
}
