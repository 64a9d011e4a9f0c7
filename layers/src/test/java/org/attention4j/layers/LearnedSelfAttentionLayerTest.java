package org.attention4j.layers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.attention4j.testing.Sizes.EXAMPLES;
import static org.attention4j.testing.Sizes.HEADS;
import static org.attention4j.testing.Sizes.OUT;
import static org.attention4j.testing.Sizes.SIZE;
import static org.attention4j.testing.Sizes.STEPS;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.attention4j.dl4j.Intermediates;
import org.attention4j.normalizer.Normalizer;
import org.attention4j.normalizer.Normalizers;
import org.attention4j.testing.Sequences;
import org.attention4j.testing.Sizes;
import org.attention4j.testing.TestNetworks;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
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

class LearnedSelfAttentionLayerTest {
  private static final int QUERIES = 7;

  @BeforeEach
  void seed() {
    Nd4j.getRandom().setSeed(37);
  }

  private static LearnedSelfAttentionLayer.Builder builder() {
    return new LearnedSelfAttentionLayer.Builder()
        .nOut(OUT)
        .nHeads(HEADS)
        .headSize(3)
        .projectInput(true)
        .nQueries(QUERIES);
  }

  /** Off the start, but with no class so improbable that the loss function would clip it. */
  private static MultiLayerNetwork shaken(MultiLayerNetwork network) {
    network.setParams(
        network
            .params()
            .add(Nd4j.randn(network.params().dataType(), 1, network.numParams()).mul(0.3)));
    return network;
  }

  private static INDArray attention(
      MultiLayerNetwork network, INDArray input, @Nullable INDArray mask) {
    network.setLayerMaskArrays(mask, null);
    INDArray output = network.feedForward(input, false).get(1);
    network.clearLayerMaskArrays();
    return output;
  }

  @ParameterizedTest
  @CsvSource({"FLOAT,false", "FLOAT,true", "DOUBLE,false", "DOUBLE,true"})
  void isTheFormula(DataType type, boolean masked) {
    MultiLayerNetwork network =
        shaken(TestNetworks.of(builder().hasBias(masked).build()).network(type));
    assertThat(network.getLayer(0).paramTable().keySet())
        .startsWith("Q", "Wq", "Wk", "Wv", "Wo")
        .hasSize(masked ? 9 : 5);
    assertThat(network.getParam("0_Q").shape()).containsExactly(1, SIZE, QUERIES);
    INDArray input = Sequences.input(type, EXAMPLES, STEPS);
    INDArray mask = masked ? Sequences.mask(type, EXAMPLES, STEPS) : null;
    INDArray actual = attention(network, input, mask);
    assertThat(actual.shape()).containsExactly(EXAMPLES, OUT, QUERIES);
    PlainAttention reference = new PlainAttention(network.getLayer(0).paramTable(), Position.NONE);
    double[][] queries = PlainAttention.example(network.getParam("0_Q"), 0);
    double largest = 0;
    for (int example = 0; example < EXAMPLES; example++) {
      int row = example;
      double[][] x = PlainAttention.example(input, example);
      for (int query = 0; query < QUERIES; query++) {
        double[] expected =
            reference.of(
                PlainAttention.column(queries, query),
                0,
                x,
                x,
                key -> mask == null || mask.getDouble(row, key) != 0);
        for (int i = 0; i < OUT; i++) {
          largest = Math.max(largest, Math.abs(expected[i] - actual.getDouble(example, i, query)));
        }
      }
    }
    assertThat(largest).isLessThan(type == DataType.FLOAT ? 2e-5 : 1e-12);
    assertThat(actual.std().getDouble(0)).isGreaterThan(1e-1);
  }

  /** The first entries of the flat vector are Q, as in the stock layer's. */
  @Test
  void sameFlatOrderAsTheStockLayer() {
    MultiLayerNetwork stock =
        TestNetworks.of(
                new org.deeplearning4j.nn.conf.layers.LearnedSelfAttentionLayer.Builder()
                    .nOut(OUT)
                    .nHeads(HEADS)
                    .headSize(3)
                    .projectInput(true)
                    .nQueries(QUERIES)
                    .build())
            .network(DataType.DOUBLE);
    MultiLayerNetwork ours = TestNetworks.of(builder().build()).network(DataType.DOUBLE);
    ours.setParams(stock.params());
    assertThat(ours.paramTable()).isEqualTo(stock.paramTable());
  }

  static Stream<Arguments> gradients() {
    return Stream.of(
            Normalizers.softmax(),
            Normalizers.softmaxWithLearnableTemperature(0.7),
            Normalizers.entmax15(),
            Normalizers.topK(3),
            Normalizers.ssmax())
        .flatMap(
            normalizer -> Stream.of(false, true).map(masked -> Arguments.of(normalizer, masked)));
  }

