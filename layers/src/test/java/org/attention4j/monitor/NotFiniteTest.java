package org.attention4j.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.attention4j.layers.SelfAttentionLayer;
import org.attention4j.monitor.alarms.Alarm;
import org.attention4j.monitor.alarms.AlarmRules;
import org.attention4j.monitor.metrics.AttentionRow;
import org.attention4j.monitor.metrics.HeadProbe;
import org.attention4j.monitor.metrics.MetricGroup;
import org.attention4j.monitor.metrics.MetricRecord;
import org.attention4j.monitor.metrics.Tier;
import org.attention4j.monitor.reporters.History;
import org.attention4j.monitor.reporters.LayerReport;
import org.attention4j.monitor.reporters.Reporter;
import org.attention4j.monitor.reporters.Reporters;
import org.attention4j.monitor.reporters.StoredAttention;
import org.attention4j.normalizer.Normalizer;
import org.attention4j.normalizer.Normalizers;
import org.attention4j.testing.Sequences;
import org.attention4j.testing.TestNetworks;
import org.attention4j.theory.Separability;
import org.attention4j.theory.SoftmaxJacobian;
import org.attention4j.theory.TopN;
import org.attention4j.theory.WeightRow;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.ui.model.storage.InMemoryStatsStorage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.shade.jackson.databind.ObjectMapper;

/** What cannot be computed after a NaN is NaN or absent, in every metric and for every reporter. */
final class NotFiniteTest {
  /** What can be said of rows and parameters whatever stands in them. */
  private static final Set<String> ALWAYS_KNOWN =
      Set.of(
          "visibleKeys",
          "topCount",
          "nanCount",
          "infiniteCount",
          "nonFinite",
          "temperature",
          "jacobianBound",
          "jacobianEntryBound");

  /** A learned parameter may be well, and have no gradient, while the weights are NaN. */
  private static final Pattern OF_THE_NORMALIZER =
      Pattern.compile("normalizer\\..*|(gradientNorm|updateRatio)\\.(?!W).*");

  @TempDir Path folder;

  private static AttentionRow row(double[] scores, double[] weights) {
    double[][] tokens = new double[weights.length][];
    for (int i = 0; i < tokens.length; i++) {
      tokens[i] = new double[] {1, i};
    }
    return new AttentionRow(
        0,
        0,
        IntStream.range(0, weights.length).toArray(),
        scores,
        weights,
        () -> tokens,
        null,
        null,
        OptionalDouble.of(1),
        new AttentionRow.Steepness(
            SoftmaxJacobian.spectralNorm(weights, 1), SoftmaxJacobian.frobeniusNorm(weights, 1)));
  }

  private static Map<String, Double> measured(AttentionRow... rows) {
    HeadProbe head = new HeadProbe("att", 0, List.of(rows), Map.of(), Map.of());
    Map<String, Double> metrics = new TreeMap<>();
    for (MetricGroup group : MetricGroup.values()) {
      metrics.putAll(group.metric(TopCount.fixed(2)).measure(head));
    }
    return metrics;
  }

  @Test
  void aRowOfNaNsLeavesNothingThatReadsLikeANumber() {
    double[] broken = {Double.NaN, Double.NaN, Double.NaN, Double.NaN, Double.NaN};
    double[] fine = {0.1, 0.2, 0.3, 0.3, 0.1};
    for (Map<String, Double> metrics :
        List.of(measured(row(broken, broken)), measured(row(fine, fine), row(broken, broken)))) {
      metrics.forEach(
          (name, value) -> {
            if (!ALWAYS_KNOWN.contains(name)) {
              assertThat(value).as(name).isNaN();
            }
          });
      assertThat(metrics)
          .containsEntry("visibleKeys", 5.0)
          .containsEntry("topCount", 2.0)
          .containsEntry("nanCount", 10.0)
          .containsKeys("entropy", "effectiveTokens", "support", "sinkRate", "separableShare");
    }
  }

