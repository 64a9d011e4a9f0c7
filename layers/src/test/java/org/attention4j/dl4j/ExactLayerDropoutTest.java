package org.attention4j.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.attention4j.testing.Sizes.EXAMPLES;
import static org.attention4j.testing.Sizes.HEADS;
import static org.attention4j.testing.Sizes.OUT;
import static org.attention4j.testing.Sizes.STEPS;

import org.attention4j.layers.LayerNorm;
import org.attention4j.layers.SelfAttentionLayer;
import org.attention4j.testing.Sequences;
import org.attention4j.testing.TestNetworks;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;

/** Both kinds of dropout: on a layer's input, as any layer has it, and inside its graph. */
class ExactLayerDropoutTest {
  /** Deeplearning4j's {@code dropOut} is the probability to be kept; 0 turns it off. */
  private static final double KEPT_INPUT = 0.7;

  private static final double DROPPED_WEIGHTS = 0.3;

  @BeforeEach
  void seed() {
    Nd4j.getRandom().setSeed(29);
  }

  private static MultiLayerNetwork network(double keptInput, double droppedWeights) {
    return TestNetworks.of(
            new LayerNorm.Builder().build(),
            new SelfAttentionLayer.Builder()
                .nOut(OUT)
                .nHeads(HEADS)
                .projectInput(true)
                .attentionDropout(droppedWeights)
                .dropOut(keptInput)
                .build())
        .network(DataType.DOUBLE);
  }

  private static DataSet data(boolean masked) {
    INDArray mask = masked ? Sequences.mask(DataType.DOUBLE, EXAMPLES, STEPS) : null;
    return new DataSet(
        Sequences.input(DataType.DOUBLE, EXAMPLES, STEPS),
        Sequences.labels(DataType.DOUBLE, EXAMPLES, STEPS),
        mask,
        mask);
  }

  /** The attention layer's own output. */
  private static INDArray attended(MultiLayerNetwork network, INDArray input, boolean training) {
    return network.feedForward(input, training).get(2).dup();
  }

  @ParameterizedTest
  @CsvSource({"0.7,0,false", "0,0.3,false", "0.7,0.3,false", "0.7,0.3,true"})
  void gradientIsThatOfTheDrawOfTheForwardPass(double input, double weights, boolean masked) {
    assertThat(Slopes.largestError(network(input, weights), data(masked))).isLessThan(1e-5);
  }

  @ParameterizedTest
  @CsvSource({"0.7,0", "0,0.3"})
  void trainingDropsAndInferenceDoesNot(double keptInput, double droppedWeights) {
    MultiLayerNetwork network = network(keptInput, droppedWeights);
    MultiLayerNetwork without = network(0, 0);
    without.setParams(network.params());
    INDArray input = Sequences.input(DataType.DOUBLE, EXAMPLES, STEPS);
    INDArray expected = attended(without, input, false);

    assertThat(attended(network, input, true).distance2(expected)).isGreaterThan(1e-1);
    assertThat(attended(network, input, false)).isEqualTo(expected);
    assertThat(attended(without, input, true)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({"0.7,0", "0,0.3"})
  void theSeedDecidesTheDraw(double keptInput, double droppedWeights) {
    MultiLayerNetwork network = network(keptInput, droppedWeights);
    INDArray input = Sequences.input(DataType.DOUBLE, EXAMPLES, STEPS);
    Nd4j.getRandom().setSeed(31);
    INDArray first = attended(network, input, true);
    INDArray second = attended(network, input, true);
    Nd4j.getRandom().setSeed(31);
    assertThat(attended(network, input, true)).isEqualTo(first);
    assertThat(second.distance2(first)).isGreaterThan(1e-1);
  }

  /** One linear map after the dropout, so that the mean over draws is the output without one. */
  @Test
  void attentionDropoutKeepsTheMean() {
    MultiLayerNetwork network = network(0, DROPPED_WEIGHTS);
    INDArray input = Sequences.input(DataType.DOUBLE, EXAMPLES, STEPS);
    INDArray expected = attended(network, input, false);
    INDArray sum = Nd4j.zerosLike(expected);
    int draws = 200;
    for (int draw = 0; draw < draws; draw++) {
      sum.addi(attended(network, input, true));
    }
    assertThat(sum.div(draws).distance2(expected) / expected.norm2Number().doubleValue())
        .isLessThan(0.06);
  }

  @Test
  void dropOutIsTheProbabilityToBeKept() {
    MultiLayerNetwork network = network(KEPT_INPUT, 0);
    assertThat(network.getLayer(1).conf().getLayer().getIDropout())
        .isEqualTo(new org.deeplearning4j.nn.conf.dropout.Dropout(KEPT_INPUT));
  }
}
