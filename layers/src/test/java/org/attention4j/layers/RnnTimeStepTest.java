package org.attention4j.layers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.attention4j.testing.Sizes.EXAMPLES;
import static org.attention4j.testing.Sizes.SIZE;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.attention4j.dl4j.NextSteps;
import org.attention4j.normalizer.Normalizer;
import org.attention4j.normalizer.Normalizers;
import org.attention4j.testing.Sequences;
import org.attention4j.testing.TestLayers;
import org.attention4j.testing.TestNetworks;
import org.deeplearning4j.nn.conf.BackpropType;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.WorkspaceMode;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Steps that come one after the other against one pass over all of them. */
class RnnTimeStepTest {
  /** How many steps come at a time: more than a few, one, some. */
  private static final int[] PARTS = {7, 1, 1, 3, 1, 5, 1};

  private static final int STEPS = 19;

  @BeforeEach
  void seed() {
    Nd4j.getRandom().setSeed(47);
  }

  private static SelfAttentionLayer.Builder attention() {
    return TestLayers.selfAttention().causal(true);
  }

  private static TransformerBlock.Builder block() {
    return new TransformerBlock.Builder()
        .nHeads(2)
        .headSize(6)
        .feedForwardSize(17)
        .causal(true)
        .hasBias(true);
  }

  /** Every built-in normalizer; those that look at the length see that of their row. */
  static Stream<Normalizer> normalizers() {
    return Stream.of(
        Normalizers.softmax(),
        Normalizers.softmax(0.7),
        Normalizers.softmaxWithLearnableTemperature(0.7),
        Normalizers.topK(3),
        Normalizers.topKStraightThrough(3, 1.5),
        Normalizers.topFraction(0.4),
        Normalizers.topPower(0.7, 0.75),
        Normalizers.topP(0.9),
        Normalizers.sparsemax(),
        Normalizers.entmax15(),
        Normalizers.entmax(1.25),
        Normalizers.entmaxWithLearnableAlpha(1.5),
        Normalizers.asentmax(),
        Normalizers.ssmax(),
        Normalizers.logN(3),
        Normalizers.softmax1(1),
        Normalizers.sink(),
        Normalizers.adaptiveTemperature(),
        Normalizers.softpick(),
        Normalizers.sigmoid(),
        Normalizers.relu(),
        Normalizers.selfAdjust(),
        Normalizers.scaledByLogLength(Normalizers.softpick()),
        Normalizers.softCap(2),
        Normalizers.softCap(9, Normalizers.entmax15()),
        Normalizers.llama4Scale(0.3, 2));
  }

  static Stream<Layer> options() {
    return Stream.of(
        attention().build(),
        new SelfAttentionLayer.Builder().causal(true).build(),
        attention().nHeads(4).headSize(3).nKeyValueHeads(2).hasBias(true).build(),
        attention().position(Position.ALIBI).build(),
        attention().headSize(6).position(Position.ROTARY).qkNorm(true).build(),
        attention().slidingWindow(1).build(),
        attention().slidingWindow(4).position(Position.ALIBI).build(),
        attention().slidingWindow(3).firstKeys(2).build(),
        attention().slidingWindow(5).headSize(6).position(Position.ROTARY).build(),
        attention().outputGate(OutputGate.PER_HEAD).build(),
        attention().outputGate(OutputGate.PER_ELEMENT).nKeyValueHeads(1).build(),
        attention().scale(0.9).attentionDropout(0.3).build(),
        block().build(),
        block().postNorm(true).build(),
        block()
            .nHeads(4)
            .nKeyValueHeads(2)
            .norm(Norm.RMS)
            .activation(Activation.SWISH)
            .gated(true)
            .feedForwardBias(false)
            .position(Position.ROTARY)
            .slidingWindow(6)
            .residualDropout(0.2)
            .dropOut(0.8)
            .build(),
        new LearnedPositionEmbedding.Builder().maxLength(STEPS).build());
  }

  private static MultiLayerNetwork network(DataType type, Layer... layers) {
    return TestNetworks.of(layers).perturbed(0.3).network(type);
  }

