package org.attention4j.layers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.attention4j.testing.Sizes.HEADS;
import static org.attention4j.testing.Sizes.OUT;
import static org.attention4j.testing.Sizes.SIZE;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.attention4j.normalizer.Normalizers;
import org.attention4j.testing.Sequences;
import org.attention4j.testing.TestNetworks;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.INDArrayIndex;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Padding before or after a sequence changes nothing: every layer, every position encoding. */
class PaddingTest {
  private static final int EXAMPLES = 3;
  private static final int STEPS = 7;

  /** Steps of padding before and after. */
  private static final int[][] PADDINGS = {{3, 0}, {0, 5}, {2, 3}, {11, 0}};

  @BeforeEach
  void seed() {
    Nd4j.getRandom().setSeed(89);
  }

  static Stream<Arguments> layers() {
    List<Arguments> all = new ArrayList<>();
    for (Position position : Position.values()) {
      for (boolean causal : new boolean[] {false, true}) {
        if (position == Position.FORGETTING && !causal) {
          continue; // fails when it is built
        }
        for (Execution execution : new Execution[] {Execution.GRAPH, Execution.FUSED}) {
          SelfAttentionLayer.Builder self =
              new SelfAttentionLayer.Builder()
                  .nOut(OUT)
                  .nHeads(HEADS)
                  .headSize(6)
                  .projectInput(true)
                  .hasBias(true)
                  .position(position)
                  .causal(causal)
                  .normalizer(Normalizers.ssmax())
                  .execution(execution);
          String name = position + (causal ? " causal " : " ") + execution;
          add(all, name, self.build());
          add(all, name + " in a window", self.slidingWindow(3).firstKeys(2).build());
        }
        add(
            all,
            "recurrent " + position + (causal ? " causal" : ""),
            new RecurrentAttentionLayer.Builder()
                .nOut(OUT)
                .nHeads(HEADS)
                .headSize(6)
                .position(position)
                .causal(causal)
                .build());
        add(
            all,
            "recurrent " + position + (causal ? " causal" : "") + " in a window",
            new RecurrentAttentionLayer.Builder()
                .nOut(OUT)
                .nHeads(HEADS)
                .headSize(6)
                .position(position)
                .causal(causal)
                .slidingWindow(3)
                .firstKeys(2)
                .build());
      }
    }
    add(
        all,
        "learned queries",
        new LearnedSelfAttentionLayer.Builder()
            .nOut(OUT)
            .nHeads(HEADS)
            .projectInput(true)
            .nQueries(2)
            .build());
    add(all, "positions", new LearnedPositionEmbedding.Builder().maxLength(STEPS).build());
    add(all, "norm", new LayerNorm.Builder().build());
    add(all, "feed forward", new FeedForwardBlock.Builder().activation(Activation.TANH).build());
    return all.stream();
  }

  private static void add(List<Arguments> all, String name, Layer layer) {
    all.add(Arguments.of(name, layer, DataType.DOUBLE));
    all.add(Arguments.of(name, layer, DataType.FLOAT));
  }

  @ParameterizedTest(name = "{0} {2}")
  @MethodSource("layers")
  void layer(String name, Layer layer, DataType type) {
    MultiLayerNetwork network = TestNetworks.of(layer).network(type);
    network.params().addi(Nd4j.randn(type, network.numParams()).muli(0.2));
    INDArray input = Sequences.input(type, EXAMPLES, STEPS);
    INDArray ones = Nd4j.ones(type, EXAMPLES, STEPS);
    long[] shape = network.getLayer(0).activate(input, false, noWorkspaces()).shape();
    INDArray epsilon = Nd4j.randn(type, shape);
    LayerPass plain = LayerPass.of(network, input, null, epsilon);
    double tolerance = type == DataType.DOUBLE ? 1e-9 : 2e-5;
    assertThat(
            LayerPass.distance(
                LayerPass.of(network, input, ones, epsilon).output(), plain.output()))
        .as("a mask of ones")
        .isLessThan(tolerance);
    for (int[] padding : PADDINGS) {
      boolean pooled = layer instanceof LearnedSelfAttentionLayer;
      INDArray paddedEpsilon = pooled ? epsilon : padded(epsilon, padding, 0);
      LayerPass pass =
          LayerPass.of(network, padded(input, padding, 17), mask(type, padding), paddedEpsilon);
      INDArray output = pooled ? pass.output() : visible(pass.output(), padding);
      String where = padding[0] + " before, " + padding[1] + " after";
      assertThat(LayerPass.distance(output, plain.output())).as(where).isLessThan(tolerance);
      assertThat(LayerPass.distance(visible(pass.inputGradient(), padding), plain.inputGradient()))
          .as("input gradient, " + where)
          .isLessThan(10 * tolerance);
      assertThat(pass.distance(plain)).as("gradients, " + where).isLessThan(20 * tolerance);
    }
  }

