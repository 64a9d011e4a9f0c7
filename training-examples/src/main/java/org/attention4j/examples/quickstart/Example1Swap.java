package org.attention4j.examples.quickstart;

import org.attention4j.layers.AttentionSwap;
import org.attention4j.normalizer.Normalizers;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.SelfAttentionLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Swaps the attention of a network that is trained already; weights and updater state stay. */
final class Example1Swap {
  private Example1Swap() {}

  public static void main(String[] arguments) {
    MultiLayerNetwork stock = stockNetwork(); // yours: MultiLayerNetwork.load(file, true)
    INDArray x = Nd4j.randn(16, 8, 24); // examples, features, steps
    INDArray y = x.max(true, 2).broadcast(x.shape()); // each step asks for the sequence's maxima
    for (int i = 0; i < 50; i++) {
      stock.fit(x, y);
    }

    // With softmax nothing changes but speed and the gradient, which is right.
    var same = AttentionSwap.with(Normalizers.softmax()).in(stock);
    same.report().forEach(System.out::println);
    double apart = same.network().output(x).sub(stock.output(x)).amaxNumber().doubleValue();
    System.out.printf("largest difference of the outputs: %.1e%n", apart);

    // With another normalizer training goes on from the same weights.
    MultiLayerNetwork sparse = AttentionSwap.with(Normalizers.entmax15()).in(stock).network();
    sparse.fit(x, y);
    double before = sparse.score(); // of the weights before the step
    for (int i = 0; i < 50; i++) {
      sparse.fit(x, y);
    }
    System.out.printf("loss with entmax: %.4f, 50 steps later %.4f%n", before, sparse.score());
  }

  private static MultiLayerNetwork stockNetwork() {
    var configuration =
        new NeuralNetConfiguration.Builder()
            .activation(Activation.IDENTITY)
            .updater(new Adam(1e-2))
            .list(
                new SelfAttentionLayer.Builder().nOut(16).nHeads(2).projectInput(true).build(),
                new RnnOutputLayer.Builder(LossFunction.MSE).nOut(8).build())
            .setInputType(InputType.recurrent(8))
            .build();
    MultiLayerNetwork network = new MultiLayerNetwork(configuration);
    network.init();
    return network;
  }
}
