package org.attention4j.layers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.attention4j.testing.Sizes.EXAMPLES;
import static org.attention4j.testing.Sizes.KEYS;
import static org.attention4j.testing.Sizes.QUERIES;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.attention4j.dl4j.Intermediates;
import org.attention4j.normalizer.Normalizer;
import org.attention4j.normalizer.Normalizers;
import org.attention4j.testing.Sequences;
import org.attention4j.testing.Sizes;
import org.attention4j.testing.TestNetworks;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.weights.WeightInit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

class AttentionVertexTest {
  private static final int HEADS = 2;
  private static final int OUT = 23;
  private static final int HEAD_SIZE = 3;
  private static final int[] THREE = {0, 1, 2};

  @BeforeEach
  void seed() {
    Nd4j.getRandom().setSeed(31);
  }

  private static AttentionVertex.Builder builder(int... sources) {
    int last = sources.length - 1;
    return new AttentionVertex.Builder()
        .nInQueries(Sizes.input(sources[0]))
        .nInKeys(Sizes.input(sources[Math.min(1, last)]))
        .nInValues(Sizes.input(sources[last]))
        .nOut(OUT)
        .nHeads(HEADS)
        .headSize(HEAD_SIZE)
        .projectInput(true);
  }

  private static org.deeplearning4j.nn.conf.graph.AttentionVertex stock(int... sources) {
    return new org.deeplearning4j.nn.conf.graph.AttentionVertex.Builder()
        .nInQueries(Sizes.input(sources[0]))
        .nInKeys(Sizes.input(sources[1]))
        .nInValues(Sizes.input(sources[2]))
        .nOut(OUT)
        .nHeads(HEADS)
        .headSize(HEAD_SIZE)
        .projectInput(true)
        .weightInit(WeightInit.XAVIER)
        .build();
  }

  private static INDArray[] inputs(DataType type, int examples, int queries, int keys) {
    return new INDArray[] {
      Sequences.input(type, 0, examples, queries),
      Sequences.input(type, 1, examples, keys),
      Sequences.input(type, 2, examples, keys)
    };
  }

  private static INDArray[] masks(DataType type, int queries, int keys) {
    INDArray keyMask = Sequences.mask(type, EXAMPLES, keys);
    INDArray valueMask = Nd4j.ones(type, EXAMPLES, keys);
    valueMask.putScalar(0, 3, 0);
    return new INDArray[] {Sequences.mask(type, EXAMPLES, queries), keyMask, valueMask};
  }

  private static double difference(INDArray one, INDArray other) {
    assertThat(one.shape()).isEqualTo(other.shape());
    return one.sub(other).amaxNumber().doubleValue();
  }

  @ParameterizedTest
  @CsvSource({"FLOAT,false", "FLOAT,true", "DOUBLE,false", "DOUBLE,true"})
  void sameOutputWithTheStockParameters(DataType type, boolean masked) {
    ComputationGraph stock = TestNetworks.of(stock(THREE), THREE).normedInputs().graph(type);
    ComputationGraph ours =
        TestNetworks.of(builder(THREE).build(), THREE).normedInputs().graph(type);
    INDArray[] inputs = inputs(type, EXAMPLES, QUERIES, KEYS);
    INDArray[] masks = masked ? masks(type, QUERIES, KEYS) : null;
    // The same seed gives the same start ...
    assertThat(ours.params()).isEqualTo(stock.params());
    stock.setParams(stock.params().add(Nd4j.randn(type, stock.params().shape()).mul(0.3)));
    // ... and the same vector the same meaning.
    ours.setParams(stock.params());

    INDArray expected = VertexOutput.of(stock, inputs, masks);
    INDArray actual = VertexOutput.of(ours, inputs, masks);

    assertThat(ours.paramTable().keySet()).isEqualTo(stock.paramTable().keySet());
    assertThat(actual.shape()).containsExactly(EXAMPLES, OUT, QUERIES);
    assertThat(difference(actual, expected)).isLessThan(type == DataType.FLOAT ? 1e-5 : 1e-12);
    assertThat(expected.std().getDouble(0)).isGreaterThan(1e-2);
    if (masked) {
      INDArray hidden =
          actual.get(NDArrayIndex.point(1), NDArrayIndex.all(), NDArrayIndex.point(QUERIES - 1));
      assertThat(hidden.amaxNumber().doubleValue()).isZero();
    }
  }

