package org.attention4j.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.attention4j.layers.SelfAttentionLayer;
import org.attention4j.monitor.metrics.AggregateRecord;
import org.attention4j.monitor.metrics.MetricRecord;
import org.attention4j.monitor.metrics.Tier;
import org.attention4j.monitor.reporters.History;
import org.attention4j.monitor.reporters.Reporters;
import org.attention4j.normalizer.Normalizer;
import org.attention4j.normalizer.Normalizers;
import org.attention4j.samediff.Attention;
import org.attention4j.testing.Sequences;
import org.attention4j.testing.Sizes;
import org.attention4j.testing.TestNetworks;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.MultiDataSet;

/** A graph and a network with the same attention and the same parameters have equal records. */
final class SameDiffMonitorRecordsTest {
  private static final int ITERATIONS = 3;

  private final History ofNetwork = Reporters.history(99);
  private final History ofGraph = Reporters.history(99);

  static List<Normalizer> normalizers() {
    return List.of(
        Normalizers.softmax(),
        Normalizers.softmaxWithLearnableTemperature(0.7),
        Normalizers.ssmax(0.4),
        Normalizers.entmaxWithLearnableAlpha(1.4),
        Normalizers.sink(0.3),
        Normalizers.sparsemax());
  }

  /** Fewer examples and queries than there are, so that both must draw the same. */
  private static MonitorBuilder monitor(History history) {
    return AttentionMonitor.builder()
        .every(2)
        .examples(2)
        .rows(7)
        .topN(3)
        .tier(Tier.FULL)
        .reportTo(history);
  }

  private static MultiLayerNetwork network(Normalizer normalizer, boolean causal, DataType type) {
    return TestNetworks.of(
            new SelfAttentionLayer.Builder()
                .name(AttentionGraph.NAME)
                .nOut(Sizes.OUT)
                .nHeads(Sizes.HEADS)
                .projectInput(true)
                .normalizer(normalizer)
                .causal(causal)
                .build())
        .learningRate(0.1)
        .perturbed(0.3)
        .network(type);
  }

  private static AttentionGraph graph(
      MultiLayerNetwork network, Normalizer normalizer, boolean causal) {
    return new AttentionGraph(
        network, normalizer, Attention.attention().causal(causal), Sizes.HEADS);
  }

  private void train(Normalizer normalizer, boolean causal, boolean masked, DataType type) {
    MultiLayerNetwork network = network(normalizer, causal, type);
    AttentionGraph graph = graph(network, normalizer, causal);
    DataSet data = Sequences.batch(type, masked);
    network.setListeners(monitor(ofNetwork).build());
    graph.sd.setListeners(monitor(ofGraph).buildForSameDiff());
    for (int i = 0; i < ITERATIONS; i++) {
      network.fit(data);
    }
    graph.fit(data, ITERATIONS);
    assertThat(ofGraph.records()).hasSize(2 * Sizes.HEADS);
  }

  /** The graph's monitor does not know the projection of the output. */
  private static Map<String, Double> known(Map<String, Double> metrics) {
    Map<String, Double> known = new TreeMap<>(metrics);
    known.keySet().removeIf(name -> name.endsWith(".Wo"));
    return known;
  }

  private void checkEqual(double tolerance) {
    for (int i = 0; i < ofNetwork.records().size(); i++) {
      MetricRecord expected = ofNetwork.records().get(i);
      MetricRecord actual = ofGraph.records().get(i);
      assertThat(actual.iteration()).isEqualTo(expected.iteration());
      assertThat(actual.epoch()).isEqualTo(expected.epoch());
      assertThat(actual.split()).isEqualTo(expected.split());
      assertThat(actual.layer()).isEqualTo(expected.layer());
      assertThat(actual.head()).isEqualTo(expected.head());
      checkEqual(known(expected.metrics()), actual.metrics(), tolerance);
      checkEqual(expected.standardErrors(), actual.standardErrors(), tolerance);
    }
  }

