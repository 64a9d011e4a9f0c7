package org.attention4j.layers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.attention4j.testing.Sizes.EXAMPLES;
import static org.attention4j.testing.Sizes.HEADS;
import static org.attention4j.testing.Sizes.OUT;
import static org.attention4j.testing.Sizes.SIZE;
import static org.attention4j.testing.Sizes.STEPS;

import java.util.Map;
import java.util.stream.Stream;
import org.attention4j.normalizer.Normalizers;
import org.attention4j.testing.Sequences;
import org.attention4j.testing.TestNetworks;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The gate between attention and its output projection. */
class OutputGateTest {
  private static final double SIGMOID_OF_FIVE = 0.993307149075715;

  @BeforeEach
  void seed() {
    Nd4j.getRandom().setSeed(103);
  }

  private static SelfAttentionLayer.Builder self(OutputGate gate) {
    return new SelfAttentionLayer.Builder()
        .nOut(OUT)
        .nHeads(HEADS)
        .projectInput(true)
        .outputGate(gate);
  }

  private static MultiLayerNetwork network(DataType type, Layer... layers) {
    return TestNetworks.of(layers).perturbed(0.3).network(type);
  }

  private static @Nullable INDArray mask(boolean masked) {
    return masked ? Sequences.mask(DataType.DOUBLE, EXAMPLES, STEPS) : null;
  }

  static Stream<Arguments> gates() {
    return Stream.of(OutputGate.PER_HEAD, OutputGate.PER_ELEMENT)
        .flatMap(
            gate ->
                Stream.of(Execution.GRAPH, Execution.FUSED)
                    .flatMap(how -> Stream.of(false, true).map(m -> Arguments.of(gate, how, m))));
  }

  @ParameterizedTest
  @MethodSource("gates")
  void isTheFormula(OutputGate gate, Execution execution, boolean masked) {
    MultiLayerNetwork network =
        network(DataType.DOUBLE, self(gate).hasBias(masked).execution(execution).build());
    INDArray input = Sequences.input(DataType.DOUBLE, EXAMPLES, STEPS);
    INDArray mask = mask(masked);
    INDArray expected =
        new PlainAttention(network.getLayer(0).paramTable(), Position.NONE)
            .selfAttention(input, mask, false);
    network.setLayerMaskArrays(mask, null);
    assertThat(LayerPass.distance(network.feedForward(input, false).get(1), expected))
        .isLessThan(1e-12);
  }

  static Stream<Layer> layers() {
    return gates()
        .flatMap(
            arguments -> {
              OutputGate gate = (OutputGate) arguments.get()[0];
              Execution how = (Execution) arguments.get()[1];
              return Stream.of(
                  self(gate).execution(how).nKeyValueHeads(1).causal(true).build(),
                  new TransformerBlock.Builder().outputGate(gate).execution(how).build());
            });
  }

  @ParameterizedTest
  @MethodSource("layers")
  void gradientsAreExact(Layer layer) {
    assertExact(layer);
  }

  /** The gate is computed from the output before, which the query comes from. */
  @ParameterizedTest
  @EnumSource(
      value = OutputGate.class,
      names = {"PER_HEAD", "PER_ELEMENT"})
  void recurrentGradientsAreExact(OutputGate gate) {
    assertExact(
        new RecurrentAttentionLayer.Builder().nOut(6).nHeads(HEADS).outputGate(gate).build());
  }

  private static void assertExact(Layer layer) {
    MultiLayerNetwork network = network(DataType.DOUBLE, new LayerNorm.Builder().build(), layer);
    for (boolean masked : new boolean[] {false, true}) {
      assertThat(
              FiniteDifferences.largestError(
                  network,
                  Sequences.input(DataType.DOUBLE, EXAMPLES, STEPS),
                  Sequences.labels(DataType.DOUBLE, EXAMPLES, STEPS),
                  mask(masked)))
          .isLessThan(1e-5);
    }
  }

  @Test
  void parametersComeAfterTheStockOnes() {
    Map<String, INDArray> heads =
        network(DataType.FLOAT, self(OutputGate.PER_HEAD).hasBias(true).build())
            .getLayer(0)
            .paramTable();
    assertThat(heads.keySet())
        .containsExactly("Wq", "Wk", "Wv", "Wo", "Wgate", "bq", "bk", "bv", "bo", "bgate");
    assertThat(heads.get("Wgate").shape()).containsExactly(HEADS, SIZE);
    assertThat(heads.get("bgate").length()).isEqualTo(HEADS);
    Map<String, INDArray> elements =
        network(DataType.FLOAT, self(OutputGate.PER_ELEMENT).build()).getLayer(0).paramTable();
    assertThat(elements.get("Wgate").shape()).containsExactly(OUT, SIZE);
    assertThat(elements.get("bgate").length()).isEqualTo(OUT);
  }