  @ParameterizedTest
  @MethodSource("gradients")
  void gradientsAreExact(Normalizer normalizer, boolean masked) {
    MultiLayerNetwork network =
        shaken(
            TestNetworks.of(
                    new LayerNorm.Builder().build(),
                    builder().normalizer(normalizer).hasBias(masked).build())
                .network(DataType.DOUBLE));
    for (int steps : new int[] {STEPS, 2, 1}) {
      INDArray mask = masked ? Sequences.mask(DataType.DOUBLE, EXAMPLES, steps) : null;
      if (mask != null) {
        mask.getRow(2).assign(0); // an example without any visible key
      }
      assertThat(
              FiniteDifferences.largestError(
                  network,
                  Sequences.input(DataType.DOUBLE, EXAMPLES, steps),
                  Sequences.labels(DataType.DOUBLE, EXAMPLES, QUERIES),
                  mask,
                  null))
          .isLessThan(1e-5);
    }
  }

  @Test
  void withoutProjection() {
    MultiLayerNetwork network =
        TestNetworks.of(
                new LayerNorm.Builder().build(),
                new LearnedSelfAttentionLayer.Builder().nIn(SIZE).nOut(SIZE).nQueries(2).build())
            .network(DataType.DOUBLE);
    assertThat(network.getLayer(1).paramTable().keySet()).containsExactly("Q");
    assertThat(
            FiniteDifferences.largestError(
                network,
                Sequences.input(DataType.DOUBLE, 1, STEPS),
                Sequences.labels(DataType.DOUBLE, 1, 2),
                null,
                null))
        .isLessThan(1e-5);
  }

  @Test
  void theMaskEndsHere() {
    MultiLayerNetwork network = TestNetworks.of(builder().build()).network(DataType.FLOAT);
    INDArray input = Sequences.input(DataType.FLOAT, EXAMPLES, STEPS);
    INDArray mask = Sequences.mask(DataType.FLOAT, EXAMPLES, STEPS);
    network.setLayerMaskArrays(mask, null);
    assertThat(network.getLayer(0).feedForwardMaskArray(mask, null, EXAMPLES)).isNull();
    assertThat(network.output(input, false, mask, null).shape())
        .containsExactly(EXAMPLES, Sizes.CLASSES, QUERIES);
    assertThat(builder().nIn(SIZE).build().getOutputType(0, InputType.recurrent(SIZE, STEPS)))
        .isEqualTo(InputType.recurrent(OUT, QUERIES));
  }

  @Test
  void json() {
    LearnedSelfAttentionLayer layer =
        builder()
            .normalizer(Normalizers.ssmax())
            .hasBias(true)
            .qkNorm(true)
            .nKeyValueHeads(1)
            .attentionDropout(0.25)
            .build();
    MultiLayerNetwork network = TestNetworks.of(layer).network(DataType.DOUBLE);
    assertThat(
            MultiLayerConfiguration.fromJson(network.getLayerWiseConfigurations().toJson())
                .getConf(0)
                .getLayer())
        .isEqualTo(network.getLayerWiseConfigurations().getConf(0).getLayer());
    assertThat(builder().nQueries(3).build()).isNotEqualTo(builder().build());
  }

  @Test
  void publishesWeights() {
    MultiLayerNetwork network = TestNetworks.of(builder().build()).network(DataType.FLOAT);
    Map<String, INDArray> found =
        Intermediates.of(
            network.getLayer(0),
            Sequences.input(DataType.FLOAT, EXAMPLES, STEPS),
            null,
            LearnedSelfAttentionLayer.SCORES,
            LearnedSelfAttentionLayer.WEIGHTS);
    for (INDArray array : List.copyOf(found.values())) {
      assertThat(array.shape()).containsExactly(EXAMPLES, HEADS, QUERIES, STEPS);
    }
  }

  static Stream<Arguments> badOptions() {
    return Stream.of(
        Arguments.of(
            builder().nQueries(0),
            "LearnedSelfAttentionLayer: nQueries is 0 but must be at least 1."),
        Arguments.of(
            builder().causal(true),
            "causal is true but must be false (learned queries have no position in time)"),
        Arguments.of(
            builder().outputGate(OutputGate.PER_HEAD),
            "outputGate is PER_HEAD but must be NONE (learned queries are the same for every"
                + " input, and so their gate would be)"),
        Arguments.of(
            builder().slidingWindow(3),
            "slidingWindow is 3 but must be left out (learned queries have no position in time)"),
        Arguments.of(builder().position(Position.ALIBI), "position is ALIBI but must be NONE"),
        Arguments.of(
            builder().projectInput(false).nHeads(1).nIn(OUT).hasBias(true),
            "hasBias is true but must be false unless projectInput is true"));
  }

  @ParameterizedTest
  @MethodSource("badOptions")
  void badOptionsAreNamed(LearnedSelfAttentionLayer.Builder builder, String message) {
    assertThatThrownBy(builder::build)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }
}
