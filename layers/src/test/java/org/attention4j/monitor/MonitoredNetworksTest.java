package org.attention4j.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.attention4j.layers.AttentionVertex;
import org.attention4j.monitor.metrics.HeadProbe;
import org.attention4j.monitor.metrics.Tier;
import org.attention4j.monitor.reporters.History;
import org.attention4j.monitor.reporters.Reporters;
import org.attention4j.testing.Sequences;
import org.attention4j.testing.Sizes;
import org.attention4j.testing.TestLayers;
import org.attention4j.testing.TestNetworks;
import org.deeplearning4j.nn.conf.BackpropType;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.FrozenVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.learning.config.Sgd;

/** The networks and layers that are watched, beyond self-attention in a plain network. */
final class MonitoredNetworksTest {
  private final Spy spy = new Spy();
  private final History history = Reporters.history(10_000);

  private MonitorBuilder monitor() {
    return spy.monitor(history);
  }

  @Test
  void layersOfOneNameAreToldApart() {
    MultiLayerNetwork network =
        TestNetworks.of(
                TestLayers.selfAttention().name("att").build(),
                TestLayers.selfAttention().name("att").build(),
                TestLayers.selfAttention().build())
            .learningRate(0.1)
            .perturbed(0.3)
            .network(DataType.FLOAT);
    network.setListeners(monitor().build());
    network.fit(Sequences.batch(DataType.FLOAT, false));
    assertThat(history.layers()).containsExactly("att", "att#2", "layer2");
  }

  @Test
  void halfShowsNearlyWhatFloatDoes() {
    List<Map<String, Double>> metrics = new ArrayList<>();
    MultiLayerNetwork wide =
        TestNetworks.of(TestLayers.selfAttention().build())
            .learningRate(0.1)
            .perturbed(0.3)
            .network(DataType.FLOAT);
    for (DataType type : new DataType[] {DataType.FLOAT, DataType.FLOAT16}) {
      MultiLayerNetwork network =
          TestNetworks.of(TestLayers.selfAttention().build())
              .learningRate(0.1)
              .perturbed(0.3)
              .network(type);
      network.setParams(wide.params().castTo(type));
      History ofType = Reporters.history(9);
      network.setListeners(monitor().tier(Tier.FULL).reportTo(ofType).build());
      network.fit(Sequences.batch(type, true));
      metrics.add(ofType.latest("layer0", 1).orElseThrow().metrics());
    }
    assertThat(metrics.get(1)).containsOnlyKeys(metrics.get(0).keySet());
    metrics
        .get(0)
        .forEach(
            (name, value) ->
                assertThat(metrics.get(1).get(name))
                    .as(name)
                    .isCloseTo(value, within(0.02 * Math.max(1, Math.abs(value)))));
  }

  /** Two neighbouring query heads show the share of the head of keys and values that they share. */
  @Test
  void headsThatShareKeysAndValues() {
    MultiLayerNetwork network =
        TestNetworks.of(
                TestLayers.selfAttention()
                    .nHeads(4)
                    .headSize(3)
                    .nKeyValueHeads(2)
                    .name("att")
                    .build())
            .learningRate(0.1)
            .perturbed(0.3)
            .network(DataType.DOUBLE);
    Map<String, INDArray> before = new HashMap<>();
    for (String name : List.of("Wq", "Wk", "Wv")) {
      before.put(name, network.getParam("0_" + name).dup());
    }
    network.setListeners(monitor().build());
    network.fit(Sequences.batch(DataType.DOUBLE, true));
    for (int head = 0; head < 4; head++) {
      Map<String, Double> metrics = history.latest("att", head).orElseThrow().metrics();
      for (String name : before.keySet()) {
        int block = name.equals("Wq") ? head : head / 2;
        double value = norm(before.get(name), block);
        double moved = norm(network.getParam("0_" + name).sub(before.get(name)), block);
        assertThat(moved).isPositive();
        assertThat(metrics.get("updateRatio." + name)).isCloseTo(moved / value, within(1e-9));
        // Plain gradient descent with 0.1, of the mean over the examples.
        assertThat(metrics.get("gradientNorm." + name))
            .isCloseTo(moved / 0.1 * Sizes.EXAMPLES, within(1e-9));
      }
    }
  }

  private static double norm(INDArray array, int block) {
    return array.tensorAlongDimension(block, 1, 2).norm2Number().doubleValue();
  }