  @Test
  void withoutProjection() {
    int[] same = {0, 0, 0};
    int size = Sizes.input(0);
    ComputationGraph stock =
        TestNetworks.of(
                new org.deeplearning4j.nn.conf.graph.AttentionVertex.Builder()
                    .nInQueries(size)
                    .nInKeys(size)
                    .nInValues(size)
                    .nOut(size)
                    .build(),
                same)
            .normedInputs()
            .graph(DataType.DOUBLE);
    AttentionVertex.Builder ours =
        new AttentionVertex.Builder().nInQueries(size).nInKeys(size).nInValues(size).nOut(size);
    INDArray[] inputs = {Sequences.input(DataType.DOUBLE, 0, EXAMPLES, QUERIES)};
    INDArray expected = VertexOutput.of(stock, inputs, null);
    for (int[] sources : List.of(same, new int[] {0, 0}, new int[] {0})) {
      ComputationGraph graph =
          TestNetworks.of(ours.build(), sources).normedInputs().graph(DataType.DOUBLE);
      assertThat(difference(VertexOutput.of(graph, inputs, null), expected)).isLessThan(1e-12);
    }
  }

  /** One input is three times the same, two are the second twice, masks included. */
  @ParameterizedTest
  @CsvSource({"false", "true"})
  void fewerInputsThanThree(boolean masked) {
    INDArray queries = Sequences.input(DataType.DOUBLE, 0, EXAMPLES, QUERIES);
    INDArray keys = Sequences.input(DataType.DOUBLE, 1, EXAMPLES, KEYS);
    INDArray[] given = masks(DataType.DOUBLE, QUERIES, KEYS);
    check(new int[] {0}, new int[] {0, 0, 0}, masked ? new INDArray[] {given[0]} : null, queries);
    check(
        new int[] {0, 1},
        new int[] {0, 1, 1},
        masked ? new INDArray[] {given[0], given[1]} : null,
        queries,
        keys);
  }

  private static void check(
      int[] few, int[] three, INDArray @Nullable [] masks, INDArray... inputs) {
    ComputationGraph first =
        TestNetworks.of(builder(few).build(), few).normedInputs().graph(DataType.DOUBLE);
    ComputationGraph second =
        TestNetworks.of(builder(three).build(), three).normedInputs().graph(DataType.DOUBLE);
    first.setParams(second.params());
    assertThat(
            difference(
                VertexOutput.of(first, inputs, masks), VertexOutput.of(second, inputs, masks)))
        .isLessThan(1e-12);
  }

  static Stream<Arguments> gradients() {
    List<Normalizer> normalizers =
        List.of(
            Normalizers.softmax(),
            Normalizers.softmaxWithLearnableTemperature(0.7),
            Normalizers.entmax15(),
            Normalizers.topK(3),
            Normalizers.ssmax());
    List<Arguments> result = new ArrayList<>();
    for (Normalizer normalizer : normalizers) {
      for (boolean masked : new boolean[] {false, true}) {
        result.add(Arguments.of(normalizer, masked, "012"));
      }
    }
    for (String fewer : List.of("0", "01", "011")) {
      for (boolean masked : new boolean[] {false, true}) {
        result.add(Arguments.of(Normalizers.ssmax(), masked, fewer));
      }
    }
    return result.stream();
  }

  @ParameterizedTest
  @MethodSource("gradients")
  void gradientsAreExact(Normalizer normalizer, boolean masked, String sourceDigits) {
    int[] sources = sourceDigits.chars().map(digit -> digit - '0').toArray();
    AttentionVertex vertex =
        builder(sources).normalizer(normalizer).hasBias(masked).causal(masked).build();
    ComputationGraph graph = TestNetworks.of(vertex, sources).normedInputs().graph(DataType.DOUBLE);
    graph.setParams(
        graph.params().add(Nd4j.randn(DataType.DOUBLE, graph.params().shape()).mul(0.3)));
    int used = java.util.Arrays.stream(sources).max().orElseThrow() + 1;
    for (int[] steps : new int[][] {{QUERIES, KEYS}, {2, 7}, {1, 1}}) {
      boolean withMask = masked && steps[1] > 3;
      INDArray[] masks = withMask ? masks(DataType.DOUBLE, steps[0], steps[1]) : null;
      INDArray[] inputs = inputs(DataType.DOUBLE, EXAMPLES, steps[0], steps[1]);
      INDArray[] usedInputs = java.util.Arrays.copyOf(inputs, used);
      INDArray[] usedMasks = masks == null ? null : java.util.Arrays.copyOf(masks, used);
      assertThat(
              FiniteDifferences.largestError(
                  graph,
                  usedInputs,
                  Sequences.labels(DataType.DOUBLE, EXAMPLES, steps[0]),
                  usedMasks,
                  withMask ? masks[0] : null))
          .isLessThan(1e-5);
    }
  }

