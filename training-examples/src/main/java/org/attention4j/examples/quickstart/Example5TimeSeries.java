package org.attention4j.examples.quickstart;

import org.attention4j.layers.SelfAttentionLayer;
import org.attention4j.normalizer.Normalizers;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.adapter.SingletonDataSetIterator;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.learning.config.Adam;

/** Classifies time series of different lengths, padded to one length and masked. */
final class Example5TimeSeries {
  private Example5TimeSeries() {}

  public static void main(String[] arguments) {
    var attention = new SelfAttentionLayer.Builder().nOut(16).nHeads(2).projectInput(true);
    attention.normalizer(Normalizers.ssmax());
    var output = new OutputLayer.Builder().nOut(2).activation(Activation.SOFTMAX).build();
    var setUp = new NeuralNetConfiguration.Builder().seed(1).updater(new Adam(1e-2));
    var layers = setUp.list(attention.build(), new GlobalPoolingLayer(PoolingType.AVG), output);
    var network = new MultiLayerNetwork(layers.setInputType(InputType.recurrent(2)).build());
    network.init();
    for (int i = 0; i < 300; i++) {
      network.fit(series(64, 5 + Nd4j.getRandom().nextInt(26))); // any number of steps
    }
    DataSet unseen = series(500, 30);
    double accuracy = network.evaluate(new SingletonDataSetIterator(unseen)).accuracy();
    INDArray mask = unseen.getFeaturesMaskArray();
    INDArray answers = network.output(unseen.getFeatures(), false, mask, null);
    INDArray x = unseen.getFeatures().add(mask.rsub(1).mul(1000).reshape(500, 1, 30)); // rubbish
    double apart = network.output(x, false, mask, null).sub(answers).amaxNumber().doubleValue();
    System.out.printf("accuracy %.3f; padding changes the answer by %.0e%n", accuracy, apart);
  }

  /** A series has one step whose first feature is large; that of the second tells its class. */
  private static DataSet series(int count, int longest) {
    INDArray x = Nd4j.randn(count, 2, longest);
    INDArray y = Nd4j.zeros(count, 2);
    INDArray mask = Nd4j.zeros(count, longest);
    for (int i = 0; i < count; i++) {
      int length = 5 + Nd4j.getRandom().nextInt(longest - 4);
      int event = Nd4j.getRandom().nextInt(length);
      mask.getRow(i).get(NDArrayIndex.interval(0, length)).assign(1);
      int kind = Nd4j.getRandom().nextInt(2);
      x.putScalar(new int[] {i, 0, event}, 5);
      x.putScalar(new int[] {i, 1, event}, 4 * kind - 2);
      y.putScalar(i, kind, 1);
    }
    return new DataSet(x, y, mask, null);
  }
}
