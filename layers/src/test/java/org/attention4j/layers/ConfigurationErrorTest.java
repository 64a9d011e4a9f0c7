package org.attention4j.layers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.util.Arrays;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.attention4j.normalizer.Normalizers;
import org.attention4j.testing.Sequences;
import org.attention4j.testing.TestNetworks;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** What is not possible is refused at once, in one sentence that says what would be. */
class ConfigurationErrorTest {
  private static SelfAttentionLayer.Builder attention() {
    return new SelfAttentionLayer.Builder().nIn(5).nOut(14).nHeads(2).projectInput(true);
  }

  private static SelfAttentionLayer.Builder plain() {
    return new SelfAttentionLayer.Builder();
  }

  private static Arguments wrong(ThrowingCallable build, String message) {
    return Arguments.of(message, build);
  }

  static Stream<Arguments> attentionOptions() {
    String probability = "at least 0 and below 1 (it is the share of weights that is dropped).";
    String left = "at least 1, or left out to follow from the input type.";
    return Stream.of(
        wrong(() -> attention().nHeads(0).build(), "nHeads is 0 but must be at least 1."),
        wrong(() -> attention().nHeads(-3).build(), "nHeads is -3 but must be at least 1."),
        wrong(() -> attention().nIn(-7).build(), "nIn is -7 but must be " + left),
        wrong(() -> attention().nOut(0).build(), "nOut is 0 but must be at least 1."),
        wrong(() -> attention().nOut(-2).build(), "nOut is -2 but must be at least 1."),
        wrong(
            () -> attention().headSize(-1).build(),
            "headSize is -1 but must be at least 1, or left out for nOut / nHeads."),
        wrong(
            () -> attention().nHeads(3).build(),
            "nHeads is 3 but must be a divisor of nOut 14 unless headSize is set."),
        wrong(
            () -> plain().nHeads(2).build(),
            "nHeads is 2 but must be 1 unless projectInput is true."),
        wrong(
            () -> plain().nIn(5).nOut(7).build(),
            "nOut is 7 but must be equal to nIn, which is 5, unless projectInput is true."),
        wrong(
            () -> plain().hasBias(true).build(),
            "hasBias is true but must be false unless projectInput is true."),
        wrong(
            () -> attention().attentionDropout(1).build(),
            "attentionDropout is 1.0 but must be " + probability),
        wrong(
            () -> attention().attentionDropout(-0.1).build(),
            "attentionDropout is -0.1 but must be " + probability),
        wrong(
            () -> attention().attentionDropout(Double.NaN).build(),
            "attentionDropout is NaN but must be " + probability),
        wrong(() -> attention().scale(Double.NaN).build(), "scale is NaN but must be finite."),
        wrong(
            () -> attention().scale(Double.POSITIVE_INFINITY).build(),
            "scale is Infinity but must be finite."));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("attentionOptions")
  void attention(String message, ThrowingCallable build) {
    assertThatThrownBy(build)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("SelfAttentionLayer: " + message);
  }

  static Stream<Arguments> otherOptions() {
    String left = "at least 1, or left out to follow from the input type.";
    return Stream.of(
        wrong(
            () -> new LayerNorm.Builder().nIn(-1).build(),
            "LayerNorm: nIn is -1 but must be " + left),
        wrong(
            () -> new LayerNorm.Builder().epsilon(0).build(),
            "LayerNorm: epsilon is 0.0 but must be positive and finite."),
        wrong(
            () -> new LayerNorm.Builder().epsilon(Double.NaN).build(),
            "LayerNorm: epsilon is NaN but must be positive and finite."),
        wrong(
            () -> new LearnedPositionEmbedding.Builder().build(),
            "LearnedPositionEmbedding: maxLength is 0 but must be at least 1."),
        wrong(
            () -> new LearnedPositionEmbedding.Builder().maxLength(7).nIn(-2).build(),
            "LearnedPositionEmbedding: nIn is -2 but must be " + left),
        wrong(
            () -> new FeedForwardBlock.Builder().nIn(-2).build(),
            "FeedForwardBlock: nIn is -2 but must be " + left),
        wrong(
            () -> new FeedForwardBlock.Builder().nOut(-3).build(),
            "FeedForwardBlock: nOut is -3 but must be at least 1, or left out for nIn."),
        wrong(
            () -> new FeedForwardBlock.Builder().hiddenSize(-3).build(),
            "FeedForwardBlock: hiddenSize is -3 but must be at least 1, or left out for 4 * nIn."),
        wrong(
            () -> new FeedForwardBlock.Builder().activation(Activation.SOFTMAX).build(),
            "FeedForwardBlock: activation is SOFTMAX but must be IDENTITY, TANH, RELU, SIGMOID,"
                + " SOFTPLUS, SOFTSIGN, ELU, GELU, SWISH, each with its default options."),
        wrong(
            () -> TransformerBlocks.builder().build(),
            "TransformerBlocks: size is 0 but must be at least 1."),
        wrong(
            () -> TransformerBlocks.builder().size(7).heads(0).build(),
            "TransformerBlocks: heads is 0 but must be at least 1."),
        wrong(
            () -> TransformerBlocks.builder().size(7).heads(2).build(),
            "TransformerBlocks: heads is 2 but must be a divisor of size 7."),
        wrong(
            () -> TransformerBlocks.builder().size(7).feedForwardSize(-1).build(),
            "TransformerBlocks: feedForwardSize is -1 but must be at least 1."),
        wrong(
            () -> TransformerBlocks.builder().size(7).dropout(1).build(),
            "TransformerBlocks: dropout is 1.0 but must be at least 0 and below 1."));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("otherOptions")
  void others(String message, ThrowingCallable build) {
    assertThatThrownBy(build).isInstanceOf(IllegalArgumentException.class).hasMessage(message);
  }

  /** What has a default can still be set to null. */
  @Test
  void nullIsNamed() {
    assertThatThrownBy(() -> attention().normalizer(null).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("SelfAttentionLayer: normalizer is null but must be ");
    assertThatThrownBy(() -> new FeedForwardBlock.Builder().activation((Activation) null).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "FeedForwardBlock: activation is null but must be IDENTITY, TANH, RELU, SIGMOID,"
                + " SOFTPLUS, SOFTSIGN, ELU, GELU, SWISH, each with its default options.");
    assertThatThrownBy(() -> TransformerBlocks.builder().size(7).normalizer(null).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("TransformerBlocks: normalizer is null but must be ");
  }

  @Test
  void aNamedLayerIsNamed() {
    assertThatThrownBy(() -> attention().name("reader").nHeads(0).build())
        .hasMessage("SelfAttentionLayer 'reader': nHeads is 0 but must be at least 1.");
  }

  @Test
  void numberOfBlocks() {
    TransformerBlocks blocks = TransformerBlocks.builder().size(7).build();
    assertThatThrownBy(() -> blocks.addTo(null, "encoder", "in", 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("TransformerBlocks 'encoder': blocks is 0 but must be at least 1.");
  }

  @Test
  void anInputTypeWithoutSteps() {
    Layer layer = attention().nIn(0).build();
    assertThatThrownBy(() -> layer.setNIn(InputType.feedForward(5), true))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("SelfAttentionLayer: the input type is InputTypeFeedForward(5")
        .hasMessageEndingWith("but must be a sequence, InputType.recurrent(..).");
  }

  @ParameterizedTest
  @MethodSource("layers")
  void sequencesWithTheFeaturesLast(Layer layer) {
    InputType type = InputType.recurrent(5, 7, RNNFormat.NWC);
    assertThatThrownBy(() -> layer.setNIn(type, true))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageEndingWith(
            "the input type's format is NWC but must be NCW, sequences of shape [b, size, T].");
  }

  static Stream<Layer> layers() {
    return Layers.all();
  }

  @ParameterizedTest
  @MethodSource("layers")
  void anInputOfAnotherSizeOrRankIsToldItsShape(Layer layer) {
    MultiLayerNetwork network = TestNetworks.of(layer).network(DataType.FLOAT);
    String type = layer.getClass().getSimpleName() + " '" + layer.getLayerName() + "'";
    for (long[] shape : new long[][] {{3, 7, 11}, {3, 11, 5}, {3, 5}}) {
      Throwable thrown = catchThrowable(() -> network.output(Nd4j.rand(DataType.FLOAT, shape)));
      assertThat(thrown)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "%s: the input's shape is %s but must be [examples, 5, steps].",
              type, Arrays.toString(shape));
    }
  }

  @Test
  void moreStepsThanPositions() {
    MultiLayerNetwork network =
        TestNetworks.of(new LearnedPositionEmbedding.Builder().maxLength(7).build())
            .network(DataType.FLOAT);
    assertThat(network.output(Sequences.input(DataType.FLOAT, 3, 7)).size(2)).isEqualTo(7);
    assertThatThrownBy(() -> network.output(Sequences.input(DataType.FLOAT, 3, 11)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("the input's number of steps is 11 but must be at most maxLength 7.");
  }

  @Test
  void aMaskOfAnotherLength() {
    MultiLayerNetwork network = TestNetworks.of(attention().build()).network(DataType.FLOAT);
    INDArray input = Sequences.input(DataType.FLOAT, 3, 11);
    for (long[] shape : new long[][] {{3, 7}, {3, 13}, {2, 11}}) {
      INDArray mask = Nd4j.ones(DataType.FLOAT, shape);
      assertThatThrownBy(() -> network.output(input, false, mask, null))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "SelfAttentionLayer 'layer0': the mask's shape is %s but must be [3, 11] for an input"
                  + " of shape [3, 5, 11].",
              Arrays.toString(shape));
    }
  }

  @Test
  void aNormalizersOptionIsRefusedByTheNormalizer() {
    assertThatThrownBy(() -> attention().normalizer(Normalizers.topK(0)).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'k' is 0 but must be");
  }
}
