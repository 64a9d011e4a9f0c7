package org.attention4j.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.attention4j.layers.Execution;
import org.attention4j.layers.Position;
import org.attention4j.layers.RecurrentAttentionLayer;
import org.attention4j.layers.SelfAttentionLayer;
import org.attention4j.layers.TransformerBlock;
import org.attention4j.monitor.AttentionMonitor;
import org.attention4j.monitor.metrics.MetricGroup;
import org.attention4j.monitor.reporters.History;
import org.attention4j.monitor.reporters.Reporters;
import org.attention4j.testing.PlainProjection;
import org.attention4j.testing.Sequences;
import org.attention4j.testing.Sizes;
import org.attention4j.testing.TestLayers;
import org.attention4j.testing.TestNetworks;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.learning.config.Adam;

/** Heads whose scores are too large are scaled, against plain loops; and a run that needs it. */
class QkClipTest {
  private static final double LIMIT = 3;

  private static SelfAttentionLayer.Builder self() {
    return new SelfAttentionLayer.Builder().nOut(12).nHeads(4).headSize(2).projectInput(true);
  }

  static Stream<SelfAttentionLayer> selfAttention() {
    return Stream.of(
        self().build(),
        self().execution(Execution.GRAPH).nKeyValueHeads(2).hasBias(true).causal(true).build(),
        self().position(Position.ROTARY).hasBias(true).build(),
        self().position(Position.ALIBI).nKeyValueHeads(2).build());
  }

  /** The largest magnitude of the scores of each head without biases, without rotation. */
  private static double[] largest(
      SelfAttentionLayer layer, Map<String, INDArray> parameters, DataSet data) {
    double[] largest = new double[4];
    int shared = (int) (4 / parameters.get("0_Wk").size(0));
    for (int head = 0; head < 4; head++) {
      for (int e = 0; e < Sizes.EXAMPLES; e++) {
        double[][] q = projected(parameters, "q", head, data, e);
        double[][] k = projected(parameters, "k", head / shared, data, e);
        for (int i = 0; i < Sizes.STEPS; i++) {
          for (int j = 0; j < (layer.attentionRule().causal() ? i + 1 : Sizes.STEPS); j++) {
            INDArray mask = data.getFeaturesMaskArray();
            if (mask.getDouble(e, i) != 0 && mask.getDouble(e, j) != 0) {
              boolean rotary = layer.attentionRule().position() == Position.ROTARY;
              double angle = rotary ? j - i : 0; // the one pair of features turns by one a step
              double product =
                  q[i][0] * (Math.cos(angle) * k[j][0] - Math.sin(angle) * k[j][1])
                      + q[i][1] * (Math.sin(angle) * k[j][0] + Math.cos(angle) * k[j][1]);
              largest[head] = Math.max(largest[head], Math.abs(product) / Math.sqrt(2));
            }
          }
        }
      }
    }
    return largest;
  }

  private static double[][] projected(
      Map<String, INDArray> parameters, String which, int head, DataSet data, int example) {
    return PlainProjection.of(
        parameters.get("0_W" + which),
        parameters.get("0_b" + which),
        head,
        data.getFeatures(),
        example);
  }

  private static Map<String, INDArray> copy(MultiLayerNetwork network) {
    Map<String, INDArray> copy = new HashMap<>();
    network.paramTable().forEach((name, value) -> copy.put(name, value.dup()));
    return copy;
  }

  /** With an updater that changes nothing, so that only the clipping is seen. */
  @ParameterizedTest
  @MethodSource("selfAttention")
  void scalesTheHeadsThatExceedTheLimit(SelfAttentionLayer layer) {
    for (DataType type : new DataType[] {DataType.FLOAT, DataType.DOUBLE}) {
      MultiLayerNetwork network =
          TestNetworks.of(layer).learningRate(0).perturbed(0.6).network(type);
      for (String name : network.paramTable().keySet()) {
        if (name.matches("0_[Wb]k")) {
          network.getParam(name).slice(0).muli(0.01); // of head 0, or of heads 0 and 1
        }
      }
      DataSet data = Sequences.batch(type, true);
      Map<String, INDArray> before = copy(network);
      double[] largest = largest(layer, before, data);
      int shared = (int) (4 / before.get("0_Wk").size(0));
      QkClip clip = new QkClip(LIMIT);
      network.setListeners(clip);
      network.fit(data);
      int clipped = 0;
      double[] factors = new double[4];
      for (int head = 0; head < 4; head++) {
        double ofGroup = 0;
        for (int i = 0; i < shared; i++) {
          ofGroup = Math.max(ofGroup, largest[head / shared * shared + i]);
        }
        factors[head] = ofGroup > LIMIT ? Math.sqrt(LIMIT / ofGroup) : 1;
        clipped += ofGroup > LIMIT ? 1 : 0;
      }
      assertThat(clipped).isBetween(1, 3);
      assertThat(clip.clips()).isEqualTo(clipped);
      double rounding = type == DataType.FLOAT ? 1e-5 : 2e-6; // the maximum is in FLOAT
      for (String name : before.keySet()) {
        INDArray after = network.getParam(name);
        for (int head = 0; head < 4; head++) {
          boolean ofQueries = name.matches("0_[Wb]q");
          boolean ofKeys = name.matches("0_[Wb]k");
          int block = ofQueries ? head : ofKeys ? head / shared : 0;
          INDArray expected =
              ofQueries || ofKeys ? before.get(name).slice(block) : before.get(name);
          INDArray actual = ofQueries || ofKeys ? after.slice(block) : after;
          double factor = ofQueries || ofKeys ? factors[head] : 1;
          for (long i = 0; i < expected.length(); i++) {
            assertThat(actual.reshape(-1).getDouble(i))
                .as(name)
                .isCloseTo(factor * expected.reshape(-1).getDouble(i), within(rounding));
          }
        }
      }
      for (double value : largest(layer, copy(network), data)) {
        assertThat(value).isLessThanOrEqualTo(LIMIT * (1 + 1e-5));
      }
      // Now that all scores are within the limit, nothing more happens.
      INDArray parameters = network.params().dup();
      network.fit(data);
      assertThat(clip.clips()).isBetween((long) clipped, 2L * clipped); // rounding at the limit
      assertThat(network.params().sub(parameters).amaxNumber().doubleValue()).isLessThan(1e-5);
    }
  }

