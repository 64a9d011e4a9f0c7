package org.attention4j.badinput;

import static org.attention4j.badinput.Wrong.wrong;

import java.util.stream.Stream;
import org.attention4j.layers.AttentionVertex;
import org.attention4j.layers.Execution;
import org.attention4j.layers.FeedForwardBlock;
import org.attention4j.layers.LanguageModelHead;
import org.attention4j.layers.LayerNorm;
import org.attention4j.layers.LearnedPositionEmbedding;
import org.attention4j.layers.LearnedSelfAttentionLayer;
import org.attention4j.layers.OutputGate;
import org.attention4j.layers.Position;
import org.attention4j.layers.RecurrentAttentionLayer;
import org.attention4j.layers.RmsNorm;
import org.attention4j.layers.SelfAttentionLayer;
import org.attention4j.layers.TokenEmbedding;
import org.attention4j.layers.TransformerBlock;
import org.attention4j.layers.TransformerBlocks;
import org.attention4j.normalizer.Normalizer;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;

/** Options of layers, blocks and the vertex that are refused when they are built. */
class LayerOptionsTest {
  private static final double NAN = Double.NaN;
  private static final double INF = Double.POSITIVE_INFINITY;

  private static SelfAttentionLayer.Builder self() {
    return new SelfAttentionLayer.Builder().nIn(5).nOut(14).nHeads(2).projectInput(true);
  }

  private static LearnedSelfAttentionLayer.Builder learned() {
    return new LearnedSelfAttentionLayer.Builder()
        .nIn(5)
        .nOut(14)
        .nHeads(2)
        .projectInput(true)
        .nQueries(3);
  }

  private static RecurrentAttentionLayer.Builder recurrent() {
    return new RecurrentAttentionLayer.Builder().nIn(5).nOut(14).nHeads(2);
  }

  private static TransformerBlock.Builder block() {
    return new TransformerBlock.Builder().nIn(14).nHeads(2);
  }

  private static AttentionVertex.Builder vertex() {
    return new AttentionVertex.Builder()
        .nInQueries(5)
        .nInKeys(7)
        .nInValues(11)
        .nOut(14)
        .nHeads(2)
        .projectInput(true);
  }

  private static TransformerBlocks.Builder blocks() {
    return TransformerBlocks.builder().size(14).heads(2);
  }

  private static FeedForwardBlock.Builder feedForward() {
    return new FeedForwardBlock.Builder().nIn(5);
  }

  private static LanguageModelHead.Builder head() {
    return new LanguageModelHead.Builder().nIn(5).nOut(13);
  }

  private static TokenEmbedding.Builder tokens() {
    return new TokenEmbedding.Builder().nIn(13).nOut(5);
  }

