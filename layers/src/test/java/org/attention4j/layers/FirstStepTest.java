package org.attention4j.layers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.attention4j.testing.Sequences;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.lossfunctions.LossFunctions;

class FirstStepTest {
  private static final int EXAMPLES = 3;
  private static final int SIZE = 5;
  private static final int STEPS = 7;
  private static final int CLASSES = 2;

  /** The first visible step of each example; -1 for none. */
  private static final int[] FIRST = {2, 0, -1};

  private static MultiLayerNetwork network(DataType type) {
    MultiLayerConfiguration configuration =
        new NeuralNetConfiguration.Builder()
            .seed(61)
            .dataType(type)
            .updater(new NoOp())
            .list()
            .layer(new LayerNorm.Builder().build())
            .layer(new FirstStep.Builder().name("first").build())
            .layer(
                new OutputLayer.Builder(LossFunctions.LossFunction.MCXENT)
                    .activation(Activation.SOFTMAX)
                    .nOut(CLASSES)
                    .build())
            .setInputType(InputType.recurrent(SIZE))
            .build();
    MultiLayerNetwork network = new MultiLayerNetwork(configuration);
    network.init();
    return network;
  }

  private static INDArray mask(DataType type) {
    return Nd4j.create(
            new double[][] {{0, 0, 1, 0, 1, 1, 0}, {1, 1, 1, 1, 1, 1, 1}, {0, 0, 0, 0, 0, 0, 0}})
        .castTo(type);
  }

  @ParameterizedTest
  @EnumSource(
      value = DataType.class,
      names = {"FLOAT", "DOUBLE", "HALF"})
  void takesTheFirstVisibleStep(DataType type) {
    MultiLayerNetwork network = network(type);
    INDArray input = Nd4j.randn(DataType.DOUBLE, EXAMPLES, SIZE, STEPS).castTo(type);
    INDArray all = network.feedForward(input).get(2);
    assertThat(all.shape()).containsExactly(EXAMPLES, SIZE);
    INDArray normed = network.feedForward(input).get(1);
    for (int b = 0; b < EXAMPLES; b++) {
      for (int i = 0; i < SIZE; i++) {
        assertThat(all.getDouble(b, i)).isEqualTo(normed.getDouble(b, i, 0));
      }
    }
    for (int b = 0; b < EXAMPLES; b++) {
      for (int step = 0; step < STEPS; step++) {
        if (mask(type).getDouble(b, step) == 0) {
          input.putScalar(b, 0, step, Double.NaN);
        }
      }
    }
    network.setLayerMaskArrays(mask(type), null);
    INDArray masked = network.feedForward(input).get(2);
    for (int b = 0; b < EXAMPLES; b++) {
      for (int i = 0; i < SIZE; i++) {
        assertThat(masked.getDouble(b, i))
            .isEqualTo(FIRST[b] < 0 ? 0 : normed.getDouble(b, i, FIRST[b]));
      }
    }
  }

  @Test
  void gradientsAreExact() {
    MultiLayerNetwork network = network(DataType.DOUBLE);
    INDArray labels = Nd4j.create(new double[][] {{1, 0}, {0, 1}, {1, 0}});
    for (INDArray mask : new INDArray[] {null, mask(DataType.DOUBLE)}) {
      assertThat(
              FiniteDifferences.largestError(
                  network, Sequences.input(DataType.DOUBLE, EXAMPLES, STEPS), labels, mask, null))
          .isLessThan(1e-5);
    }
  }

  @Test
  void isSavedAndCompared() {
    MultiLayerNetwork network = network(DataType.FLOAT);
    MultiLayerConfiguration read =
        MultiLayerConfiguration.fromJson(network.getLayerWiseConfigurations().toJson());
    assertThat(read).isEqualTo(network.getLayerWiseConfigurations());
    assertThat(read.getConf(1).getLayer())
        .hasToString("FirstStep(name=first, nIn=5, nOut=5)")
        .isEqualTo(network.getLayerWiseConfigurations().getConf(1).getLayer());
    INDArray input = Sequences.input(DataType.FLOAT, EXAMPLES, STEPS);
    assertThat(network.clone().output(input)).isEqualTo(network.output(input));
    assertThatThrownBy(() -> new FirstStep.Builder().nIn(3).nOut(2).build())
        .hasMessageStartingWith("FirstStep: nOut is 2 but must be left out");
    assertThatThrownBy(() -> network.output(Nd4j.zeros(DataType.FLOAT, 2, 4, 3)))
        .hasMessageContaining("must be [examples, 5, steps]");
  }
}
