package org.attention4j.monitor.reporters;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.attention4j.layers.SelfAttentionLayer;
import org.attention4j.monitor.AttentionMonitor;
import org.attention4j.monitor.Spy;
import org.attention4j.monitor.alarms.Alarm;
import org.attention4j.monitor.alarms.AlarmRules;
import org.attention4j.monitor.metrics.AggregateRecord;
import org.attention4j.monitor.metrics.AttentionRow;
import org.attention4j.monitor.metrics.HeadProbe;
import org.attention4j.monitor.metrics.MetricRecord;
import org.attention4j.monitor.reporters.StoredAttention.Aggregate;
import org.attention4j.monitor.reporters.StoredAttention.Content;
import org.attention4j.monitor.reporters.StoredAttention.Measurement;
import org.attention4j.monitor.reporters.StoredAttention.RaisedAlarm;
import org.attention4j.monitor.reporters.StoredAttention.Row;
import org.attention4j.monitor.reporters.StoredAttention.SampledWeights;
import org.attention4j.normalizer.Normalizers;
import org.attention4j.testing.Sequences;
import org.attention4j.testing.TestNetworks;
import org.deeplearning4j.core.storage.Persistable;
import org.deeplearning4j.core.storage.StatsStorage;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.deeplearning4j.ui.model.storage.FileStatsStorage;
import org.deeplearning4j.ui.model.storage.InMemoryStatsStorage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;

final class StatsStorageReporterTest {
  private static final String SESSION = "run 7";

  /** Names that a file's catalogue and a page could stumble over. */
  private static final String ODD = "<b>#@@@&&&\"'</b>";

  private static final int SNAPSHOTS = 3;

  private final History history = Reporters.history(1000);
  private final List<Alarm> alarms = new ArrayList<>();
  private final Spy spy = new Spy();
  private final List<Double> scores = new ArrayList<>();

  private static SelfAttentionLayer layer(String name, double temperature) {
    return new SelfAttentionLayer.Builder()
        .name(name)
        .nOut(14)
        .nHeads(2)
        .projectInput(true)
        .normalizer(Normalizers.softmax(temperature))
        .build();
  }

  private void train(StatsStorage storage) {
    MultiLayerNetwork network =
        TestNetworks.of(layer("att", 1), layer(ODD, 0.05))
            .learningRate(0.1)
            .perturbed(0.3)
            .network(DataType.FLOAT);
    network.setListeners(
        AttentionMonitor.builder()
            .every(1)
            .examples(2)
            .rows(5)
            .metric(spy)
            .alarms(AlarmRules.all())
            .onAlarm(alarms::add)
            .reportTo(history)
            .reportTo(Reporters.statsStorage(storage, SESSION))
            .build(),
        new BaseTrainingListener() {
          @Override
          public void iterationDone(Model model, int iteration, int epoch) {
            scores.add(model.score());
          }
        });
    for (int i = 0; i < SNAPSHOTS; i++) {
      network.fit(Sequences.batch(DataType.FLOAT, true));
    }
  }

  private void check(StatsStorage storage) {
    assertThat(storage.listSessionIDs()).containsExactly(SESSION);
    List<Measurement> measurements = new ArrayList<>();
    List<Alarm> stored = new ArrayList<>();
    List<AggregateRecord> aggregates = new ArrayList<>();
    for (Persistable update : storage.getAllUpdatesAfter(SESSION, StoredAttention.TYPE_ID, 0)) {
      Content content = ((StoredAttention) update).content();
      if (content instanceof Measurement measurement) {
        measurements.add(measurement);
      } else if (content instanceof Aggregate all) {
        aggregates.add(
            new AggregateRecord(
                all.iteration(), all.epoch(), all.split(), all.layer(), all.metrics()));
      } else {
        stored.add(((RaisedAlarm) content).alarm());
      }
    }
    assertThat(aggregates).hasSize(3 * SNAPSHOTS).isEqualTo(history.aggregates());
    assertThat(stored).isNotEmpty().isEqualTo(alarms);
    assertThat(measurements).hasSize(2 * SNAPSHOTS);
    List<MetricRecord> records = history.records();
    for (int i = 0; i < measurements.size(); i++) {
      Measurement measurement = measurements.get(i);
      assertThat(measurement.score()).isEqualTo(scores.get(i / 2));
      for (int head = 0; head < 2; head++) {
        MetricRecord expected = records.get(2 * i + head);
        assertThat(measurement.layer()).isEqualTo(expected.layer());
        assertThat(measurement.iteration()).isEqualTo(expected.iteration());
        assertThat(measurement.epoch()).isEqualTo(expected.epoch());
        assertThat(measurement.heads().get(head)).isEqualTo(expected.metrics());
      }
    }
    checkWeights(storage);
  }

