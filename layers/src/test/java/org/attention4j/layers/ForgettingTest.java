package org.attention4j.layers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.attention4j.testing.Sizes.EXAMPLES;
import static org.attention4j.testing.Sizes.HEADS;
import static org.attention4j.testing.Sizes.OUT;
import static org.attention4j.testing.Sizes.SIZE;
import static org.attention4j.testing.Sizes.STEPS;

import java.util.Map;
import java.util.stream.Stream;
import org.attention4j.dl4j.Intermediates;
import org.attention4j.normalizer.Normalizers;
import org.attention4j.testing.Sequences;
import org.attention4j.testing.TestLayers;
import org.attention4j.testing.TestNetworks;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Scores that decay by learned gates, against their formula. */
class ForgettingTest {
  @BeforeEach
  void seed() {
    Nd4j.getRandom().setSeed(107);
  }

  private static SelfAttentionLayer.Builder self() {
    return TestLayers.selfAttention().causal(true).position(Position.FORGETTING);
  }

  /** Gates from about 0.01 to 0.99, which differ from step to step. */
  private static MultiLayerNetwork network(DataType type, Layer... layers) {
    MultiLayerNetwork network = TestNetworks.of(layers).perturbed(0.3).network(type);
    network
        .paramTable()
        .forEach(
            (name, values) -> {
              if (name.endsWith("Wforget")) {
                values.assign(Nd4j.randn(type, values.shape()).mul(1.5));
              } else if (name.endsWith("bforget")) {
                values.assign(Nd4j.randn(type, values.shape()));
              }
            });
    return network;
  }

  @ParameterizedTest
  @EnumSource(
      value = Execution.class,
      names = {"GRAPH", "FUSED"})
  void isTheFormula(Execution execution) {
    for (boolean masked : new boolean[] {false, true}) {
      for (int window : new int[] {0, 3}) {
        SelfAttentionLayer.Builder layer = self().hasBias(masked).execution(execution);
        if (window > 0) {
          layer.slidingWindow(window).firstKeys(1);
        }
        MultiLayerNetwork network = network(DataType.DOUBLE, layer.build());
        INDArray input = Sequences.input(DataType.DOUBLE, EXAMPLES, STEPS);
        INDArray mask = masked ? Sequences.maskWithGap(DataType.DOUBLE) : null;
        INDArray expected =
            new PlainAttention(network.getLayer(0).paramTable(), Position.FORGETTING)
                .selfAttention(
                    input,
                    mask,
                    (i, j, rank) -> j <= i && (window == 0 || i - j < window || rank < 1));
        network.setLayerMaskArrays(mask, null);
        assertThat(LayerPass.distance(network.feedForward(input, false).get(1), expected))
            .as("masked %s, window %s", masked, window)
            .isLessThan(1e-12);
      }
    }
  }

  /** FLOAT on the kernels with their projections, with groups of heads. */
  @Test
  void floatIsCloseToDouble() {
    for (boolean masked : new boolean[] {false, true}) {
      Layer layer = self().nKeyValueHeads(1).outputGate(OutputGate.PER_ELEMENT).build();
      MultiLayerNetwork wide = network(DataType.DOUBLE, layer);
      MultiLayerNetwork narrow = TestNetworks.of(layer).network(DataType.FLOAT);
      narrow.setParams(wide.params().castTo(DataType.FLOAT));
      INDArray input = Sequences.input(DataType.DOUBLE, EXAMPLES, STEPS);
      wide.setLayerMaskArrays(masked ? Sequences.maskWithGap(DataType.DOUBLE) : null, null);
      narrow.setLayerMaskArrays(masked ? Sequences.maskWithGap(DataType.FLOAT) : null, null);
      INDArray expected = wide.feedForward(input, false).get(1);
      INDArray actual = narrow.feedForward(input.castTo(DataType.FLOAT), false).get(1);
      assertThat(LayerPass.distance(actual.castTo(DataType.DOUBLE), expected))
          .isLessThan(1e-5 * expected.amaxNumber().doubleValue());
    }
  }

