package org.attention4j.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.attention4j.layers.Execution;
import org.attention4j.layers.LearnedSelfAttentionLayer;
import org.attention4j.layers.Position;
import org.attention4j.layers.SelfAttentionLayer;
import org.attention4j.layers.TransformerBlock;
import org.attention4j.monitor.alarms.AlarmRules;
import org.attention4j.monitor.metrics.AttentionRow;
import org.attention4j.monitor.metrics.HeadProbe;
import org.attention4j.monitor.reporters.History;
import org.attention4j.monitor.reporters.Reporters;
import org.attention4j.testing.PlainProjection;
import org.attention4j.testing.Sequences;
import org.attention4j.testing.Sizes;
import org.attention4j.testing.TestLayers;
import org.attention4j.testing.TestNetworks;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;

/**
 * {@code maxLogit} against plain loops over the parameters, and for every kind of layer against all
 * rows of scores, which the monitor computes in DOUBLE.
 */
class ExactScoresTest {
  /** Scores below 8 are sums of at most 14 products in FLOAT, each off by 2^-24 of its size. */
  private static final double ROUNDING = 8 * 16 * 0x1p-23;

  private static SelfAttentionLayer.Builder self() {
    return new SelfAttentionLayer.Builder().nOut(12).nHeads(4).headSize(3).projectInput(true);
  }

  static Stream<Arguments> selfAttention() {
    return Stream.of(Execution.AUTO, Execution.GRAPH)
        .flatMap(
            path ->
                Stream.of(
                    Arguments.of(self().execution(path).build(), DataType.FLOAT),
                    Arguments.of(self().execution(path).nKeyValueHeads(2).build(), DataType.FLOAT),
                    Arguments.of(
                        self().execution(path).causal(true).slidingWindow(3).firstKeys(1).build(),
                        DataType.FLOAT),
                    Arguments.of(
                        self().execution(path).hasBias(true).causal(true).build(), DataType.FLOAT),
                    Arguments.of(
                        self()
                            .execution(path)
                            .position(Position.ALIBI)
                            .nKeyValueHeads(2)
                            .scale(0.3)
                            .causal(true)
                            .build(),
                        DataType.FLOAT)));
  }

  /** With two sampled rows: the maximum is over all of them whatever the sample is. */
  @ParameterizedTest
  @MethodSource("selfAttention")
  void isThatOfPlainLoops(SelfAttentionLayer layer, DataType type) {
    for (boolean masked : new boolean[] {false, true}) {
      MultiLayerNetwork network =
          TestNetworks.of(layer).learningRate(0.1).perturbed(0.3).network(type);
      DataSet data = Sequences.batch(type, masked);
      double[][] expected = plainLoops(network, layer, data);
      History history = Reporters.history(9);
      network.setListeners(
          AttentionMonitor.builder().every(1).examples(1).rows(2).reportTo(history).build());
      network.fit(data);
      boolean biased = layer.attentionRule().position() == Position.ALIBI;
      for (int head = 0; head < 4; head++) {
        Map<String, Double> metrics = history.latest("layer0", head).orElseThrow().metrics();
        assertThat(metrics.get("maxLogit")).isCloseTo(expected[0][head], within(ROUNDING));
        if (biased) {
          assertThat(metrics.get("maxDotProduct")).isCloseTo(expected[1][head], within(ROUNDING));
        } else {
          assertThat(metrics).doesNotContainKey("maxDotProduct");
        }
      }
    }
  }

