package org.attention4j.layers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.attention4j.testing.Sizes.EXAMPLES;
import static org.attention4j.testing.Sizes.HEADS;
import static org.attention4j.testing.Sizes.OUT;
import static org.attention4j.testing.Sizes.SIZE;

import java.util.stream.Stream;
import org.attention4j.dl4j.Intermediates;
import org.attention4j.normalizer.Normalizer;
import org.attention4j.normalizer.Normalizers;
import org.attention4j.testing.Sequences;
import org.attention4j.testing.TestNetworks;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.INDArrayIndex;
import org.nd4j.linalg.indexing.NDArrayIndex;

class RecurrentAttentionLayerTest {
  private static final int STEPS = 7;

  /** Of the sequences that one network meets in turn: back and forth, one step among them. */
  private static final int[] LENGTHS = {5, 1, 2, 5};

  @BeforeEach
  void seed() {
    Nd4j.getRandom().setSeed(41);
  }

  private static RecurrentAttentionLayer.Builder builder() {
    return new RecurrentAttentionLayer.Builder().nOut(OUT).nHeads(HEADS).headSize(3);
  }

  private static MultiLayerNetwork stock(DataType type, boolean hasBias) {
    return TestNetworks.of(
            new org.deeplearning4j.nn.conf.layers.RecurrentAttentionLayer.Builder()
                .nOut(OUT)
                .nHeads(HEADS)
                .headSize(3)
                .hasBias(hasBias)
                .build())
        .network(type);
  }

  private static INDArray attention(
      MultiLayerNetwork network, INDArray input, @Nullable INDArray mask) {
    network.setLayerMaskArrays(mask, null);
    INDArray output = network.feedForward(input, false).get(1);
    network.clearLayerMaskArrays();
    return output.dup();
  }

  @ParameterizedTest
  @CsvSource({
    "FLOAT,false,7",
    "FLOAT,true,7",
    "DOUBLE,false,3",
    "DOUBLE,true,11",
    "DOUBLE,false,2"
  })
  void sameOutputWithTheStockParameters(DataType type, boolean masked, int steps) {
    MultiLayerNetwork stock = stock(type, true);
    stock.setParams(stock.params().add(Nd4j.randn(type, 1, stock.numParams()).mul(0.5)));
    MultiLayerNetwork ours = TestNetworks.of(builder().build()).network(type);
    ours.setParams(stock.params());
    assertThat(ours.paramTable().keySet()).isEqualTo(stock.paramTable().keySet());
    INDArray input = Sequences.input(type, EXAMPLES, steps);
    INDArray mask = masked ? Sequences.mask(type, EXAMPLES, steps) : null;
    INDArray expected = attention(stock, input, mask);
    INDArray actual = attention(ours, input, mask);
    assertThat(actual.shape()).containsExactly(EXAMPLES, OUT, steps);
    assertThat(actual.sub(expected).amaxNumber().doubleValue())
        .isLessThan(type == DataType.FLOAT ? 1e-5 : 1e-12);
    assertThat(expected.std().getDouble(0)).isGreaterThan(1e-1);
  }

  @Test
  void withoutProjectionAndBias() {
    MultiLayerNetwork stock =
        TestNetworks.of(
                new org.deeplearning4j.nn.conf.layers.RecurrentAttentionLayer.Builder()
                    .nIn(SIZE)
                    .nOut(SIZE)
                    .nHeads(1)
                    .projectInput(false)
                    .hasBias(false)
                    .build())
            .network(DataType.DOUBLE);
    MultiLayerNetwork ours =
        TestNetworks.of(
                new RecurrentAttentionLayer.Builder()
                    .nIn(SIZE)
                    .nOut(SIZE)
                    .projectInput(false)
                    .hasBias(false)
                    .build())
            .network(DataType.DOUBLE);
    ours.setParams(stock.params());
    INDArray input = Sequences.input(DataType.DOUBLE, EXAMPLES, STEPS);
    assertThat(attention(ours, input, null).sub(attention(stock, input, null)).amaxNumber())
        .satisfies(difference -> assertThat(difference.doubleValue()).isLessThan(1e-12));
  }

