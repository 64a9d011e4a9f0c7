package org.attention4j.monitor.reporters;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.attention4j.monitor.alarms.Alarm;
import org.attention4j.monitor.metrics.AggregateRecord;
import org.attention4j.monitor.metrics.AttentionRow;
import org.attention4j.monitor.metrics.HeadProbe;
import org.attention4j.monitor.metrics.MetricRecord;
import org.attention4j.monitor.reporters.StoredAttention.Aggregate;
import org.attention4j.monitor.reporters.StoredAttention.Measurement;
import org.attention4j.monitor.reporters.StoredAttention.RaisedAlarm;
import org.attention4j.monitor.reporters.StoredAttention.Row;
import org.attention4j.monitor.reporters.StoredAttention.SampledWeights;
import org.deeplearning4j.core.storage.Persistable;
import org.deeplearning4j.core.storage.StatsStorage;
import org.deeplearning4j.ui.model.storage.InMemoryStatsStorage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is stored and written, record by record, without a network. */
final class StoredRecordsTest {
  private static final String RUN = "run";

  private final StatsStorage storage = new InMemoryStatsStorage();
  private final Reporter reporter = Reporters.statsStorage(storage, RUN);

  private static MetricRecord measured(int iteration, String layer, int head, double entropy) {
    return new MetricRecord(iteration, 2, layer, head, Map.of("entropy", entropy));
  }

  private static HeadProbe head(int head, int rows) {
    List<AttentionRow> all = new ArrayList<>();
    for (int r = 0; r < rows; r++) {
      double[] p = {0.25 + r + 100 * head, 0.75};
      all.add(
          new AttentionRow(
              r / 4,
              10 + r,
              new int[] {0, r + 1},
              p,
              p,
              () -> new double[0][],
              null,
              null,
              OptionalDouble.empty(),
              null));
    }
    return new HeadProbe("att", head, all, Map.of(), Map.of());
  }

  private List<StoredAttention> updates() {
    List<StoredAttention> updates = new ArrayList<>();
    for (Persistable update : storage.getAllUpdatesAfter(RUN, StoredAttention.TYPE_ID, 0)) {
      updates.add((StoredAttention) update);
    }
    return updates;
  }

  @Test
  void aReportIsAMeasurementAndTheWeightsOfEightRows() {
    reporter.reportLayer(
        new LayerReport(
            0.5,
            List.of(head(0, 10), head(1, 9)),
            List.of(measured(7, "att", 0, 1.5), measured(7, "att", 1, 2.5))));
    assertThat(updates()).hasSize(1);
    assertThat(updates().get(0).content())
        .isEqualTo(
            new Measurement(
                7, 2, "att", 0.5, List.of(Map.of("entropy", 1.5), Map.of("entropy", 2.5)), null));
    SampledWeights weights = weights();
    assertThat(weights.iteration()).isEqualTo(7);
    assertThat(weights.layer()).isEqualTo("att");
    assertThat(weights.rows()).hasSize(8);
    for (int r = 0; r < 8; r++) {
      Row row = weights.rows().get(r);
      assertThat(row.example()).isEqualTo(r / 4);
      assertThat(row.query()).isEqualTo(10 + r);
      assertThat(row.keys()).containsExactly(0, r + 1);
      assertThat(row.weights().get(0)).containsExactly(0.25f + r, 0.75f);
      assertThat(row.weights().get(1)).containsExactly(100.25f + r, 0.75f);
    }
    reporter.reportLayer(
        new LayerReport(0.5, List.of(head(0, 3), head(1, 2)), List.of(measured(8, "att", 0, 1))));
    assertThat(weights().rows()).hasSize(2);
    assertThat(weights().iteration()).isEqualTo(8);
  }

  private SampledWeights weights() {
    List<Persistable> latest = storage.getAllStaticInfos(RUN, StoredAttention.TYPE_ID);
    assertThat(latest).hasSize(1);
    return (SampledWeights) ((StoredAttention) latest.get(0)).content();
  }

  @Test
  void otherDataKeepTheWeightsOfTraining() {
    reporter.reportLayer(
        new LayerReport(0.5, List.of(head(0, 3)), List.of(measured(7, "att", 0, 1))));
    MetricRecord other = new MetricRecord(8, 2, "val", "att", 0, Map.of("entropy", 3.5), Map.of());
    reporter.reportLayer(new LayerReport(Double.NaN, List.of(head(0, 5)), List.of(other)));
    reporter.reportAggregate(new AggregateRecord(8, 2, "val", "att", Map.of("sinkRate", 0.5)));
    reporter.reportAggregate(new AggregateRecord(8, 2, null, null, Map.of("sinkRate", 0.25)));
    assertThat(weights().iteration()).isEqualTo(7);
    assertThat(weights().rows()).hasSize(3);
    List<StoredAttention> updates = updates();
    assertThat(updates).extracting(StoredAttention::getWorkerID).containsOnly("layer-0");
    assertThat(updates.stream().skip(1).map(StoredAttention::content))
        .containsExactly(
            new Measurement(8, 2, "att", Double.NaN, List.of(Map.of("entropy", 3.5)), "val"),
            new Aggregate(8, 2, "att", "val", Map.of("sinkRate", 0.5)),
            new Aggregate(8, 2, null, null, Map.of("sinkRate", 0.25)));
    for (StoredAttention update : updates) {
      StoredAttention read = new StoredAttention();
      read.decode(update.encode());
      assertThat(read.content()).isEqualTo(update.content());
    }
  }