  @Test
  void masksOfOnePassDoNotOutliveIt() {
    ComputationGraph graph =
        TestNetworks.of(builder(THREE).build(), THREE).normedInputs().graph(DataType.DOUBLE);
    INDArray[] inputs = inputs(DataType.DOUBLE, EXAMPLES, QUERIES, KEYS);
    INDArray before = VertexOutput.of(graph, inputs, null).dup();
    INDArray masked = VertexOutput.of(graph, inputs, masks(DataType.DOUBLE, QUERIES, KEYS)).dup();
    assertThat(masked.sub(before).amaxNumber().doubleValue()).isGreaterThan(1e-3);
    assertThat(VertexOutput.of(graph, inputs, null)).isEqualTo(before);
    // Another number of examples would not even fit the old masks.
    VertexOutput.of(graph, inputs(DataType.DOUBLE, 2, 3, 5), null);
  }

  /** Straight into the vertex, since a layer norm in front would make 1e30 small. */
  @ParameterizedTest
  @CsvSource({"NaN", "1e30", "-Infinity", "12345.0"})
  void garbageInMaskedStepsIsNotSeen(double garbage) {
    ComputationGraph graph =
        TestNetworks.of(builder(THREE).build(), THREE).normedInputs().graph(DataType.FLOAT);
    INDArray[] inputs = inputs(DataType.FLOAT, EXAMPLES, QUERIES, KEYS);
    INDArray[] masks = masks(DataType.FLOAT, QUERIES, KEYS);
    INDArray expected = vertexOutput(graph, inputs, masks);
    for (int i = 0; i < inputs.length; i++) {
      // A key is masked where its value is, and the other way round.
      fillMasked(inputs[i], i == 0 ? masks[0] : masks[1].mul(masks[2]), garbage);
    }
    assertThat(vertexOutput(graph, inputs, masks)).isEqualTo(expected);
    assertThat(expected.std().getDouble(0)).isGreaterThan(1e-2);
  }

  private static void fillMasked(INDArray input, INDArray mask, double value) {
    for (int example = 0; example < EXAMPLES; example++) {
      for (int step = 0; step < mask.size(1); step++) {
        if (mask.getDouble(example, step) == 0) {
          input
              .get(NDArrayIndex.point(example), NDArrayIndex.all(), NDArrayIndex.point(step))
              .assign(value);
        }
      }
    }
  }

  private static INDArray vertexOutput(
      ComputationGraph graph, INDArray[] inputs, INDArray[] masks) {
    org.deeplearning4j.nn.graph.vertex.GraphVertex vertex = graph.getVertex("attention");
    graph.setLayerMaskArrays(masks, null);
    vertex.setInputs(inputs);
    INDArray output =
        vertex.doForward(false, org.deeplearning4j.nn.workspace.LayerWorkspaceMgr.noWorkspaces());
    graph.clearLayerMaskArrays();
    return output;
  }

  /**
   * The last query sees the last key; earlier ones fewer; with more queries, the first see none.
   */
  @ParameterizedTest
  @CsvSource({"3,7", "7,7", "7,3"})
  void causal(int queries, int keys) {
    ComputationGraph graph =
        TestNetworks.of(builder(THREE).causal(true).build(), THREE)
            .normedInputs()
            .graph(DataType.DOUBLE);
    INDArray[] inputs = inputs(DataType.DOUBLE, EXAMPLES, queries, keys);
    INDArray weights =
        Intermediates.of(
                graph.getVertex("attention"), inputs, new INDArray[3], AttentionVertex.WEIGHTS)
            .get(AttentionVertex.WEIGHTS);
    assertThat(weights.shape()).containsExactly(EXAMPLES, HEADS, queries, keys);
    assertThat(weights.sumNumber().doubleValue()).isFinite();
    for (int query = 0; query < queries; query++) {
      int seen = Math.max(0, query + 1 + keys - queries);
      for (int key = 0; key < keys; key++) {
        double weight = weights.getDouble(1, 1, query, key);
        assertThat(weight > 0).as("query %d key %d", query, key).isEqualTo(key < seen);
      }
    }
  }

  @Test
  void oneOfEverything() {
    int[] sources = {0};
    AttentionVertex vertex =
        new AttentionVertex.Builder()
            .nInQueries(Sizes.input(0))
            .nInKeys(Sizes.input(0))
            .nInValues(Sizes.input(0))
            .nOut(1)
            .projectInput(true)
            .causal(true)
            .build();
    ComputationGraph graph = TestNetworks.of(vertex, sources).normedInputs().graph(DataType.DOUBLE);
    assertThat(
            FiniteDifferences.largestError(
                graph,
                new INDArray[] {Sequences.input(DataType.DOUBLE, 0, 1, 1)},
                Sequences.labels(DataType.DOUBLE, 1, 1),
                new INDArray[] {Nd4j.ones(DataType.DOUBLE, 1, 1)},
                null))
        .isLessThan(1e-5);
  }

