package org.attention4j.layers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.attention4j.layers.LayerPass.distance;
import static org.attention4j.layers.Networks.EXAMPLES;
import static org.attention4j.layers.Networks.OUT;
import static org.attention4j.layers.Networks.STEPS;

import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
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
  private static final int IN = 7;

  private static MultiLayerNetwork network(Execution execution, boolean afterLstm) {
    NeuralNetConfiguration.ListBuilder layers =
        new NeuralNetConfiguration.Builder().seed(97).dataType(DataType.FLOAT).list();
    if (afterLstm) {
      layers.layer(new LSTM.Builder().nOut(IN).build());
    }
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            layers
                .layer(
                    new SelfAttentionLayer.Builder()
                        .nOut(OUT)
                        .nHeads(2)
                        .projectInput(true)
                        .execution(execution)
                        .build())
                .setInputType(InputType.recurrent(IN))
                .build());
    network.init();
    network.initGradientsView();
    return network;
  }

  @ParameterizedTest
  @EnumSource(
      value = Execution.class,
      names = {"FUSED", "GRAPH"})
  void arraysInTheOrderOfFortran(Execution execution) {
    Layer layer = network(execution, false).getLayer(0);
    INDArray input = Nd4j.rand(DataType.FLOAT, EXAMPLES, IN, STEPS);
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
    INDArray input = Nd4j.rand(DataType.FLOAT, EXAMPLES, IN, STEPS);
    INDArray fused = network(Execution.FUSED, true).output(input);
    INDArray graph = network(Execution.GRAPH, true).output(input);
    assertThat(distance(fused, graph)).isLessThan(1e-6);
  }
}
