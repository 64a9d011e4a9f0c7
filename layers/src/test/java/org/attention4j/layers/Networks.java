package org.attention4j.layers;

import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.WorkspaceMode;
import org.deeplearning4j.nn.conf.inputs.InputType;
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
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Small networks for tests. All sizes are distinct primes, so that a swapped axis cannot pass. */
public final class Networks {
  public static final int EXAMPLES = 3;
  public static final int SIZE = 5;
  public static final int OUT = 14;
  public static final int HEADS = 2;
  public static final int STEPS = 11;
  public static final int CLASSES = 13;

  private Networks() {}

  public static MultiLayerNetwork of(DataType type, Layer... layers) {
    return of(type, new NoOp(), WorkspaceMode.ENABLED, layers);
  }

  /** The given layers, then a softmax output for each step. */
  public static MultiLayerNetwork of(
      DataType type, IUpdater updater, WorkspaceMode workspaces, Layer... layers) {
    NeuralNetConfiguration.ListBuilder list =
        new NeuralNetConfiguration.Builder()
            .seed(17)
            .dataType(type)
            .weightInit(WeightInit.XAVIER)
            .updater(updater)
            .trainingWorkspaceMode(workspaces)
            .inferenceWorkspaceMode(workspaces)
            .list();
    for (Layer layer : layers) {
      list.layer(layer);
    }
    MultiLayerConfiguration configuration =
        list.layer(
                new RnnOutputLayer.Builder(LossFunction.MCXENT)
                    .activation(Activation.SOFTMAX)
                    .nOut(CLASSES)
                    .build())
            .setInputType(InputType.recurrent(SIZE))
            .build();
    MultiLayerNetwork network = new MultiLayerNetwork(configuration);
    network.init();
    return network;
  }

  public static INDArray input(DataType type, int examples, int steps) {
    return Nd4j.randn(DataType.DOUBLE, examples, SIZE, steps).castTo(type);
  }

  public static INDArray labels(DataType type, int examples, int steps) {
    INDArray labels = Nd4j.zeros(type, examples, CLASSES, steps);
    for (int example = 0; example < examples; example++) {
      for (int step = 0; step < steps; step++) {
        labels.putScalar(example, (7 * example + 3 * step) % CLASSES, step, 1);
      }
    }
    return labels;
  }

  /** Padding at the end, a different length for each example, the first one whole. */
  public static INDArray mask(DataType type, int examples, int steps) {
    INDArray mask = Nd4j.ones(type, examples, steps);
    for (int example = 1; example < examples; example++) {
      for (int step = Math.max(1, steps - 3 * example); step < steps; step++) {
        mask.putScalar(example, step, 0);
      }
    }
    return mask;
  }
}
