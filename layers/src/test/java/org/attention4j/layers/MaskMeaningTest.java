package org.attention4j.layers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.Stream;
import org.attention4j.testing.Sequences;
import org.attention4j.testing.Sizes;
import org.attention4j.testing.TestNetworks;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;

/** Any number but zero is visible, in every type, to every layer and on both paths. */
class MaskMeaningTest {
  /** Types, and what stands in them for visible. */
  private static final List<Value> VALUES =
      List.of(
          new Value(DataType.BOOL, 1),
          new Value(DataType.INT8, -1),
          new Value(DataType.UINT8, 255),
          new Value(DataType.INT16, 256),
          new Value(DataType.UINT16, 3),
          new Value(DataType.INT32, 65_536),
          new Value(DataType.UINT32, 1),
          new Value(DataType.INT64, 1L << 40),
          new Value(DataType.UINT64, 7),
          new Value(DataType.FLOAT16, 0.5),
          new Value(DataType.BFLOAT16, 1),
          new Value(DataType.FLOAT, 1e-30),
          new Value(DataType.FLOAT, Double.NEGATIVE_INFINITY),
          new Value(DataType.DOUBLE, 1e-300),
          new Value(DataType.DOUBLE, 1));

  private record Value(DataType type, double visible) {
    /** A mask of ones and zeros in this type and with this number. */
    INDArray of(INDArray mask) {
      INDArray values = mask.dup().castTo(type);
      if (type == DataType.BOOL || visible == 1) {
        return values;
      }
      for (int example = 0; example < mask.size(0); example++) {
        for (int step = 0; step < mask.size(1); step++) {
          if (mask.getInt(example, step) == 1) {
            values.putScalar(new long[] {example, step}, visible);
          }
        }
      }
      return values;
    }
  }

  @BeforeEach
  void seed() {
    Nd4j.getRandom().setSeed(71);
  }

