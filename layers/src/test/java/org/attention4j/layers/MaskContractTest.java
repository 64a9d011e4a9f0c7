package org.attention4j.layers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.attention4j.layers.Networks.EXAMPLES;
import static org.attention4j.layers.Networks.HEADS;
import static org.attention4j.layers.Networks.OUT;
import static org.attention4j.layers.Networks.SIZE;
import static org.attention4j.layers.Networks.STEPS;

import java.util.List;
import java.util.stream.Stream;
import org.attention4j.normalizer.Normalizer;
import org.attention4j.normalizer.Normalizers;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Padding is invisible: what stands in it, how much of it there is, and an example that consists of
 * nothing else.
 */
class MaskContractTest {
  /** The last ones can still be computed with, but not to the third power. */
  private static final double[] GARBAGE = {
    Double.NaN, 1e30, -1e30, Double.POSITIVE_INFINITY, 1e14, -1e14, 1e11, -1e9
  };

  @BeforeEach
  void seed() {
    Nd4j.getRandom().setSeed(71);
  }

  static Stream<Arguments> attention() {
    List<Normalizer> normalizers =
        List.of(
            Normalizers.softmax(),
            Normalizers.softmaxWithLearnableTemperature(0.7),
            Normalizers.topK(3),
            Normalizers.topFraction(0.4),
            Normalizers.sparsemax(),
            Normalizers.entmax15(),
            Normalizers.ssmax(),
            Normalizers.logN(3));
    return normalizers.stream()
        .flatMap(
            normalizer ->
                Stream.of(false, true)
                    .map(
                        causal ->
                            Arguments.of(
                                normalizer + (causal ? " causal" : ""),
                                new SelfAttentionLayer.Builder()
                                    .nOut(OUT)
                                    .nHeads(HEADS)
                                    .projectInput(true)
                                    .hasBias(true)
                                    .normalizer(normalizer)
                                    .causal(causal)
                                    .build())));
  }

  static Stream<Arguments> all() {
    return Stream.concat(
        attention(),
        Stream.of(
            Arguments.of("no projection", new SelfAttentionLayer.Builder().build()),
            Arguments.of("layer norm", new LayerNorm.Builder().build()),
            Arguments.of("positions", new LearnedPositionEmbedding.Builder().maxLength(17).build()),
            Arguments.of("feed forward", new FeedForwardBlock.Builder().nOut(7).build())));
  }

  /** A network of the layer, with nowhere a parameter that is zero. */
  private static MultiLayerNetwork network(DataType type, Layer layer) {
    MultiLayerNetwork network = Networks.of(type, layer.clone());
    network.params().addi(Nd4j.randn(type, network.numParams()).muli(0.2));
    return network;
  }

  /** A gradient that arrives at visible steps only, as from a loss under the same mask. */
  private static INDArray epsilon(MultiLayerNetwork network, INDArray input, INDArray mask) {
    long size = network.feedForward(input, false).get(1).size(1);
    INDArray epsilon = Nd4j.randn(DataType.DOUBLE, input.size(0), size, input.size(2));
    return visible(epsilon.castTo(input.dataType()), mask);
  }

  private static INDArray visible(INDArray sequence, INDArray mask) {
    INDArray result = sequence.dup();
    fillMasked(result, mask, 0);
    return result;
  }

