package org.attention4j.layers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.attention4j.testing.Sizes.EXAMPLES;
import static org.attention4j.testing.Sizes.HEADS;
import static org.attention4j.testing.Sizes.OUT;
import static org.attention4j.testing.Sizes.STEPS;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.attention4j.dl4j.Intermediates;
import org.attention4j.normalizer.Normalizer;
import org.attention4j.normalizer.Normalizers;
import org.attention4j.testing.Sequences;
import org.attention4j.testing.Sizes;
import org.attention4j.testing.TestNetworks;
import org.deeplearning4j.gradientcheck.GradientCheckUtil;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.buffer.util.DataTypeUtil;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The fused path against the graph path. */
class FusedExecutionTest {
  private static final Normalizer WITHOUT_KERNEL =
      (sd, scores, context) -> sd.nn.softmax(scores, -1);

  /** Its factors, 0 and 2, are the same numbers in FLOAT and DOUBLE. */
  private static final double DROPOUT = 0.5;

  private static final LayerWorkspaceMgr NO_WORKSPACES = LayerWorkspaceMgr.noWorkspaces();

  /** A layer, but for its execution. */
  private record Option(String name, Function<Execution, Layer> layer) {
    @Override
    public String toString() {
      return name;
    }
  }

  @BeforeEach
  void seed() {
    Nd4j.getRandom().setSeed(97);
  }

  private static SelfAttentionLayer.Builder attention() {
    return new SelfAttentionLayer.Builder().nOut(OUT).nHeads(HEADS).projectInput(true);
  }

  private static LearnedSelfAttentionLayer.Builder learned() {
    return new LearnedSelfAttentionLayer.Builder()
        .nOut(OUT)
        .nHeads(HEADS)
        .projectInput(true)
        .nQueries(3);
  }

  private static Stream<Normalizer> normalizers() {
    return Stream.of(
        Normalizers.softmaxWithLearnableTemperature(0.7),
        Normalizers.sink(0.3),
        Normalizers.topK(3),
        Normalizers.topKStraightThrough(3, 0.8),
        Normalizers.topFraction(0.4),
        Normalizers.topPower(1, 0.5),
        Normalizers.topP(0.6),
        Normalizers.entmax(1.3),
        Normalizers.entmaxWithLearnableAlpha(1.6),
        Normalizers.asentmax(),
        Normalizers.ssmax(0.5),
        Normalizers.adaptiveTemperature(),
        Normalizers.softpick(),
        Normalizers.sigmoid(),
        Normalizers.selfAdjust(),
        Normalizers.softCap(2, Normalizers.ssmax(0.5)),
        Normalizers.llama4Scale(0.3, 3, Normalizers.sink(0.3)));
  }