  private void checkWeights(StatsStorage storage) {
    List<Persistable> latest = storage.getAllStaticInfos(SESSION, StoredAttention.TYPE_ID);
    assertThat(latest).hasSize(2);
    for (Persistable info : latest) {
      SampledWeights weights = (SampledWeights) ((StoredAttention) info).content();
      assertThat(weights.iteration()).isEqualTo(SNAPSHOTS - 1);
      List<HeadProbe> heads =
          spy.heads.stream()
              .filter(head -> head.layer().equals(weights.layer()))
              .skip(2 * (SNAPSHOTS - 1))
              .toList();
      assertThat(weights.rows()).hasSizeBetween(1, 8);
      for (int r = 0; r < weights.rows().size(); r++) {
        Row row = weights.rows().get(r);
        assertThat(row.weights()).hasSize(2);
        for (int head = 0; head < 2; head++) {
          AttentionRow expected = heads.get(head).rows().get(r);
          assertThat(row.example()).isEqualTo(expected.example());
          assertThat(row.query()).isEqualTo(expected.query());
          assertThat(row.keys()).isEqualTo(expected.keys());
          for (int key = 0; key < expected.length(); key++) {
            assertThat(row.weights().get(head)[key]).isEqualTo((float) expected.weights()[key]);
          }
        }
      }
    }
  }

  @Test
  void inMemory() {
    StatsStorage storage = new InMemoryStatsStorage();
    train(storage);
    check(storage);
  }

  @Test
  void throughAFile(@TempDir Path directory) throws IOException {
    Path file = directory.resolve("run.dl4j");
    StatsStorage written = new FileStatsStorage(file.toFile());
    train(written);
    written.close();
    StatsStorage read = new FileStatsStorage(file.toFile());
    check(read);
    read.close();
  }

  @Test
  void everyEncodingKeepsWhatIsNotFinite() throws Exception {
    Map<String, Double> values =
        Map.of("nan", Double.NaN, "up", Double.POSITIVE_INFINITY, "down", -1.0 / 0, "pi", Math.PI);
    StoredAttention stored =
        new StoredAttention(
            SESSION, "layer-0", 5, new Measurement(3, 2, ODD, Double.NaN, List.of(values), null));
    ByteArrayOutputStream stream = new ByteArrayOutputStream();
    stored.encode(stream);
    ByteBuffer buffer = ByteBuffer.allocate(stored.encodingLengthBytes());
    stored.encode(buffer);
    assertThat(buffer.hasRemaining()).isFalse();
    StoredAttention fromStream = new StoredAttention();
    fromStream.decode(new ByteArrayInputStream(stream.toByteArray()));
    StoredAttention fromBuffer = new StoredAttention();
    fromBuffer.decode(buffer.flip());
    ByteArrayOutputStream serialized = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(serialized)) {
      out.writeObject(stored);
    }
    StoredAttention fromJava =
        (StoredAttention)
            new ObjectInputStream(new ByteArrayInputStream(serialized.toByteArray())).readObject();
    for (StoredAttention read : List.of(fromStream, fromBuffer, fromJava)) {
      assertThat(read.content()).isEqualTo(stored.content());
      assertThat(read.getSessionID()).isEqualTo(SESSION);
      assertThat(read.getWorkerID()).isEqualTo("layer-0");
      assertThat(read.getTimeStamp()).isEqualTo(5);
    }
  }

  @Test
  void aSessionOfItsOwn() {
    StatsStorage storage = new InMemoryStatsStorage();
    MetricRecord record = new MetricRecord(0, 0, "att", 0, Map.of("entropy", 1.0));
    Reporters.statsStorage(storage).report(List.of(record));
    Reporters.statsStorage(storage).report(List.of(record));
    assertThat(storage.listSessionIDs()).hasSize(2);
  }

  @Test
  void impossibleSessions() {
    for (String session : List.of("", " ", "a#b", "a@@@b")) {
      assertThatThrownBy(() -> Reporters.statsStorage(new InMemoryStatsStorage(), session))
          .hasMessage(
              "Reporters.statsStorage: the session is '%s' but must be a name without '#' and '@@@'."
                  .formatted(session));
    }
  }
}
