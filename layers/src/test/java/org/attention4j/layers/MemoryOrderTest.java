package org.attention4j.layers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.attention4j.layers.LayerPass.distance;
import static org.attention4j.testing.Sizes.EXAMPLES;
import static org.attention4j.testing.Sizes.HEADS;
import static org.attention4j.testing.Sizes.OUT;
import static org.attention4j.testing.Sizes.STEPS;

import org.attention4j.testing.Sequences;
import org.attention4j.testing.TestNetworks;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The entries of an array count, not the order they have in memory. */
class MemoryOrderTest {
  private static final LayerWorkspaceMgr NO_WORKSPACES = LayerWorkspaceMgr.noWorkspaces();

  private static SelfAttentionLayer attention(Execution execution) {
    return new SelfAttentionLayer.Builder()
        .nOut(OUT)
        .nHeads(HEADS)
        .projectInput(true)
        .execution(execution)
        .build();
  }

  private static INDArray afterLstm(Execution execution, INDArray input) {
    LSTM lstm = new LSTM.Builder().nOut(OUT).build();
    return TestNetworks.of(lstm, attention(execution)).network(DataType.FLOAT).output(input);
  }

  @ParameterizedTest
  @EnumSource(
      value = Execution.class,
      names = {"FUSED", "GRAPH"})
  void arraysInTheOrderOfFortran(Execution execution) {
    MultiLayerNetwork network = TestNetworks.of(attention(execution)).network(DataType.FLOAT);
    network.initGradientsView();
    Layer layer = network.getLayer(0);
    INDArray input = Sequences.input(DataType.FLOAT, EXAMPLES, STEPS);
    INDArray epsilon = Nd4j.rand(DataType.FLOAT, EXAMPLES, OUT, STEPS);
    INDArray output = layer.activate(input, true, NO_WORKSPACES).dup();
    INDArray gradient = layer.backpropGradient(epsilon, NO_WORKSPACES).getSecond().dup();
    assertThat(distance(layer.activate(input.dup('f'), true, NO_WORKSPACES), output))
        .isLessThan(1e-6);
    assertThat(
            distance(layer.backpropGradient(epsilon.dup('f'), NO_WORKSPACES).getSecond(), gradient))
        .isLessThan(1e-6);
  }

  @Test
  void afterAnLstm() {
    INDArray input = Sequences.input(DataType.FLOAT, EXAMPLES, STEPS);
    assertThat(distance(afterLstm(Execution.FUSED, input), afterLstm(Execution.GRAPH, input)))
        .isLessThan(1e-6);
  }
}