  private static ComputationGraph graph(boolean frozen) {
    AttentionVertex vertex = TestLayers.vertex(0, 0, 0);
    ComputationGraph graph =
        new ComputationGraph(
            new NeuralNetConfiguration.Builder()
                .seed(17)
                .dataType(DataType.DOUBLE)
                .updater(new Sgd(0.1))
                .graphBuilder()
                .addInputs("in")
                .addVertex("first", frozen ? new FrozenVertex(vertex) : vertex, "in")
                .addLayer("second", TestLayers.selfAttention().name("own name").build(), "first")
                .addLayer("third", TestLayers.selfAttention().build(), "second")
                .addLayer("stock", TestLayers.stockSelfAttention().build(), "third")
                .addLayer("out", TestNetworks.classifier(Sizes.CLASSES), "stock")
                .setOutputs("out")
                .setInputTypes(InputType.recurrent(Sizes.SIZE))
                .build());
    graph.init();
    return graph;
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void graphsWithSeveralAttentionLayers(boolean frozen) {
    ComputationGraph graph = graph(frozen);
    graph.setListeners(monitor().build());
    DataSet data = Sequences.batch(DataType.DOUBLE, true);
    graph.fit(data);
    graph.fit(data);
    assertThat(history.layers()).containsExactlyInAnyOrder("first", "second", "third", "stock");
    assertThat(history.records()).hasSize(2 * 4 * 2);
    int steps = data.getFeaturesMaskArray().sumNumber().intValue();
    for (HeadProbe head : spy.heads) {
      assertThat(head.rows()).as(head.layer()).hasSize(steps);
    }
    Map<String, Double> first = history.latest("first", 1).orElseThrow().metrics();
    if (frozen) {
      assertThat(first).containsKey("entropy").doesNotContainKey("gradientNorm.Wq");
    } else {
      assertThat(first).containsKeys("entropy", "gradientNorm.Wq", "scoresGradientNorm");
    }
    assertThat(history.latest("second", 0).orElseThrow().metrics())
        .containsKeys("scoresGradientNorm", "gradientNorm.Wq");
    assertThat(history.latest("stock", 0).orElseThrow().metrics())
        .containsKey("gradientNorm.Wq")
        .doesNotContainKey("scoresGradientNorm");
  }

  /** Nothing that happens between two iterations may get into what the monitor shows. */
  @Test
  void evaluationInBetweenIsNotSeen() {
    DataSet data = Sequences.batch(DataType.DOUBLE, false);
    DataSet other = new DataSet(data.getFeatures().mul(3), data.getLabels());
    List<History> histories = List.of(Reporters.history(99), Reporters.history(99));
    for (History one : histories) {
      MultiLayerNetwork network =
          TestNetworks.of(TestLayers.selfAttention().build())
              .learningRate(0.1)
              .perturbed(0.3)
              .network(DataType.DOUBLE);
      network.setListeners(monitor().reportTo(one).build());
      for (int i = 0; i < 3; i++) {
        network.fit(data);
        if (one == histories.get(1)) {
          network.output(other.getFeatures());
          network.score(other);
          network.feedForward(other.getFeatures(), true);
          network.setInput(other.getFeatures());
          network.setLabels(other.getLabels());
          network.computeGradientAndScore(); // a forward pass that no iteration follows
        }
      }
    }
    assertThat(histories.get(1).records()).isEqualTo(histories.get(0).records()).hasSize(6);
  }

  @Test
  void truncatedBackpropagation() {
    int segment = 4;
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(17)
                .dataType(DataType.DOUBLE)
                .updater(new Sgd(0.1))
                .list()
                .layer(new LSTM.Builder().nOut(7).build())
                .layer(TestLayers.selfAttention().name("att").build())
                .layer(TestNetworks.classifier(Sizes.CLASSES))
                .backpropType(BackpropType.TruncatedBPTT)
                .tBPTTLength(segment)
                .setInputType(InputType.recurrent(Sizes.SIZE))
                .build());
    network.init();
    network.setListeners(monitor().build());
    network.fit(Sequences.batch(DataType.DOUBLE, false));
    // Segments of 4, 4 and 3 steps, an iteration each.
    assertThat(history.values("att", 0, "visibleKeys").values())
        .containsExactlyElementsOf(IntStream.of(4, 4, 3).mapToObj(n -> (double) n).toList());
    assertThat(history.values("att", 1, "scoresGradientNorm")).hasSize(3);
  }
}