  static Stream<Wrong> attention() {
    String self = "SelfAttentionLayer";
    Normalizer noKernel = (sd, scores, context) -> sd.nn.softmax(scores, -1);
    return Stream.of(
        wrong("no heads", () -> self().nHeads(0).build(), self, "nHeads is 0", "at least 1"),
        wrong("heads below 0", () -> self().nHeads(-2).build(), self, "nHeads is -2", "at least 1"),
        wrong(
            "heads that do not divide", () -> self().nHeads(3).build(), self, "3", "divisor", "14"),
        wrong("input below 0", () -> self().nIn(-5).build(), self, "nIn is -5", "at least 1"),
        wrong("no output", () -> self().nOut(0).build(), self, "nOut is 0", "at least 1"),
        wrong("output below 0", () -> self().nOut(-14).build(), self, "nOut is -14", "at least 1"),
        wrong(
            "head size below 0",
            () -> self().headSize(-7).build(),
            self,
            "headSize is -7",
            "at least 1"),
        wrong(
            "several heads, no projection",
            () -> self().projectInput(false).build(),
            self,
            "nHeads is 2",
            "projectInput"),
        wrong(
            "bias, no projection",
            () -> new SelfAttentionLayer.Builder().hasBias(true).build(),
            self,
            "hasBias is true",
            "projectInput"),
        wrong(
            "gate, no projection",
            () -> new SelfAttentionLayer.Builder().outputGate(OutputGate.PER_HEAD).build(),
            self,
            "outputGate is PER_HEAD",
            "NONE"),
        wrong(
            "no normalizer",
            () -> self().normalizer(null).build(),
            self,
            "normalizer is null",
            "Normalizers.softmax()"),
        wrong(
            "no position", () -> self().position(null).build(), self, "position is null", "ROTARY"),
        wrong(
            "no execution",
            () -> self().execution(null).build(),
            self,
            "execution is null",
            "AUTO"),
        wrong(
            "no gate",
            () -> self().outputGate(null).build(),
            self,
            "outputGate is null",
            "PER_HEAD"),
        wrong(
            "fused without a kernel",
            () -> self().normalizer(noKernel).execution(Execution.FUSED).build(),
            self,
            "execution is FUSED",
            "AUTO or GRAPH"),
        wrong(
            "fused under the penalty",
            () -> self().attentionEntropyPenalty(0.1, 0.5).execution(Execution.FUSED).build(),
            self,
            "execution is FUSED",
            "AUTO or GRAPH"),
        wrong(
            "dropout of all",
            () -> self().attentionDropout(1).build(),
            self,
            "attentionDropout is 1.0",
            "below 1"),
        wrong(
            "dropout below 0",
            () -> self().attentionDropout(-0.1).build(),
            self,
            "attentionDropout is -0.1",
            "at least 0"),
        wrong(
            "dropout NaN",
            () -> self().attentionDropout(NAN).build(),
            self,
            "attentionDropout is NaN",
            "at least 0"),
        wrong("scale NaN", () -> self().scale(NAN).build(), self, "scale is NaN", "finite"),
        wrong(
            "scale infinite", () -> self().scale(INF).build(), self, "scale is Infinity", "finite"),
        wrong("base 0", () -> self().rotaryBase(0).build(), self, "rotaryBase is 0.0", "positive"),
        wrong(
            "base infinite",
            () -> self().rotaryBase(INF).build(),
            self,
            "rotaryBase is Infinity",
            "finite"),
        wrong(
            "base NaN",
            () -> self().rotaryBase(NAN).build(),
            self,
            "rotaryBase is NaN",
            "positive"),
        wrong(
            "rotation of odd heads",
            () -> self().position(Position.ROTARY).build(),
            self,
            "position is ROTARY",
            "even"),
        wrong(
            "penalty below 0",
            () -> self().attentionEntropyPenalty(-1, 0.5).build(),
            self,
            "attentionEntropyPenalty is -1.0",
            "at least 0"),
        wrong(
            "penalty NaN",
            () -> self().attentionEntropyPenalty(NAN, 0.5).build(),
            self,
            "attentionEntropyPenalty is NaN",
            "at least 0"),
        wrong(
            "floor 0",
            () -> self().attentionEntropyPenalty(1, 0).build(),
            self,
            "floor",
            "is 0.0",
            "above 0"),
        wrong(
            "floor above 1",
            () -> self().attentionEntropyPenalty(1, 1.5).build(),
            self,
            "floor",
            "is 1.5",
            "at most 1"),
        wrong(
            "window below 0",
            () -> self().slidingWindow(-3).build(),
            self,
            "slidingWindow is -3",
            "at least 1"),
        wrong(
            "first keys below 0",
            () -> self().slidingWindow(3).firstKeys(-1).build(),
            self,
            "firstKeys is -1",
            "at least 0"),
        wrong(
            "first keys, no window",
            () -> self().firstKeys(2).build(),
            self,
            "firstKeys is 2",
            "0 unless"),
        wrong(
            "key heads below 0",
            () -> self().nKeyValueHeads(-1).build(),
            self,
            "nKeyValueHeads is -1",
            "divisor"),
        wrong(
            "key heads that do not divide",
            () -> self().nKeyValueHeads(3).build(),
            self,
            "nKeyValueHeads is 3",
            "divisor of nHeads 2"),
        wrong(
            "gate starts open, no gate",
            () -> self().gateStartsOpen(true).build(),
            self,
            "gateStartsOpen is true",
            "outputGate"),
        wrong("features last", () -> self().dataFormat(RNNFormat.NWC).build(), self, "NWC", "NCW"),
        wrong(
            "an activation",
            () -> self().activation(Activation.TANH).build(),
            self,
            "activation",
            "left out"),
        wrong(
            "the name is named",
            () -> self().name("reader").nHeads(0).build(),
            self + " 'reader'",
            "nHeads is 0"));
  }