  static Stream<Arguments> layers() {
    Stream<Layer> learned =
        Stream.of(
            new LearnedSelfAttentionLayer.Builder()
                .nOut(Sizes.OUT)
                .nHeads(Sizes.HEADS)
                .projectInput(true)
                .nQueries(3)
                .name("learned")
                .build(),
            new SelfAttentionLayer.Builder()
                .nOut(Sizes.OUT)
                .nHeads(Sizes.HEADS)
                .projectInput(true)
                .attentionEntropyPenalty(0.3, 0.9)
                .name("penalised")
                .build());
    return Stream.concat(learned, Layers.all())
        .flatMap(
            layer ->
                Stream.of(DataType.FLOAT, DataType.DOUBLE, DataType.FLOAT16)
                    .map(type -> Arguments.of(layer.getLayerName(), type, layer)));
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("layers")
  void everyLayerReadsEveryMaskAlike(String name, DataType type, Layer layer) {
    MultiLayerNetwork network = TestNetworks.of(layer).network(type);
    int steps = 5;
    INDArray input = Sequences.input(type, Sizes.EXAMPLES, steps);
    INDArray mask = Sequences.mask(type, Sizes.EXAMPLES, steps);
    int queries = layer instanceof LearnedSelfAttentionLayer ? 3 : steps;
    INDArray output = network.getLayer(0).activate(input, false, LayerWorkspaceMgr.noWorkspaces());
    INDArray epsilon = Nd4j.randn(type, output.shape());
    assertThat(output.size(2)).isEqualTo(queries);
    LayerPass expected = pass(network, input, mask, epsilon);
    // All types and numbers for one, and some that are like no other for each.
    List<Value> values =
        name.equals("two heads") ? VALUES : List.of(VALUES.get(0), VALUES.get(7), VALUES.get(9));
    for (Value value : values) {
      LayerPass actual = pass(network, input, value.of(mask), epsilon);
      assertThat(actual.output()).as(value.toString()).isEqualTo(expected.output());
      assertThat(actual.inputGradient()).as(value.toString()).isEqualTo(expected.inputGradient());
      assertThat(actual.gradients()).as(value.toString()).isEqualTo(expected.gradients());
    }
  }

  private static LayerPass pass(
      MultiLayerNetwork network, INDArray input, INDArray mask, INDArray epsilon) {
    Nd4j.getRandom().setSeed(73); // for dropout
    return LayerPass.of(network, input, mask, epsilon);
  }

  /** One feature, no projection: the numbers can be had by hand. */
  @ParameterizedTest
  @EnumSource(Execution.class)
  void aNumberIsNoWeight(Execution execution) {
    SelfAttentionLayer layer =
        new SelfAttentionLayer.Builder().nIn(1).nOut(1).execution(execution).build();
    MultiLayerNetwork network = TestNetworks.of(layer).inputSizes(1).network(DataType.FLOAT);
    INDArray input = Nd4j.createFromArray(0f, 1f).reshape(1, 1, 2);
    for (float[] mask : new float[][] {{1, 2}, {1, 0.5f}, {-3, 1}, {1, 1}}) {
      network.setLayerMaskArrays(Nd4j.createFromArray(mask).reshape(1, 2), null);
      INDArray output = network.feedForward(input, false).get(1);
      assertThat(output.getDouble(0, 0, 0)).isEqualTo(0.5);
      assertThat(output.getDouble(0, 0, 1)).isCloseTo(1 / (1 + Math.exp(-1)), offset(1e-6));
    }
  }

  private static org.assertj.core.data.Offset<Double> offset(double tolerance) {
    return org.assertj.core.data.Offset.offset(tolerance);
  }

  private static AttentionVertex.Builder vertex() {
    return new AttentionVertex.Builder()
        .nInQueries(Sizes.input(0))
        .nInKeys(Sizes.input(1))
        .nInValues(Sizes.input(2))
        .nOut(14)
        .nHeads(2)
        .projectInput(true)
        .hasBias(true);
  }

  private static INDArray[] masks(DataType type) {
    INDArray keys = Sequences.mask(type, Sizes.EXAMPLES, Sizes.KEYS);
    INDArray values = Nd4j.ones(type, Sizes.EXAMPLES, Sizes.KEYS);
    values.putScalar(0, 3, 0);
    return new INDArray[] {Sequences.mask(type, Sizes.EXAMPLES, Sizes.QUERIES), keys, values};
  }

  private static INDArray[] inputs(DataType type) {
    return new INDArray[] {
      Sequences.input(type, 0, Sizes.EXAMPLES, Sizes.QUERIES),
      Sequences.input(type, 1, Sizes.EXAMPLES, Sizes.KEYS),
      Sequences.input(type, 2, Sizes.EXAMPLES, Sizes.KEYS)
    };
  }

  static Stream<Arguments> vertices() {
    return Stream.of(
        Arguments.of(DataType.FLOAT, Execution.FUSED),
        Arguments.of(DataType.FLOAT, Execution.GRAPH),
        Arguments.of(DataType.DOUBLE, Execution.FUSED),
        Arguments.of(DataType.DOUBLE, Execution.GRAPH),
        Arguments.of(DataType.FLOAT16, Execution.AUTO));
  }

  /** Queries, keys and values have each a mask of another type and with other numbers. */
  @ParameterizedTest
  @MethodSource("vertices")
  void masksOfAVertexMayDifferInEveryWay(DataType type, Execution execution) {
    ComputationGraph graph =
        TestNetworks.of(vertex().execution(execution).build(), 0, 1, 2).normedInputs().graph(type);
    INDArray[] inputs = inputs(type);
    INDArray[] masks = masks(type);
    INDArray labels = Sequences.labels(type, Sizes.EXAMPLES, Sizes.QUERIES);
    INDArray output = VertexOutput.of(graph, inputs, masks).dup();
    INDArray gradient = gradient(graph, inputs, labels, masks);
    for (int i = 0; i < VALUES.size(); i++) {
      INDArray[] given = new INDArray[3];
      for (int m = 0; m < given.length; m++) {
        // The same type for keys and values first, then three different ones.
        given[m] = VALUES.get((i < 3 ? i : i + 4 * m) % VALUES.size()).of(masks[m]);
      }
      String name = given[0].dataType() + " " + given[1].dataType() + " " + given[2].dataType();
      assertThat(VertexOutput.of(graph, inputs, given)).as(name).isEqualTo(output);
      assertThat(gradient(graph, inputs, labels, given)).as(name).isEqualTo(gradient);
    }
    assertThat(gradient.amaxNumber().doubleValue()).isPositive();
  }

  private static INDArray gradient(
      ComputationGraph graph, INDArray[] inputs, INDArray labels, INDArray[] masks) {
    // The loss of the output layer weighs with its mask, so that it gets one of its own.
    INDArray[] labelMasks = {Sequences.mask(labels.dataType(), Sizes.EXAMPLES, Sizes.QUERIES)};
    graph.setLayerMaskArrays(masks, labelMasks);
    graph.setInputs(inputs);
    graph.setLabels(labels);
    graph.computeGradientAndScore();
    INDArray gradient = graph.gradient().gradient().dup();
    graph.clearLayerMaskArrays();
    return gradient;
  }

  /** What the stock vertex takes; its output for ones and zeros is known to be ours. */
  @ParameterizedTest
  @EnumSource(Execution.class)
  void boolMasksAsForTheStockVertex(Execution execution) {
    GraphVertex stock =
        new org.deeplearning4j.nn.conf.graph.AttentionVertex.Builder()
            .nInQueries(Sizes.input(0))
            .nInKeys(Sizes.input(1))
            .nInValues(Sizes.input(2))
            .nOut(14)
            .nHeads(2)
            .projectInput(true)
            .build();
    AttentionVertex ours = vertex().hasBias(false).execution(execution).build();
    ComputationGraph graph = TestNetworks.of(ours, 0, 1, 2).normedInputs().graph(DataType.FLOAT);
    INDArray[] inputs = inputs(DataType.FLOAT);
    ComputationGraph stockGraph =
        TestNetworks.of(stock, 0, 1, 2).normedInputs().graph(DataType.FLOAT);
    graph.setParams(stockGraph.params());
    INDArray expected = VertexOutput.of(stockGraph, inputs, masks(DataType.FLOAT));
    INDArray actual = VertexOutput.of(graph, inputs, masks(DataType.BOOL));
    assertThat(LayerPass.distance(actual, expected)).isLessThan(1e-5);
  }

  @Test
  void noNumberInAMask() {
    for (Layer layer : Layers.all().toList()) {
      MultiLayerNetwork network = TestNetworks.of(layer).network(DataType.FLOAT);
      INDArray mask = Sequences.mask(DataType.FLOAT, 3, 5);
      mask.putScalar(1, 2, Double.NaN);
      network.setLayerMaskArrays(mask, null);
      assertThatThrownBy(() -> network.feedForward(Sequences.input(DataType.FLOAT, 3, 5), false))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "%s '%s': the mask of shape [3, 5] has NaN at [1, 2] but must have zero for hidden"
                  + " and any other number for visible.",
              layer.getClass().getSimpleName(), layer.getLayerName());
    }
    ComputationGraph graph =
        TestNetworks.of(vertex().build(), 0, 1, 2).normedInputs().graph(DataType.FLOAT);
    INDArray[] masks = masks(DataType.FLOAT);
    masks[2] = masks[2].castTo(DataType.DOUBLE);
    masks[2].putScalar(2, 7, Double.NaN);
    @Nullable INDArray[] valuesOnly = {null, null, masks[2]};
    // The layer norm before the vertex reads the same mask first.
    assertThatThrownBy(() -> VertexOutput.of(graph, inputs(DataType.FLOAT), valuesOnly))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("LayerNorm 'norm2': the mask of shape [3, 19] has NaN at [2, 7]");
  }