  @Test
  void oneWeightIsEnough() {
    for (double bad : new double[] {Double.NaN, Double.POSITIVE_INFINITY}) {
      for (int place = 0; place < 4; place++) {
        double[] weights = {0.1, 0.4, 0.2, 0.3};
        weights[place] = bad;
        assertThat(WeightRow.entropy(weights)).isNaN();
        assertThat(WeightRow.normalizedEntropy(weights)).isNaN();
        assertThat(WeightRow.effectiveTokens(weights)).isNaN();
        assertThat(SoftmaxJacobian.spectralNorm(weights, 1)).isNaN();
        double[][] tokens = {{1, 0}, {0, 1}, {1, 1}, {2, 1}};
        assertThat(Separability.of(weights, tokens, TopN.of(weights, 2)).ratio()).isNaN();
        Map<String, Double> metrics = measured(row(new double[] {1, 2, 3, 4}, weights));
        for (String name : List.of("entropy", "normalizedEntropy", "support", "separableShare")) {
          assertThat(metrics.get(name)).as(name).isNaN();
        }
        assertThat(Double.isFinite(metrics.get("distance"))).isFalse();
        assertThat(metrics.get("nonFinite")).isEqualTo(1);
      }
    }
  }

  static List<Normalizer> normalizers() {
    return List.of(
        Normalizers.softmax(),
        Normalizers.softmaxWithLearnableTemperature(1),
        Normalizers.ssmax(),
        Normalizers.entmax15(),
        Normalizers.entmaxWithLearnableAlpha(1.5),
        Normalizers.sink(),
        Normalizers.topK(3));
  }

  /** Every parameter of the layer in turn. */
  @ParameterizedTest
  @MethodSource("normalizers")
  void oneAlarmForALayerAndNoneOfAnotherRule(Normalizer normalizer) {
    MultiLayerNetwork network =
        TestNetworks.of(
                new SelfAttentionLayer.Builder()
                    .name("att")
                    .nOut(14)
                    .nHeads(2)
                    .projectInput(true)
                    .normalizer(normalizer)
                    .build())
            .learningRate(0.1)
            .perturbed(0.3)
            .network(DataType.FLOAT);
    for (String parameter : network.getLayer(0).paramTable().keySet()) {
      MultiLayerNetwork broken = network.clone();
      broken.getParam("0_" + parameter).putScalar(0, Double.NaN);
      List<Alarm> alarms = new ArrayList<>();
      History history = Reporters.history(99);
      broken.setListeners(
          new Spy()
              .monitor(history)
              .tier(Tier.FULL)
              .alarms(AlarmRules.all())
              .onAlarm(alarms::add)
              .build());
      broken.fit(Sequences.batch(DataType.FLOAT, true));
      broken.fit(Sequences.batch(DataType.FLOAT, true));
      assertThat(alarms).as(parameter).extracting(Alarm::rule).containsExactly("not-finite");
      Map<String, Double> after = history.latest("att", 0).orElseThrow().metrics();
      assertThat(after.get("entropy")).as(parameter).isNaN();
      assertThat(after.get("largestWeight")).as(parameter).isNaN();
      boolean scoresAreKnown = !parameter.startsWith("W"); // of the normalizer
      after.forEach(
          (name, value) -> {
            if (!scoresAreKnown
                && !ALWAYS_KNOWN.contains(name)
                && !OF_THE_NORMALIZER.matcher(name).matches()) {
              assertThat(value).as("%s after NaN in %s", name, parameter).isNaN();
            }
          });
      assertThat(after.get("nonFinite")).isPositive();
    }
  }

