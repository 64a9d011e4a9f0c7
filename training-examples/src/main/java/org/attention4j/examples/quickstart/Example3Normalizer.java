package org.attention4j.examples.quickstart;

import java.util.Arrays;
import org.attention4j.layers.SelfAttentionLayer;
import org.attention4j.normalizer.Normalizer;
import org.attention4j.normalizer.NormalizerContext;
import org.attention4j.normalizer.RowEvaluation;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Writes a new normalizer and trains with it. */
final class Example3Normalizer {
  private Example3Normalizer() {}

  /** Taylor softmax (arXiv 1511.05042): weights in proportion to 1 + z + z²/2, never below 0.5. */
  record TaylorSoftmax() implements Normalizer {
    @Override
    public SDVariable normalize(SameDiff sd, SDVariable scores, NormalizerContext context) {
      SDVariable z = context.zeroMasked(scores); // a masked score is -1e30 and has no square
      SDVariable positive = z.mul(z).mul(0.5).add(z).add(1);
      return positive.div(context.sum(positive).add(1e-30)); // finite without a visible key too
    }
  }

  public static void main(String[] arguments) {
    double[] scores = {-2, 0, 3, Double.NaN}; // NaN: a masked key
    double[] gradient = {1, 0, 0, 0};
    var row = RowEvaluation.of(new TaylorSoftmax(), scores, gradient, DataType.DOUBLE);
    System.out.printf("weights of %s: %s%n", Arrays.toString(scores), row.weights());

    var attention = new SelfAttentionLayer.Builder().nOut(16).nHeads(2).projectInput(true);
    var output = new RnnOutputLayer.Builder(LossFunction.MSE).nOut(8);
    output.activation(Activation.IDENTITY);
    var description = new NeuralNetConfiguration.Builder().seed(1).updater(new Adam(1e-2));
    attention.normalizer(new TaylorSoftmax());
    var layers = description.list(attention.build(), output.build());
    var network = new MultiLayerNetwork(layers.setInputType(InputType.recurrent(8)).build());
    network.init();
    INDArray x = Nd4j.randn(16, 8, 24); // examples, features, steps
    INDArray y = x.max(true, 2).broadcast(x.shape()); // each step asks for the sequence's maxima
    for (int i = 0; i < 200; i++) {
      network.fit(x, y);
      if (i % 199 == 0) {
        System.out.printf("loss after %d steps: %.3f%n", i, network.score());
      }
    }
  }
}
