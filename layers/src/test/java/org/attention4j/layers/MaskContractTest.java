package org.attention4j.layers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.attention4j.testing.Sizes.EXAMPLES;
import static org.attention4j.testing.Sizes.HEADS;
import static org.attention4j.testing.Sizes.OUT;
import static org.attention4j.testing.Sizes.SIZE;
import static org.attention4j.testing.Sizes.STEPS;

import java.util.List;
import java.util.stream.Stream;
import org.attention4j.normalizer.Normalizer;
import org.attention4j.normalizer.Normalizers;
import org.attention4j.testing.Sequences;
import org.attention4j.testing.TestNetworks;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** An example that consists of padding alone. */
class MaskContractTest {
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
            Normalizers.topPower(1, 0.5),
            Normalizers.topP(0.6),
            Normalizers.sparsemax(),
            Normalizers.entmax15(),
            Normalizers.ssmax(),
            Normalizers.logN(3),
            Normalizers.softCap(2),
            Normalizers.llama4Scale(0.3, 3));
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

  /** A network of the layer, with nowhere a parameter that is zero. */
  private static MultiLayerNetwork network(DataType type, Layer layer) {
    MultiLayerNetwork network = TestNetworks.of(layer).network(type);
    network.params().addi(Nd4j.randn(type, network.numParams()).muli(0.2));
    return network;
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("attention")
  void anExampleOfPaddingAloneGivesTheBiasAndNoGradient(String name, Layer layer) {
    MultiLayerNetwork network = network(DataType.FLOAT, layer);
    INDArray input = Sequences.input(DataType.FLOAT, EXAMPLES, STEPS);
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