  private static org.deeplearning4j.nn.workspace.LayerWorkspaceMgr noWorkspaces() {
    return org.deeplearning4j.nn.workspace.LayerWorkspaceMgr.noWorkspaces();
  }

  @ParameterizedTest
  @org.junit.jupiter.params.provider.EnumSource(
      value = DataType.class,
      names = {"FLOAT", "DOUBLE"})
  void wholeTransformer(DataType type) {
    for (boolean causal : new boolean[] {false, true}) {
      TransformerBlocks blocks =
          TransformerBlocks.builder().size(SIZE).heads(5).causal(causal).build();
      ComputationGraph graph = TestNetworks.of("block", blocks, 2).graph(type);
      INDArray input = Sequences.input(type, EXAMPLES, STEPS);
      INDArray plain = graph.outputSingle(input);
      for (int[] padding : PADDINGS) {
        INDArray[] masks = {mask(type, padding)};
        INDArray output =
            graph.output(false, new INDArray[] {padded(input, padding, 17)}, masks, masks)[0];
        assertThat(LayerPass.distance(visible(output, padding), plain))
            .isLessThan(type == DataType.DOUBLE ? 1e-9 : 1e-5);
      }
    }
  }

  @Test
  void vertexOverOneSequence() {
    for (Position position : Position.values()) {
      for (boolean causal : new boolean[] {false, true}) {
        if (position == Position.FORGETTING && !causal) {
          continue; // fails when it is built
        }
        for (DataType type : new DataType[] {DataType.FLOAT, DataType.DOUBLE}) {
          AttentionVertex vertex =
              new AttentionVertex.Builder()
                  .nInQueries(SIZE)
                  .nInKeys(SIZE)
                  .nInValues(SIZE)
                  .nOut(OUT)
                  .nHeads(HEADS)
                  .headSize(6)
                  .projectInput(true)
                  .position(position)
                  .causal(causal)
                  .build();
          ComputationGraph graph = TestNetworks.of(vertex, 0).normedInputs().graph(type);
          INDArray input = Sequences.input(type, EXAMPLES, STEPS);
          INDArray plain = VertexOutput.of(graph, new INDArray[] {input}, null);
          for (int[] padding : PADDINGS) {
            INDArray output =
                VertexOutput.of(
                    graph,
                    new INDArray[] {padded(input, padding, 17)},
                    new INDArray[] {mask(type, padding)});
            assertThat(LayerPass.distance(visible(output, padding), plain))
                .isLessThan(type == DataType.DOUBLE ? 1e-9 : 1e-5);
          }
        }
      }
    }
  }

  /** Positions are counted from the first visible step, and a gap counts. */
  @Test
  void positionsWithGaps() {
    MultiLayerNetwork network =
        TestNetworks.of(new LearnedPositionEmbedding.Builder().maxLength(11).build())
            .network(DataType.DOUBLE);
    INDArray learned = network.getParam("0_W");
    INDArray input = Nd4j.zeros(DataType.DOUBLE, 3, SIZE, 7);
    INDArray mask =
        Nd4j.createFromArray(
            new double[][] {{0, 0, 1, 1, 0, 0, 1}, {1, 0, 1, 1, 1, 0, 0}, {0, 0, 0, 0, 0, 0, 0}});
    INDArray output =
        LayerPass.of(network, input, mask, Nd4j.ones(DataType.DOUBLE, 3, SIZE, 7)).output();
    int[][] expected = {{-1, -1, 0, 1, -1, -1, 4}, {0, -1, 2, 3, 4, -1, -1}};
    for (int example = 0; example < 2; example++) {
      for (int step = 0; step < 7; step++) {
        if (expected[example][step] >= 0) {
          for (int feature = 0; feature < SIZE; feature++) {
            assertThat(output.getDouble(example, feature, step))
                .isCloseTo(learned.getDouble(feature, expected[example][step]), within(1e-12));
          }
        }
      }
    }
    assertThat(output.isNaN().any()).isFalse();
  }