  private static Stream<Option> layers() {
    Stream<Option> options =
        Stream.of(
            new Option(
                "no projection", how -> new SelfAttentionLayer.Builder().execution(how).build()),
            new Option("projected", how -> attention().execution(how).build()),
            new Option("bias", how -> attention().hasBias(true).execution(how).build()),
            new Option("causal", how -> attention().causal(true).execution(how).build()),
            new Option(
                "gate of heads",
                how -> attention().outputGate(OutputGate.PER_HEAD).execution(how).build()),
            new Option(
                "gate of elements",
                how ->
                    attention()
                        .outputGate(OutputGate.PER_ELEMENT)
                        .hasBias(true)
                        .nKeyValueHeads(1)
                        .attentionDropout(DROPOUT)
                        .execution(how)
                        .build()),
            new Option(
                "window", how -> attention().causal(true).slidingWindow(3).execution(how).build()),
            new Option(
                "window to both sides",
                how -> attention().slidingWindow(3).firstKeys(2).execution(how).build()),
            new Option(
                "window with everything",
                how ->
                    attention()
                        .causal(true)
                        .slidingWindow(4)
                        .firstKeys(2)
                        .attentionDropout(DROPOUT)
                        .nKeyValueHeads(1)
                        .position(Position.ALIBI)
                        .normalizer(Normalizers.ssmax(0.5))
                        .execution(how)
                        .build()),
            new Option("scale", how -> attention().scale(0.37).execution(how).build()),
            new Option(
                "linear biases",
                how -> attention().causal(true).position(Position.ALIBI).execution(how).build()),
            new Option(
                "rotary",
                how -> attention().headSize(6).position(Position.ROTARY).execution(how).build()),
            new Option("grouped", how -> attention().nKeyValueHeads(1).execution(how).build()),
            new Option("normed", how -> attention().qkNorm(true).execution(how).build()),
            new Option(
                "dropout", how -> attention().attentionDropout(DROPOUT).execution(how).build()),
            new Option(
                "dropout of grouped linear biases",
                how ->
                    attention()
                        .attentionDropout(DROPOUT)
                        .nKeyValueHeads(1)
                        .position(Position.ALIBI)
                        .normalizer(Normalizers.topK(3))
                        .execution(how)
                        .build()),
            new Option("learned", how -> learned().execution(how).build()),
            new Option(
                "learned with dropout",
                how ->
                    learned()
                        .attentionDropout(DROPOUT)
                        .normalizer(Normalizers.sparsemax())
                        .execution(how)
                        .build()));
    Stream<Option> maps =
        normalizers()
            .map(
                map ->
                    new Option(
                        map.toString(),
                        how -> attention().causal(true).normalizer(map).execution(how).build()));
    Stream<Option> windows =
        normalizers()
            .map(
                map ->
                    new Option(
                        "window, " + map,
                        how ->
                            attention()
                                .causal(true)
                                .slidingWindow(5)
                                .firstKeys(1)
                                .normalizer(map)
                                .execution(how)
                                .build()));
    return Stream.of(options, maps, windows).flatMap(all -> all);
  }

  static Stream<Arguments> layersInBothTypes() {
    return layers()
        .flatMap(
            layer ->
                Stream.of(DataType.FLOAT, DataType.DOUBLE)
                    .flatMap(
                        type ->
                            Stream.of(false, true)
                                .map(masked -> Arguments.of(layer, type, masked))));
  }

  /** Parameters that FLOAT can hold, in either type. */
  private static MultiLayerNetwork network(Layer layer, DataType type) {
    Nd4j.getRandom().setSeed(41);
    INDArray parameters = TestNetworks.of(layer).network(DataType.FLOAT).params();
    INDArray noise = Nd4j.randn(DataType.DOUBLE, parameters.shape()).mul(0.3);
    MultiLayerNetwork network = TestNetworks.of(layer).network(type);
    network.params().assign(parameters.add(noise.castTo(DataType.FLOAT)).castTo(type));
    return network;
  }

  /** The same numbers in each call, of the layer alone, but for the given change. */
  private static Map<String, INDArray> pass(
      Layer layer, DataType type, boolean masked, UnaryOperator<INDArray> change) {
    MultiLayerNetwork network = network(layer, type);
    network.params().assign(change.apply(network.params()));
    Nd4j.getRandom().setSeed(53);
    INDArray input = Sequences.input(DataType.FLOAT, EXAMPLES, STEPS).mul(1.5).castTo(type);
    INDArray mask = masked ? mask(type) : null;
    network.getLayer(0).setMaskArray(mask);
    long[] shape = network.getLayer(0).activate(input.dup(), false, NO_WORKSPACES).shape().clone();
    INDArray epsilon = Nd4j.randn(DataType.DOUBLE, shape).castTo(DataType.FLOAT).castTo(type);
    LayerPass pass = LayerPass.of(network, change.apply(input), mask, change.apply(epsilon));
    Map<String, INDArray> arrays = new LinkedHashMap<>();
    arrays.put("output", pass.output());
    arrays.put("input gradient", pass.inputGradient());
    arrays.putAll(pass.gradients());
    return arrays;
  }

  private static Map<String, INDArray> pass(Layer layer, DataType type, boolean masked) {
    return pass(layer, type, masked, UnaryOperator.identity());
  }

  /** Of one example nothing counts. */
  private static INDArray mask(DataType type) {
    INDArray mask = Sequences.mask(type, EXAMPLES, STEPS);
    mask.getRow(EXAMPLES - 1).assign(0);
    mask.putScalar(0, 0, 0);
    return mask;
  }