  /** Left padding, padding on the right with a gap after it, none, and only the end of all. */
  private static INDArray mask(DataType type) {
    INDArray mask = Nd4j.ones(type, EXAMPLES, STEPS);
    for (int step = 0; step < 4; step++) {
      mask.putScalar(0, step, 0);
    }
    mask.putScalar(1, 5, 0);
    mask.putScalar(1, 6, 0);
    mask.putScalar(1, 13, 0);
    for (int step = 0; step < 9; step++) {
      mask.putScalar(2, step, 0);
    }
    return mask;
  }

  private interface Step {
    INDArray of(INDArray input, @Nullable INDArray mask);
  }

  private static Step step(MultiLayerNetwork network) {
    return (input, mask) -> {
      network.setLayerMaskArrays(mask, null);
      return network.rnnTimeStep(input);
    };
  }

  private static Step step(ComputationGraph graph) {
    return (input, mask) -> {
      if (mask != null) {
        NextSteps.mask(graph, mask);
      }
      return graph.rnnTimeStep(input)[0];
    };
  }

  /**
   * @param masked how many parts come with their mask, from the first on
   */
  private static INDArray inParts(Step step, INDArray input, @Nullable INDArray mask, int masked) {
    List<INDArray> outputs = new ArrayList<>();
    int from = 0;
    for (int part = 0; part < PARTS.length; part++) {
      int to = from + PARTS[part];
      INDArray some =
          input
              .get(NDArrayIndex.all(), NDArrayIndex.all(), NDArrayIndex.interval(from, to))
              .dup('c');
      INDArray ofSome =
          mask == null || part >= masked
              ? null
              : mask.get(NDArrayIndex.all(), NDArrayIndex.interval(from, to)).dup('c');
      outputs.add(step.of(some, ofSome));
      from = to;
    }
    assertThat(from).isEqualTo(STEPS);
    return Nd4j.concat(2, outputs.toArray(INDArray[]::new));
  }

  /** Outputs of masked steps mean nothing. */
  private static void assertSame(
      INDArray actual, INDArray expected, @Nullable INDArray mask, double tolerance) {
    assertThat(actual.shape()).isEqualTo(expected.shape());
    INDArray difference = actual.castTo(DataType.DOUBLE).sub(expected.castTo(DataType.DOUBLE));
    if (mask != null) {
      difference =
          difference.mul(
              mask.castTo(DataType.DOUBLE)
                  .reshape(EXAMPLES, 1, STEPS)
                  .broadcast(difference.shape()));
    }
    assertThat(difference.amaxNumber().doubleValue()).isLessThan(tolerance);
  }

  private static void check(DataType type, double tolerance, boolean masked, Layer... layers) {
    MultiLayerNetwork network = network(type, layers);
    INDArray input = Sequences.input(type, EXAMPLES, STEPS);
    @Nullable INDArray mask = masked ? mask(type) : null;
    INDArray expected = network.output(input, false, mask, null);
    network.clearLayerMaskArrays();
    assertSame(inParts(step(network), input, mask, PARTS.length), expected, mask, tolerance);
  }

  @ParameterizedTest
  @MethodSource("normalizers")
  void everyNormalizerGivesTheSameAsOverTheWholeSequence(Normalizer normalizer) {
    Layer[] layers = {
      attention().normalizer(normalizer).build(), block().normalizer(normalizer).build()
    };
    check(DataType.FLOAT, 1e-5, true, layers);
    check(DataType.DOUBLE, 1e-11, false, layers);
  }

  @ParameterizedTest
  @MethodSource("options")
  void everyOptionGivesTheSameAsOverTheWholeSequence(Layer layer) {
    check(DataType.FLOAT, 1e-5, false, layer);
    check(DataType.FLOAT, 1e-5, true, layer);
    check(DataType.DOUBLE, 1e-11, true, layer);
  }

