package org.attention4j.layers;

import static org.assertj.core.api.Assertions.assertThat;

import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Layers of a graph that read the same activations. */
class SharedInputTest {
  private static final int SIZE = 6;
  private static final int STEPS = 5;

  private static SelfAttentionLayer.Builder attention() {
    return new SelfAttentionLayer.Builder().nOut(SIZE).nHeads(2).projectInput(true);
  }

  /** The framework lets the last reader write to its input, and dropout would. */
  @Test
  void dropoutOfOneLeavesTheOthersAlone() {
    ComputationGraph graph =
        new ComputationGraph(
            new NeuralNetConfiguration.Builder()
                .seed(83)
                .dataType(DataType.FLOAT)
                .updater(new Sgd(0.1))
                .graphBuilder()
                .addInputs("in")
                .setInputTypes(InputType.recurrent(SIZE))
                .addLayer("shared", new LayerNorm.Builder().build(), "in")
                .addLayer("plain", attention().build(), "shared")
                .addLayer("dropped", attention().dropOut(0.5).build(), "shared")
                .addVertex("merged", new MergeVertex(), "plain", "dropped")
                .addLayer(
                    "out",
                    new RnnOutputLayer.Builder(LossFunction.MSE)
                        .activation(Activation.IDENTITY)
                        .nOut(2)
                        .build(),
                    "merged")
                .setOutputs("out")
                .build());
    graph.init();
    INDArray input = Nd4j.rand(DataType.FLOAT, 3, SIZE, STEPS);
    INDArray[] inputs = {input};
    INDArray shared = graph.feedForward(inputs, false, true).get("shared");
    assertThat(graph.feedForward(inputs, true, true).get("shared")).isEqualTo(shared);
  }
}
