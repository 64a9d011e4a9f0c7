package org.attention4j.layers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.attention4j.testing.Sizes.EXAMPLES;
import static org.attention4j.testing.Sizes.HEADS;
import static org.attention4j.testing.Sizes.OUT;
import static org.attention4j.testing.Sizes.STEPS;

import java.util.stream.Stream;
import org.attention4j.dl4j.Intermediates;
import org.attention4j.normalizer.Normalizers;
import org.attention4j.testing.Sequences;
import org.attention4j.testing.TestLayers;
import org.attention4j.testing.TestNetworks;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The layers' windows against their formula, pair by pair. */
class SlidingWindowTest {
  @BeforeEach
  void seed() {
    Nd4j.getRandom().setSeed(101);
  }

  /** Window, first keys, causal, masked. */
  static Stream<Arguments> windows() {
    return Stream.of(new int[][] {{1, 0}, {3, 0}, {3, 2}, {4, 5}, {2, STEPS}, {STEPS + 2, 1}})
        .flatMap(
            window ->
                Stream.of(false, true)
                    .flatMap(
                        causal ->
                            Stream.of(false, true)
                                .map(
                                    masked -> Arguments.of(window[0], window[1], causal, masked))));
  }

  private static SelfAttentionLayer.Builder self(int window, int firstKeys, boolean causal) {
    return TestLayers.selfAttention().causal(causal).slidingWindow(window).firstKeys(firstKeys);
  }

  private static MultiLayerNetwork network(DataType type, Layer... layers) {
    return TestNetworks.of(layers).perturbed(0.2).network(type);
  }

  private static boolean sees(
      int window, int firstKeys, boolean causal, int query, int key, int rank) {
    boolean near = causal ? key > query - window : Math.abs(query - key) < window;
    return (near || rank < firstKeys) && !(causal && key > query);
  }

  @ParameterizedTest
  @MethodSource("windows")
  void isTheFormula(int window, int firstKeys, boolean causal, boolean masked) {
    for (Execution execution : new Execution[] {Execution.GRAPH, Execution.FUSED}) {
      MultiLayerNetwork network =
          network(DataType.DOUBLE, self(window, firstKeys, causal).execution(execution).build());
      INDArray input = Sequences.input(DataType.DOUBLE, EXAMPLES, STEPS);
      INDArray mask = masked ? Sequences.maskWithGap(DataType.DOUBLE) : null;
      INDArray expected =
          new PlainAttention(network.getLayer(0).paramTable(), Position.NONE)
              .selfAttention(
                  input, mask, (i, j, rank) -> sees(window, firstKeys, causal, i, j, rank));
      network.setLayerMaskArrays(mask, null);
      INDArray actual = network.feedForward(input, false).get(1);
      assertThat(LayerPass.distance(actual, expected)).as("%s", execution).isLessThan(1e-12);
    }
  }

  /** A step of the recurrent layer has its own row of weights, without the first step. */
  @ParameterizedTest
  @MethodSource("windows")
  void recurrentStepsSeeTheFormulasKeys(int window, int firstKeys, boolean causal, boolean masked) {
    MultiLayerNetwork network = network(DataType.DOUBLE, recurrent(window, firstKeys, causal));
    INDArray mask = masked ? Sequences.maskWithGap(DataType.DOUBLE) : null;
    INDArray weights =
        Intermediates.of(
                network.getLayer(0),
                Sequences.input(DataType.DOUBLE, EXAMPLES, STEPS),
                mask,
                RecurrentAttentionLayer.WEIGHTS)
            .get(RecurrentAttentionLayer.WEIGHTS);
    for (int e = 0; e < EXAMPLES; e++) {
      for (int query = 1; query < STEPS; query++) {
        int rank = 0;
        for (int key = 0; key < STEPS; key++) {
          boolean visible = mask == null || mask.getDouble(e, key) != 0;
          assertThat(weights.getDouble(e, 1, query, key) > 0)
              .as("example %s, query %s, key %s", e, query, key)
              .isEqualTo(visible && sees(window, firstKeys, causal, query, key, rank));
          rank += visible ? 1 : 0;
        }
      }
    }
  }

