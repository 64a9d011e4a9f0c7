package org.attention4j.internal.probes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Map;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.attention4j.dl4j.Intermediates;
import org.attention4j.layers.AttentionLayerBuilder;
import org.attention4j.layers.AttentionVertex;
import org.attention4j.layers.Execution;
import org.attention4j.layers.OutputGate;
import org.attention4j.layers.Position;
import org.attention4j.layers.SelfAttentionLayer;
import org.attention4j.monitor.AttentionMonitor;
import org.attention4j.monitor.Spy;
import org.attention4j.monitor.metrics.AttentionRow;
import org.attention4j.monitor.metrics.HeadProbe;
import org.attention4j.normalizer.Normalizer;
import org.attention4j.normalizer.Normalizers;
import org.attention4j.testing.Sequences;
import org.attention4j.testing.Sizes;
import org.attention4j.testing.TestLayers;
import org.attention4j.testing.TestNetworks;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.MultiDataSet;

/** Recomputed rows against the layer's own scores, weights and parameter gradients. */
final class RowRecomputationTest {
  private static final Offset<Double> TINY = within(1e-9);

  static Stream<Layer> layers() {
    return Stream.of(
        TestLayers.selfAttention().build(),
        TestLayers.selfAttention().causal(true).position(Position.ALIBI).hasBias(true).build(),
        TestLayers.selfAttention()
            .scale(0.7)
            .normalizer(Normalizers.entmaxWithLearnableAlpha(1.4))
            .build(),
        TestLayers.selfAttention()
            .headSize(6)
            .position(Position.ROTARY)
            .qkNorm(true)
            .nKeyValueHeads(1)
            .build(),
        TestLayers.selfAttention()
            .nHeads(6)
            .headSize(3)
            .nKeyValueHeads(2)
            .causal(true)
            .position(Position.ALIBI)
            .build(),
        TestLayers.selfAttention().normalizer(Normalizers.sigmoid()).causal(true).build(),
        TestLayers.selfAttention().causal(true).slidingWindow(4).firstKeys(2).build(),
        TestLayers.selfAttention().causal(true).position(Position.FORGETTING).build(),
        TestLayers.selfAttention()
            .nKeyValueHeads(1)
            .causal(true)
            .slidingWindow(4)
            .firstKeys(1)
            .position(Position.FORGETTING)
            .build(),
        TestLayers.selfAttention()
            .slidingWindow(2)
            .normalizer(Normalizers.ssmax())
            .position(Position.ALIBI)
            .build(),
        new SelfAttentionLayer.Builder().normalizer(Normalizers.ssmax()).build());
  }

  private static Spy watch(MultiLayerNetwork network, DataSet data) {
    Spy spy = new Spy();
    network.setListeners(
        AttentionMonitor.builder().every(1).examples(3).rows(99).metric(spy).build());
    network.fit(data);
    return spy;
  }

  @ParameterizedTest
  @MethodSource("layers")
  void scoresAndWeightsAreThoseOfTheLayer(Layer layer) {
    for (boolean masked : new boolean[] {false, true}) {
      MultiLayerNetwork network =
          TestNetworks.of(layer).learningRate(0.1).perturbed(0.3).network(DataType.DOUBLE);
      DataSet data = Sequences.batch(DataType.DOUBLE, masked);
      Map<String, INDArray> expected =
          Intermediates.of(
              network.getLayer(0),
              data.getFeatures(),
              data.getFeaturesMaskArray(),
              SelfAttentionLayer.SCORES,
              SelfAttentionLayer.WEIGHTS);
      Spy spy = watch(network, data);
      int[] weighed = new int[3];
      int rows = 0;
      for (HeadProbe head : spy.heads) {
        for (AttentionRow row : head.rows()) {
          rows++;
          weighed[row.example()] += row.length();
          for (int i = 0; i < row.length(); i++) {
            int key = row.keys()[i];
            assertThat(row.scores()[i])
                .isCloseTo(value(expected, SelfAttentionLayer.SCORES, head, row, key), TINY);
            assertThat(row.weights()[i])
                .isCloseTo(value(expected, SelfAttentionLayer.WEIGHTS, head, row, key), TINY);
            assertThat(row.tokens()[i])
                .containsExactly(
                    data.getFeatures().slice(row.example()).getColumn(key).toDoubleVector());
          }
        }
      }
      for (int e = 0; e < weighed.length; e++) {
        INDArray weights = expected.get(SelfAttentionLayer.WEIGHTS).slice(e);
        INDArray attending = masked ? weights.mul(mask(data).slice(e).reshape(1, 11, 1)) : weights;
        int positive = attending.neq(0).castTo(DataType.INT32).sumNumber().intValue();
        boolean sparse = layer.toString().contains("Entmax");
        assertThat(weighed[e]).isBetween(positive, sparse ? Integer.MAX_VALUE : positive);
      }
      int heads = spy.heads.size();
      int steps = masked ? Sequences.mask(DataType.FLOAT, 3, 11).sumNumber().intValue() : 3 * 11;
      assertThat(rows).isEqualTo(heads * steps);
    }
  }

