package org.attention4j.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.attention4j.layers.AttentionSwap;
import org.attention4j.layers.SelfAttentionLayer;
import org.attention4j.monitor.alarms.AlarmRule;
import org.attention4j.monitor.alarms.AlarmRules;
import org.attention4j.monitor.metrics.HeadProbe;
import org.attention4j.monitor.metrics.Metric;
import org.attention4j.monitor.metrics.MetricGroup;
import org.attention4j.monitor.metrics.MetricRecord;
import org.attention4j.monitor.metrics.Tier;
import org.attention4j.monitor.reporters.History;
import org.attention4j.monitor.reporters.Reporter;
import org.attention4j.monitor.reporters.Reporters;
import org.attention4j.testing.Sequences;
import org.attention4j.testing.TestNetworks;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.dataset.DataSet;

/** What is hardly meant: nothing to watch, nobody to tell, two of what there should be one of. */
final class OneNetworkTest {
  @TempDir Path folder;

  private final History history = Reporters.history(999);

  private static MultiLayerNetwork network(int size) {
    return TestNetworks.of(
            new SelfAttentionLayer.Builder().nOut(size).nHeads(2).projectInput(true).build())
        .learningRate(0.1)
        .perturbed(0.3)
        .network(DataType.FLOAT);
  }

  private static DataSet data() {
    return Sequences.batch(DataType.FLOAT, false);
  }

  private List<Integer> iterations() {
    return history.records().stream().map(MetricRecord::iteration).distinct().toList();
  }

  @Test
  void aNetworkWithoutAttentionIsSaidOnce() {
    MultiLayerNetwork network =
        TestNetworks.of(new LSTM.Builder().nOut(7).build())
            .learningRate(0.1)
            .perturbed(0.3)
            .network(DataType.FLOAT);
    network.setListeners(AttentionMonitor.builder().every(1).reportTo(history).build());
    try (LogCapture log = new LogCapture()) {
      network.fit(data());
      network.fit(data());
      assertThat(log.lines("AttentionMonitor watches nothing: this MultiLayerNetwork of ")).isOne();
      assertThat(log.lines("WARN")).isOne();
    }
    assertThat(history.records()).isEmpty();
  }

  @Test
  void reportingToNobodyIsSaidOnce() {
    try (LogCapture log = new LogCapture()) {
      MultiLayerNetwork network = network(14);
      network.setListeners(AttentionMonitor.builder().every(1).build());
      network.fit(data());
      network.fit(data());
      assertThat(log.lines("AttentionMonitor reports to nobody: add reportTo(")).isOne();
      assertThat(log.lines("WARN")).isOne();
    }
    try (LogCapture log = new LogCapture()) {
      AttentionMonitor.builder().reportTo(history).build();
      AttentionMonitor.builder().alarms(AlarmRules.all()).stopOnAlarm().build();
      assertThat(log.lines("WARN")).isZero();
    }
  }

  @Test
  void optionsWithoutEffectAreSaid() {
    try (LogCapture log = new LogCapture()) {
      AttentionMonitor.builder().reportTo(history).stopOnAlarm().build();
      assertThat(log.lines("AttentionMonitor has stopOnAlarm(..) but no alarms: add")).isOne();
      AttentionMonitor.builder().reportTo(history).onAlarm(alarm -> {}).build();
      assertThat(log.lines("AttentionMonitor has onAlarm(..) but no alarms: add")).isOne();
      AttentionMonitor.builder()
          .reportTo(history)
          .metric(
              new Metric() {
                @Override
                public Map<String, Double> measure(HeadProbe head) {
                  return Map.of();
                }

                @Override
                public Tier tier() {
                  return Tier.FULL;
                }

                @Override
                public String toString() {
                  return "mine";
                }
              })
          .build();
      assertThat(log.lines("AttentionMonitor does not measure mine, whose tier is FULL: add"))
          .isOne();
      assertThat(log.lines("WARN")).isEqualTo(3);
    }
  }