  @Test
  void anOwnNormalizerRunsAsGraph() {
    Normalizer own = (sd, scores, context) -> sd.nn.softmax(scores, -1);
    check(DataType.FLOAT, 1e-5, true, attention().normalizer(own).build());
    check(
        DataType.FLOAT,
        1e-5,
        true,
        block()
            .execution(Execution.GRAPH)
            .position(Position.ALIBI)
            .nHeads(4)
            .nKeyValueHeads(2)
            .slidingWindow(4)
            .firstKeys(1)
            .build());
  }

  @ParameterizedTest
  @EnumSource(names = {"NONE", "ENABLED"})
  void withWorkspacesAndWithout(WorkspaceMode mode) {
    MultiLayerNetwork network =
        TestNetworks.of(block().build()).workspaces(mode).network(DataType.FLOAT);
    INDArray input = Sequences.input(DataType.FLOAT, EXAMPLES, STEPS);
    assertSame(inParts(step(network), input, null, 0), network.output(input), null, 1e-5);
  }

  @Test
  void halfIsStoredAndFloatIsKept() {
    check(DataType.HALF, 0.005, true, block().build());
  }

  /** The mask of the prompt is enough. */
  @Test
  void whatFollowsAMaskedPromptNeedsNoMask() {
    MultiLayerNetwork network =
        network(
            DataType.FLOAT,
            new LearnedPositionEmbedding.Builder().maxLength(STEPS).build(),
            block().build());
    INDArray input = Sequences.input(DataType.FLOAT, EXAMPLES, STEPS);
    INDArray mask = Nd4j.ones(EXAMPLES, STEPS);
    mask.putScalar(1, 0, 0);
    mask.putScalar(2, 0, 0);
    mask.putScalar(2, 1, 0);
    INDArray expected = network.output(input, false, mask, null);
    network.clearLayerMaskArrays();
    assertSame(inParts(step(network), input, mask, 1), expected, mask, 1e-5);
  }

  @Test
  void aMaskMayComeLate() {
    MultiLayerNetwork network =
        network(
            DataType.FLOAT,
            new LearnedPositionEmbedding.Builder().maxLength(STEPS).build(),
            block().build());
    INDArray input = Sequences.input(DataType.FLOAT, EXAMPLES, STEPS);
    INDArray mask = Nd4j.ones(EXAMPLES, STEPS);
    mask.putScalar(1, 12, 0);
    INDArray expected = network.output(input, false, mask, null);
    network.clearLayerMaskArrays();
    Step step = step(network);
    INDArray actual =
        inParts(
            (some, ofSome) ->
                step.of(
                    some, ofSome == null || ofSome.minNumber().doubleValue() > 0 ? null : ofSome),
            input,
            mask,
            PARTS.length);
    assertSame(actual, expected, mask, 1e-5);
  }

  /** A padded sequence on the left and the same alone. */
  @Test
  void paddingOnTheLeftChangesNothing() {
    MultiLayerNetwork network =
        network(
            DataType.FLOAT,
            new LearnedPositionEmbedding.Builder().maxLength(STEPS).build(),
            block().position(Position.ROTARY).build());
    INDArray input = Sequences.input(DataType.FLOAT, EXAMPLES, STEPS);
    INDArray actual = inParts(step(network), input, mask(DataType.FLOAT), PARTS.length);
    INDArray alone =
        input.get(NDArrayIndex.interval(0, 1), NDArrayIndex.all(), NDArrayIndex.interval(4, STEPS));
    INDArray expected = network.output(alone.dup('c'));
    INDArray end =
        actual.get(
            NDArrayIndex.interval(0, 1), NDArrayIndex.all(), NDArrayIndex.interval(4, STEPS));
    assertThat(end.sub(expected).amaxNumber().doubleValue()).isLessThan(1e-5);
  }