  static Stream<Layer> layersWithTemperature() {
    Normalizer learnable = Normalizers.softmaxWithLearnableTemperature(0.8);
    return Stream.of(
        TestLayers.selfAttention().normalizer(learnable).build(),
        TestLayers.selfAttention()
            .normalizer(learnable)
            .causal(true)
            .slidingWindow(3)
            .firstKeys(1)
            .outputGate(OutputGate.PER_HEAD)
            .build(),
        TestLayers.selfAttention()
            .normalizer(learnable)
            .execution(Execution.FUSED)
            .outputGate(OutputGate.PER_ELEMENT)
            .build(),
        TestLayers.recurrent().normalizer(learnable).outputGate(OutputGate.PER_HEAD).build());
  }

  /** The same for a vertex, whose gradient of the temperature comes with its parameters. */
  @Test
  void gradientsOfAGatedVertex() {
    AttentionVertex vertex =
        new AttentionVertex.Builder()
            .nInQueries(Sizes.input(0))
            .nInKeys(Sizes.input(1))
            .nInValues(Sizes.input(2))
            .nOut(Sizes.OUT)
            .nHeads(Sizes.HEADS)
            .projectInput(true)
            .normalizer(Normalizers.softmaxWithLearnableTemperature(0.8))
            .outputGate(OutputGate.PER_ELEMENT)
            .build();
    ComputationGraph graph =
        TestNetworks.of(vertex, 0, 1, 2).learningRate(0.1).perturbed(0.3).graph(DataType.DOUBLE);
    Spy spy = new Spy();
    graph.setListeners(
        AttentionMonitor.builder().every(1).examples(3).rows(99).metric(spy).build());
    graph.fit(
        new MultiDataSet(
            Sequences.queriesKeysValues(DataType.DOUBLE, 7),
            new INDArray[] {Sequences.labels(DataType.DOUBLE, Sizes.EXAMPLES, Sizes.STEPS)}));
    assertThat(spy.heads).hasSize(Sizes.HEADS);
    for (HeadProbe head : spy.heads) {
      double sum = 0;
      for (AttentionRow row : head.rows()) {
        for (int i = 0; i < row.length(); i++) {
          sum -= row.scoresGradient()[i] * row.scores()[i];
        }
      }
      assertThat(sum).isNotZero();
      assertThat(head.parameters().get("logTemperature").gradient()).isCloseTo(Math.abs(sum), TINY);
      assertThat(head.parameters().get("Wgate").gradient()).isPositive();
    }
  }

  private static INDArray mask(DataSet data) {
    return data.getFeaturesMaskArray();
  }

  private static double value(
      Map<String, INDArray> expected, String name, HeadProbe head, AttentionRow row, int key) {
    return expected.get(name).getDouble(row.example(), head.head(), row.query(), key);
  }

