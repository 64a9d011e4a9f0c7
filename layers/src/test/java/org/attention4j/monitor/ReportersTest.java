package org.attention4j.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.ObjectMapper;

final class ReportersTest {
  @TempDir Path folder;

  private static MetricRecord head(int head, double entropy) {
    Map<String, Double> metrics = new LinkedHashMap<>();
    metrics.put("entropy", entropy);
    metrics.put("maxLogit", 3.0 + head);
    return new MetricRecord(50, 1, "att \"1\"", head, metrics);
  }

  @Test
  void jsonLinesAreReadableBeforeTheFileIsClosedAndContinued() throws Exception {
    Path file = folder.resolve("metrics.jsonl");
    Reporter first = Reporters.jsonLines(file);
    first.report(List.of(head(0, 1.25), head(1, Double.NaN)));
    List<String> lines = Files.readAllLines(file);
    assertThat(lines).hasSize(2);
    JsonNode object = new ObjectMapper().readTree(lines.get(0));
    assertThat(object.get("iteration").asInt()).isEqualTo(50);
    assertThat(object.get("epoch").asInt()).isEqualTo(1);
    assertThat(object.get("layer").asText()).isEqualTo("att \"1\"");
    assertThat(object.get("head").asInt()).isZero();
    assertThat(object.get("metrics").get("entropy").asDouble()).isEqualTo(1.25);
    JsonNode second = new ObjectMapper().readTree(lines.get(1)).get("metrics");
    assertThat(second.get("entropy").isNull()).isTrue();
    assertThat(second.get("maxLogit").asDouble()).isEqualTo(4);
    first.close();
    try (Reporter again = Reporters.jsonLines(file)) {
      again.report(List.of(head(0, 1)));
    }
    assertThat(Files.readAllLines(file)).hasSize(3);
  }

  @Test
  void oneLogLineHasAllHeads() {
    assertThat(LogReporter.line(List.of(head(0, 1.25), head(1, Double.NaN))))
        .isEqualTo("iteration 50 epoch 1 att \"1\": entropy=[1.250 NaN] maxLogit=[3.000 4.000]");
  }

  @Test
  void historyKeepsTheNewest() {
    History history = Reporters.history(3);
    history.report(List.of(head(0, 1), head(1, 1)));
    history.report(List.of(head(2, 1), head(3, 1)));
    assertThat(history.records()).extracting(MetricRecord::head).containsExactly(1, 2, 3);
    assertThatThrownBy(() -> Reporters.history(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("History: the capacity is 0 but must be at least 1.");
  }

  @Test
  void aFailingReporterIsCalledOnceAndClosedOnce() {
    AtomicInteger calls = new AtomicInteger();
    AtomicInteger closed = new AtomicInteger();
    Reporter guarded =
        Reporters.guarded(
            new Reporter() {
              @Override
              public void report(List<MetricRecord> records) {
                calls.incrementAndGet();
                throw new IllegalStateException("meant to fail");
              }

              @Override
              public void close() {
                closed.incrementAndGet();
                throw new IllegalStateException("meant to fail");
              }
            });
    guarded.report(List.of(head(0, 1)));
    guarded.report(List.of(head(0, 1)));
    guarded.close();
    assertThat(calls).hasValue(1);
    assertThat(closed).hasValue(1);
  }

  @Test
  void aHealthyReporterGetsEverything() {
    History history = Reporters.history(5);
    Reporter guarded = Reporters.guarded(history);
    guarded.report(List.of(head(0, 1)));
    guarded.report(List.of(head(1, 1)));
    assertThat(history.records()).hasSize(2);
  }
}