  @Test
  void eachLayerHasAWorkerAndEachRecordATimeOfItsOwn() {
    long start = System.currentTimeMillis();
    for (int i = 0; i < 5; i++) {
      reporter.report(List.of(measured(i, "first", 0, 1)));
      reporter.report(List.of(measured(i, "second", 0, 1)));
      reporter.alarm(new Alarm("rule", i, "first", 0, "entropy", 1, "cause", "suggestion"));
    }
    List<StoredAttention> updates = updates();
    assertThat(updates).hasSize(15);
    assertThat(updates).extracting(StoredAttention::getTimeStamp).doesNotHaveDuplicates();
    assertThat(updates)
        .allMatch(update -> update.getTimeStamp() >= start)
        .allMatch(update -> update.getTimeStamp() < start + 60_000);
    assertThat(updates)
        .extracting(StoredAttention::getWorkerID)
        .startsWith("layer-0", "layer-1", "layer-0", "layer-0", "layer-1");
    assertThat(((Measurement) updates.get(0).content()).score()).isNaN();
    assertThat(((RaisedAlarm) updates.get(2).content()).alarm().cause()).isEqualTo("cause");
    assertThat(updates.get(0).getTypeID()).isEqualTo("Attention4j");
    assertThat(reporter).hasToString("StatsStorage, session run");
  }

  @Test
  void whatIsNoRecordIsRefused() {
    StoredAttention empty = new StoredAttention();
    assertThatThrownBy(empty::content).hasMessage("nothing was decoded yet");
    assertThatThrownBy(empty::getSessionID).hasMessage("nothing was decoded yet");
    assertThatThrownBy(empty::getWorkerID).hasMessage("nothing was decoded yet");
    assertThatThrownBy(() -> empty.decode("{".getBytes(StandardCharsets.UTF_8)))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessage("Not a record of attention.");
  }

  /** The text that is stored: a file must be readable by later versions. */
  @Test
  void theTextOfARecord() {
    StoredAttention stored =
        new StoredAttention(
            RUN, "layer-0", 5, new Measurement(3, 2, "att", 0.5, List.of(Map.of("a", 1.5)), null));
    String text =
        "{\"session\":\"run\",\"worker\":\"layer-0\",\"time\":5,\"content\":"
            + "{\"kind\":\"measurement\",\"iteration\":3,\"epoch\":2,\"layer\":\"att\","
            + "\"score\":0.5,\"heads\":[{\"a\":1.5}]}}";
    assertThat(new String(stored.encode(), StandardCharsets.UTF_8)).isEqualTo(text);
    assertThat(stored.encodingLengthBytes()).isEqualTo(text.length());
    StoredAttention read = new StoredAttention();
    read.decode(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
    assertThat(read.content()).isEqualTo(stored.content());
    assertThat(read.getTimeStamp()).isEqualTo(5);
    StoredAttention weights =
        new StoredAttention(
            RUN,
            "layer-0",
            6,
            new SampledWeights(
                3,
                "att",
                List.of(new Row(1, 2, new int[] {0, 4}, List.of(new float[] {0.5f, 1})))));
    read.decode(weights.encode());
    Row row = ((SampledWeights) read.content()).rows().get(0);
    assertThat(row.keys()).containsExactly(0, 4);
    assertThat(row.weights().get(0)).containsExactly(0.5f, 1);
  }

  @Test
  void aFileThatGrows(@TempDir Path folder) throws Exception {
    Path path = folder.resolve("deep/er/file.txt");
    AppendedFile file = new AppendedFile(path);
    assertThat(file.isEmpty()).isTrue();
    file.append("ünï\n");
    assertThat(Files.readString(path)).isEqualTo("ünï\n");
    assertThat(file.isEmpty()).isFalse();
    file.append("two\n");
    file.close();
    assertThat(Files.readString(path)).isEqualTo("ünï\ntwo\n");
    assertThatThrownBy(() -> file.append("three\n"))
        .isInstanceOfAny(UncheckedIOException.class, RuntimeException.class);
    assertThat(file).hasToString("to " + path);
    Files.delete(path);
    assertThatThrownBy(file::isEmpty).isInstanceOf(UncheckedIOException.class);
  }

  @Test
  void reportersSayWhatTheyAre(@TempDir Path folder) {
    Path first = folder.resolve("a");
    Path second = folder.resolve("b");
    Path third = folder.resolve("c");
    assertThat(Reporters.log()).hasToString("log");
    assertThat(Reporters.history(7)).hasToString("history of 7");
    try (Reporter records = Reporters.jsonLines(first);
        Reporter alarms = Reporters.alarmsAsJsonLines(second);
        Reporter csv = Reporters.csv(third)) {
      assertThat(records).hasToString("JSON Lines to " + first);
      assertThat(alarms).hasToString("JSON Lines of alarms to " + second);
      assertThat(csv).hasToString("CSV to " + third);
    }
  }

  @Test
  void aClosedFileTakesNothing(@TempDir Path folder) {
    for (Reporter each :
        List.of(Reporters.jsonLines(folder.resolve("a")), Reporters.csv(folder.resolve("b")))) {
      each.close();
      assertThatThrownBy(() -> each.report(List.of(measured(1, "att", 0, 1))))
          .isInstanceOf(RuntimeException.class);
    }
    Reporter alarms = Reporters.alarmsAsJsonLines(folder.resolve("c"));
    alarms.close();
    assertThatThrownBy(
            () -> alarms.alarm(new Alarm("r", 1, "att", 0, "entropy", 1, "cause", "suggestion")))
        .isInstanceOf(RuntimeException.class);
  }

  @Test
  void sessionsOfOneReporterAreNamedAfterTheTime() {
    Reporters.statsStorage(storage).report(List.of(measured(0, "att", 0, 1)));
    assertThat(storage.listSessionIDs().get(0))
        .matches("\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d(:\\d\\d)? [0-9a-f]{4}");
  }
}
