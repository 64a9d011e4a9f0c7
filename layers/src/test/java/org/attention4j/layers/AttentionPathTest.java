package org.attention4j.layers;

import static org.assertj.core.api.Assertions.assertThat;

import org.attention4j.internal.vector.FloatOps;
import org.attention4j.normalizer.Normalizer;
import org.attention4j.normalizer.Normalizers;
import org.attention4j.testing.TestNetworks;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Which path AUTO takes for which number of steps. The paths round differently, so their last bits
 * tell.
 */
class AttentionPathTest {
  private static final int FEATURES = 8;

  private static MultiLayerNetwork network(Execution execution, Normalizer normalizer) {
    return TestNetworks.of(
            new SelfAttentionLayer.Builder()
                .nOut(FEATURES)
                .nHeads(2)
                .projectInput(true)
                .normalizer(normalizer)
                .execution(execution)
                .build())
        .network(DataType.FLOAT);
  }

  private static float[] attended(MultiLayerNetwork network, INDArray input) {
    return network.feedForward(input, false).get(1).dup('c').data().asFloat();
  }

  /** One network for all lengths, as its graphs are kept. */
  @ParameterizedTest
  @CsvSource({"softmax, true", "sigmoid, true", "top-k:7, false", "entmax:1.5, false"})
  void pathByTheNumberOfSteps(String name, boolean graphFits) {
    Normalizer normalizer = Normalizers.parse(name);
    MultiLayerNetwork auto = network(Execution.AUTO, normalizer);
    MultiLayerNetwork graph = network(Execution.GRAPH, normalizer);
    MultiLayerNetwork fused = network(Execution.FUSED, normalizer);
    graph.setParams(auto.params());
    fused.setParams(auto.params());
    int least = (int) AttentionPath.LEAST_GRAPH_STEPS;
    int most = (int) AttentionPath.MOST_GRAPH_STEPS;
    for (int steps : new int[] {least - 1, least, least - 1, most, most + 1, least + 1}) {
      INDArray input = Nd4j.rand(DataType.FLOAT, 3, 5, steps);
      boolean asGraph = !FloatOps.VECTORS && graphFits && steps >= least && steps <= most;
      float[] asFused = attended(fused, input);
      float[] asOperations = attended(graph, input);
      assertThat(asFused).isNotEqualTo(asOperations);
      assertThat(attended(auto, input))
          .as("%d steps", steps)
          .isEqualTo(asGraph ? asOperations : asFused);
    }
  }

  @Test
  void aPathSetByHandStays() {
    AttentionOptions options =
        new SelfAttentionLayer.Builder().execution(Execution.FUSED).build().options();
    assertThat(AttentionPath.isFasterAsGraph(options, AttentionPath.LEAST_GRAPH_STEPS)).isFalse();
  }
}