  @Test
  void aSecondNetworkOnTheSameThreadIsNotWatched() {
    MultiLayerNetwork first = network(14);
    MultiLayerNetwork second = network(14);
    AttentionMonitor monitor = AttentionMonitor.builder().every(1).reportTo(history).build();
    first.setListeners(monitor);
    second.setListeners(monitor);
    try (LogCapture log = new LogCapture()) {
      for (int i = 0; i < 3; i++) {
        first.fit(data());
        second.fit(data());
      }
      assertThat(log.lines("is a listener of another network")).isOne();
      assertThat(log.lines("WARN")).isOne();
    }
    assertThat(iterations()).containsExactly(0, 1, 2);
    assertThat(history.records()).hasSize(6);
    assertThat(second.getIterationCount()).isEqualTo(3);
  }

  @Test
  void aNetworkOfAnotherSizeIsNotWatchedEvenLater() throws Exception {
    MultiLayerNetwork first = network(14);
    MultiLayerNetwork second = network(22);
    second.setIterationCount(7);
    AttentionMonitor monitor = AttentionMonitor.builder().every(1).reportTo(history).build();
    first.setListeners(monitor);
    second.setListeners(monitor);
    first.fit(data());
    try (LogCapture log = new LogCapture()) {
      second.fit(data());
      Thread other = new Thread(() -> second.fit(data()));
      other.start();
      other.join();
      assertThat(
              log.lines(
                  "a MultiLayerNetwork of %d parameters, too: that one is not watched."
                      .formatted(second.numParams())))
          .isOne();
    }
    assertThat(iterations()).containsExactly(0);
  }

  @Test
  void aRestoredNetworkGoesOn() throws Exception {
    MultiLayerNetwork first = network(14);
    AttentionMonitor monitor = AttentionMonitor.builder().every(1).reportTo(history).build();
    first.setListeners(monitor);
    first.fit(data());
    first.fit(data());
    Path file = folder.resolve("network.zip");
    first.save(file.toFile());
    MultiLayerNetwork restored = MultiLayerNetwork.load(file.toFile(), true);
    restored.setListeners(monitor);
    try (LogCapture log = new LogCapture()) {
      restored.fit(data());
      assertThat(log.lines("WARN")).isZero();
    }
    assertThat(iterations()).containsExactly(0, 1, 2);
  }

  @Test
  void oneFileHasOneWriter() throws Exception {
    Path file = folder.resolve("metrics.jsonl");
    try (Reporter first = Reporters.jsonLines(file)) {
      for (Consumer<Path> second :
          List.<Consumer<Path>>of(
              Reporters::jsonLines, Reporters::alarmsAsJsonLines, Reporters::csv)) {
        assertThatThrownBy(() -> second.accept(file))
            .isInstanceOf(IllegalStateException.class)
            .hasMessage(
                "The metrics file '"
                    + file
                    + "' is being written by another reporter; give each its own file, or close"
                    + " the other monitor first.");
      }
      first.report(List.of(new MetricRecord(0, 0, "att", 0, Map.of())));
      assertThat(Files.readAllLines(file)).hasSize(1);
    }
    Reporters.jsonLines(file).close(); // once closed, another may go on
  }

  static List<Consumer<MonitorBuilder>> nulls() {
    return List.of(
        builder -> builder.reportTo(null),
        builder -> builder.metric(null),
        builder -> builder.schedule(null),
        builder -> builder.tier(null),
        builder -> builder.geometry(null),
        builder -> builder.groups((MetricGroup[]) null),
        builder -> builder.groups((MetricGroup) null),
        builder -> builder.alarms((List<AlarmRule.Factory>) null),
        builder -> builder.alarms(java.util.Collections.singletonList(null)),
        builder -> builder.onAlarm(null),
        builder -> builder.stopOnAlarm(null));
  }

  @ParameterizedTest
  @MethodSource("nulls")
  void nullIsNamed(Consumer<MonitorBuilder> given) {
    assertThatThrownBy(() -> given.accept(AttentionMonitor.builder()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageMatching("AttentionMonitor: \\w+\\(\\.\\.\\) was given null; give it .+");
  }

  @Test
  void aSwapNeedsANormalizer() {
    assertThatThrownBy(() -> AttentionSwap.with(null))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "AttentionSwap.with(..): the normalizer is null but must be one, such as"
                + " Normalizers.softmax().");
  }
}