  /** The mask array of the next batch may be the same object with other numbers in it. */
  @Test
  void aMaskThatIsFilledAgainIsReadAgain() {
    ComputationGraph graph =
        TestNetworks.of(vertex().build(), 0, 1, 2).normedInputs().graph(DataType.DOUBLE);
    INDArray[] masks = masks(DataType.DOUBLE);
    masks[1].muli(2);
    INDArray[] inputs = inputs(DataType.DOUBLE);
    INDArray before = VertexOutput.of(graph, inputs, masks).dup();
    masks[1].putScalar(0, 5, 0);
    INDArray after = VertexOutput.of(graph, inputs, masks).dup();
    INDArray[] fresh = masks(DataType.DOUBLE);
    fresh[1].putScalar(0, 5, 0);
    assertThat(after).isEqualTo(VertexOutput.of(graph, inputs, fresh));
    assertThat(LayerPass.distance(before, after)).isGreaterThan(1e-4);
  }

  @Test
  void trainingWithBoolMasks() {
    ComputationGraph graph =
        TestNetworks.of(vertex().build(), 0, 1, 2).normedInputs().graph(DataType.FLOAT);
    INDArray[] masks = masks(DataType.FLOAT);
    INDArray[] bool = new INDArray[3];
    for (int i = 0; i < bool.length; i++) {
      bool[i] = masks[i].castTo(DataType.BOOL);
    }
    MultiDataSet data =
        new org.nd4j.linalg.dataset.MultiDataSet(
            inputs(DataType.FLOAT),
            new INDArray[] {Sequences.labels(DataType.FLOAT, Sizes.EXAMPLES, Sizes.QUERIES)},
            bool,
            new INDArray[] {masks[0]});
    graph.fit(data);
    assertThat(graph.score()).isBetween(0.1, 1e3);
  }
}
