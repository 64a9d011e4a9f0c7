package org.attention4j.badinput;

import static org.assertj.core.api.Assertions.assertThat;
import static org.attention4j.badinput.Wrong.wrong;

import java.util.Map;
import java.util.stream.Stream;
import org.attention4j.layers.AttentionVertex;
import org.attention4j.layers.Execution;
import org.attention4j.layers.FeedForwardBlock;
import org.attention4j.layers.LanguageModelHead;
import org.attention4j.layers.LayerNorm;
import org.attention4j.layers.LearnedPositionEmbedding;
import org.attention4j.layers.LearnedSelfAttentionLayer;
import org.attention4j.layers.RecurrentAttentionLayer;
import org.attention4j.layers.RmsNorm;
import org.attention4j.layers.SelfAttentionLayer;
import org.attention4j.layers.TokenEmbedding;
import org.attention4j.layers.TransformerBlock;
import org.attention4j.testing.Sequences;
import org.attention4j.testing.Sizes;
import org.attention4j.testing.TestNetworks;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Inputs and masks that are refused at the forward pass, and masks that hide all, which are not.
 */
class LayerInputsTest {
  private static final int VOCABULARY = 13;

  private static SelfAttentionLayer attention(Execution execution) {
    return new SelfAttentionLayer.Builder()
        .nOut(Sizes.OUT)
        .nHeads(Sizes.HEADS)
        .projectInput(true)
        .execution(execution)
        .name("reader")
        .build();
  }

  private static Stream<Layer> sequenceLayers() {
    return Stream.of(
        attention(Execution.FUSED),
        attention(Execution.GRAPH),
        new LearnedSelfAttentionLayer.Builder()
            .nOut(Sizes.OUT)
            .nHeads(Sizes.HEADS)
            .projectInput(true)
            .nQueries(3)
            .name("reader")
            .build(),
        new RecurrentAttentionLayer.Builder()
            .nOut(Sizes.OUT)
            .nHeads(Sizes.HEADS)
            .name("reader")
            .build(),
        new TransformerBlock.Builder().nHeads(1).name("reader").build(),
        new FeedForwardBlock.Builder().name("reader").build(),
        new LayerNorm.Builder().name("reader").build(),
        new RmsNorm.Builder().name("reader").build(),
        new LearnedPositionEmbedding.Builder().maxLength(17).name("reader").build());
  }

  private static INDArray ones(long... shape) {
    return Nd4j.ones(DataType.FLOAT, shape);
  }

  /** The same faults in each layer, under its name. */
  static Stream<Wrong> inEveryLayer() {
    return sequenceLayers().flatMap(LayerInputsTest::faults);
  }

  private static Stream<Wrong> faults(Layer layer) {
    String type = layer.getClass().getSimpleName();
    String named = type + " 'reader'";
    String shape = "[examples, 5, steps]";
    MultiLayerNetwork network = TestNetworks.of(layer).network(DataType.FLOAT);
    INDArray input = ones(3, 5, 11);
    INDArray nan = ones(3, 11);
    nan.putScalar(1, 2, Double.NaN);
    return Stream.of(
        wrong(type + ": rank 2", () -> network.output(ones(3, 5)), named, "[3, 5]", shape),
        wrong(
            type + ": other features",
            () -> network.output(ones(3, 7, 11)),
            named,
            "[3, 7, 11]",
            shape),
        wrong(
            type + ": features last",
            () -> network.output(ones(3, 11, 5)),
            named,
            "[3, 11, 5]",
            shape),
        wrong(
            type + ": rank 4",
            () -> network.output(ones(3, 5, 11, 2)),
            named,
            "[3, 5, 11, 2]",
            shape),
        wrong(
            type + ": no example",
            () -> activate(network, 0, 5, 11),
            named,
            "[0, 5, 11]",
            "at least 1"),
        wrong(
            type + ": no step", () -> activate(network, 3, 5, 0), named, "[3, 5, 0]", "at least 1"),
        wrong(
            type + ": a short mask",
            () -> masked(network, input, ones(3, 7)),
            named,
            "[3, 7]",
            "[3, 11]"),
        wrong(
            type + ": a mask of rank 3",
            () -> masked(network, input, ones(3, 1, 11)),
            named,
            "[3, 1, 11]",
            "[3, 11]"),
        wrong(
            type + ": a mask of other examples",
            () -> masked(network, input, ones(2, 11)),
            named,
            "[2, 11]",
            "[3, 11]"),
        wrong(
            type + ": a mask with NaN",
            () -> masked(network, input, nan),
            named,
            "NaN",
            "[1, 2]",
            "zero for hidden"));
  }