  static Stream<Arguments> gradients() {
    return Stream.of(
            Normalizers.softmax(),
            Normalizers.softmaxWithLearnableTemperature(0.7),
            Normalizers.entmax15(),
            Normalizers.ssmax())
        .flatMap(
            normalizer -> Stream.of(false, true).map(masked -> Arguments.of(normalizer, masked)));
  }

  /** Several lengths in one network, back and forth, one step among them. */
  @ParameterizedTest
  @MethodSource("gradients")
  void gradientsAreExact(Normalizer normalizer, boolean masked) {
    check(
        builder().normalizer(normalizer).causal(masked).attentionBias(masked),
        masked,
        1e-5,
        LENGTHS);
  }

  /** Slow, since a graph selects in hundreds of operations for each step. */
  @Tag("slow")
  @Test
  void gradientsOfASelectionAreExact() {
    check(builder().normalizer(Normalizers.topK(2)).attentionBias(true), false, 1e-5, 4);
  }

  @ParameterizedTest
  @EnumSource(
      value = Activation.class,
      names = {"IDENTITY", "RELU", "SIGMOID", "SOFTPLUS", "SOFTSIGN", "ELU", "GELU"})
  void gradientsOfActivations(Activation activation) {
    // Unbounded activations curve the loss so that differences themselves are less exact.
    check(builder().activation(activation), false, 1e-4, LENGTHS);
  }

  private static void check(
      RecurrentAttentionLayer.Builder builder, boolean masked, double tolerance, int... lengths) {
    MultiLayerNetwork network =
        TestNetworks.of(new LayerNorm.Builder().build(), builder.build()).network(DataType.DOUBLE);
    network.setParams(
        network.params().add(Nd4j.randn(DataType.DOUBLE, 1, network.numParams()).mul(0.3)));
    for (int steps : lengths) {
      int examples = steps == 2 ? 1 : EXAMPLES;
      INDArray mask = masked ? Sequences.mask(DataType.DOUBLE, examples, steps) : null;
      if (mask != null && steps == 5) {
        mask.putScalar(0, 0, 0); // padding in front and in the middle, too
        mask.putScalar(0, 2, 0);
      }
      assertThat(
              FiniteDifferences.largestError(
                  network,
                  Sequences.input(DataType.DOUBLE, examples, steps),
                  Sequences.labels(DataType.DOUBLE, examples, steps),
                  mask))
          .isLessThan(tolerance);
    }
  }

  /** What the stock layer refuses. */
  @Test
  void anyLengthOneAfterAnother() {
    MultiLayerNetwork network = TestNetworks.of(builder().build()).network(DataType.FLOAT);
    INDArray start = network.params().dup();
    INDArray three = Sequences.input(DataType.FLOAT, EXAMPLES, 3);
    INDArray before = attention(network, three, null);
    for (int steps : new int[] {1, 13, 2, 7}) {
      network.fit(
          new DataSet(
              Sequences.input(DataType.FLOAT, 2, steps),
              Sequences.labels(DataType.FLOAT, 2, steps)));
    }
    assertThat(attention(network, three, null)).isNotEqualTo(before);
    network.setParams(start);
    assertThat(attention(network, three, null)).isEqualTo(before);
    MultiLayerNetwork stock = stock(DataType.FLOAT, true);
    attention(stock, three, null);
    assertThatThrownBy(() -> attention(stock, Sequences.input(DataType.FLOAT, EXAMPLES, 5), null))
        .hasMessageContaining("fixed length");
  }

  /** The steps that count give the same outputs wherever the padding is, and whatever is in it. */
  @ParameterizedTest
  @CsvSource({
    "NaN,false",
    "1e30,false",
    "-Infinity,false",
    "123.0,false",
    "NaN,true",
    "123.0,true"
  })
  void paddingChangesNothing(double garbage, boolean causal) {
    MultiLayerNetwork network =
        TestNetworks.of(builder().causal(causal).build()).network(DataType.FLOAT);
    int[] visible = {1, 2, 5};
    INDArray dense = Sequences.input(DataType.FLOAT, 1, visible.length);
    INDArray padded = Nd4j.zeros(DataType.FLOAT, 1, SIZE, STEPS).assign(garbage);
    INDArray mask = Nd4j.zeros(DataType.FLOAT, 1, STEPS);
    for (int i = 0; i < visible.length; i++) {
      padded.put(step(visible[i]), dense.get(step(i)));
      mask.putScalar(0, visible[i], 1);
    }
    INDArray expected = attention(network, dense, null);
    INDArray actual = attention(network, padded, mask);
    for (int i = 0; i < visible.length; i++) {
      INDArray difference = actual.get(step(visible[i])).sub(expected.get(step(i)));
      assertThat(difference.amaxNumber().doubleValue()).isLessThan(1e-6);
    }
    assertThat(expected.std().getDouble(0)).isGreaterThan(1e-2);
  }