  /** Every example, head, query and key, one after the other: with and without linear biases. */
  private static double[][] plainLoops(
      MultiLayerNetwork network, SelfAttentionLayer layer, DataSet data) {
    INDArray x = data.getFeatures();
    INDArray mask = data.getFeaturesMaskArray();
    INDArray wq = network.getParam("0_Wq");
    INDArray wk = network.getParam("0_Wk");
    INDArray bq = network.getParam("0_bq");
    INDArray bk = network.getParam("0_bk");
    int shared = (int) (4 / wk.size(0));
    double[][] largest = new double[2][4];
    for (int e = 0; e < Sizes.EXAMPLES; e++) {
      for (int head = 0; head < 4; head++) {
        double[][] queries = PlainProjection.of(wq, bq, head, x, e);
        double[][] keys = PlainProjection.of(wk, bk, head / shared, x, e);
        double slope = Math.pow(2, -2.0 * (head + 1)); // of four heads: 2^-2, 2^-4, ..
        for (int i = 0; i < Sizes.STEPS; i++) {
          int unmasked = 0;
          for (int j = 0; j < Sizes.STEPS; j++) {
            boolean causal = layer.attentionRule().causal();
            if (mask != null && mask.getDouble(e, j) == 0) {
              continue;
            }
            boolean first = unmasked++ < layer.attentionRule().firstKeys();
            int window = layer.attentionRule().slidingWindow();
            if ((causal && j > i)
                || (window > 0 && Math.abs(i - j) >= window && !first)
                || (mask != null && mask.getDouble(e, i) == 0)) {
              continue;
            }
            double product = 0;
            for (int c = 0; c < 3; c++) {
              product += queries[i][c] * keys[j][c];
            }
            product *= layer.attentionRule().scale();
            double bias =
                layer.attentionRule().position() == Position.ALIBI ? slope * Math.abs(i - j) : 0;
            largest[0][head] = Math.max(largest[0][head], Math.abs(product - bias));
            largest[1][head] = Math.max(largest[1][head], Math.abs(product));
          }
        }
      }
    }
    return largest;
  }

  static Stream<Layer> layers() {
    return Stream.of(
        self().headSize(2).position(Position.ROTARY).qkNorm(true).nKeyValueHeads(2).build(),
        new SelfAttentionLayer.Builder().nIn(5).nOut(5).nHeads(1).build(),
        TestLayers.learnedQueries(3).build(),
        TestLayers.recurrent().build(),
        new TransformerBlock.Builder().nHeads(1).position(Position.ALIBI).causal(true).build(),
        self().causal(true).position(Position.FORGETTING).nKeyValueHeads(2).build(),
        new TransformerBlock.Builder().nHeads(1).position(Position.FORGETTING).causal(true).build(),
        TestLayers.recurrent().causal(true).position(Position.FORGETTING).build(),
        TestLayers.stockSelfAttention().build(),
        TestLayers.stockRecurrent().build());
  }

  private static void check(List<HeadProbe> heads, History history) {
    assertThat(heads).isNotEmpty();
    for (HeadProbe head : heads) {
      double largest = 0;
      for (AttentionRow row : head.rows()) {
        for (double score : row.scores()) {
          largest = Math.max(largest, Math.abs(score));
        }
      }
      assertThat(head.rows()).isNotEmpty();
      assertThat(history.latest(head.layer(), head.head()).orElseThrow().metrics().get("maxLogit"))
          .isCloseTo(largest, within(ROUNDING));
    }
  }

  @ParameterizedTest
  @MethodSource("layers")
  void isThatOfAllRows(Layer layer) {
    for (DataType type : new DataType[] {DataType.FLOAT, DataType.DOUBLE}) {
      for (boolean masked : new boolean[] {false, true}) {
        Spy spy = new Spy();
        History history = Reporters.history(9);
        MultiLayerNetwork network =
            TestNetworks.of(layer).learningRate(0.1).perturbed(0.3).network(type);
        network.setListeners(spy.monitor(history).build());
        DataSet data = Sequences.batch(type, masked);
        if (layer instanceof LearnedSelfAttentionLayer) {
          data.setLabels(Sequences.labels(type, Sizes.EXAMPLES, 3));
          data.setLabelsMaskArray(null);
        }
        network.fit(data);
        check(spy.heads, history);
      }
    }
  }

  @Test
  void isThatOfAllRowsOfAVertex() {
    ComputationGraph graph =
        TestNetworks.of(TestLayers.vertex(0, 1, 2), 0, 1, 2)
            .learningRate(0.1)
            .graph(DataType.FLOAT);
    Spy spy = new Spy();
    History history = Reporters.history(99);
    graph.setListeners(spy.monitor(history).build());
    INDArray[] inputs = Sequences.queriesKeysValues(DataType.FLOAT, 7);
    inputs[1].putScalar(new long[] {0, 1, 6}, 1000); // masked as a value, so hidden
    INDArray valueMask = Nd4j.ones(Sizes.EXAMPLES, 7).putScalar(0, 6, 0);
    graph.fit(
        new MultiDataSet(
            inputs,
            new INDArray[] {Sequences.labels(DataType.FLOAT, Sizes.EXAMPLES, Sizes.STEPS)},
            new INDArray[] {
              Sequences.mask(DataType.FLOAT, Sizes.EXAMPLES, Sizes.STEPS),
              Sequences.mask(DataType.FLOAT, Sizes.EXAMPLES, 7),
              valueMask
            },
            new INDArray[] {Nd4j.ones(DataType.FLOAT, Sizes.EXAMPLES, Sizes.STEPS)}));
    check(spy.heads, history);
  }