  static Stream<Wrong> otherAttention() {
    String learned = "LearnedSelfAttentionLayer";
    String recurrent = "RecurrentAttentionLayer";
    String vertex = "AttentionVertex";
    return Stream.of(
        wrong(
            "no queries",
            () -> learned().nQueries(0).build(),
            learned,
            "nQueries is 0",
            "at least 1"),
        wrong(
            "queries below 0",
            () -> learned().nQueries(-3).build(),
            learned,
            "nQueries is -3",
            "at least 1"),
        wrong(
            "learned and causal",
            () -> learned().causal(true).build(),
            learned,
            "causal is true",
            "false"),
        wrong(
            "learned and a window",
            () -> learned().slidingWindow(3).build(),
            learned,
            "slidingWindow is 3",
            "left out"),
        wrong(
            "learned and a gate",
            () -> learned().outputGate(OutputGate.PER_HEAD).build(),
            learned,
            "outputGate is PER_HEAD",
            "NONE"),
        wrong(
            "learned and positions",
            () -> learned().position(Position.ALIBI).build(),
            learned,
            "position is ALIBI",
            "NONE"),
        wrong(
            "recurrent: no heads",
            () -> recurrent().nHeads(0).build(),
            recurrent,
            "nHeads is 0",
            "at least 1"),
        wrong(
            "recurrent: no output",
            () -> new RecurrentAttentionLayer.Builder().nIn(5).build(),
            recurrent,
            "nOut is 0",
            "at least 1"),
        wrong(
            "recurrent: fused",
            () -> recurrent().execution(Execution.FUSED).build(),
            recurrent,
            "execution is FUSED",
            "AUTO or GRAPH"),
        wrong(
            "recurrent: softmax as activation",
            () -> recurrent().activation(Activation.SOFTMAX).build(),
            recurrent,
            "activation is SOFTMAX",
            "TANH"),
        wrong(
            "recurrent: no gelu",
            () -> recurrent().gelu(null).build(),
            recurrent,
            "gelu is null",
            "EXACT"),
        wrong(
            "vertex: no queries",
            () -> vertex().nInQueries(0).build(),
            vertex,
            "nInQueries is 0",
            "at least 1"),
        wrong(
            "vertex: keys below 0",
            () -> vertex().nInKeys(-7).build(),
            vertex,
            "nInKeys is -7",
            "at least 1"),
        wrong(
            "vertex: no values",
            () -> vertex().nInValues(0).build(),
            vertex,
            "nInValues is 0",
            "at least 1"),
        wrong(
            "vertex: no output", () -> vertex().nOut(0).build(), vertex, "nOut is 0", "at least 1"),
        wrong(
            "vertex: no heads",
            () -> vertex().nHeads(0).build(),
            vertex,
            "nHeads is 0",
            "at least 1"),
        wrong(
            "vertex: heads that do not divide",
            () -> vertex().nHeads(3).build(),
            vertex,
            "headSize is 0",
            "nHeads 3 divides nOut 14"),
        wrong(
            "vertex: no projection",
            () -> vertex().projectInput(false).build(),
            vertex,
            "projectInput is false",
            "true unless"),
        wrong(
            "vertex: penalty",
            () -> vertex().attentionEntropyPenalty(1, 0.5).build(),
            vertex,
            "attentionEntropyPenalty is 1.0",
            "must be 0"));
  }