  private static INDArrayIndex[] step(int step) {
    return new INDArrayIndex[] {NDArrayIndex.all(), NDArrayIndex.all(), NDArrayIndex.point(step)};
  }

  @Test
  void causalStepsDoNotSeeWhatComesLater() {
    INDArray input = Sequences.input(DataType.FLOAT, EXAMPLES, STEPS);
    INDArray changed = input.dup();
    changed.get(step(STEPS - 1)).addi(1);
    for (boolean causal : new boolean[] {true, false}) {
      MultiLayerNetwork network =
          TestNetworks.of(builder().causal(causal).build()).network(DataType.FLOAT);
      INDArray difference =
          attention(network, input, null)
              .sub(attention(network, changed, null))
              .get(NDArrayIndex.all(), NDArrayIndex.all(), NDArrayIndex.interval(1, STEPS - 1));
      assertThat(difference.amaxNumber().doubleValue() == 0).isEqualTo(causal);
    }
  }

  @Test
  void publishesARowForEachStep() {
    MultiLayerNetwork network =
        TestNetworks.of(builder().causal(true).build()).network(DataType.DOUBLE);
    for (int steps : new int[] {STEPS, 1}) {
      INDArray weights =
          Intermediates.of(
                  network.getLayer(0),
                  Sequences.input(DataType.DOUBLE, EXAMPLES, steps),
                  null,
                  RecurrentAttentionLayer.WEIGHTS)
              .get(RecurrentAttentionLayer.WEIGHTS);
      assertThat(weights.shape()).containsExactly(EXAMPLES, HEADS, steps, steps);
      for (int row = 0; row < steps; row++) {
        for (int key = 0; key < steps; key++) {
          assertThat(weights.getDouble(2, 1, row, key) > 0).isEqualTo(row > 0 && key <= row);
        }
      }
    }
  }

  @Test
  void json() {
    RecurrentAttentionLayer layer =
        builder()
            .normalizer(Normalizers.ssmax())
            .attentionBias(true)
            .activation((Activation) null)
            .position(Position.ALIBI)
            .attentionDropout(0.25)
            .build();
    MultiLayerNetwork network = TestNetworks.of(layer).network(DataType.DOUBLE);
    assertThat(network.getLayer(0).paramTable().keySet())
        .startsWith("W", "RW", "Wq", "Wk", "Wv", "Wo", "b")
        .endsWith("bq", "bk", "bv", "bo");
    assertThat(
            MultiLayerConfiguration.fromJson(network.getLayerWiseConfigurations().toJson())
                .getConf(0)
                .getLayer())
        .isEqualTo(network.getLayerWiseConfigurations().getConf(0).getLayer());
    assertThat(builder().hasBias(false).build()).isNotEqualTo(builder().build());
  }

  static Stream<Arguments> badOptions() {
    return Stream.of(
        Arguments.of(
            builder().activation(Activation.SOFTMAX),
            "RecurrentAttentionLayer: activation is SOFTMAX but must be IDENTITY, TANH"),
        Arguments.of(
            builder().nIn(OUT).nHeads(1).projectInput(false).attentionBias(true),
            "attentionBias is true but must be false unless projectInput is true"),
        Arguments.of(builder().nHeads(0), "nHeads is 0 but must be at least 1"));
  }

  @ParameterizedTest
  @MethodSource("badOptions")
  void badOptionsAreNamed(RecurrentAttentionLayer.Builder builder, String message) {
    assertThatThrownBy(builder::build)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }
}
