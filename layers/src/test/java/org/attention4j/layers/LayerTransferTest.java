package org.attention4j.layers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.attention4j.testing.Sizes.CLASSES;
import static org.attention4j.testing.Sizes.EXAMPLES;
import static org.attention4j.testing.Sizes.STEPS;

import org.attention4j.testing.Sequences;
import org.attention4j.testing.TestNetworks;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.transferlearning.FineTuneConfiguration;
import org.deeplearning4j.nn.transferlearning.TransferLearning;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Layers of a trained network inside a new one. */
class LayerTransferTest {
  @BeforeEach
  void seed() {
    Nd4j.getRandom().setSeed(97);
  }

  private static MultiLayerNetwork network(Layer... layers) {
    return TestNetworks.of(layers).learningRate(0.1).network(DataType.FLOAT);
  }

  private static MultiLayerNetwork stack() {
    return network(
        new LearnedPositionEmbedding.Builder().maxLength(17).build(),
        new LayerNorm.Builder().build(),
        new SelfAttentionLayer.Builder().nOut(14).nHeads(2).projectInput(true).causal(true).build(),
        new FeedForwardBlock.Builder().nOut(7).build());
  }

  private static DataSet data() {
    INDArray mask = Sequences.mask(DataType.FLOAT, EXAMPLES, STEPS);
    return new DataSet(
        Sequences.input(DataType.FLOAT, EXAMPLES, STEPS),
        Sequences.labels(DataType.FLOAT, EXAMPLES, STEPS),
        mask,
        mask);
  }

  @Test
  void frozenLayersStayAndTheOthersLearn() {
    MultiLayerNetwork trained = stack();
    trained.fit(data());
    INDArray input = data().getFeatures();
    INDArray attended = trained.feedForward(input).get(3);
    MultiLayerNetwork tuned =
        new TransferLearning.Builder(trained)
            .fineTuneConfiguration(
                new FineTuneConfiguration.Builder().updater(new Sgd(0.5)).seed(17).build())
            .setFeatureExtractor(2)
            .removeOutputLayer()
            .addLayer(
                new RnnOutputLayer.Builder(LossFunction.MCXENT)
                    .activation(Activation.SOFTMAX)
                    .dataFormat(RNNFormat.NCW)
                    .nIn(7)
                    .nOut(CLASSES)
                    .build())
            .build();
    assertThat(tuned.feedForward(input).get(3)).isEqualTo(attended);

    tuned.fit(data());

    assertThat(tuned.feedForward(input).get(3)).isEqualTo(attended);
    assertThat(tuned.getParam("2_Wq")).isEqualTo(trained.getParam("2_Wq"));
    assertThat(tuned.getParam("3_W1").distance2(trained.getParam("3_W1"))).isGreaterThan(1e-4);
  }
}
