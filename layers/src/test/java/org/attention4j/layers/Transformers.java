package org.attention4j.layers;

import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** A whole little transformer: positions, blocks and a softmax output for each step. */
final class Transformers {
  private Transformers() {}

  static ComputationGraph of(
      DataType type,
      IUpdater updater,
      TransformerBlocks blocks,
      int count,
      int inputs,
      int classes) {
    GraphBuilder builder =
        new NeuralNetConfiguration.Builder()
            .seed(17)
            .dataType(type)
            .updater(updater)
            .graphBuilder()
            .addInputs("in")
            .addLayer(
                "positions", new LearnedPositionEmbedding.Builder().maxLength(23).build(), "in");
    String last = blocks.addTo(builder, "block", "positions", count);
    ComputationGraph graph =
        new ComputationGraph(
            builder
                .addLayer(
                    "out",
                    new RnnOutputLayer.Builder(LossFunction.MCXENT)
                        .activation(Activation.SOFTMAX)
                        .nOut(classes)
                        .build(),
                    last)
                .setOutputs("out")
                .setInputTypes(InputType.recurrent(inputs))
                .build());
    graph.init();
    return graph;
  }

  /** Input and output sizes as in {@link Networks}. */
  static ComputationGraph of(DataType type, IUpdater updater) {
    TransformerBlocks blocks =
        TransformerBlocks.builder()
            .size(Networks.SIZE)
            .heads(5)
            .feedForwardSize(7)
            .causal(true)
            .dropout(0.1)
            .build();
    return of(type, updater, blocks, 2, Networks.SIZE, Networks.CLASSES);
  }
}