  private static RecurrentAttentionLayer recurrent(int window, int firstKeys, boolean causal) {
    return new RecurrentAttentionLayer.Builder()
        .nOut(OUT)
        .nHeads(HEADS)
        .causal(causal)
        .slidingWindow(window)
        .firstKeys(firstKeys)
        .build();
  }

  static Stream<Layer> layers() {
    return Stream.of(
        self(3, 2, true).execution(Execution.FUSED).normalizer(Normalizers.ssmax()).build(),
        self(3, 2, true).execution(Execution.GRAPH).normalizer(Normalizers.ssmax()).build(),
        self(2, 1, false)
            .execution(Execution.FUSED)
            .nKeyValueHeads(1)
            .position(Position.ALIBI)
            .normalizer(Normalizers.entmax15())
            .build(),
        recurrent(3, 1, true),
        new TransformerBlock.Builder().causal(true).slidingWindow(3).firstKeys(1).build());
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
                  masked ? Sequences.maskWithGap(DataType.DOUBLE) : null))
          .isLessThan(1e-5);
    }
  }

  /** The last query stands at the last key, so that with more keys windows begin later. */
  @Test
  void vertexCountsFromTheEnd() {
    int queries = 5;
    int keys = 7;
    for (Execution execution : new Execution[] {Execution.GRAPH, Execution.FUSED}) {
      AttentionVertex vertex =
          TestLayers.vertexBuilder(0, 1, 2)
              .causal(true)
              .slidingWindow(2)
              .firstKeys(1)
              .execution(execution)
              .build();
      ComputationGraph graph = TestNetworks.of(vertex, 0, 1, 2).graph(DataType.DOUBLE);
      INDArray[] inputs = {
        Sequences.input(DataType.DOUBLE, 0, EXAMPLES, queries),
        Sequences.input(DataType.DOUBLE, 1, EXAMPLES, keys),
        Sequences.input(DataType.DOUBLE, 2, EXAMPLES, keys)
      };
      INDArray actual = graph.feedForward(inputs, false).get("attention");
      INDArray expected =
          new PlainAttention(graph.getVertex("attention").paramTable(false), Position.NONE)
              .attention(
                  inputs[0],
                  inputs[1],
                  inputs[2],
                  null,
                  (i, j, rank) -> j == i || j == i - 1 || j == 0);
      assertThat(LayerPass.distance(actual, expected)).as("%s", execution).isLessThan(1e-12);
    }
  }

  @Test
  void badOptionsAreNamed() {
    assertThatThrownBy(() -> self(-1, 0, true).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "SelfAttentionLayer: slidingWindow is -1 but must be at least 1, or left out to hide no"
                + " key by its distance.");
    assertThatThrownBy(() -> self(3, -2, true).build())
        .hasMessage("SelfAttentionLayer: firstKeys is -2 but must be at least 0.");
    assertThatThrownBy(() -> self(0, 4, true).build())
        .hasMessage(
            "SelfAttentionLayer: firstKeys is 4 but must be 0 unless there is a slidingWindow"
                + " (without one every key stays visible).");
  }

  @Test
  void anotherNormalizerKeepsTheWindow() {
    ComputationGraph graph =
        TestNetworks.of(self(3, 2, true).build()).network(DataType.FLOAT).toComputationGraph();
    ComputationGraph swapped = AttentionSwap.with(Normalizers.sparsemax()).in(graph).network();
    SelfAttentionLayer layer = (SelfAttentionLayer) swapped.getLayer(0).conf().getLayer();
    assertThat(layer.toString()).contains("slidingWindow=3, firstKeys=2").contains("Sparsemax");
  }
}
