package org.attention4j.monitor.reporters;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.attention4j.monitor.LogCapture;
import org.attention4j.monitor.alarms.Alarm;
import org.attention4j.monitor.metrics.AggregateRecord;
import org.attention4j.monitor.metrics.MetricRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.shade.jackson.core.type.TypeReference;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.ObjectMapper;

final class ReportersTest {
  private static final String NAME = "att \"1\", ünïcode";

  @TempDir Path folder;

  private static MetricRecord head(int head, double entropy) {
    Map<String, Double> metrics = new LinkedHashMap<>();
    metrics.put("entropy", entropy);
    metrics.put("maxLogit", 3.0 + head);
    return new MetricRecord(50, 1, NAME, head, metrics);
  }

  private static MetricRecord record(Map<String, Double> metrics) {
    return new MetricRecord(50, 1, NAME, 0, metrics);
  }

  private static Alarm alarm() {
    return new Alarm("not-finite", 50, NAME, 1, "nonFinite", Double.NaN, "bad", "go back");
  }

  @Test
  void jsonLinesAreReadableBeforeTheFileIsClosedAndContinued() throws Exception {
    Path file = folder.resolve("made/metrics.jsonl");
    Reporter first = Reporters.jsonLines(file);
    List<MetricRecord> written = List.of(head(0, 1.0 / 3), head(1, -1e-300), head(2, 7e300));
    first.report(written);
    assertThat(Files.readAllLines(file).stream().map(ReportersTest::parsed)).isEqualTo(written);
    first.report(List.of(head(1, Double.NaN), head(1, Double.NEGATIVE_INFINITY)));
    first.close();
    try (Reporter again = Reporters.jsonLines(file)) {
      again.report(List.of(head(0, 1)));
    }
    List<String> lines = Files.readAllLines(file);
    assertThat(lines).hasSize(6);
    for (String line : lines.subList(3, 5)) {
      JsonNode metrics = new ObjectMapper().readTree(line).get("metrics");
      assertThat(metrics.get("entropy").isNull()).isTrue();
      assertThat(metrics.get("maxLogit").asDouble()).isEqualTo(4);
    }
  }

