package org.attention4j.layers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.attention4j.testing.Sequences;
import org.attention4j.testing.Sizes;
import org.attention4j.testing.TestNetworks;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The function between the two maps. */
class FeedForwardBlockTest {
  /** A block that is its activation: every weight one, every bias zero, one feature throughout. */
  private static LayerPass pass(Activation activation, double x) {
    MultiLayerNetwork network =
        TestNetworks.of(
                new FeedForwardBlock.Builder().hiddenSize(1).nOut(1).activation(activation).build())
            .network(DataType.FLOAT);
    network.params().assign(0);
    network.getParam("0_W1").putScalar(new long[] {0, 2}, 1);
    network.getParam("0_W2").assign(1);
    INDArray input = Nd4j.zeros(DataType.FLOAT, 1, Sizes.SIZE, 1);
    input.putScalar(0, 2, 0, x);
    return LayerPass.of(network, input, null, Nd4j.ones(DataType.FLOAT, 1, 1, 1));
  }

  @ParameterizedTest
  @CsvSource({
    "GELU,0.7,0.53063", // 0.7 * Φ(0.7), Φ(0.7) = 0.75803635
    "GELU,-0.7,-0.16937",
    "RELU,0.7,0.7",
    "RELU,-0.7,0",
    "SWISH,0.7,0.46773", // 0.7 * sigmoid(0.7)
    "TANH,0.7,0.60437",
    "SIGMOID,0.7,0.66819",
    "SOFTPLUS,-0.7,0.40319", // log(1 + e^-0.7)
    "SOFTSIGN,-0.7,-0.41176", // -0.7 / 1.7
    "ELU,-0.7,-0.50341", // e^-0.7 - 1
    "IDENTITY,-0.7,-0.7"
  })
  void value(Activation activation, double x, double expected) {
    assertThat(pass(activation, x).output().getDouble(0)).isCloseTo(expected, within(1e-5));
  }

  /** Far out each function is a straight line; the formula of its slope must not overflow. */
  @ParameterizedTest
  @EnumSource(
      value = Activation.class,
      names = {"GELU", "RELU", "SWISH", "TANH", "SIGMOID", "SOFTPLUS", "ELU", "IDENTITY"})
  void theSlopeIsRightFarOut(Activation activation) {
    for (double x : new double[] {30, 60, 1000, 1e9}) {
      boolean flat = activation == Activation.TANH || activation == Activation.SIGMOID;
      assertThat(pass(activation, x).inputGradient().getDouble(0, 2, 0))
          .as("at %s", x)
          .isCloseTo(flat ? 0 : 1, within(1e-5));
      assertThat(pass(activation, -x).inputGradient().getDouble(0, 2, 0))
          .as("at %s", -x)
          .isCloseTo(activation == Activation.IDENTITY ? 1 : 0, within(1e-5));
    }
  }

  @Test
  void hiddenSizeIsFourTimesTheInputUnlessSet() {
    MultiLayerNetwork network =
        TestNetworks.of(new FeedForwardBlock.Builder().nOut(7).build()).network(DataType.FLOAT);
    assertThat(network.getParam("0_W1").shape()).containsExactly(4L * Sizes.SIZE, Sizes.SIZE);
    assertThat(network.getParam("0_W2").shape()).containsExactly(7, 4L * Sizes.SIZE);
  }

  @ParameterizedTest
  @EnumSource(
      value = Activation.class,
      names = {"SWISH", "TANH", "SIGMOID", "SOFTPLUS", "SOFTSIGN", "ELU", "GELU", "IDENTITY"})
  void gradientsOfActivations(Activation activation) {
    Nd4j.getRandom().setSeed(23);
    MultiLayerNetwork network =
        TestNetworks.of(
                new LayerNorm.Builder().build(),
                new FeedForwardBlock.Builder().activation(activation).build())
            .network(DataType.DOUBLE);
    INDArray mask = Sequences.mask(DataType.DOUBLE, Sizes.EXAMPLES, Sizes.STEPS);
    assertThat(
            FiniteDifferences.largestError(
                network,
                Sequences.input(DataType.DOUBLE, Sizes.EXAMPLES, Sizes.STEPS),
                Sequences.labels(DataType.DOUBLE, Sizes.EXAMPLES, Sizes.STEPS),
                mask))
        .isLessThan(1e-5);
  }
}