  /** Deeplearning4j ends the backward pass at a frozen layer, and those below it have none. */
  @Test
  void belowAFrozenLayerItIsThereToo() {
    MultiLayerNetwork network =
        TestNetworks.of(self().build(), new FrozenLayer(self().build()))
            .learningRate(0.1)
            .perturbed(0.3)
            .network(DataType.FLOAT);
    Spy spy = new Spy();
    History history = Reporters.history(99);
    network.setListeners(spy.monitor(history).build());
    network.fit(Sequences.batch(DataType.FLOAT, true));
    assertThat(spy.heads).hasSize(8);
    check(spy.heads, history);
  }

  /** The parameters have changed when the monitor reports, but the scores are those before. */
  @ParameterizedTest
  @EnumSource(
      value = Execution.class,
      names = {"AUTO", "GRAPH"})
  void isThatOfTheParametersBeforeTheUpdate(Execution path) {
    MultiLayerNetwork network =
        TestNetworks.of(self().execution(path).build())
            .learningRate(100)
            .perturbed(0.3)
            .network(DataType.FLOAT);
    Spy spy = new Spy();
    History history = Reporters.history(99);
    network.setListeners(spy.monitor(history).build());
    DataSet data = Sequences.batch(DataType.FLOAT, false);
    double[][] before = plainLoops(network, self().build(), data);
    network.fit(data);
    for (int head = 0; head < 4; head++) {
      assertThat(history.latest("layer0", head).orElseThrow().metrics().get("maxLogit"))
          .isCloseTo(before[0][head], within(ROUNDING));
    }
  }

  /** One query of one example blows up; no sample of two rows needs to have it. */
  @Test
  void theAlarmSeesTheRowThatTheSampleMisses() {
    MultiLayerNetwork network =
        TestNetworks.of(self().build()).learningRate(1e-9).perturbed(0.3).network(DataType.FLOAT);
    int examples = 5;
    Nd4j.getRandom().setSeed(9);
    DataSet data = Sequences.batch(DataType.FLOAT, examples, 31, false);
    for (int f = 0; f < Sizes.SIZE; f++) {
      data.getFeatures().putScalar(new long[] {3, f, 17}, 100);
    }
    Spy spy = new Spy();
    History history = Reporters.history(99);
    network.setListeners(
        spy.monitor(history)
            .examples(1)
            .rows(2)
            .alarms(List.of(AlarmRules.logitBlowUp(100, 1)))
            .build());
    network.fit(data);
    assertThat(history.alarms()).hasSize(1);
    assertThat(history.alarms().get(0).metric()).isEqualTo("maxLogit");
    assertThat(spy.heads.get(0).rows()).noneMatch(row -> row.example() == 3 && row.query() == 17);
  }

  /** Linear biases are large at far keys of every head; a rule on scores must not take offence. */
  @Test
  void linearBiasesAreNoBlowUp() {
    MultiLayerNetwork network =
        TestNetworks.of(self().position(Position.ALIBI).build())
            .learningRate(1e-9)
            .network(DataType.FLOAT);
    Nd4j.getRandom().setSeed(9);
    DataSet data = Sequences.batch(DataType.FLOAT, 2, 509, false);
    History history = Reporters.history(99);
    network.setListeners(
        new Spy().monitor(history).rows(1).alarms(List.of(AlarmRules.logitBlowUp(100, 1))).build());
    network.fit(data);
    assertThat(history.latest("layer0", 0).orElseThrow().metrics().get("maxLogit"))
        .isGreaterThan(100);
    assertThat(history.alarms()).isEmpty();
  }

  @Test
  void isMeasuredOnlyWithTheGroupOfLogits() {
    MultiLayerNetwork network =
        TestNetworks.of(self().build()).learningRate(0.1).network(DataType.FLOAT);
    Spy spy = new Spy();
    network.setListeners(spy.monitor(Reporters.history(9)).groups().build());
    network.fit(Sequences.batch(DataType.FLOAT, false));
    assertThat(spy.heads).isNotEmpty().allMatch(head -> head.largest() == null);
  }
}
