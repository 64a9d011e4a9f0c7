package org.attention4j.layers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.attention4j.layers.Networks.EXAMPLES;
import static org.attention4j.layers.Networks.HEADS;
import static org.attention4j.layers.Networks.OUT;
import static org.attention4j.layers.Networks.SIZE;
import static org.attention4j.layers.Networks.STEPS;

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
    return Networks.of(
        type, new SelfAttentionLayer.Builder().nOut(OUT).nHeads(HEADS).projectInput(true).build());
  }

  private static MultiLayerNetwork stock(DataType type) {
    return Networks.of(
        type,
        new org.deeplearning4j.nn.conf.layers.SelfAttentionLayer.Builder()
            .nOut(OUT)
            .nHeads(HEADS)
            .projectInput(true)
            .build());
  }

  @ParameterizedTest
  @CsvSource({"FLOAT,false", "FLOAT,true", "DOUBLE,false", "DOUBLE,true"})
  void sameOutputWithTheStockParameters(DataType type, boolean masked) {
    MultiLayerNetwork stock = stock(type);
    MultiLayerNetwork ours = ours(type);
    ours.setParams(stock.params());
    INDArray input = Networks.input(type, EXAMPLES, STEPS);
    INDArray mask = masked ? Networks.mask(type, EXAMPLES, STEPS) : null;

    INDArray expected = stock.output(input, false, mask, mask);
    INDArray actual = ours.output(input, false, mask, mask);

    assertThat(ours.paramTable().keySet()).isEqualTo(stock.paramTable().keySet());
    assertThat(actual.shape()).isEqualTo(expected.shape());
    assertThat(actual.sub(expected).amaxNumber().doubleValue()).isLessThan(1e-5);
    assertThat(expected.std().getDouble(0)).isGreaterThan(1e-2);
  }

  @Test
  void withoutProjection() {
    INDArray input = Networks.input(DataType.DOUBLE, EXAMPLES, STEPS);
    MultiLayerNetwork stock =
        Networks.of(
            DataType.DOUBLE,
            new org.deeplearning4j.nn.conf.layers.SelfAttentionLayer.Builder()
                .nIn(SIZE)
                .nOut(SIZE)
                .nHeads(1)
                .build());
    MultiLayerNetwork ours =
        Networks.of(DataType.DOUBLE, new SelfAttentionLayer.Builder().nIn(SIZE).nOut(SIZE).build());
    ours.setParams(stock.params());
    assertThat(ours.output(input).sub(stock.output(input)).amaxNumber().doubleValue())
        .isLessThan(1e-9);
  }

  /** The defect that this library's adapter exists for, side by side with the right answer. */
  @Test
  void stockGradientIsTwiceTheSlopeAndOursIsTheSlope() {
    INDArray input = Networks.input(DataType.DOUBLE, EXAMPLES, STEPS);
    INDArray labels = Networks.labels(DataType.DOUBLE, EXAMPLES, STEPS);
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
