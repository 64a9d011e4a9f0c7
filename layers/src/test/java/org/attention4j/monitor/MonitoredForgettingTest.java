package org.attention4j.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.attention4j.dl4j.Intermediates;
import org.attention4j.layers.AttentionVertex;
import org.attention4j.layers.Execution;
import org.attention4j.layers.Position;
import org.attention4j.layers.SelfAttentionLayer;
import org.attention4j.monitor.metrics.AttentionRow;
import org.attention4j.monitor.metrics.HeadProbe;
import org.attention4j.monitor.reporters.History;
import org.attention4j.monitor.reporters.Reporters;
import org.attention4j.testing.Sequences;
import org.attention4j.testing.Sizes;
import org.attention4j.testing.TestLayers;
import org.attention4j.testing.TestNetworks;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.MultiDataSet;

/** What the monitor sees of layers that forget. */
class MonitoredForgettingTest {
  @ParameterizedTest
  @EnumSource(
      value = Execution.class,
      names = {"GRAPH", "FUSED"})
  void theMeanOfTheGatesStandsBesideWhatIsLearned(Execution execution) {
    MultiLayerNetwork network =
        TestNetworks.of(
                TestLayers.selfAttention()
                    .causal(true)
                    .position(Position.FORGETTING)
                    .execution(execution)
                    .build())
            .learningRate(0.1)
            .perturbed(0.3)
            .network(DataType.DOUBLE);
    DataSet data = Sequences.batch(DataType.DOUBLE, true);
    INDArray weights = network.getParam("0_Wforget").dup();
    INDArray bias = network.getParam("0_bforget").dup();
    History history = Reporters.history(9);
    network.setListeners(new Spy().monitor(history).build());
    network.fit(data);

    for (int head = 0; head < weights.size(0); head++) {
      double sum = 0;
      int count = 0;
      for (int e = 0; e < Sizes.EXAMPLES; e++) {
        for (int step = 0; step < Sizes.STEPS; step++) {
          if (data.getFeaturesMaskArray().getDouble(e, step) != 0) {
            double z = bias.getDouble(head);
            for (int i = 0; i < Sizes.SIZE; i++) {
              z += weights.getDouble(head, i) * data.getFeatures().getDouble(e, i, step);
            }
            sum += 1 / (1 + Math.exp(-z));
            count++;
          }
        }
      }
      var metrics = history.latest("layer0", head).orElseThrow().metrics();
      assertThat(metrics.get("normalizer.forgetGate")).isCloseTo(sum / count, within(1e-9));
      assertThat(metrics).containsKeys("gradientNorm.Wforget", "updateRatio.bforget");
      assertThat(metrics).containsKey("maxDotProduct");
    }
  }

  /** Masked keys forget nothing, in the rows that are computed again, too. */
  @Test
  void rowsOfAVertexAreThoseOfItsScores() {
    AttentionVertex vertex =
        new AttentionVertex.Builder()
            .nInQueries(Sizes.input(0))
            .nInKeys(Sizes.input(1))
            .nInValues(Sizes.input(2))
            .nOut(Sizes.OUT)
            .nHeads(Sizes.HEADS)
            .projectInput(true)
            .causal(true)
            .position(Position.FORGETTING)
            .build();
    ComputationGraph graph =
        TestNetworks.of(vertex, 0, 1, 2).learningRate(0.1).perturbed(0.3).graph(DataType.DOUBLE);
    INDArray[] inputs = Sequences.queriesKeysValues(DataType.DOUBLE, Sizes.STEPS);
    INDArray mask = Sequences.mask(DataType.DOUBLE, Sizes.EXAMPLES, Sizes.STEPS);
    mask.putScalar(0, 2, 0);
    @Nullable INDArray[] masks = {null, mask, mask};
    INDArray scores =
        Intermediates.of(graph.getVertex("attention"), inputs, masks, SelfAttentionLayer.SCORES)
            .get(SelfAttentionLayer.SCORES);
    Spy spy = new Spy();
    graph.setListeners(
        AttentionMonitor.builder().every(1).examples(3).rows(99).metric(spy).build());
    INDArray labels = Sequences.labels(DataType.DOUBLE, Sizes.EXAMPLES, Sizes.STEPS);
    graph.fit(new MultiDataSet(inputs, new INDArray[] {labels}, masks, null));

    assertThat(spy.heads).hasSize(Sizes.HEADS);
    for (HeadProbe head : spy.heads) {
      assertThat(head.rows()).isNotEmpty();
      for (AttentionRow row : head.rows()) {
        for (int i = 0; i < row.length(); i++) {
          assertThat(row.scores()[i])
              .isCloseTo(
                  scores.getDouble(row.example(), head.head(), row.query(), row.keys()[i]),
                  within(1e-9));
        }
      }
    }
  }
}
