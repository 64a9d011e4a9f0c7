package org.attention4j.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;

/** What {@code docs/layers.md} says of AdamW, which Deeplearning4j has by another name. */
class AdamWTest {
  private static final int EXAMPLES = 7;
  private static final int IN = 5;
  private static final int HIDDEN = 11;
  private static final int CLASSES = 3;
  private static final double RATE = 0.01;
  private static final double DECAY = 0.1;
  private static final double EPSILON = 1e-8;
  private static final int STEPS = 5;

  @BeforeEach
  void seed() {
    Nd4j.getRandom().setSeed(67);
  }

  private static MultiLayerNetwork network(double ofNetwork, double ofLayer) {
    DenseLayer.Builder hidden =
        new DenseLayer.Builder().nIn(IN).nOut(HIDDEN).activation(Activation.TANH);
    OutputLayer.Builder output =
        new OutputLayer.Builder().nIn(HIDDEN).nOut(CLASSES).activation(Activation.SOFTMAX);
    hidden.weightDecay(ofLayer);
    output.weightDecay(ofLayer);
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(71)
                .dataType(DataType.DOUBLE)
                .updater(new Adam(RATE, 0.9, 0.999, EPSILON))
                .biasInit(0.5)
                .weightDecay(ofNetwork)
                .list()
                .layer(hidden.build())
                .layer(output.build())
                .build());
    network.init();
    return network;
  }

  private static DataSet data() {
    INDArray labels = Nd4j.zeros(DataType.DOUBLE, EXAMPLES, CLASSES);
    for (int i = 0; i < EXAMPLES; i++) {
      labels.putScalar(i, i % CLASSES, 1);
    }
    return new DataSet(Nd4j.randn(DataType.DOUBLE, EXAMPLES, IN), labels);
  }

  /**
   * Trains a network and, beside it, AdamW by its formula: {@code w -= rate (m' / (sqrt(v') + e) +
   * decay w)}, without decay for biases. Deeplearning4j's epsilon is the "epsilon hat" of Adam's
   * paper, beside the second moment before it is corrected.
   */
  private static void assertIsAdamW(MultiLayerNetwork network, double decay) {
    int n = Math.toIntExact(network.numParams());
    double[] w = network.params().toDoubleVector();
    double[] m = new double[n];
    double[] v = new double[n];
    for (int t = 1; t <= STEPS; t++) {
      DataSet data = data();
      double[] g =
          network
              .clone()
              .calculateGradients(data.getFeatures(), data.getLabels(), null, null)
              .getFirst()
              .gradient()
              .div(EXAMPLES)
              .toDoubleVector();
      network.fit(data);
      double[] present = network.params().toDoubleVector();
      double correction = Math.sqrt(1 - Math.pow(0.999, t));
      for (int i = 0; i < n; i++) {
        m[i] = 0.9 * m[i] + 0.1 * g[i];
        v[i] = 0.999 * v[i] + 0.001 * g[i] * g[i];
        double moment = m[i] / (1 - Math.pow(0.9, t));
        double step = moment / (Math.sqrt(v[i]) / correction + EPSILON / correction);
        boolean bias = (i >= IN * HIDDEN && i < IN * HIDDEN + HIDDEN) || i >= n - CLASSES;
        w[i] -= RATE * (step + (bias ? 0 : decay * w[i]));
        assertThat(present[i]).as("step %d, %d", t, i).isCloseTo(w[i], within(1e-12));
      }
    }
  }

  @Test
  void adamWithTheWeightDecayOfALayerIsAdamW() {
    assertIsAdamW(network(0, DECAY), DECAY);
  }

  /**
   * Deeplearning4j gives a layer what the network says twice, and adds it to what the layer says.
   */
  @Test
  void theWeightDecayOfTheNetworkCountsTwice() {
    assertIsAdamW(network(DECAY, 0), 2 * DECAY);
    assertIsAdamW(network(DECAY, DECAY), 2 * DECAY);
    assertIsAdamW(network(DECAY / 2, 0), DECAY);
  }
}