  /** The layer alone: a network takes no empty batch to it. */
  private static INDArray activate(MultiLayerNetwork network, long... shape) {
    return network
        .getLayer(0)
        .activate(Nd4j.create(DataType.FLOAT, shape), false, LayerWorkspaceMgr.noWorkspaces());
  }

  /** The layer alone: a network keeps the mask of a batch that failed. */
  private static INDArray masked(MultiLayerNetwork network, INDArray input, INDArray mask) {
    org.deeplearning4j.nn.api.Layer layer = network.getLayer(0);
    layer.setMaskArray(mask);
    try {
      return layer.activate(input, false, LayerWorkspaceMgr.noWorkspaces());
    } finally {
      layer.setMaskArray(null);
    }
  }

  static Stream<Wrong> ofTheVertex() {
    AttentionVertex vertex =
        new AttentionVertex.Builder()
            .nInQueries(5)
            .nInKeys(7)
            .nInValues(11)
            .nOut(14)
            .nHeads(2)
            .projectInput(true)
            .build();
    ComputationGraph graph = TestNetworks.of(vertex, 0, 1, 2).graph(DataType.FLOAT);
    String named = "AttentionVertex 'attention'";
    INDArray queries = ones(3, 5, 17);
    INDArray keys = ones(3, 7, 19);
    INDArray values = ones(3, 11, 19);
    return Stream.of(
        wrong(
            "vertex: features of queries",
            () -> graph.output(ones(3, 7, 17), keys, values),
            named,
            "queries",
            "[3, 7, 17]",
            "[examples, 5, steps]"),
        wrong(
            "vertex: rank of keys",
            () -> graph.output(queries, ones(3, 7), values),
            named,
            "keys",
            "[3, 7]",
            "[examples, 7, steps]"),
        wrong(
            "vertex: features of values",
            () -> graph.output(queries, keys, ones(3, 7, 19)),
            named,
            "values",
            "[3, 7, 19]",
            "[examples, 11, steps]"),
        wrong(
            "vertex: steps of values",
            () -> graph.output(queries, keys, ones(3, 11, 17)),
            named,
            "values",
            "[3, 11, 17]",
            "[3, 11, 19]"),
        wrong(
            "vertex: examples of keys",
            () -> graph.output(queries, ones(2, 7, 19), ones(2, 11, 19)),
            named,
            "keys is 2",
            "3 as in queries"),
        wrong(
            "vertex: mask of queries",
            () -> masked(graph, queries, keys, values, ones(3, 13), null, null),
            named,
            "[3, 13]",
            "[3, 17]"),
        wrong(
            "vertex: mask of keys",
            () -> masked(graph, queries, keys, values, null, ones(3, 13), null),
            named,
            "[3, 13]",
            "[3, 19]"),
        wrong(
            "vertex: masks that do not fit each other",
            () -> masked(graph, queries, keys, values, null, ones(3, 19), ones(3, 13)),
            named,
            "[3, 13]",
            "[3, 19]"));
  }

  private static INDArray masked(
      ComputationGraph graph, INDArray queries, INDArray keys, INDArray values, INDArray... masks) {
    graph.setLayerMaskArrays(masks, null);
    try {
      return graph.output(queries, keys, values)[0];
    } finally {
      graph.clearLayerMaskArrays();
    }
  }