  @ParameterizedTest
  @MethodSource("layersInBothTypes")
  void sameOutputAndGradients(Option option, DataType type, boolean masked) {
    Map<String, INDArray> fused = pass(option.layer().apply(Execution.FUSED), type, masked);
    Map<String, INDArray> graph = pass(option.layer().apply(Execution.GRAPH), type, masked);
    assertThat(graph.get("output").amaxNumber().doubleValue()).isGreaterThan(1e-2);
    if (type == DataType.DOUBLE) {
      assertSame(fused, graph);
      return;
    }
    Layer layer = option.layer().apply(Execution.GRAPH);
    Random random = new Random(59);
    FloatError allowed =
        new FloatError(
            pass(layer, DataType.DOUBLE, masked),
            pass(layer, DataType.DOUBLE, masked, x -> FloatError.moved(x, random)),
            EXAMPLES * STEPS);
    allowed.assertHeldBy("graph", graph);
    allowed.assertHeldBy("fused", fused);
  }

  /** Two paths in DOUBLE: what rounding leaves is far below any mistake. */
  private static void assertSame(Map<String, INDArray> actual, Map<String, INDArray> expected) {
    assertThat(actual.keySet()).isEqualTo(expected.keySet());
    expected.forEach(
        (name, array) -> {
          double size = Math.max(0.1, array.amaxNumber().doubleValue());
          assertThat(LayerPass.distance(actual.get(name), array) / size).as(name).isLessThan(1e-9);
        });
  }

  /** Bit by bit, which another path would not give. */
  @Test
  void autoIsFusedBelowDouble() {
    for (DataType type : List.of(DataType.FLOAT, DataType.FLOAT16, DataType.DOUBLE)) {
      Execution expected = type == DataType.DOUBLE ? Execution.GRAPH : Execution.FUSED;
      assertThat(pass(attention().causal(true).build(), type, true))
          .isEqualTo(pass(attention().causal(true).execution(expected).build(), type, true));
    }
  }

  @Test
  void anotherSeedDrawsOtherWeights() {
    MultiLayerNetwork network =
        network(
            attention().attentionDropout(DROPOUT).execution(Execution.FUSED).build(),
            DataType.FLOAT);
    INDArray input = Sequences.input(DataType.FLOAT, EXAMPLES, STEPS);
    List<INDArray> outputs = new ArrayList<>();
    for (int seed : new int[] {1, 2, 1}) {
      Nd4j.getRandom().setSeed(seed);
      outputs.add(network.getLayer(0).activate(input.dup(), true, NO_WORKSPACES).dup());
    }
    assertThat(outputs.get(1)).isNotEqualTo(outputs.get(0));
    assertThat(outputs.get(2)).isEqualTo(outputs.get(0));
    INDArray inference = network.getLayer(0).activate(input.dup(), false, NO_WORKSPACES).dup();
    assertThat(network.getLayer(0).activate(input.dup(), false, NO_WORKSPACES))
        .isEqualTo(inference);
  }

  @ParameterizedTest
  @MethodSource("layersInBothTypes")
  void sameScoresAndWeightsOnRequest(Option option, DataType type, boolean masked) {
    INDArray input = Sequences.input(type, EXAMPLES, STEPS);
    INDArray mask = masked ? mask(type) : null;
    Map<String, INDArray> graph = scoresAndWeights(option, Execution.GRAPH, type, input, mask);
    Map<String, INDArray> fused = scoresAndWeights(option, Execution.FUSED, type, input, mask);
    assertThat(fused).isEqualTo(graph);
    assertThat(graph).containsOnlyKeys("scores", "weights");
  }

  private static Map<String, INDArray> scoresAndWeights(
      Option option, Execution how, DataType type, INDArray input, @Nullable INDArray mask) {
    MultiLayerNetwork network = network(option.layer().apply(how), type);
    return Intermediates.of(network.getLayer(0), input, mask, "scores", "weights");
  }