  /** With the parameters of a trained layer it gives its outputs times σ(5). */
  @ParameterizedTest
  @EnumSource(
      value = OutputGate.class,
      names = {"PER_HEAD", "PER_ELEMENT"})
  void anOpenGateLeavesATrainedLayerNearlyAsItIs(OutputGate gate) {
    MultiLayerNetwork trained = network(DataType.FLOAT, self(OutputGate.NONE).build());
    MultiLayerNetwork gated =
        TestNetworks.of(self(gate).gateStartsOpen(true).build()).network(DataType.FLOAT);
    trained.paramTable().forEach((name, values) -> gated.getParam(name).assign(values));
    INDArray input = Sequences.input(DataType.FLOAT, EXAMPLES, STEPS);
    INDArray expected = trained.feedForward(input, false).get(1).mul(SIGMOID_OF_FIVE);
    INDArray actual = gated.feedForward(input, false).get(1);
    assertThat(LayerPass.distance(actual, expected))
        .isLessThan(1e-6 * expected.amaxNumber().doubleValue());
    assertThat(expected.amaxNumber().doubleValue()).isGreaterThan(0.1);
  }

  @Test
  void otherwiseTheGateIsDrawn() {
    MultiLayerNetwork network =
        TestNetworks.of(self(OutputGate.PER_ELEMENT).build()).network(DataType.FLOAT);
    assertThat(network.getParam("0_Wgate").std().getDouble(0)).isGreaterThan(0.05);
  }

  @Test
  void json() {
    for (OutputGate gate : OutputGate.values()) {
      MultiLayerConfiguration configuration =
          network(DataType.FLOAT, self(gate).gateStartsOpen(gate != OutputGate.NONE).build())
              .getLayerWiseConfigurations();
      assertThat(configuration.toJson()).contains("\"outputGate\" : \"" + gate + "\"");
      assertThat(MultiLayerConfiguration.fromJson(configuration.toJson())).isEqualTo(configuration);
    }
  }

  @Test
  void badOptionsAreNamed() {
    assertThatThrownBy(
            () -> new SelfAttentionLayer.Builder().outputGate(OutputGate.PER_HEAD).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "SelfAttentionLayer: outputGate is PER_HEAD but must be NONE unless projectInput is"
                + " true.");
    assertThatThrownBy(() -> self(OutputGate.NONE).gateStartsOpen(true).build())
        .hasMessage(
            "SelfAttentionLayer: gateStartsOpen is true but must be false unless there is an"
                + " outputGate.");
    assertThatThrownBy(() -> self(null).build())
        .hasMessage(
            "SelfAttentionLayer: outputGate is null but must be NONE, PER_HEAD or PER_ELEMENT.");
  }

  @Test
  void anotherNormalizerKeepsTheGateAndWhatItLearned() {
    ComputationGraph graph =
        network(DataType.FLOAT, self(OutputGate.PER_HEAD).build()).toComputationGraph();
    ComputationGraph swapped = AttentionSwap.with(Normalizers.topK(3)).in(graph).network();
    assertThat(swapped.params()).isEqualTo(graph.params());
    assertThat(swapped.getLayer(0).conf().getLayer().toString()).contains("outputGate=PER_HEAD");
  }

  /** The layer's type decides how it is computed; in HALF sums are taken in FLOAT. */
  @Test
  void halfIsCloseToFloat() {
    for (OutputGate gate : new OutputGate[] {OutputGate.PER_HEAD, OutputGate.PER_ELEMENT}) {
      MultiLayerNetwork half = network(DataType.FLOAT16, self(gate).build());
      MultiLayerNetwork single = TestNetworks.of(self(gate).build()).network(DataType.FLOAT);
      single.setParams(half.params().castTo(DataType.FLOAT));
      INDArray input = Sequences.input(DataType.FLOAT16, EXAMPLES, STEPS);
      INDArray expected = single.feedForward(input.castTo(DataType.FLOAT), false).get(1);
      INDArray actual = half.feedForward(input, false).get(1).castTo(DataType.FLOAT);
      assertThat(LayerPass.distance(actual, expected))
          .isCloseTo(0, within(0.02 * expected.amaxNumber().doubleValue()));
    }
  }
}