  /**
   * The gradient of a learned parameter is a sum over all rows: the temperature enters as z / T, so
   * dL/d(log T) = -Σ dz z, which the network's own backward pass gives independently.
   */
  @ParameterizedTest
  @MethodSource("layersWithTemperature")
  void gradientsOfAllRowsAddUpToThatOfTheTemperature(Layer layer) {
    MultiLayerNetwork network =
        TestNetworks.of(layer).learningRate(0.1).perturbed(0.3).network(DataType.DOUBLE);
    DataSet data = Sequences.batch(DataType.DOUBLE, false);
    Gradient[] seen = new Gradient[1];
    Spy spy = new Spy();
    AttentionMonitor monitor =
        AttentionMonitor.builder().every(1).examples(3).rows(11).metric(spy).build();
    double[] expected = new double[2];
    network.setListeners(
        monitor,
        new org.deeplearning4j.optimize.api.BaseTrainingListener() {
          @Override
          public void onGradientCalculation(org.deeplearning4j.nn.api.Model model) {
            seen[0] = model.gradient();
            INDArray gradient = seen[0].getGradientFor("0_logTemperature");
            expected[0] = gradient.getDouble(0);
            expected[1] = gradient.getDouble(1);
          }
        });
    network.fit(data);
    for (HeadProbe head : spy.heads) {
      double sum = 0;
      for (AttentionRow row : head.rows()) {
        for (int i = 0; i < row.length(); i++) {
          sum -= row.scoresGradient()[i] * row.scores()[i];
        }
      }
      assertThat(expected[head.head()]).isNotZero();
      assertThat(sum).isCloseTo(expected[head.head()], TINY);
      assertThat(head.parameters().get("logTemperature").gradient())
          .isCloseTo(Math.abs(expected[head.head()]), TINY);
    }
  }

  @Test
  void fusedAndGraphPathGiveTheSameNumbers() {
    AttentionLayerBuilder<?>[] paths = {
      TestLayers.selfAttention().execution(Execution.GRAPH),
      TestLayers.selfAttention().execution(Execution.FUSED)
    };
    Spy[] spies = new Spy[2];
    for (int i = 0; i < 2; i++) {
      Layer layer = paths[i].build();
      spies[i] =
          watch(
              TestNetworks.of(layer).learningRate(0.1).perturbed(0.3).network(DataType.FLOAT),
              Sequences.batch(DataType.FLOAT, true));
    }
    for (int head = 0; head < 2; head++) {
      for (int r = 0; r < spies[0].heads.get(head).rows().size(); r++) {
        AttentionRow graph = spies[0].heads.get(head).rows().get(r);
        AttentionRow fused = spies[1].heads.get(head).rows().get(r);
        assertThat(fused.query()).isEqualTo(graph.query());
        assertThat(fused.weights()).containsExactly(graph.weights(), within(1e-6));
        assertThat(fused.scoresGradient()).containsExactly(graph.scoresGradient(), within(1e-6));
      }
    }
  }

  @Test
  void learnedQueriesAreAllRecomputed() {
    MultiLayerNetwork network =
        TestNetworks.of(TestLayers.learnedQueries(Sizes.STEPS).build())
            .learningRate(0.1)
            .perturbed(0.3)
            .network(DataType.DOUBLE);
    DataSet data = Sequences.batch(DataType.DOUBLE, true);
    INDArray weights =
        Intermediates.of(
                network.getLayer(0), data.getFeatures(), data.getFeaturesMaskArray(), "weights")
            .get("weights");
    DataSet unmaskedLabels =
        new DataSet(data.getFeatures(), data.getLabels(), data.getFeaturesMaskArray(), null);
    Spy spy = watch(network, unmaskedLabels);
    assertThat(spy.heads).hasSize(2);
    for (HeadProbe head : spy.heads) {
      assertThat(head.rows()).hasSize(3 * Sizes.STEPS);
      for (AttentionRow row : head.rows()) {
        for (int i = 0; i < row.length(); i++) {
          assertThat(row.weights()[i])
              .isCloseTo(
                  weights.getDouble(row.example(), head.head(), row.query(), row.keys()[i]), TINY);
        }
      }
    }
  }
}