  @Test
  void positionsOfASingleStep() {
    MultiLayerNetwork network =
        TestNetworks.of(new LearnedPositionEmbedding.Builder().maxLength(11).build())
            .network(DataType.DOUBLE);
    INDArray input = Sequences.input(DataType.DOUBLE, 3, 1);
    INDArray ones = Nd4j.ones(DataType.DOUBLE, 3, 1);
    INDArray epsilon = Nd4j.randn(DataType.DOUBLE, 3, SIZE, 1);
    LayerPass masked = LayerPass.of(network, input, ones, epsilon);
    LayerPass plain = LayerPass.of(network, input, null, epsilon);
    assertThat(LayerPass.distance(masked.output(), plain.output())).isLessThan(1e-12);
    assertThat(masked.distance(plain)).isLessThan(1e-12);
  }

  @Test
  void gradientOfPositionsUnderAMask() {
    MultiLayerNetwork network =
        TestNetworks.of(new LearnedPositionEmbedding.Builder().maxLength(11).build())
            .network(DataType.DOUBLE);
    INDArray mask = mask(DataType.DOUBLE, new int[] {2, 1});
    mask.putScalar(1, 4, 0);
    mask.putScalar(2, 2, 0);
    assertThat(
            FiniteDifferences.largestError(
                network,
                Sequences.input(DataType.DOUBLE, EXAMPLES, STEPS + 3),
                Sequences.labels(DataType.DOUBLE, EXAMPLES, STEPS + 3),
                mask))
        .isLessThan(1e-6);
  }

  @Test
  void moreVisibleStepsThanPositions() {
    MultiLayerNetwork network =
        TestNetworks.of(new LearnedPositionEmbedding.Builder().maxLength(5).build())
            .network(DataType.FLOAT);
    INDArray input = Sequences.input(DataType.FLOAT, EXAMPLES, 11);
    INDArray mask = Nd4j.zeros(DataType.FLOAT, EXAMPLES, 11);
    mask.putScalar(0, 2, 1);
    mask.putScalar(0, 6, 1);
    assertThat(network.output(input, false, mask, mask).isNaN().any()).isFalse();
    mask.putScalar(0, 7, 1);
    assertThatThrownBy(() -> network.output(input, false, mask, mask))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(
            "the number of steps from an example's first visible one to its last is 6 but must be"
                + " at most maxLength 5.");
  }

  private static INDArray padded(INDArray sequence, int[] padding, double value) {
    long steps = sequence.size(2);
    INDArray result =
        Nd4j.valueArrayOf(
            new long[] {sequence.size(0), sequence.size(1), padding[0] + steps + padding[1]},
            value,
            sequence.dataType());
    result.put(interval(padding[0], steps), sequence);
    return result;
  }

  private static INDArray visible(INDArray sequence, int[] padding) {
    return sequence.get(interval(padding[0], sequence.size(2) - padding[0] - padding[1])).dup();
  }

  private static INDArrayIndex[] interval(long from, long steps) {
    return new INDArrayIndex[] {
      NDArrayIndex.all(), NDArrayIndex.all(), NDArrayIndex.interval(from, from + steps)
    };
  }

  private static INDArray mask(DataType type, int[] padding) {
    INDArray mask = Nd4j.zeros(type, EXAMPLES, padding[0] + STEPS + padding[1]);
    mask.get(NDArrayIndex.all(), NDArrayIndex.interval(padding[0], padding[0] + STEPS)).assign(1);
    return mask;
  }
}
