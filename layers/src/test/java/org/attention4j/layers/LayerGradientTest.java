package org.attention4j.layers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.attention4j.layers.Networks.EXAMPLES;
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
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Gradients of all parameters against finite differences in DOUBLE, several lengths in one net. */
class LayerGradientTest {
  private static final List<Normalizer> NORMALIZERS =
      List.of(
          Normalizers.softmax(),
          Normalizers.softmax(0.5),
          Normalizers.softmaxWithLearnableTemperature(0.7),
          Normalizers.topK(3),
          Normalizers.topFraction(0.4),
          Normalizers.sparsemax(),
          Normalizers.entmax(1.25),
          Normalizers.entmax15(),
          Normalizers.entmax(3),
          Normalizers.ssmax(),
          Normalizers.logN(3));

  @BeforeEach
  void seed() {
    Nd4j.getRandom().setSeed(23);
  }

  static Stream<Arguments> attention() {
    return NORMALIZERS.stream()
        .flatMap(
            normalizer ->
                Stream.of(false, true)
                    .flatMap(
                        masked ->
                            Stream.of(false, true)
                                .flatMap(
                                    causal ->
                                        Stream.of(1, 2)
                                            .map(
                                                heads ->
                                                    Arguments.of(
                                                        normalizer, masked, causal, heads)))));
  }

  @ParameterizedTest
  @MethodSource("attention")
  void attention(Normalizer normalizer, boolean masked, boolean causal, int heads) {
    check(
        new SelfAttentionLayer.Builder()
            .nOut(Networks.OUT)
            .nHeads(heads)
            .headSize(7)
            .projectInput(true)
            .hasBias(causal)
            .normalizer(normalizer)
            .causal(causal)
            .build(),
        masked);
  }

  static Stream<Layer> others() {
    return Stream.of(
        new LayerNorm.Builder().build(),
        new LearnedPositionEmbedding.Builder().maxLength(17).build(),
        new FeedForwardBlock.Builder().hiddenSize(19).nOut(7).build(),
        new FeedForwardBlock.Builder().activation(Activation.SWISH).build(),
        new FeedForwardBlock.Builder().activation(Activation.TANH).build());
  }

  @ParameterizedTest
  @MethodSource("others")
  void transformerPieces(Layer layer) {
    check(layer, false);
    check(layer, true);
  }

  private static void check(Layer layer, boolean masked) {
    // The layer norm in front makes the check one of the input gradient too.
    MultiLayerNetwork network =
        Networks.of(DataType.DOUBLE, new LayerNorm.Builder().build(), layer.clone());
    network.setParams(
        network.params().add(Nd4j.randn(DataType.DOUBLE, 1, network.numParams()).mul(0.3)));
    for (int steps : new int[] {STEPS, 2}) {
      INDArray input = Networks.input(DataType.DOUBLE, EXAMPLES, steps);
      INDArray mask = masked ? Networks.mask(DataType.DOUBLE, EXAMPLES, steps) : null;
      assertThat(
              FiniteDifferences.largestError(
                  network, input, Networks.labels(DataType.DOUBLE, EXAMPLES, steps), mask))
          .isLessThan(1e-5);
    }
  }
}