  @Test
  void jsonAndClone() {
    AttentionVertex vertex =
        builder(THREE)
            .normalizer(Normalizers.ssmax())
            .causal(true)
            .hasBias(true)
            .attentionDropout(0.25)
            .scale(0.3)
            .weightInit(WeightInit.NORMAL)
            .position(Position.ALIBI)
            .nKeyValueHeads(1)
            .qkNorm(true)
            .build();
    ComputationGraph graph = TestNetworks.of(vertex, THREE).normedInputs().graph(DataType.DOUBLE);
    ComputationGraphConfiguration read =
        ComputationGraphConfiguration.fromJson(graph.getConfiguration().toJson());
    assertThat(read).isEqualTo(graph.getConfiguration());
    assertThat(vertex.clone()).isEqualTo(vertex).isNotSameAs(vertex);
    assertThat(builder(THREE).build()).isNotEqualTo(vertex);
  }

  @Test
  void outputType() {
    AttentionVertex vertex = builder(THREE).build();
    assertThat(
            vertex.getOutputType(
                0,
                InputType.recurrent(Sizes.input(0), QUERIES),
                InputType.recurrent(Sizes.input(1), KEYS),
                InputType.recurrent(Sizes.input(2), KEYS)))
        .isEqualTo(InputType.recurrent(OUT, QUERIES));
    assertThatThrownBy(
            () ->
                vertex.getOutputType(
                    0, InputType.recurrent(Sizes.input(0)), InputType.recurrent(Sizes.input(2))))
        .hasMessage("AttentionVertex: nInKeys is 7 but must be 11, the features of that input.");
    assertThatThrownBy(() -> vertex.getOutputType(0, InputType.feedForward(5)))
        .hasMessageContaining("InputType.recurrent");
  }

  static Stream<Arguments> badOptions() {
    return Stream.of(
        Arguments.of(builder(THREE).nOut(0), "AttentionVertex: nOut is 0 but must be at least 1."),
        Arguments.of(builder(THREE).nInKeys(0), "nInKeys is 0"),
        Arguments.of(builder(THREE).nHeads(0), "nHeads is 0"),
        Arguments.of(
            builder(THREE).headSize(0), "headSize is 0 but must be at least 1, or left out where"),
        Arguments.of(builder(THREE).projectInput(false), "projectInput is false but must be true"),
        Arguments.of(
            new AttentionVertex.Builder().nInQueries(3).nInKeys(3).nInValues(3).nOut(3).headSize(2),
            "headSize is 2 but must be left out unless projectInput is true."),
        Arguments.of(builder(THREE).attentionDropout(1), "attentionDropout is 1.0"),
        Arguments.of(builder(THREE).nKeyValueHeads(3), "nKeyValueHeads is 3"),
        Arguments.of(builder(THREE).position(Position.ROTARY), "position is ROTARY"));
  }

  @ParameterizedTest
  @MethodSource("badOptions")
  void badOptionsAreNamed(AttentionVertex.Builder builder, String message) {
    assertThatThrownBy(builder::build)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }

  @Test
  void badInputIsNamed() {
    ComputationGraph graph =
        TestNetworks.of(builder(THREE).build(), THREE).normedInputs().graph(DataType.DOUBLE);
    INDArray[] inputs = inputs(DataType.DOUBLE, EXAMPLES, QUERIES, KEYS);
    inputs[2] = Sequences.input(DataType.DOUBLE, 2, EXAMPLES, KEYS + 1);
    assertThatThrownBy(() -> graph.output(inputs))
        .hasMessageContaining(
            "AttentionVertex 'attention': the values' shape is [3, 11, 20] but must be [3, 11,"
                + " 19]");
  }

  @Test
  void dropoutOnlyWhileTraining() {
    ComputationGraph graph =
        TestNetworks.of(builder(THREE).attentionDropout(0.5).build(), THREE)
            .normedInputs()
            .graph(DataType.DOUBLE);
    INDArray[] inputs = inputs(DataType.DOUBLE, EXAMPLES, QUERIES, KEYS);
    assertThat(graph.output(false, inputs)[0]).isEqualTo(graph.output(false, inputs)[0]);
    Map<String, INDArray> first = graph.feedForward(inputs, true);
    INDArray one = first.get("attention").dup();
    assertThat(graph.feedForward(inputs, true).get("attention")).isNotEqualTo(one);
  }
}