  @Test
  void aGraphOfLayersGivesTheSame() {
    ComputationGraph graph =
        TestNetworks.of(
                "block",
                TransformerBlocks.builder().size(SIZE + 1).heads(2).causal(true).build(),
                2)
            .inputSizes(SIZE + 1)
            .graph(DataType.FLOAT);
    INDArray input = Nd4j.randn(DataType.FLOAT, EXAMPLES, SIZE + 1L, STEPS);
    INDArray mask = mask(DataType.FLOAT);
    INDArray expected = graph.output(false, new INDArray[] {input}, new INDArray[] {mask}, null)[0];
    graph.clearLayerMaskArrays();
    assertSame(inParts(step(graph), input, mask, PARTS.length), expected, mask, 1e-5);
    graph.rnnClearPreviousState();
    graph.clearLayerMaskArrays();
    assertSame(inParts(step(graph), input, null, 0), graph.output(input)[0], null, 1e-5);
  }

  @Test
  void aFrozenLayerGivesTheSame() {
    check(DataType.FLOAT, 1e-5, true, new FrozenLayer(block().build()));
  }

  @Test
  void oneStepMayHaveTwoAxes() {
    MultiLayerNetwork network = network(DataType.FLOAT, block().build());
    INDArray input = Sequences.input(DataType.FLOAT, EXAMPLES, 2);
    INDArray expected = network.output(input);
    for (int step = 0; step < 2; step++) {
      INDArray at = input.get(NDArrayIndex.all(), NDArrayIndex.all(), NDArrayIndex.point(step));
      INDArray output = network.rnnTimeStep(at.dup('c'));
      assertThat(output.rank()).isEqualTo(2);
      INDArray same =
          expected.get(NDArrayIndex.all(), NDArrayIndex.all(), NDArrayIndex.point(step));
      assertThat(output.sub(same).amaxNumber().doubleValue()).isLessThan(1e-5);
    }
  }