  /** Writes the values into the masked steps, one after the other and then from the beginning. */
  private static void fillMasked(INDArray sequence, INDArray mask, double... values) {
    int next = 0;
    for (long example = 0; example < mask.size(0); example++) {
      for (long step = 0; step < mask.size(1); step++) {
        if (mask.getDouble(example, step) == 0) {
          sequence
              .get(NDArrayIndex.point(example), NDArrayIndex.all(), NDArrayIndex.point(step))
              .assign(values[next++ % values.length]);
        }
      }
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("all")
  void garbageInPaddingChangesNothing(String name, Layer layer) {
    MultiLayerNetwork network = network(DataType.FLOAT, layer);
    INDArray input = Networks.input(DataType.FLOAT, EXAMPLES, STEPS);
    INDArray mask = Networks.mask(DataType.FLOAT, EXAMPLES, STEPS);
    INDArray epsilon = epsilon(network, input, mask);
    LayerPass expected = LayerPass.of(network, input, mask, epsilon);
    fillMasked(input, mask, GARBAGE);
    LayerPass actual = LayerPass.of(network, input, mask, epsilon);
    assertThat(LayerPass.distance(visible(actual.output(), mask), visible(expected.output(), mask)))
        .isLessThan(1e-6);
    assertThat(actual.distance(expected)).isLessThan(1e-5);
    assertThat(LayerPass.distance(actual.inputGradient(), expected.inputGradient()))
        .isLessThan(1e-5);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("all")
  void morePaddingChangesNothing(String name, Layer layer) {
    morePadding(layer, DataType.FLOAT, 2e-6);
    morePadding(layer, DataType.DOUBLE, 1e-12);
  }

  private static void morePadding(Layer layer, DataType type, double tolerance) {
    MultiLayerNetwork network = network(type, layer);
    INDArray input = Networks.input(type, EXAMPLES, STEPS);
    INDArray mask = Networks.mask(type, EXAMPLES, STEPS);
    INDArray epsilon = epsilon(network, input, mask);
    INDArray paddedInput = Nd4j.concat(2, input, Networks.input(type, EXAMPLES, 2));
    INDArray paddedMask = Nd4j.concat(1, mask, Nd4j.zeros(type, EXAMPLES, 2));
    INDArray paddedEpsilon =
        Nd4j.concat(2, epsilon, Nd4j.zeros(type, EXAMPLES, epsilon.size(1), 2));

    LayerPass expected = LayerPass.of(network, input, mask, epsilon);
    LayerPass actual = LayerPass.of(network, paddedInput, paddedMask, paddedEpsilon);

    assertThat(LayerPass.distance(first(actual.output()), expected.output())).isLessThan(tolerance);
    assertThat(LayerPass.distance(first(actual.inputGradient()), expected.inputGradient()))
        .isLessThan(tolerance * 10);
    assertThat(actual.distance(expected)).isLessThan(tolerance * 10);
  }

  private static INDArray first(INDArray sequence) {
    return sequence.get(NDArrayIndex.all(), NDArrayIndex.all(), NDArrayIndex.interval(0, STEPS));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("attention")
  void anExampleOfPaddingAloneGivesTheBiasAndNoGradient(String name, Layer layer) {
    MultiLayerNetwork network = network(DataType.FLOAT, layer);
    INDArray input = Networks.input(DataType.FLOAT, EXAMPLES, STEPS);
    INDArray mask = Nd4j.ones(DataType.FLOAT, EXAMPLES, STEPS);
    mask.getRow(1).assign(0);
    INDArray epsilon = Nd4j.zeros(DataType.FLOAT, EXAMPLES, OUT, STEPS);
    epsilon.slice(1).assign(Nd4j.randn(DataType.FLOAT, OUT, STEPS));

    LayerPass pass = LayerPass.of(network, input, mask, epsilon);

    INDArray bias = network.getParam("0_bo");
    for (int step = 0; step < STEPS; step++) {
      assertThat(pass.output().slice(1).getColumn(step)).isEqualTo(bias);
      assertThat(pass.output().slice(0).getColumn(step)).isNotEqualTo(bias);
    }
    assertThat(pass.inputGradient().amaxNumber().doubleValue()).isZero();
    pass.gradients()
        .forEach(
            (parameter, gradient) -> {
              if (parameter.equals("bo")) {
                assertThat(LayerPass.distance(gradient, epsilon.slice(1).sum(1))).isLessThan(1e-5);
              } else {
                assertThat(gradient.amaxNumber().doubleValue()).as(parameter).isZero();
              }
            });
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("attention")
  void withoutBiasItGivesZero(String name, SelfAttentionLayer layer) {
    MultiLayerNetwork network =
        network(
            DataType.FLOAT,
            new SelfAttentionLayer.Builder()
                .nOut(OUT)
                .nHeads(HEADS)
                .projectInput(true)
                .normalizer(layer.getNormalizer())
                .build());
    INDArray mask = Nd4j.ones(DataType.FLOAT, EXAMPLES, STEPS);
    mask.getRow(2).assign(0);
    INDArray input = Nd4j.randn(DataType.FLOAT, EXAMPLES, SIZE, STEPS);
    INDArray epsilon = Nd4j.zeros(DataType.FLOAT, EXAMPLES, OUT, STEPS);
    LayerPass pass = LayerPass.of(network, input, mask, epsilon);
    assertThat(pass.output().slice(2).amaxNumber().doubleValue()).isZero();
    assertThat(pass.output().slice(0).amaxNumber().doubleValue()).isPositive();
  }
}