  static Stream<Wrong> ofTokens() {
    TokenEmbedding embedding =
        new TokenEmbedding.Builder().nIn(VOCABULARY).nOut(5).name("tokens").build();
    LanguageModelHead head = new LanguageModelHead.Builder().nOut(VOCABULARY).name("head").build();
    MultiLayerNetwork network =
        TestNetworks.of(embedding).inputSizes(VOCABULARY).output(head).network(DataType.FLOAT);
    String tokens = "TokenEmbedding 'tokens'";
    INDArray ids = Nd4j.zeros(3, 11);
    INDArray half = Nd4j.zeros(3, VOCABULARY, 11);
    half.putScalar(0, 1, 0, 0.5);
    INDArray nan = Nd4j.zeros(3, 11);
    nan.putScalar(1, 2, Double.NaN);
    return Stream.of(
        wrong(
            "an id above all",
            () -> network.output(ids.add(VOCABULARY)),
            tokens,
            "is 13",
            "from 0 to 12"),
        wrong("an id below 0", () -> network.output(ids.sub(1)), tokens, "is -1", "from 0 to 12"),
        wrong("a fraction", () -> network.output(ids.add(0.5)), tokens, "is 0.5", "whole number"),
        wrong("an id NaN", () -> network.output(nan), tokens, "is NaN", "whole number"),
        wrong(
            "an id infinite",
            () -> network.output(ids.add(Double.POSITIVE_INFINITY)),
            tokens,
            "is Infinity",
            "whole number"),
        wrong(
            "ids of rank 3",
            () -> network.output(Nd4j.zeros(3, 2, 11)),
            tokens,
            "[3, 2, 11]",
            "[examples, steps]"),
        wrong(
            "a short mask of ids",
            () -> masked(network, ids, ones(3, 7)),
            tokens,
            "[3, 7]",
            "[3, 11]"),
        wrong(
            "a label above all",
            () -> network.score(new DataSet(ids, ids.add(13))),
            "LanguageModelHead 'head'",
            "is 13",
            "from 0 to 12"),
        wrong(
            "labels of other steps",
            () -> network.score(new DataSet(ids, Nd4j.zeros(3, 7))),
            "LanguageModelHead 'head'",
            "[3, 7]",
            "[3, 11]"),
        wrong(
            "labels that are not one-hot",
            () -> network.score(new DataSet(ids, half)),
            "LanguageModelHead 'head'",
            "0.5 for class 1",
            "1 for one class"));
  }

  /** Input types that a network's configuration shows before any data do. */
  static Stream<Wrong> ofInputTypes() {
    Map<String, InputType> types =
        Map.of(
            "feed forward", InputType.feedForward(5),
            "images", InputType.convolutional(3, 3, 5));
    return types.entrySet().stream()
        .flatMap(
            type ->
                sequenceLayers()
                    .map(
                        layer ->
                            wrong(
                                layer.getClass().getSimpleName() + ": " + type.getKey(),
                                () -> layer.getOutputType(0, type.getValue()),
                                layer.getClass().getSimpleName() + " 'reader'",
                                "input type",
                                "InputType.recurrent")));
  }

  @ParameterizedTest
  @MethodSource({"inEveryLayer", "ofTheVertex", "ofTokens", "ofInputTypes"})
  void isRefused(Wrong wrong) {
    wrong.assertRefused();
  }

  /** By the contract a row without a visible key has weights, output and gradients of zero. */
  @ParameterizedTest
  @MethodSource("sequenceLayers")
  void masksThatHideAllAreTaken(Layer layer) {
    MultiLayerNetwork network = TestNetworks.of(layer).learningRate(0.1).network(DataType.FLOAT);
    INDArray input = Sequences.input(DataType.FLOAT, 3, 11);
    INDArray nothing = Nd4j.zeros(DataType.FLOAT, 3, 11);

    network.setLayerMaskArrays(nothing, null);
    INDArray output = network.feedForward(input, false).get(1);
    network.clearLayerMaskArrays();

    assertThat(output.isNaN().any()).isFalse();
    boolean attends =
        layer instanceof SelfAttentionLayer || layer instanceof LearnedSelfAttentionLayer;
    if (attends) {
      assertThat(output.norm2Number().doubleValue()).isZero();
    }
  }
}