  private static void checkEqual(
      Map<String, Double> expected, Map<String, Double> actual, double tolerance) {
    assertThat(new TreeSet<>(actual.keySet())).isEqualTo(new TreeSet<>(expected.keySet()));
    expected.forEach(
        (name, value) -> {
          // The network computes the exact largest score in FLOAT.
          double relative = name.equals("maxLogit") ? Math.max(1e-6, tolerance) : tolerance;
          assertThat(actual.get(name))
              .as(name)
              .isCloseTo(value, within(relative * Math.max(1, Math.abs(value))));
        });
  }

  @ParameterizedTest
  @MethodSource("normalizers")
  void recordsAreThoseOfTheNetwork(Normalizer normalizer) {
    train(normalizer, false, true, DataType.DOUBLE);
    checkEqual(1e-9);
    assertThat(ofGraph.records().get(0).metrics())
        .containsKeys("gradientNorm.Wq", "updateRatio.Wv", "scoresGradientNorm", "distance");
  }

  @ParameterizedTest
  @MethodSource("normalizers")
  void causalRecordsAreThoseOfTheNetwork(Normalizer normalizer) {
    train(normalizer, true, false, DataType.DOUBLE);
    checkEqual(1e-9);
    assertThat(ofGraph.records().get(0).metrics()).containsKeys("previousMass", "selectionRecall");
  }

  /** Counts of what is exactly zero or above a limit are the same in FLOAT, all else nearly. */
  @Test
  void recordsInFloat() {
    train(Normalizers.softmaxWithLearnableTemperature(0.7), true, true, DataType.FLOAT);
    checkEqual(2e-5);
  }

  @Test
  void aggregatesAreThoseOfTheNetwork() {
    train(Normalizers.softmax(), false, true, DataType.DOUBLE);
    assertThat(ofGraph.aggregates()).hasSameSizeAs(ofNetwork.aggregates());
    for (int i = 0; i < ofGraph.aggregates().size(); i++) {
      AggregateRecord expected = ofNetwork.aggregates().get(i);
      AggregateRecord actual = ofGraph.aggregates().get(i);
      assertThat(actual.layer()).isEqualTo(expected.layer());
      // The layer's output is projected, that of the attention in the graph is not yet.
      List<String> others = List.of("blockOutputRms", "rankResidual");
      Map<String, Double> ofLayer = new TreeMap<>(expected.metrics());
      Map<String, Double> ofAttention = new TreeMap<>(actual.metrics());
      assertThat(ofAttention).containsKeys("blockOutputRms", "rankResidual");
      ofLayer.keySet().removeAll(others);
      ofAttention.keySet().removeAll(others);
      checkEqual(ofLayer, ofAttention, 1e-9);
    }
  }

  /** What a graph shows in its first training step, it shows outside too. */
  @Test
  void measuredOutsideTraining() {
    Normalizer normalizer = Normalizers.entmaxWithLearnableAlpha(1.4);
    AttentionGraph graph = graph(network(normalizer, true, DataType.DOUBLE), normalizer, true);
    SameDiffMonitor monitor = monitor(ofGraph).buildForSameDiff();
    DataSet data = Sequences.batch(DataType.DOUBLE, true);
    MultiDataSet batch = graph.batch(data);
    int reports =
        monitor.measure(graph.sd, AttentionGraph.placeholders(batch), "validation").size();
    assertThat(reports).isEqualTo(1);
    assertThat(graph.sd.getTrainingConfig().getIterationCount()).isZero();
    graph.sd.setListeners(monitor);
    graph.fit(data, 1);
    assertThat(ofGraph.records()).hasSize(2 * Sizes.HEADS);
    for (int head = 0; head < Sizes.HEADS; head++) {
      MetricRecord outside = ofGraph.records().get(head);
      MetricRecord inside = ofGraph.records().get(Sizes.HEADS + head);
      assertThat(outside.split()).isEqualTo("validation");
      assertThat(inside.split()).isNull();
      Map<String, Double> expected = new TreeMap<>(inside.metrics());
      expected.keySet().removeIf(name -> name.matches("(g|scoresG)radientNorm.*|updateRatio.*"));
      assertThat(expected).hasSizeLessThan(inside.metrics().size());
      assertThat(new TreeMap<>(outside.metrics())).isEqualTo(expected);
    }
  }
}