  private static MetricRecord parsed(String line) {
    try {
      ObjectMapper json = new ObjectMapper();
      JsonNode object = json.readTree(line);
      Map<String, Double> metrics =
          json.convertValue(
              object.get("metrics"), new TypeReference<LinkedHashMap<String, Double>>() {});
      return new MetricRecord(
          object.get("iteration").intValue(),
          object.get("epoch").intValue(),
          object.get("layer").textValue(),
          object.get("head").intValue(),
          metrics);
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /** Others read these files: the text is part of what the library promises. */
  @Test
  void theTextOfALine() throws Exception {
    Path file = folder.resolve("metrics.jsonl");
    Path alarms = folder.resolve("alarms.jsonl");
    Reporters.jsonLines(file).report(List.of(head(2, 1.25)));
    Reporter ofAlarms = Reporters.alarmsAsJsonLines(alarms);
    ofAlarms.report(List.of(head(2, 1.25)));
    ofAlarms.alarm(alarm());
    assertThat(Files.readString(file))
        .isEqualTo(
            "{\"iteration\":50,\"epoch\":1,\"layer\":\"att \\\"1\\\", ünïcode\",\"head\":2,"
                + "\"metrics\":{\"entropy\":1.25,\"maxLogit\":5.0}}\n");
    assertThat(Files.readString(alarms))
        .isEqualTo(
            "{\"rule\":\"not-finite\",\"iteration\":50,\"layer\":\"att \\\"1\\\", ünïcode\","
                + "\"head\":1,\"heads\":[1],\"metric\":\"nonFinite\",\"value\":null,\"cause\":\"bad\",\"suggestion\":\"go"
                + " back\"}\n");
  }

  private static MetricRecord validation() {
    Map<String, Double> metrics = new LinkedHashMap<>();
    metrics.put("entropy", 0.75);
    metrics.put("maxLogit", 5.0);
    return new MetricRecord(60, 2, "val", "att", 3, metrics, Map.of("entropy", 0.125));
  }

  private static List<AggregateRecord> aggregates() {
    return List.of(
        new AggregateRecord(60, 2, null, "att", Map.of("entropyMean", 1.5)),
        new AggregateRecord(60, 2, null, null, Map.of("entropyMean", Double.NaN)),
        new AggregateRecord(60, 2, "val", null, Map.of("entropyMean", 2.5)));
  }

  @Test
  void splitsErrorsAndAggregatesInFiles() throws Exception {
    Path json = folder.resolve("metrics.jsonl");
    Path csv = folder.resolve("metrics.csv");
    for (Reporter reporter : List.of(Reporters.jsonLines(json), Reporters.csv(csv))) {
      Reporter guarded = Reporters.guarded(reporter);
      guarded.reportLayer(new LayerReport(1, List.of(), List.of(validation())));
      aggregates().forEach(guarded::reportAggregate);
      guarded.close();
    }
    assertThat(Files.readString(json))
        .isEqualTo(
            """
            {"iteration":60,"epoch":2,"split":"val","layer":"att","head":3,"metrics":{"entropy":0.75,"maxLogit":5.0},"standardErrors":{"entropy":0.125}}
            {"iteration":60,"epoch":2,"layer":"att","metrics":{"entropyMean":1.5}}
            {"iteration":60,"epoch":2,"metrics":{"entropyMean":null}}
            {"iteration":60,"epoch":2,"split":"val","metrics":{"entropyMean":2.5}}
            """);
    assertThat(Files.readAllLines(csv))
        .containsExactly(
            "iteration,epoch,layer,head,metric,value,standardError,split",
            "60,2,att,3,entropy,0.75,0.125,val",
            "60,2,att,3,maxLogit,5.0,,val",
            "60,2,att,,entropyMean,1.5,,",
            "60,2,,,entropyMean,NaN,,",
            "60,2,,,entropyMean,2.5,,val");
  }

  @Test
  void splitsAndAggregatesInMemory() {
    History history = Reporters.history(2);
    history.report(List.of(validation()));
    history.report(List.of(new MetricRecord(60, 2, "att", 3, Map.of("entropy", 9.0))));
    aggregates().forEach(history::reportAggregate);
    assertThat(history.values("att", 3, "entropy")).isEqualTo(Map.of(60, 9.0));
    assertThat(history.values("att", 3, "entropy", "val")).isEqualTo(Map.of(60, 0.75));
    assertThat(history.latest("att", 3)).map(MetricRecord::split).isEmpty();
    assertThat(history.latest("att", 3, "val")).contains(validation());
    assertThat(history.latest("att", 3, "other")).isEmpty();
    assertThat(history.aggregates()).isEqualTo(aggregates().subList(1, 3));
    assertThat(history.aggregateValues(null, "entropyMean", "val")).isEqualTo(Map.of(60, 2.5));
    assertThat(history.aggregateValues(null, "entropyMean", null))
        .isEqualTo(Map.of(60, Double.NaN));
    assertThat(history.aggregateValues("att", "entropyMean", null)).isEmpty();
    assertThat(history.aggregateValues(null, "sinkRate", null)).isEmpty();
  }

  @Test
  void logLinesOfSplitsAndAggregates() {
    assertThat(LogReporter.shortLine(List.of(validation())))
        .isEqualTo("iteration 60 epoch 2 val att: entropy 0.7500 maxLogit 5.000");
    assertThat(aggregates().stream().map(LogReporter::line))
        .containsExactly(
            "iteration 60 epoch 2 all heads of att: entropyMean 1.500",
            "iteration 60 epoch 2 all heads: entropyMean NaN",
            "iteration 60 epoch 2 val all heads: entropyMean 2.500");
  }

  @Test
  void shortLogLineOfTheNetwork() {
    Map<String, Double> numbers = new LinkedHashMap<>();
    numbers.put("own", 9.0);
    numbers.put("entropyMin", 0.5);
    numbers.put("entropyMean", 1.0);
    numbers.put("entropyMax", 1.25);
    numbers.put("maxLogit", 7.0);
    assertThat(shortLine(numbers)).endsWith("all heads: entropy 0.5000..1.250 maxLogit 7.000");
    numbers.put("sinkRate", 0.5);
    numbers.put("deadShare", 0.25);
    numbers.put("headsInAlarm", 2.0);
    numbers.put("entropyMax", Double.NaN);
    assertThat(shortLine(numbers))
        .isEqualTo(
            "iteration 60 epoch 2 all heads:"
                + " entropy NaN maxLogit 7.000 deadShare 0.2500 headsInAlarm 2.000");
    Map<String, Double> others = new LinkedHashMap<>();
    for (int i = 0; i < 5; i++) {
      others.put("own" + i, (double) i);
    }
    assertThat(shortLine(others)).endsWith(": own0 0.000 own1 1.000 own2 2.000 own3 3.000");
  }

  private static String shortLine(Map<String, Double> numbers) {
    return LogReporter.shortLine(new AggregateRecord(60, 2, null, null, numbers));
  }

  @Test
  void csvHasOneLineANumberAndOneHeader() throws Exception {
    Path file = folder.resolve("metrics.csv");
    Reporter first = Reporters.csv(file);
    first.report(List.of(head(0, 1.0 / 3), head(1, Double.NaN)));
    first.close();
    Reporters.csv(file).report(List.of(head(2, Double.POSITIVE_INFINITY)));
    assertThat(Files.readString(file))
        .startsWith("iteration,epoch,layer,head,metric,value,standardError,split\r\n")
        .contains("\r\n50,1,\"att \"\"1\"\", ünïcode\",0,entropy,0.3333333333333333,,\r\n");
    CSVFormat format = CSVFormat.RFC4180.builder().setHeader().setSkipHeaderRecord(true).build();
    try (Reader reader = Files.newBufferedReader(file);
        CSVParser parser = format.parse(reader)) {
      List<CSVRecord> lines = parser.getRecords();
      assertThat(lines).hasSize(6);
      assertThat(lines).allSatisfy(line -> assertThat(line.get("layer")).isEqualTo(NAME));
      assertThat(lines).allSatisfy(line -> assertThat(line.get("epoch")).isEqualTo("1"));
      assertThat(lines.stream().map(line -> line.get("metric")))
          .containsExactly("entropy", "maxLogit", "entropy", "maxLogit", "entropy", "maxLogit");
      assertThat(lines.stream().map(line -> Double.valueOf(line.get("value"))))
          .containsExactly(1.0 / 3, 3.0, Double.NaN, 4.0, Double.POSITIVE_INFINITY, 5.0);
    }
  }

  @Test
  void aFileThatCannotBe() throws Exception {
    Path file = Files.createFile(folder.resolve("file")).resolve("metrics.csv");
    assertThatThrownBy(() -> Reporters.csv(file))
        .hasMessage(
            "The metrics file '"
                + file
                + "' cannot be opened but must be a file in a folder that can be written to.");
    assertThatThrownBy(() -> Reporters.jsonLines(file))
        .hasMessage(
            "The metrics file '"
                + file
                + "' cannot be opened but must be a file in a folder that can be written to.");
  }

  /** The short line: a range over the heads, and few metrics. */
  @Test
  void shortLogLine() {
    MetricRecord first = record(Map.of("entropy", 1.25, "maxLogit", 3.0, "rowMass", 1.0));
    MetricRecord second = record(Map.of("entropy", 0.5, "maxLogit", 3.0, "rowMass", 0.5));
    String line = LogReporter.shortLine(List.of(first, second));
    assertThat(line).endsWith(": entropy 0.5000..1.250 maxLogit 3.000");
    assertThat(LogReporter.shortLine(List.of(record(Map.of("own", 2.0))))).endsWith(": own 2.000");
    assertThat(
            LogReporter.shortLine(List.of(record(Map.of("entropy", Double.NaN, "nonFinite", 1.0)))))
        .endsWith(": entropy NaN nonFinite 1.000");
  }

  @Test
  void oneLogLineHasAllHeads() {
    assertThat(LogReporter.line(List.of(head(0, 1.25), head(1, Double.NaN))))
        .isEqualTo("iteration 50 epoch 1 " + NAME + ": entropy=[1.250 NaN] maxLogit=[3.000 4.000]");
  }

  /** A head that lacks a metric must not hand its place to the next head. */
  @Test
  void absentMetricsKeepTheirPlaceInTheLogLine() {
    MetricRecord without = new MetricRecord(50, 1, NAME, 1, Map.of("own", 2.0));
    assertThat(LogReporter.line(List.of(head(0, 1.25), without, head(2, Double.POSITIVE_INFINITY))))
        .isEqualTo(
            "iteration 50 epoch 1 "
                + NAME
                + ": entropy=[1.250 - Infinity] maxLogit=[3.000 - 5.000] own=[- 2.000 -]");
  }

  @Test
  void historyKeepsTheNewest() {
    History history = Reporters.history(3);
    history.report(List.of(head(0, 1), head(1, 1)));
    history.report(List.of(head(2, 1), head(3, 1)));
    assertThat(history.records()).extracting(MetricRecord::head).containsExactly(1, 2, 3);
    for (int i = 0; i < 4; i++) {
      history.alarm(alarm());
    }
    assertThat(history.alarms()).hasSize(3);
    assertThatThrownBy(() -> Reporters.history(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("History: the capacity is 0 but must be at least 1.");
  }

  @Test
  void historyAnswersQuestions() {
    History history = Reporters.history(99);
    for (int iteration : new int[] {0, 50, 100}) {
      for (int head = 0; head < 2; head++) {
        Map<String, Double> metrics =
            iteration == 50 ? Map.of() : Map.of("entropy", 10.0 * iteration + head);
        history.report(
            List.of(
                new MetricRecord(iteration, 0, "first", head, metrics),
                new MetricRecord(iteration, 0, "second", head, Map.of())));
      }
    }
    assertThat(history.layers()).containsExactly("first", "second");
    assertThat(history.values("first", 1, "entropy"))
        .containsExactly(Map.entry(0, 1.0), Map.entry(100, 1001.0));
    assertThat(history.values("second", 1, "entropy")).isEmpty();
    assertThat(history.latest("first", 0))
        .contains(new MetricRecord(100, 0, "first", 0, Map.of("entropy", 1000.0)));
    assertThat(history.latest("third", 0)).isEmpty();
  }

  @Test
  void aFailingReporterIsCalledOnceAndClosedOnceWithOneWarning() {
    AtomicInteger calls = new AtomicInteger();
    AtomicInteger closed = new AtomicInteger();
    Reporter guarded =
        Reporters.guarded(
            new Reporter() {
              @Override
              public void report(List<MetricRecord> records) {
                calls.incrementAndGet();
                throw new NoClassDefFoundError("meant to fail");
              }

              @Override
              public void close() {
                closed.incrementAndGet();
                throw new IllegalStateException("meant to fail");
              }

              @Override
              public String toString() {
                return "broken";
              }
            });
    try (LogCapture log = new LogCapture()) {
      guarded.report(List.of(head(0, 1)));
      guarded.report(List.of(head(0, 1)));
      guarded.alarm(alarm());
      guarded.close();
      assertThat(log.lines("WARN")).isEqualTo(1);
      assertThat(log.lines("Reporter broken failed and is switched off; training goes on."))
          .isEqualTo(1);
    }
    assertThat(calls).hasValue(1);
    assertThat(closed).hasValue(1);
  }

  @Test
  void aHealthyReporterGetsEverything() {
    History history = Reporters.history(5);
    Reporter guarded = Reporters.guarded(history);
    guarded.reportLayer(new LayerReport(0.5, List.of(), List.of(head(0, 1))));
    guarded.report(List.of(head(1, 1)));
    guarded.alarm(alarm());
    assertThat(history.records()).hasSize(2);
    assertThat(history.alarms()).containsExactly(alarm());
    guarded.close();
    guarded.report(List.of(head(1, 1)));
    assertThat(history.records()).hasSize(2);
  }
}
