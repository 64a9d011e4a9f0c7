package org.attention4j.layers;

import java.util.stream.Stream;
import org.attention4j.normalizer.Normalizer;
import org.attention4j.normalizer.Normalizers;
import org.attention4j.testing.Sizes;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.nd4j.linalg.activations.Activation;

/** Every layer that keeps the length, and self-attention with each of its options in turn. */
final class Layers {
  private Layers() {}

  static Stream<Layer> all() {
    return Stream.concat(
        attention(),
        Stream.of(
            new LayerNorm.Builder().epsilon(1e-3).name("norm").build(),
            new RmsNorm.Builder().epsilon(1e-3).name("RMS norm").build(),
            new LearnedPositionEmbedding.Builder().maxLength(17).name("positions").build(),
            new TransformerBlock.Builder()
                .nHeads(Sizes.HEADS)
                .headSize(3)
                .name("transformer block")
                .build(),
            new FeedForwardBlock.Builder()
                .hiddenSize(19)
                .nOut(7)
                .gated(true)
                .hasBias(false)
                .name("gated feed forward")
                .build(),
            new FeedForwardBlock.Builder()
                .hiddenSize(19)
                .nOut(7)
                .activation(Activation.SWISH)
                .name("feed forward")
                .build()));
  }

  static Stream<Layer> attention() {
    return Stream.of(
        new SelfAttentionLayer.Builder().name("no projection").build(),
        projected().nHeads(1).name("one head").build(),
        projected().name("two heads").build(),
        projected().headSize(11).name("head size").build(),
        projected().hasBias(true).name("bias").build(),
        projected().causal(true).name("causal").build(),
        projected().slidingWindow(3).name("window to both sides").build(),
        projected().causal(true).slidingWindow(3).firstKeys(2).name("window").build(),
        projected().attentionDropout(0.3).name("attention dropout").build(),
        projected().scale(0.37).name("scale").build(),
        projected().position(Position.ALIBI).name("linear biases").build(),
        projected().causal(true).position(Position.FORGETTING).name("forgetting").build(),
        projected().headSize(6).position(Position.ROTARY).name("rotary").build(),
        projected().nKeyValueHeads(1).name("grouped heads").build(),
        projected().qkNorm(true).name("normed queries and keys").build(),
        projected().outputGate(OutputGate.PER_HEAD).name("gate of heads").build(),
        projected().outputGate(OutputGate.PER_ELEMENT).name("gate of elements").build(),
        new RecurrentAttentionLayer.Builder()
            .nOut(Sizes.OUT)
            .nHeads(Sizes.HEADS)
            .name("recurrent")
            .build(),
        projected().dropOut(0.8).l1(0.01).l2(0.02).name("stock options").build(),
        normalized(Normalizers.softmaxWithLearnableTemperature(0.7)),
        normalized(Normalizers.topK(3)),
        normalized(Normalizers.topFraction(0.4)),
        normalized(Normalizers.topPower(1, 0.5)),
        normalized(Normalizers.topP(0.6)),
        normalized(Normalizers.sparsemax()),
        normalized(Normalizers.entmax(1.3)),
        normalized(Normalizers.ssmax(0.5)),
        normalized(Normalizers.logN(7)),
        normalized(Normalizers.softCap(2)),
        normalized(Normalizers.llama4Scale(0.3, 3)));
  }

  private static SelfAttentionLayer.Builder projected() {
    return new SelfAttentionLayer.Builder().nOut(Sizes.OUT).nHeads(Sizes.HEADS).projectInput(true);
  }

  private static SelfAttentionLayer normalized(Normalizer normalizer) {
    return projected().normalizer(normalizer).name(normalizer.toString()).build();
  }
}
