package org.attention4j.layers;

import java.util.Random;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.weights.WeightInit;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;

/** Networks that end with a language-model head, or with the stock layer it stands for. */
final class Heads {
  static final int EXAMPLES = 3;
  static final int SIZE = 5;
  static final int STEPS = 11;

  private Heads() {}

  static LanguageModelHead.Builder head(int classes) {
    return new LanguageModelHead.Builder().nIn(SIZE).nOut(classes);
  }

  /**
   * Without the smallest probability that the stock loss knows: it is compared where it is right.
   */
  static RnnOutputLayer.Builder stock(int classes) {
    return new RnnOutputLayer.Builder(new LossMCXENT(0, null))
        .activation(Activation.SOFTMAX)
        .nIn(SIZE)
        .nOut(classes);
  }

  static MultiLayerNetwork network(DataType type, Layer... layers) {
    return network(type, new NoOp(), layers);
  }

  static MultiLayerNetwork network(DataType type, IUpdater updater, Layer... layers) {
    NeuralNetConfiguration.ListBuilder list =
        new NeuralNetConfiguration.Builder()
            .seed(41)
            .dataType(type)
            .weightInit(WeightInit.XAVIER)
            .biasInit(0.1)
            .updater(updater)
            .list();
    for (Layer layer : layers) {
      list.layer(layer);
    }
    // Deeplearning4j sets the first layer's nIn to what the input type says.
    long size = layers[0] instanceof FeedForwardLayer first ? first.getNIn() : 1;
    MultiLayerConfiguration configuration =
        list.setInputType(InputType.recurrent(size, STEPS)).build();
    MultiLayerNetwork network = new MultiLayerNetwork(configuration);
    network.init();
    return network;
  }

  static INDArray input(DataType type) {
    return Nd4j.randn(DataType.DOUBLE, EXAMPLES, SIZE, STEPS).castTo(type);
  }

  /** The class of each step, [b, T]. */
  static INDArray ids(int classes) {
    Random random = new Random(43);
    INDArray ids = Nd4j.create(DataType.INT32, EXAMPLES, STEPS);
    for (int i = 0; i < EXAMPLES * STEPS; i++) {
      ids.putScalar(i, random.nextInt(classes));
    }
    return ids;
  }

  static INDArray oneHot(INDArray ids, int classes, DataType type) {
    INDArray labels = Nd4j.zeros(type, ids.size(0), classes, ids.size(1));
    for (int example = 0; example < ids.size(0); example++) {
      for (int step = 0; step < ids.size(1); step++) {
        labels.putScalar(example, ids.getInt(example, step), step, 1);
      }
    }
    return labels;
  }

  /** Every fourth step does not count, and the last example ends early. */
  static INDArray mask(DataType type) {
    INDArray mask = Nd4j.ones(type, EXAMPLES, STEPS);
    for (int example = 0; example < EXAMPLES; example++) {
      for (int step = 0; step < STEPS; step++) {
        if ((example * STEPS + step) % 4 == 2 || (example == EXAMPLES - 1 && step > 6)) {
          mask.putScalar(example, step, 0);
        }
      }
    }
    return mask;
  }
}
