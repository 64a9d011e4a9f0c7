package org.attention4j.layers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.attention4j.testing.Sizes.EXAMPLES;
import static org.attention4j.testing.Sizes.HEADS;
import static org.attention4j.testing.Sizes.OUT;
import static org.attention4j.testing.Sizes.SIZE;
import static org.attention4j.testing.Sizes.STEPS;

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
import org.nd4j.linalg.indexing.NDArrayIndex;

/** With softmax the layer is the stock layer, with the same parameter vector. */
class SelfAttentionParityTest {
  @BeforeEach
  void seed() {
    Nd4j.getRandom().setSeed(19);
  }

  private static MultiLayerNetwork ours(DataType type) {
    return TestNetworks.of(
            new SelfAttentionLayer.Builder().nOut(OUT).nHeads(HEADS).projectInput(true).build())
        .network(type);
  }

  private static MultiLayerNetwork stock(DataType type) {
    return TestNetworks.of(
            new org.deeplearning4j.nn.conf.layers.SelfAttentionLayer.Builder()
                .nOut(OUT)
                .nHeads(HEADS)
                .projectInput(true)
                .build())
        .network(type);
  }

  @ParameterizedTest
  @CsvSource({"FLOAT,false", "FLOAT,true", "DOUBLE,false", "DOUBLE,true"})
  void sameOutputWithTheStockParameters(DataType type, boolean masked) {
    MultiLayerNetwork stock = stock(type);
    MultiLayerNetwork ours = ours(type);
    ours.setParams(stock.params());
    INDArray input = Sequences.input(type, EXAMPLES, STEPS);
    INDArray mask = masked ? Sequences.mask(type, EXAMPLES, STEPS) : null;

    INDArray expected = stock.output(input, false, mask, mask);
    INDArray actual = ours.output(input, false, mask, mask);

    assertThat(ours.paramTable().keySet()).isEqualTo(stock.paramTable().keySet());
    assertThat(actual.shape()).isEqualTo(expected.shape());
    assertThat(actual.sub(expected).amaxNumber().doubleValue()).isLessThan(1e-5);
    assertThat(expected.std().getDouble(0)).isGreaterThan(1e-2);
  }

  @Test
  void withoutProjection() {
    INDArray input = Sequences.input(DataType.DOUBLE, EXAMPLES, STEPS);
    MultiLayerNetwork stock =
        TestNetworks.of(
                new org.deeplearning4j.nn.conf.layers.SelfAttentionLayer.Builder()
                    .nIn(SIZE)
                    .nOut(SIZE)
                    .nHeads(1)
                    .build())
            .network(DataType.DOUBLE);
    MultiLayerNetwork ours =
        TestNetworks.of(new SelfAttentionLayer.Builder().nIn(SIZE).nOut(SIZE).build())
            .network(DataType.DOUBLE);
    ours.setParams(stock.params());
    assertThat(ours.output(input).sub(stock.output(input)).amaxNumber().doubleValue())
        .isLessThan(1e-9);
  }

  /** The defect that this library's adapter exists for, side by side with the right answer. */
  @Test
  void stockGradientIsTwiceTheSlopeAndOursIsTheSlope() {
    INDArray input = Sequences.input(DataType.DOUBLE, EXAMPLES, STEPS);
    INDArray labels = Sequences.labels(DataType.DOUBLE, EXAMPLES, STEPS);
    assertThat(gradientOverSlope(stock(DataType.DOUBLE), input, labels))
        .isCloseTo(2.0, within(1e-5));
    assertThat(gradientOverSlope(ours(DataType.DOUBLE), input, labels))
        .isCloseTo(1.0, within(1e-5));
  }

  /** The gradient's component along a direction over the finite difference in that direction. */
  private static double gradientOverSlope(
      MultiLayerNetwork network, INDArray input, INDArray labels) {
    network.setInput(input);
    network.setLabels(labels);
    network.computeGradientAndScore();
    // The score is a mean over examples; this gradient is still a sum.
    INDArray gradient = network.getFlattenedGradients().div(EXAMPLES);
    long attention = network.getLayer(0).numParams();
    INDArray direction = Nd4j.zeros(DataType.DOUBLE, 1, network.numParams());
    direction
        .get(NDArrayIndex.point(0), NDArrayIndex.interval(0, attention))
        .assign(Nd4j.randn(DataType.DOUBLE, attention));
    INDArray parameters = network.params().dup();
    double step = 1e-5;
    network.setParams(parameters.add(direction.mul(step)));
    double above = network.score(new DataSet(input, labels), true);
    network.setParams(parameters.sub(direction.mul(step)));
    double below = network.score(new DataSet(input, labels), true);
    double slope = (above - below) / (2 * step);
    return gradient.reshape(-1).mul(direction.reshape(-1)).sumNumber().doubleValue() / slope;
  }
}