  private static AttentionVertex vertex(Execution how, Normalizer normalizer) {
    return new AttentionVertex.Builder()
        .nInQueries(Sizes.input(0))
        .nInKeys(Sizes.input(1))
        .nInValues(Sizes.input(2))
        .nOut(OUT)
        .nHeads(HEADS)
        .headSize(3)
        .projectInput(true)
        .hasBias(true)
        .attentionDropout(DROPOUT)
        .outputGate(OutputGate.PER_HEAD)
        .normalizer(normalizer)
        .execution(how)
        .build();
  }

  static Stream<Arguments> mapsInBothTypes() {
    return normalizers()
        .flatMap(map -> Stream.of(DataType.FLOAT, DataType.DOUBLE).map(t -> Arguments.of(map, t)));
  }

  @ParameterizedTest
  @MethodSource("mapsInBothTypes")
  void vertex(Normalizer normalizer, DataType type) {
    for (boolean masked : new boolean[] {false, true}) {
      AttentionVertex graph = vertex(Execution.GRAPH, normalizer);
      AttentionVertex fused = vertex(Execution.FUSED, normalizer);
      UnaryOperator<INDArray> same = UnaryOperator.identity();
      Map<String, INDArray> graphPass = vertexPass(graph, type, masked, same);
      Map<String, INDArray> fusedPass = vertexPass(fused, type, masked, same);
      if (type == DataType.DOUBLE) {
        assertSame(fusedPass, graphPass);
        continue;
      }
      Random random = new Random(61);
      FloatError allowed =
          new FloatError(
              vertexPass(graph, DataType.DOUBLE, masked, same),
              vertexPass(graph, DataType.DOUBLE, masked, x -> FloatError.moved(x, random)),
              EXAMPLES * Sizes.QUERIES);
      allowed.assertHeldBy("graph", graphPass);
      allowed.assertHeldBy("fused", fusedPass);
    }
  }

  /** Output, gradients by the inputs, gradients by the parameters, of numbers FLOAT can hold. */
  private static Map<String, INDArray> vertexPass(
      AttentionVertex configuration,
      DataType type,
      boolean masked,
      UnaryOperator<INDArray> change) {
    Nd4j.getRandom().setSeed(43);
    INDArray parameters =
        TestNetworks.of(configuration, 0, 1, 2).normedInputs().graph(DataType.FLOAT).params();
    ComputationGraph network = TestNetworks.of(configuration, 0, 1, 2).normedInputs().graph(type);
    network.params().assign(change.apply(parameters.castTo(type)));
    network.initGradientsView();
    Nd4j.getRandom().setSeed(47);
    GraphVertex vertex = network.getVertex("attention");
    INDArray[] inputs = {
      Sequences.input(DataType.FLOAT, 0, EXAMPLES, Sizes.QUERIES),
      Sequences.input(DataType.FLOAT, 1, EXAMPLES, Sizes.KEYS),
      Sequences.input(DataType.FLOAT, 2, EXAMPLES, Sizes.KEYS)
    };
    if (masked) {
      INDArray keys = Sequences.mask(type, EXAMPLES, Sizes.KEYS);
      network.setLayerMaskArrays(
          new INDArray[] {Sequences.mask(type, EXAMPLES, Sizes.QUERIES), keys, keys}, null);
    }
    vertex.setInputs(
        Arrays.stream(inputs).map(x -> change.apply(x.castTo(type))).toArray(INDArray[]::new));
    INDArray output = vertex.doForward(true, NO_WORKSPACES).dup();
    INDArray epsilon = Nd4j.randn(DataType.DOUBLE, output.shape()).castTo(DataType.FLOAT);
    vertex.setEpsilon(change.apply(epsilon.castTo(type)));
    Pair<Gradient, INDArray[]> gradients = vertex.doBackward(false, NO_WORKSPACES);
    Map<String, INDArray> arrays = new LinkedHashMap<>();
    arrays.put("output", output);
    for (int i = 0; i < inputs.length; i++) {
      arrays.put("gradient of input " + i, gradients.getSecond()[i].dup());
    }
    gradients.getFirst().gradientForVariable().forEach((name, g) -> arrays.put(name, g.dup()));
    return arrays;
  }