  private static History trained(boolean clipped) {
    History history = Reporters.history(999);
    MultiLayerNetwork network =
        TestNetworks.of(self().headSize(3).name("att").build())
            .updater(new Adam(0.5))
            .perturbed(0.8)
            .network(DataType.FLOAT);
    AttentionMonitor monitor =
        AttentionMonitor.builder().every(1).groups(MetricGroup.LOGITS).reportTo(history).build();
    if (clipped) {
      network.setListeners(monitor, new QkClip());
    } else {
      network.setListeners(monitor);
    }
    DataSet data = Sequences.batch(DataType.FLOAT, true);
    for (int i = 0; i < 60; i++) {
      network.fit(data);
    }
    return history;
  }

  private static double largest(History history) {
    return history.aggregateValues("att", "maxLogit", null).values().stream()
        .mapToDouble(v -> v)
        .max()
        .orElseThrow();
  }

  /** The same seed, a learning rate far too high. */
  @Test
  void aRunThatBlowsUpWithoutIt() {
    assertThat(largest(trained(false))).isGreaterThan(300);
    History history = trained(true);
    assertThat(largest(history)).isCloseTo(100, within(1e-3)); // reached, and not exceeded
    assertThat(history.aggregateValues("att", "maxLogit", null)).hasSize(60);
  }

  static List<Layer> layers() {
    return List.of(
        TestLayers.learnedQueries(Sizes.STEPS).build(),
        TestLayers.recurrent().build(),
        new TransformerBlock.Builder().nHeads(1).build(),
        TestLayers.stockSelfAttention().build());
  }

  /** The next iteration, which begins with the same inputs, shows scores at the limit. */
  @ParameterizedTest
  @MethodSource("layers")
  void everyKindOfLayer(Layer layer) {
    MultiLayerNetwork network =
        TestNetworks.of(layer).learningRate(0).perturbed(1).network(DataType.FLOAT);
    DataSet data = Sequences.batch(DataType.FLOAT, false);
    // The queries of recurrent attention depend on the weights that are scaled.
    check(network, () -> network.fit(data), layer instanceof RecurrentAttentionLayer ? 0.05 : 1e-4);
  }

  private static void check(Model network, Runnable fit, double close) {
    History history = Reporters.history(99);
    network.setListeners(
        AttentionMonitor.builder().every(1).groups(MetricGroup.LOGITS).reportTo(history).build(),
        new QkClip(0.5));
    fit.run();
    fit.run();
    Collection<Double> largest = history.aggregateValues(null, "maxLogit", null).values();
    assertThat(largest).hasSize(2);
    assertThat(largest.stream().findFirst().orElseThrow()).isGreaterThan(0.6);
    assertThat(largest.stream().skip(1).findFirst().orElseThrow())
        .isCloseTo(0.5, within(0.5 * close));
  }

  @Test
  void aVertexInAGraph() {
    ComputationGraph graph =
        TestNetworks.of(TestLayers.vertex(0, 1, 1), 0, 1, 1)
            .learningRate(0)
            .perturbed(1)
            .graph(DataType.FLOAT);
    MultiDataSet data =
        new MultiDataSet(
            Arrays.copyOf(Sequences.queriesKeysValues(DataType.FLOAT, 7), 2),
            new INDArray[] {Sequences.labels(DataType.FLOAT, Sizes.EXAMPLES, Sizes.STEPS)});
    check(graph, () -> graph.fit(data), 1e-4);
  }

  static List<Layer> leftAlone() {
    return List.of(
        self().qkNorm(true).build(),
        new SelfAttentionLayer.Builder().nIn(5).nOut(5).nHeads(1).build(),
        new FrozenLayer(self().build()));
  }

  @ParameterizedTest
  @MethodSource("leftAlone")
  void leavesAlone(Layer layer) {
    MultiLayerNetwork network =
        TestNetworks.of(layer).learningRate(0).perturbed(1).network(DataType.FLOAT);
    INDArray before = network.params().dup();
    QkClip clip = new QkClip(1e-3);
    network.setListeners(clip);
    network.fit(Sequences.batch(DataType.FLOAT, false));
    assertThat(network.params()).isEqualTo(before);
    assertThat(clip.clips()).isZero();
  }

  /** What is not finite is for others to report. */
  @Test
  void scoresThatAreNotFinite() {
    MultiLayerNetwork network =
        TestNetworks.of(self().build()).learningRate(0).network(DataType.FLOAT);
    network.getParam("0_Wq").putScalar(0, 0, 0, Double.POSITIVE_INFINITY);
    QkClip clip = new QkClip(1e9);
    network.setListeners(clip);
    network.fit(Sequences.batch(DataType.FLOAT, false));
    assertThat(clip.clips()).isZero();
    assertThat(network.getParam("0_Wq").getDouble(0, 0, 0)).isInfinite();
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, -1, Double.NaN, Double.POSITIVE_INFINITY})
  void limitsThatCannotBe(double limit) {
    assertThatThrownBy(() -> new QkClip(limit))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("QkClip: limit is %s but must be positive and finite.".formatted(limit));
  }
}
