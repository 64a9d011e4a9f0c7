package org.attention4j.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.assertj.core.data.Offset;
import org.attention4j.dl4j.Intermediates;
import org.attention4j.layers.AttentionVertex;
import org.attention4j.layers.Networks;
import org.attention4j.layers.RecurrentAttentionLayer;
import org.attention4j.layers.SelfAttentionLayer;
import org.attention4j.normalizer.Normalizers;
import org.deeplearning4j.nn.conf.BackpropType;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.FrozenVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** The networks and layers that are watched, beyond self-attention in a plain network. */
final class WatchedNetworksTest {
  private static final Offset<Double> TINY = within(1e-9);
  private static final int ALL = 99;

  private final Nets.Spy spy = new Nets.Spy();
  private final History history = Reporters.history(10_000);

  private MonitorBuilder monitor() {
    return AttentionMonitor.builder()
        .every(1)
        .examples(ALL)
        .rows(ALL)
        .topN(3)
        .metric(spy)
        .reportTo(history);
  }

  private static SelfAttentionLayer.Builder self() {
    return new SelfAttentionLayer.Builder().nOut(14).nHeads(2).projectInput(true);
  }

  /** A mask with padding in front, within and behind. */
  private static DataSet gaps() {
    DataSet data = Nets.data(DataType.DOUBLE, true);
    data.getFeaturesMaskArray().putScalar(0, 0, 0).putScalar(0, 1, 0).putScalar(1, 4, 0);
    return data;
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void recurrentAttention(boolean masked) {
    MultiLayerNetwork network =
        Nets.of(
            DataType.DOUBLE,
            new RecurrentAttentionLayer.Builder()
                .name("rec")
                .nOut(14)
                .nHeads(2)
                .causal(true)
                .normalizer(Normalizers.softmaxWithLearnableTemperature(0.8))
                .build());
    DataSet data = masked ? gaps() : Nets.data(DataType.DOUBLE, false);
    Map<String, INDArray> expected =
        Intermediates.of(
            network.getLayer(0),
            data.getFeatures(),
            data.getFeaturesMaskArray(),
            SelfAttentionLayer.SCORES,
            SelfAttentionLayer.WEIGHTS);
    double[] byTemperature = new double[2];
    network.setListeners(
        monitor().build(),
        new org.deeplearning4j.optimize.api.BaseTrainingListener() {
          @Override
          public void onGradientCalculation(org.deeplearning4j.nn.api.Model model) {
            INDArray gradient = model.gradient().getGradientFor("0_logTemperature");
            byTemperature[0] = gradient.getDouble(0);
            byTemperature[1] = gradient.getDouble(1);
          }
        });
    network.fit(data);
    assertThat(spy.heads).hasSize(2);
    for (HeadProbe head : spy.heads) {
      // All steps but the first that counts attend.
      int steps = masked ? data.getFeaturesMaskArray().sumNumber().intValue() : 3 * Networks.STEPS;
      assertThat(head.rows()).hasSize(steps - 3);
      double sum = 0;
      for (AttentionRow row : head.rows()) {
        assertThat(row.query()).isPositive();
        for (int i = 0; i < row.length(); i++) {
          int[] place = {row.example(), head.head(), row.query(), row.keys()[i]};
          assertThat(row.scores()[i])
              .isCloseTo(expected.get(SelfAttentionLayer.SCORES).getDouble(place), TINY);
          assertThat(row.weights()[i])
              .isCloseTo(expected.get(SelfAttentionLayer.WEIGHTS).getDouble(place), TINY);
          sum -= row.scoresGradient()[i] * row.scores()[i];
        }
      }
      // dL/d(log T) = -Σ dz z over all rows, which the backward pass gives independently.
      assertThat(byTemperature[head.head()]).isNotZero();
      assertThat(sum).isCloseTo(byTemperature[head.head()], TINY);
    }
    assertThat(history.latest("rec", 1).orElseThrow().metrics())
        .containsKeys("entropy", "scoresGradientNorm", "gradientNorm.Wq", "updateRatio.Wo");
  }

  @Test
  void oneStepOfRecurrentAttentionDoesNotEndTheWatch() {
    MultiLayerNetwork network =
        Nets.of(DataType.FLOAT, new RecurrentAttentionLayer.Builder().name("rec").nOut(14).build());
    network.setListeners(monitor().build());
    for (int steps : new int[] {5, 1, 5}) {
      network.fit(
          Networks.input(DataType.FLOAT, 3, steps), Networks.labels(DataType.FLOAT, 3, steps));
    }
    MetricRecord latest = history.latest("rec", 0).orElseThrow();
    assertThat(latest.iteration()).isEqualTo(2);
    assertThat(latest.metrics()).containsKeys("entropy", "scoresGradientNorm");
  }

  @Test
  void watchingRecurrentAttentionChangesNothing() {
    INDArray[] parameters = new INDArray[2];
    for (int i = 0; i < 2; i++) {
      MultiLayerNetwork network =
          Nets.of(DataType.DOUBLE, new RecurrentAttentionLayer.Builder().nOut(14).build());
      network.setListeners(i == 0 ? monitor().build() : monitor().atIterations().build());
      for (int iteration = 0; iteration < 3; iteration++) {
        network.fit(Nets.data(DataType.DOUBLE, true));
      }
      parameters[i] = network.params();
    }
    assertThat(parameters[0]).isEqualTo(parameters[1]);
  }

  /** Given the same parameters, the stock layer computes what ours does, and is seen to. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void stockRecurrentAttention(boolean projected) {
    MultiLayerNetwork ours =
        Nets.of(
            DataType.DOUBLE,
            new RecurrentAttentionLayer.Builder()
                .name("rec")
                .nIn(Networks.SIZE)
                .nOut(projected ? 14 : Networks.SIZE)
                .nHeads(projected ? 2 : 1)
                .projectInput(projected)
                .build());
    MultiLayerNetwork stock =
        Nets.of(
            DataType.DOUBLE,
            new org.deeplearning4j.nn.conf.layers.RecurrentAttentionLayer.Builder()
                .name("rec")
                .nIn(Networks.SIZE)
                .nOut(projected ? 14 : Networks.SIZE)
                .nHeads(projected ? 2 : 1)
                .projectInput(projected)
                .build());
    stock.setParams(ours.params());
    DataSet data = Nets.data(DataType.DOUBLE, false);
    ours.setListeners(monitor().build());
    ours.fit(data);
    List<HeadProbe> expected = List.copyOf(spy.heads);
    spy.heads.clear();
    stock.setListeners(monitor().build());
    stock.fit(data);
    assertThat(spy.heads).hasSameSizeAs(expected).isNotEmpty();
    for (int head = 0; head < expected.size(); head++) {
      List<AttentionRow> rows = spy.heads.get(head).rows();
      assertThat(rows).hasSize(3 * (Networks.STEPS - 1));
      for (int r = 0; r < rows.size(); r++) {
        assertThat(rows.get(r).weights())
            .containsExactly(expected.get(head).rows().get(r).weights(), TINY);
        assertThat(rows.get(r).scoresGradient()).isNull();
      }
    }
  }

  @Test
  void layersOfOneNameAreToldApart() {
    MultiLayerNetwork network =
        Nets.of(
            DataType.FLOAT, self().name("att").build(), self().name("att").build(), self().build());
    network.setListeners(monitor().build());
    network.fit(Nets.data(DataType.FLOAT, false));
    assertThat(history.layers()).containsExactly("att", "att#2", "layer2");
  }

  @Test
  void halfShowsNearlyWhatFloatDoes() {
    List<Map<String, Double>> metrics = new ArrayList<>();
    MultiLayerNetwork wide = Nets.of(DataType.FLOAT, self().build());
    for (DataType type : new DataType[] {DataType.FLOAT, DataType.FLOAT16}) {
      MultiLayerNetwork network = Nets.of(type, self().build());
      network.setParams(wide.params().castTo(type));
      History ofType = Reporters.history(9);
      network.setListeners(monitor().tier(Tier.FULL).reportTo(ofType).build());
      network.fit(Nets.data(type, true));
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

  private static ComputationGraph graph(boolean frozen) {
    AttentionVertex vertex =
        new AttentionVertex.Builder()
            .nInQueries(Networks.SIZE)
            .nInKeys(Networks.SIZE)
            .nInValues(Networks.SIZE)
            .nOut(14)
            .nHeads(2)
            .projectInput(true)
            .build();
    ComputationGraph graph =
        new ComputationGraph(
            new NeuralNetConfiguration.Builder()
                .seed(17)
                .dataType(DataType.DOUBLE)
                .updater(new Sgd(0.1))
                .graphBuilder()
                .addInputs("in")
                .addVertex("first", frozen ? new FrozenVertex(vertex) : vertex, "in")
                .addLayer("second", self().name("own name").build(), "first")
                .addLayer("third", self().build(), "second")
                .addLayer(
                    "stock",
                    new org.deeplearning4j.nn.conf.layers.SelfAttentionLayer.Builder()
                        .nOut(14)
                        .nHeads(2)
                        .projectInput(true)
                        .build(),
                    "third")
                .addLayer(
                    "out",
                    new RnnOutputLayer.Builder(LossFunction.MCXENT)
                        .activation(Activation.SOFTMAX)
                        .nOut(Networks.CLASSES)
                        .build(),
                    "stock")
                .setOutputs("out")
                .setInputTypes(InputType.recurrent(Networks.SIZE))
                .build());
    graph.init();
    return graph;
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void graphsWithSeveralAttentionLayers(boolean frozen) {
    ComputationGraph graph = graph(frozen);
    graph.setListeners(monitor().build());
    DataSet data = Nets.data(DataType.DOUBLE, true);
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
    DataSet data = Nets.data(DataType.DOUBLE, false);
    DataSet other = new DataSet(data.getFeatures().mul(3), data.getLabels());
    List<History> histories = List.of(Reporters.history(99), Reporters.history(99));
    for (History one : histories) {
      MultiLayerNetwork network = Nets.of(DataType.DOUBLE, self().build());
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
                .layer(self().name("att").build())
                .layer(
                    new RnnOutputLayer.Builder(LossFunction.MCXENT)
                        .activation(Activation.SOFTMAX)
                        .nOut(Networks.CLASSES)
                        .build())
                .backpropType(BackpropType.TruncatedBPTT)
                .tBPTTLength(segment)
                .setInputType(InputType.recurrent(Networks.SIZE))
                .build());
    network.init();
    network.setListeners(monitor().build());
    network.fit(Nets.data(DataType.DOUBLE, false));
    // Segments of 4, 4 and 3 steps, an iteration each.
    assertThat(history.values("att", 0, "visibleKeys").values())
        .containsExactlyElementsOf(IntStream.of(4, 4, 3).mapToObj(n -> (double) n).toList());
    assertThat(history.values("att", 1, "scoresGradientNorm")).hasSize(3);
  }
}