  static Stream<Layer> fusedLayers() {
    return Stream.of(
        attention().hasBias(true).causal(true).execution(Execution.FUSED).build(),
        attention()
            .position(Position.ALIBI)
            .nKeyValueHeads(1)
            .normalizer(Normalizers.entmaxWithLearnableAlpha(1.5))
            .execution(Execution.FUSED)
            .build(),
        attention().normalizer(Normalizers.topK(3)).execution(Execution.FUSED).build(),
        attention().normalizer(Normalizers.ssmax(0.5)).execution(Execution.FUSED).build());
  }

  /** The check wants to be told DOUBLE by a global switch. */
  @ParameterizedTest
  @MethodSource("fusedLayers")
  void passesTheFrameworksGradientCheck(Layer layer) {
    DataTypeUtil.setDTypeForContext(DataType.DOUBLE);
    try {
      MultiLayerNetwork network =
          TestNetworks.of(new LayerNorm.Builder().build(), layer).network(DataType.DOUBLE);
      network.params().addi(Nd4j.randn(DataType.DOUBLE, network.numParams()).muli(0.2));
      INDArray mask = Sequences.mask(DataType.DOUBLE, EXAMPLES, STEPS);
      GradientCheckUtil.MLNConfig check =
          new GradientCheckUtil.MLNConfig()
              .net(network)
              .input(Sequences.input(DataType.DOUBLE, EXAMPLES, STEPS))
              .labels(Sequences.labels(DataType.DOUBLE, EXAMPLES, STEPS))
              .inputMask(mask)
              .labelMask(mask)
              .maxRelError(1e-5)
              .subset(true)
              .maxPerParam(3);
      assertThat(GradientCheckUtil.checkGradients(check)).isTrue();
    } finally {
      DataTypeUtil.setDTypeForContext(DataType.FLOAT);
    }
  }

  @Test
  void executionIsSaved() {
    for (Execution how : Execution.values()) {
      MultiLayerConfiguration configuration =
          network(attention().execution(how).build(), DataType.FLOAT).getLayerWiseConfigurations();
      assertThat(configuration.toJson()).contains("\"execution\" : \"" + how + "\"");
      MultiLayerConfiguration read = MultiLayerConfiguration.fromJson(configuration.toJson());
      assertThat(read).isEqualTo(configuration);
      for (Execution other : Execution.values()) {
        boolean same =
            read.getConf(0).getLayer().equals(configured(attention().execution(other).build()));
        assertThat(same).isEqualTo(how == other);
      }
    }
  }

  private static Layer configured(Layer layer) {
    return network(layer, DataType.FLOAT).getLayerWiseConfigurations().getConf(0).getLayer();
  }

  @Test
  void withoutAKernelThereIsNoFusedPath() {
    String sentence = ": execution is FUSED but must be AUTO or GRAPH, since the normalizer ";
    List<Runnable> builds =
        List.of(
            () -> attention().normalizer(WITHOUT_KERNEL).execution(Execution.FUSED).build(),
            () -> learned().normalizer(WITHOUT_KERNEL).execution(Execution.FUSED).build(),
            () -> vertex(Execution.FUSED, WITHOUT_KERNEL));
    for (Runnable build : builds) {
      assertThatThrownBy(build::run)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(sentence)
          .hasMessageEndingWith(" has no row kernel.");
    }
    for (Execution how : List.of(Execution.AUTO, Execution.GRAPH)) {
      assertThat(
              pass(
                  attention().normalizer(WITHOUT_KERNEL).execution(how).build(),
                  DataType.FLOAT,
                  false))
          .isEqualTo(pass(attention().execution(Execution.GRAPH).build(), DataType.FLOAT, false));
    }
  }

  @Test
  void aRecurrentLayerIsAlwaysAGraph() {
    RecurrentAttentionLayer.Builder builder =
        new RecurrentAttentionLayer.Builder().nOut(OUT).nHeads(HEADS);
    assertThatThrownBy(() -> builder.execution(Execution.FUSED).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "RecurrentAttentionLayer: execution is FUSED but must be AUTO or GRAPH, since each"
                + " query waits for the output before it.");
    assertThatCode(() -> builder.execution(Execution.AUTO).build()).doesNotThrowAnyException();
    assertThatCode(() -> builder.execution(Execution.GRAPH).build()).doesNotThrowAnyException();
  }
}