  static Stream<Wrong> others() {
    String block = "TransformerBlock:";
    String blocks = "TransformerBlocks:";
    return Stream.of(
        wrong(
            "block: no heads", () -> block().nHeads(0).build(), block, "nHeads is 0", "at least 1"),
        wrong(
            "block: heads that do not divide",
            () -> block().nHeads(3).build(),
            block,
            "nHeads is 3",
            "divisor of nIn 14"),
        wrong(
            "block: another output", () -> block().nOut(7).build(), block, "nOut is 7", "left out"),
        wrong(
            "block: no projection",
            () -> block().projectInput(false).build(),
            block,
            "projectInput is false",
            "true"),
        wrong(
            "block: hidden below 0",
            () -> block().feedForwardSize(-1).build(),
            block,
            "feedForwardSize is -1",
            "at least 1"),
        wrong(
            "block: no norm",
            () -> block().norm(null).build(),
            block,
            "norm is null",
            "LAYER or RMS"),
        wrong(
            "block: epsilon 0",
            () -> block().normEpsilon(0).build(),
            block,
            "normEpsilon is 0.0",
            "positive"),
        wrong(
            "block: epsilon NaN",
            () -> block().normEpsilon(NAN).build(),
            block,
            "normEpsilon is NaN",
            "positive"),
        wrong(
            "block: dropout of all",
            () -> block().residualDropout(1).build(),
            block,
            "residualDropout is 1.0",
            "below 1"),
        wrong(
            "block: dropout NaN",
            () -> block().residualDropout(NAN).build(),
            block,
            "residualDropout is NaN",
            "at least 0"),
        wrong("block: no gelu", () -> block().gelu(null).build(), block, "gelu is null", "EXACT"),
        wrong(
            "block: no activation",
            () -> block().activation((Activation) null).build(),
            block,
            "activation is null",
            "GELU"),
        wrong(
            "blocks: no size",
            () -> TransformerBlocks.builder().build(),
            blocks,
            "size is 0",
            "at least 1"),
        wrong(
            "blocks: heads that do not divide",
            () -> blocks().heads(3).build(),
            blocks,
            "heads is 3",
            "divisor of size 14"),
        wrong(
            "blocks: hidden below 0",
            () -> blocks().feedForwardSize(-1).build(),
            blocks,
            "feedForwardSize is -1",
            "at least 1"),
        wrong(
            "blocks: dropout NaN",
            () -> blocks().dropout(NAN).build(),
            blocks,
            "dropout is NaN",
            "below 1"),
        wrong(
            "blocks: scale infinite",
            () -> blocks().scale(INF).build(),
            blocks,
            "scale is Infinity",
            "finite"),
        wrong(
            "blocks: no normalizer",
            () -> blocks().normalizer(null).build(),
            blocks,
            "normalizer is null",
            "Normalizers.softmax()"),
        wrong(
            "blocks: none",
            () -> blocks().build().addTo(null, "encoder", "in", 0),
            "TransformerBlocks 'encoder'",
            "blocks is 0",
            "at least 1"),
        wrong(
            "norm: epsilon below 0",
            () -> new LayerNorm.Builder().epsilon(-1).build(),
            "LayerNorm",
            "epsilon is -1.0",
            "positive"),
        wrong(
            "norm: epsilon infinite",
            () -> new LayerNorm.Builder().epsilon(INF).build(),
            "LayerNorm",
            "epsilon is Infinity",
            "finite"),
        wrong(
            "RMS norm: epsilon NaN",
            () -> new RmsNorm.Builder().epsilon(NAN).build(),
            "RmsNorm",
            "epsilon is NaN",
            "positive"),
        wrong(
            "RMS norm: input below 0",
            () -> new RmsNorm.Builder().nIn(-5).build(),
            "RmsNorm",
            "nIn is -5",
            "at least 1"),
        wrong(
            "positions: none",
            () -> new LearnedPositionEmbedding.Builder().maxLength(0).build(),
            "LearnedPositionEmbedding",
            "maxLength is 0",
            "at least 1"),
        wrong(
            "feed forward: output below 0",
            () -> feedForward().nOut(-3).build(),
            "FeedForwardBlock",
            "nOut is -3",
            "at least 1"),
        wrong(
            "feed forward: hidden below 0",
            () -> feedForward().hiddenSize(-3).build(),
            "FeedForwardBlock",
            "hiddenSize is -3",
            "at least 1"),
        wrong(
            "feed forward: softmax",
            () -> feedForward().activation(Activation.SOFTMAX).build(),
            "FeedForwardBlock",
            "activation is SOFTMAX",
            "RELU"),
        wrong(
            "head: one class",
            () -> head().nOut(1).build(),
            "LanguageModelHead",
            "nOut is 1",
            "at least 2"),
        wrong(
            "head: smoothing of all",
            () -> head().labelSmoothing(1).build(),
            "LanguageModelHead",
            "labelSmoothing is 1.0",
            "from 0"),
        wrong(
            "head: smoothing NaN",
            () -> head().labelSmoothing(NAN).build(),
            "LanguageModelHead",
            "labelSmoothing is NaN",
            "from 0"),
        wrong(
            "head: activation",
            () -> head().activation(Activation.SIGMOID).build(),
            "LanguageModelHead",
            "activation is sigmoid",
            "softmax"),
        wrong(
            "tokens: no vocabulary",
            () -> tokens().nIn(0).build(),
            "TokenEmbedding",
            "nIn is 0",
            "at least 1"),
        wrong(
            "tokens: no features",
            () -> tokens().nOut(0).build(),
            "TokenEmbedding",
            "nOut is 0",
            "at least 1"),
        wrong(
            "tokens: types below 0",
            () -> tokens().tokenTypes(-1).build(),
            "TokenEmbedding",
            "tokenTypes is -1",
            "at least 0"),
        wrong(
            "tokens: dropout",
            () -> tokens().dropOut(0.5).build(),
            "TokenEmbedding",
            "dropOut",
            "left out"));
  }

  @ParameterizedTest
  @MethodSource({"attention", "otherAttention", "others"})
  void isRefused(Wrong wrong) {
    wrong.assertRefused();
  }
}