  static Stream<Layer> layers() {
    return Stream.of(
        self().execution(Execution.FUSED).normalizer(Normalizers.ssmax()).build(),
        self().execution(Execution.GRAPH).normalizer(Normalizers.ssmax()).build(),
        self().execution(Execution.FUSED).normalizer(Normalizers.sigmoid()).build(),
        self()
            .execution(Execution.FUSED)
            .nKeyValueHeads(1)
            .slidingWindow(3)
            .firstKeys(1)
            .normalizer(Normalizers.entmax15())
            .build(),
        new SelfAttentionLayer.Builder().causal(true).position(Position.FORGETTING).build(),
        new RecurrentAttentionLayer.Builder()
            .nOut(6)
            .nHeads(HEADS)
            .causal(true)
            .position(Position.FORGETTING)
            .build(),
        new TransformerBlock.Builder()
            .causal(true)
            .outputGate(OutputGate.PER_HEAD)
            .position(Position.FORGETTING)
            .build());
  }

  @ParameterizedTest
  @MethodSource("layers")
  void gradientsAreExact(Layer layer) {
    MultiLayerNetwork network = network(DataType.DOUBLE, new LayerNorm.Builder().build(), layer);
    for (boolean masked : new boolean[] {false, true}) {
      assertThat(
              FiniteDifferences.largestError(
                  network,
                  Sequences.input(DataType.DOUBLE, EXAMPLES, STEPS),
                  Sequences.labels(DataType.DOUBLE, EXAMPLES, STEPS),
                  masked ? Sequences.mask(DataType.DOUBLE, EXAMPLES, STEPS) : null))
          .isLessThan(1e-5);
    }
  }

  /** The gates are those of the keys; the last query stands at the last key. */
  @ParameterizedTest
  @EnumSource(
      value = Execution.class,
      names = {"GRAPH", "FUSED"})
  void queriesOfAVertexStandAtTheLastKeys(Execution execution) {
    int queries = 3;
    int keys = 7;
    AttentionVertex vertex =
        TestLayers.vertexBuilder(0, 1, 2)
            .causal(true)
            .position(Position.FORGETTING)
            .execution(execution)
            .build();
    ComputationGraph graph = TestNetworks.of(vertex, 0, 1, 2).graph(DataType.DOUBLE);
    INDArray gates = graph.getVertex("attention").paramTable(false).get("Wforget");
    gates.assign(Nd4j.randn(gates.dataType(), gates.shape()));
    INDArray[] inputs = {
      Sequences.input(DataType.DOUBLE, 0, EXAMPLES, queries),
      Sequences.input(DataType.DOUBLE, 1, EXAMPLES, keys),
      Sequences.input(DataType.DOUBLE, 2, EXAMPLES, keys)
    };
    INDArray actual = graph.feedForward(inputs, false).get("attention");
    INDArray expected =
        new PlainAttention(graph.getVertex("attention").paramTable(false), Position.FORGETTING)
            .attention(inputs[0], inputs[1], inputs[2], null, (i, j, rank) -> j <= i);
    assertThat(LayerPass.distance(actual, expected)).isLessThan(1e-12);
  }

  @Test
  void parametersComeLastAndForgetLittle() {
    MultiLayerNetwork network =
        TestNetworks.of(self().hasBias(true).outputGate(OutputGate.PER_HEAD).build())
            .network(DataType.FLOAT);
    Map<String, INDArray> parameters = network.getLayer(0).paramTable();
    assertThat(parameters.keySet())
        .containsExactly(
            "Wq", "Wk", "Wv", "Wo", "Wgate", "Wforget", "bq", "bk", "bv", "bo", "bgate", "bforget");
    assertThat(parameters.get("Wforget").shape()).containsExactly(HEADS, SIZE);
    assertThat(parameters.get("Wforget").amaxNumber().doubleValue()).isZero();
    assertThat(parameters.get("bforget").toFloatVector()).containsOnly(5f).hasSize(HEADS);
  }

  /** Gates of 1 forget nothing: the layer is the one without a position. */
  @Test
  void openGatesChangeNothing() {
    MultiLayerNetwork plain = network(DataType.FLOAT, self().position(Position.NONE).build());
    MultiLayerNetwork open = TestNetworks.of(self().build()).network(DataType.FLOAT);
    plain.paramTable().forEach((name, values) -> open.getParam(name).assign(values));
    open.getParam("0_bforget").assign(50);
    INDArray input = Sequences.input(DataType.FLOAT, EXAMPLES, STEPS);
    assertThat(
            LayerPass.distance(
                open.feedForward(input, false).get(1), plain.feedForward(input, false).get(1)))
        .isLessThan(1e-6);
  }