  @Test
  void everyReporterTakesIt() throws Exception {
    Path lines = folder.resolve("metrics.jsonl");
    Path alarmLines = folder.resolve("alarms.jsonl");
    Path table = folder.resolve("metrics.csv");
    InMemoryStatsStorage storage = new InMemoryStatsStorage();
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    History history = Reporters.history(9);
    MetricRecord before = new MetricRecord(0, 0, "att", 0, Map.of("entropy", 1.0, "own", 2.0));
    MetricRecord after =
        new MetricRecord(
            1, 0, "att", 0, Map.of("entropy", Double.NaN, "maxLogit", Double.POSITIVE_INFINITY));
    Alarm alarm =
        new Alarm("not-finite", 1, "att", 0, List.of(0, 1), "nonFinite", Double.NaN, "bad", "stop");
    try (Reporter first = Reporters.jsonLines(lines);
        Reporter second = Reporters.alarmsAsJsonLines(alarmLines);
        Reporter third = Reporters.csv(table)) {
      for (Reporter reporter :
          List.of(
              first,
              second,
              third,
              Reporters.log(),
              history,
              Reporters.micrometer(registry),
              Reporters.statsStorage(storage, "run"))) {
        reporter.reportLayer(new LayerReport(1, List.of(), List.of(before)));
        reporter.reportLayer(new LayerReport(Double.NaN, List.of(), List.of(after)));
        reporter.alarm(alarm);
      }
    }
    ObjectMapper json = new ObjectMapper();
    var metrics = json.readTree(Files.readAllLines(lines).get(1)).get("metrics");
    assertThat(metrics.get("entropy").isNull()).isTrue();
    assertThat(metrics.get("maxLogit").isNull()).isTrue();
    assertThat(metrics.has("own")).isFalse();
    var stored = json.readTree(Files.readAllLines(alarmLines).get(0));
    assertThat(stored.get("heads")).hasToString("[0,1]");
    assertThat(stored.get("value").isNull()).isTrue();
    assertThat(Files.readString(table)).contains("1,0,att,0,entropy,NaN").contains("Infinity");
    assertThat(history.values("att", 0, "entropy").get(1)).isNaN();
    assertThat(history.values("att", 0, "own")).containsOnlyKeys(0);
    assertThat(registry.get("attention.entropy").gauge().value()).isNaN();
    assertThat(registry.get("attention.own").gauge().value()).isNaN(); // not the old value
    assertThat(registry.get("attention.max.logit").gauge().value()).isInfinite();
    assertThat(registry.get("attention.alarms").counters()).hasSize(2);
    List<StoredAttention.Content> contents =
        storage.getAllUpdatesAfter("run", StoredAttention.TYPE_ID, 0).stream()
            .map(update -> decoded(((StoredAttention) update).encode()).content())
            .toList();
    var measurement = (StoredAttention.Measurement) contents.get(1);
    assertThat(measurement.score()).isNaN();
    assertThat(measurement.heads().get(0).get("entropy")).isNaN();
    assertThat(((StoredAttention.RaisedAlarm) contents.get(2)).alarm()).isEqualTo(alarm);
  }

  private static StoredAttention decoded(byte[] bytes) {
    StoredAttention stored = new StoredAttention();
    stored.decode(bytes);
    return stored;
  }

  /** Files of earlier versions name one head. */
  @Test
  void alarmsWithoutHeadsAreRead() {
    StoredAttention stored =
        decoded(
            ("{\"session\":\"s\",\"worker\":\"w\",\"time\":7,\"content\":{\"kind\":\"alarm\",\"alarm\":"
                 + "{\"rule\":\"r\",\"iteration\":3,\"layer\":\"att\",\"head\":2,\"metric\":\"m\","
                 + "\"value\":1.5,\"cause\":\"c\",\"suggestion\":\"s\"}}}")
                .getBytes(java.nio.charset.StandardCharsets.UTF_8));
    assertThat(((StoredAttention.RaisedAlarm) stored.content()).alarm())
        .isEqualTo(new Alarm("r", 3, "att", 2, "m", 1.5, "c", "s"));
  }
}