  /** Keys and values are copies: the steps after a restored state are those after the first. */
  @Test
  void theStateIsHandedAround() {
    MultiLayerNetwork network =
        network(
            DataType.FLOAT,
            new LearnedPositionEmbedding.Builder().maxLength(STEPS).build(),
            block().slidingWindow(3).build());
    INDArray prompt = Sequences.input(DataType.FLOAT, EXAMPLES, 9);
    INDArray next = Sequences.input(DataType.FLOAT, EXAMPLES, 1);
    INDArray other = Sequences.input(DataType.FLOAT, EXAMPLES, 1);
    assertThat(network.rnnGetPreviousState(1)).isEmpty();
    INDArray mask = Nd4j.ones(EXAMPLES, 9);
    mask.putScalar(0, 0, 0);
    network.setLayerMaskArrays(mask, null);
    network.rnnTimeStep(prompt);
    List<Map<String, INDArray>> states =
        List.of(network.rnnGetPreviousState(0), network.rnnGetPreviousState(1));
    assertThat(states.get(1)).containsOnlyKeys("steps", "keys", "values", "mask");
    INDArray expected = network.rnnTimeStep(next);
    network.rnnTimeStep(other);
    MultiLayerNetwork clone = network.clone();
    for (MultiLayerNetwork one : new MultiLayerNetwork[] {network, clone}) {
      one.rnnSetPreviousState(0, states.get(0));
      one.rnnSetPreviousState(1, states.get(1));
      assertThat(one.rnnTimeStep(next)).isEqualTo(expected);
    }
    assertThatThrownBy(() -> network.rnnSetPreviousState(1, Map.of("lastAct", Nd4j.ones(1))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("TransformerBlock")
        .hasMessageContaining("rnnGetPreviousState");
  }

  @Test
  void clearingForgets() {
    MultiLayerNetwork network = network(DataType.FLOAT, block().build());
    INDArray input = Sequences.input(DataType.FLOAT, EXAMPLES, 5);
    INDArray first = network.rnnTimeStep(input);
    assertThat(network.rnnTimeStep(input)).isNotEqualTo(first);
    network.rnnClearPreviousState();
    assertThat(network.rnnGetPreviousState(0)).isEmpty();
    assertThat(network.rnnTimeStep(input)).isEqualTo(first);
    network.rnnClearPreviousState();
    INDArray fewer = input.get(NDArrayIndex.interval(0, 2)).dup('c');
    assertThat(network.rnnTimeStep(fewer).size(0)).isEqualTo(2);
    assertThatThrownBy(() -> network.rnnTimeStep(input))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "TransformerBlock 'layer0': the input has 3 examples but the steps before had 2; call"
                + " rnnClearPreviousState before another batch.");
  }

  /** Old parameters must not live on in what is compiled. */
  @Test
  void trainingBetweenStepsCounts() {
    MultiLayerNetwork network =
        TestNetworks.of(block().build()).learningRate(0.1).network(DataType.FLOAT);
    INDArray input = Sequences.input(DataType.FLOAT, EXAMPLES, STEPS);
    inParts(step(network), input, null, 0);
    network.rnnClearPreviousState();
    network.fit(new DataSet(input, Sequences.labels(DataType.FLOAT, EXAMPLES, STEPS)));
    assertSame(inParts(step(network), input, null, 0), network.output(input), null, 1e-5);
  }

  /** A window's cache stays small, and so do its sizes. */
  @Test
  void whatLeavesTheWindowIsForgotten() {
    MultiLayerNetwork network = network(DataType.FLOAT, attention().slidingWindow(4).build());
    for (int step = 0; step < 40; step++) {
      network.rnnTimeStep(Sequences.input(DataType.FLOAT, EXAMPLES, 1));
      long kept = network.rnnGetPreviousState(0).get("keys").size(-1);
      assertThat(kept).isBetween(Math.min(3L, step + 1L), 6L);
    }
  }

  @Test
  void fullPositionsSaySo() {
    MultiLayerNetwork network =
        network(DataType.FLOAT, new LearnedPositionEmbedding.Builder().maxLength(7).build());
    network.rnnTimeStep(Sequences.input(DataType.FLOAT, EXAMPLES, 6));
    network.rnnTimeStep(Sequences.input(DataType.FLOAT, EXAMPLES, 1));
    assertThatThrownBy(() -> network.rnnTimeStep(Sequences.input(DataType.FLOAT, EXAMPLES, 1)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "LearnedPositionEmbedding 'layer0': the cache is full, since step 8 follows but"
                + " maxLength is 7; call rnnClearPreviousState before the next sequence.");
    network.rnnClearPreviousState();
    network.rnnTimeStep(Sequences.input(DataType.FLOAT, EXAMPLES, 7));
  }

  static Stream<Layer> withoutSteps() {
    return Stream.of(
        TestLayers.selfAttention().build(),
        new TransformerBlock.Builder().nHeads(1).build(),
        TestLayers.learnedQueries(3).build(),
        TestLayers.recurrent().build(),
        new FirstStep.Builder().build());
  }

  @ParameterizedTest
  @MethodSource("withoutSteps")
  void layersOfWholeSequencesRefuse(Layer layer) {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .list(layer)
                .setInputType(InputType.recurrent(SIZE))
                .build());
    network.init();
    assertThatThrownBy(() -> network.rnnTimeStep(Sequences.input(DataType.FLOAT, EXAMPLES, 1)))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageStartingWith(layer.getClass().getSimpleName() + " 'layer0': rnnTimeStep")
        .hasMessageEndingWith(".");
  }

  @Test
  void aVertexRefuses() {
    ComputationGraph graph =
        TestNetworks.of(TestLayers.vertex(0, 0, 0), 0, 0, 0).graph(DataType.FLOAT);
    INDArray input = Sequences.input(DataType.FLOAT, EXAMPLES, 3);
    graph.output(input);
    assertThatThrownBy(() -> graph.rnnTimeStep(input))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageStartingWith("AttentionVertex 'attention': rnnTimeStep is not possible");
    graph.output(input);
  }

  /** Each part stands alone, as before. */
  @Test
  void truncatedBackpropagationKeepsNothing() {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(3)
                .list(block().build(), TestNetworks.classifier(13))
                .setInputType(InputType.recurrent(SIZE))
                .backpropType(BackpropType.TruncatedBPTT)
                .tBPTTLength(3)
                .build());
    network.init();
    network.fit(Sequences.batch(DataType.FLOAT, true));
    assertThat(network.rnnGetPreviousState(0)).isEmpty();
    assertThat(network.params().sumNumber().doubleValue()).isFinite();
  }
}