  /** What stands at a masked step forgets nothing, whatever its gate would be. */
  @Test
  void paddingChangesNothing() {
    for (Execution execution : new Execution[] {Execution.GRAPH, Execution.AUTO}) {
      MultiLayerNetwork network = network(DataType.FLOAT, self().execution(execution).build());
      INDArray input = Sequences.input(DataType.FLOAT, EXAMPLES, STEPS);
      INDArray expected = network.feedForward(input, false).get(1).dup();
      int before = 4;
      int after = 3;
      INDArray padded =
          Nd4j.valueArrayOf(
              new long[] {EXAMPLES, SIZE, before + STEPS + after}, 1e30f, DataType.FLOAT);
      INDArray mask = Nd4j.zeros(DataType.FLOAT, EXAMPLES, before + STEPS + after);
      var steps = NDArrayIndex.interval(before, before + STEPS);
      padded.get(NDArrayIndex.all(), NDArrayIndex.all(), steps).assign(input);
      mask.get(NDArrayIndex.all(), steps).assign(1);
      network.setLayerMaskArrays(mask, null);
      INDArray actual =
          network
              .feedForward(padded, false)
              .get(1)
              .get(NDArrayIndex.all(), NDArrayIndex.all(), steps);
      network.clearLayerMaskArrays();
      assertThat(LayerPass.distance(actual, expected)).as("%s", execution).isLessThan(1e-6);
    }
  }

  @Test
  void publishesTheSumsOfWhatIsForgotten() {
    for (Execution execution : new Execution[] {Execution.GRAPH, Execution.FUSED}) {
      MultiLayerNetwork network = network(DataType.DOUBLE, self().execution(execution).build());
      network.getParam("0_Wforget").assign(0);
      network.getParam("0_bforget").assign(0);
      INDArray mask = Sequences.maskWithGap(DataType.DOUBLE);
      INDArray sums =
          Intermediates.of(
                  network.getLayer(0),
                  Sequences.input(DataType.DOUBLE, EXAMPLES, STEPS),
                  mask,
                  SelfAttentionLayer.DECAYS)
              .get(SelfAttentionLayer.DECAYS);
      assertThat(sums.shape()).containsExactly(EXAMPLES, HEADS, STEPS);
      for (int e = 0; e < EXAMPLES; e++) {
        int counted = 0;
        for (int step = 0; step < STEPS; step++) {
          counted += mask.getDouble(e, step) == 0 ? 0 : 1;
          assertThat(sums.getDouble(e, 1, step) - counted * Math.log(0.5)).isBetween(-1e-12, 1e-12);
        }
      }
    }
  }

  @Test
  void json() {
    MultiLayerConfiguration configuration =
        network(DataType.FLOAT, self().build()).getLayerWiseConfigurations();
    assertThat(configuration.toJson()).contains("\"position\" : \"FORGETTING\"");
    assertThat(MultiLayerConfiguration.fromJson(configuration.toJson())).isEqualTo(configuration);
  }

  @Test
  void badOptionsAreNamed() {
    assertThatThrownBy(() -> self().causal(false).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "SelfAttentionLayer: position is FORGETTING but must be another one than FORGETTING"
                + " unless causal is true (a query forgets what was before it).");
    assertThatThrownBy(
            () ->
                new LearnedSelfAttentionLayer.Builder()
                    .nOut(OUT)
                    .nHeads(HEADS)
                    .projectInput(true)
                    .nQueries(3)
                    .position(Position.FORGETTING)
                    .build())
        .hasMessage(
            "LearnedSelfAttentionLayer: position is FORGETTING but must be NONE (learned queries"
                + " have no position in time).");
  }

  @Test
  void anotherNormalizerKeepsTheGatesAndWhatTheyLearned() {
    ComputationGraph graph = network(DataType.FLOAT, self().build()).toComputationGraph();
    ComputationGraph swapped = AttentionSwap.with(Normalizers.topK(3)).in(graph).network();
    assertThat(swapped.params()).isEqualTo(graph.params());
    assertThat(swapped.getLayer(0).conf().getLayer().toString()).contains("position=FORGETTING");
  }
}
