package org.attention4j.layers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.attention4j.testing.Sizes.EXAMPLES;
import static org.attention4j.testing.Sizes.SIZE;
import static org.attention4j.testing.Sizes.STEPS;

import java.util.List;
import java.util.stream.Stream;
import org.attention4j.testing.Sequences;
import org.attention4j.testing.TestNetworks;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Positions, grouped heads and query-key normalisation against the plain formula. */
class AttentionOptionsTest {
  private static final int OUT = 17;
  private static final int HEADS = 6;
  private static final int HEAD_SIZE = 10;

  @BeforeEach
  void seed() {
    Nd4j.getRandom().setSeed(43);
  }

  private static SelfAttentionLayer.Builder builder() {
    return new SelfAttentionLayer.Builder()
        .nOut(OUT)
        .nHeads(HEADS)
        .headSize(HEAD_SIZE)
        .projectInput(true);
  }

  private static MultiLayerNetwork network(
      DataType type, org.deeplearning4j.nn.conf.layers.Layer... layers) {
    MultiLayerNetwork network = TestNetworks.of(layers).network(type);
    network.setParams(network.params().add(Nd4j.randn(type, 1, network.numParams()).mul(0.1)));
    return network;
  }

  private static INDArray attention(
      MultiLayerNetwork network, INDArray input, @Nullable INDArray mask) {
    network.setLayerMaskArrays(mask, null);
    INDArray output = network.feedForward(input, false).get(1);
    network.clearLayerMaskArrays();
    return output.dup();
  }

  static Stream<Arguments> options() {
    return Stream.of(Position.values())
        .flatMap(
            position ->
                Stream.of(1, 2, 3, HEADS)
                    .flatMap(
                        keyValueHeads ->
                            Stream.of(false, true)
                                .map(
                                    flag ->
                                        Arguments.of(
                                            position,
                                            keyValueHeads,
                                            flag,
                                            position == Position.FORGETTING
                                                || flag == (keyValueHeads < 3)))));
  }

  @ParameterizedTest
  @MethodSource("options")
  void isTheFormula(Position position, int keyValueHeads, boolean qkNorm, boolean causal) {
    SelfAttentionLayer layer =
        builder()
            .position(position)
            .nKeyValueHeads(keyValueHeads)
            .qkNorm(qkNorm)
            .causal(causal)
            .hasBias(causal)
            .build();
    for (DataType type : new DataType[] {DataType.FLOAT, DataType.DOUBLE}) {
      MultiLayerNetwork network = network(type, layer.clone());
      assertThat(network.getParam("0_Wk").shape()).containsExactly(keyValueHeads, HEAD_SIZE, SIZE);
      INDArray input = Sequences.input(type, EXAMPLES, STEPS);
      INDArray mask = causal ? Sequences.mask(type, EXAMPLES, STEPS) : null;
      INDArray expected =
          new PlainAttention(network.getLayer(0).paramTable(), position)
              .selfAttention(input, mask, causal);
      INDArray actual = attention(network, input, mask).castTo(DataType.DOUBLE);
      assertThat(actual.sub(expected).amaxNumber().doubleValue())
          .isLessThan(type == DataType.FLOAT ? 1e-5 : 1e-12);
      assertThat(actual.std().getDouble(0)).isGreaterThan(1e-2);
    }
  }

  @ParameterizedTest
  @MethodSource("options")
  void gradientsAreExact(Position position, int keyValueHeads, boolean qkNorm, boolean causal) {
    MultiLayerNetwork network =
        network(
            DataType.DOUBLE,
            new LayerNorm.Builder().build(),
            builder()
                .position(position)
                .nKeyValueHeads(keyValueHeads)
                .qkNorm(qkNorm)
                .causal(causal)
                .hasBias(causal)
                .build());
    for (int steps : new int[] {STEPS, 1, 2}) {
      INDArray mask = causal ? Sequences.mask(DataType.DOUBLE, EXAMPLES, steps) : null;
      assertThat(
              FiniteDifferences.largestError(
                  network,
                  Sequences.input(DataType.DOUBLE, EXAMPLES, steps),
                  Sequences.labels(DataType.DOUBLE, EXAMPLES, steps),
                  mask))
          .isLessThan(1e-5);
    }
  }

  /** Only differences of positions count, so padding in front changes nothing either. */
  @ParameterizedTest
  @MethodSource("options")
  void paddingOnEitherSideChangesNothing(
      Position position, int keyValueHeads, boolean qkNorm, boolean causal) {
    MultiLayerNetwork network =
        network(
            DataType.FLOAT,
            builder()
                .position(position)
                .nKeyValueHeads(keyValueHeads)
                .qkNorm(qkNorm)
                .causal(causal)
                .build());
    int length = 5;
    int padding = 3;
    INDArray dense = Sequences.input(DataType.FLOAT, 1, length);
    INDArray padded = Nd4j.zeros(DataType.FLOAT, 1, SIZE, length + 2 * padding).assign(Double.NaN);
    INDArray mask = Nd4j.zeros(DataType.FLOAT, 1, length + 2 * padding);
    padded
        .get(
            NDArrayIndex.all(),
            NDArrayIndex.all(),
            NDArrayIndex.interval(padding, padding + length))
        .assign(dense);
    mask.get(NDArrayIndex.all(), NDArrayIndex.interval(padding, padding + length)).assign(1);
    INDArray actual =
        attention(network, padded, mask)
            .get(
                NDArrayIndex.all(),
                NDArrayIndex.all(),
                NDArrayIndex.interval(padding, padding + length));
    assertThat(actual.sub(attention(network, dense, null)).amaxNumber().doubleValue())
        .isLessThan(1e-5);
  }

  /** With a position, shuffled keys make a difference; without one they do not. */
  @Test
  void positionsMatter() {
    INDArray input = Sequences.input(DataType.DOUBLE, 1, 3);
    INDArray swapped = Nd4j.zeros(DataType.DOUBLE, 1, SIZE, 3);
    int[] order = {0, 2, 1};
    for (int step = 0; step < 3; step++) {
      swapped
          .get(NDArrayIndex.all(), NDArrayIndex.all(), NDArrayIndex.point(step))
          .assign(
              input.get(NDArrayIndex.all(), NDArrayIndex.all(), NDArrayIndex.point(order[step])));
    }
    for (Position position : Position.values()) {
      if (position == Position.FORGETTING) {
        continue; // only causal, where the first query sees one key
      }
      MultiLayerNetwork network = network(DataType.DOUBLE, builder().position(position).build());
      INDArray first =
          attention(network, input, null)
              .sub(attention(network, swapped, null))
              .get(NDArrayIndex.all(), NDArrayIndex.all(), NDArrayIndex.point(0));
      assertThat(first.amaxNumber().doubleValue() > 1e-6).isEqualTo(position != Position.NONE);
    }
  }

  /** The recurrent layer's query of step t stands at t, so only distances matter there too. */
  @ParameterizedTest
  @MethodSource("options")
  void recurrentGradients(Position position, int keyValueHeads, boolean qkNorm, boolean causal) {
    MultiLayerNetwork network =
        network(
            DataType.DOUBLE,
            new LayerNorm.Builder().build(),
            new RecurrentAttentionLayer.Builder()
                .nOut(OUT)
                .nHeads(HEADS)
                .headSize(HEAD_SIZE)
                .position(position)
                .nKeyValueHeads(keyValueHeads)
                .qkNorm(qkNorm)
                .causal(causal)
                .build());
    assertThat(
            FiniteDifferences.largestError(
                network,
                Sequences.input(DataType.DOUBLE, EXAMPLES, 3),
                Sequences.labels(DataType.DOUBLE, EXAMPLES, 3),
                null))
        .isLessThan(1e-5);
  }

  /** Where arrays shrink to one element, some operations of M2.1 forget their rank. */
  @Test
  void oneOfEverything() {
    INDArray mask = Nd4j.ones(DataType.DOUBLE, 1, 1);
    for (org.deeplearning4j.nn.conf.layers.Layer layer :
        List.of(
            new SelfAttentionLayer.Builder().nOut(1).projectInput(true).causal(true).build(),
            new SelfAttentionLayer.Builder()
                .nOut(2)
                .nHeads(2)
                .nKeyValueHeads(1)
                .projectInput(true)
                .build(),
            new LearnedSelfAttentionLayer.Builder()
                .nOut(1)
                .nQueries(1)
                .projectInput(true)
                .qkNorm(true)
                .build(),
            new RecurrentAttentionLayer.Builder().nOut(1).causal(true).build(),
            new RecurrentAttentionLayer.Builder().nOut(2).nHeads(2).nKeyValueHeads(1).build())) {
      MultiLayerNetwork network = network(DataType.DOUBLE, new LayerNorm.Builder().build(), layer);
      INDArray input = Sequences.input(DataType.DOUBLE, 1, 1);
      INDArray labels = Sequences.labels(DataType.DOUBLE, 1, 1);
      assertThat(FiniteDifferences.largestError(network, input, labels, mask, null))
          .as(layer.toString())
          .isLessThan(1e-5);
      if (layer instanceof RecurrentAttentionLayer) { // whose first step does not attend
        assertThat(
                FiniteDifferences.largestError(
                    network,
                    Sequences.input(DataType.DOUBLE, 1, 2),
                    Sequences.labels(DataType.DOUBLE, 1, 2),
                    null))
            .isLessThan(1e-5);
      }
    }
  }

  @Test
  void halfIsFinite() {
    for (Position position : Position.values()) {
      MultiLayerNetwork network =
          TestNetworks.of(builder().position(position).qkNorm(true).causal(true).build())
              .network(DataType.FLOAT16);
      INDArray output =
          network.output(Sequences.input(DataType.FLOAT16, EXAMPLES, 211)).castTo(DataType.FLOAT);
      assertThat(output.sumNumber().doubleValue()).isFinite();
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.7, 31, 500_000})
  void rotationHasTheBaseThatIsChosen(double base) {
    SelfAttentionLayer layer =
        builder().position(Position.ROTARY).rotaryBase(base).nKeyValueHeads(3).build();
    for (Execution execution : new Execution[] {Execution.FUSED, Execution.GRAPH}) {
      for (DataType type : new DataType[] {DataType.FLOAT, DataType.DOUBLE}) {
        SelfAttentionLayer chosen = (SelfAttentionLayer) layer.clone();
        chosen.options().execution = execution;
        MultiLayerNetwork network = network(type, chosen);
        INDArray input = Sequences.input(type, EXAMPLES, STEPS);
        INDArray expected =
            new PlainAttention(network.getLayer(0).paramTable(), Position.ROTARY, base)
                .selfAttention(input, null, false);
        INDArray actual = attention(network, input, null).castTo(DataType.DOUBLE);
        assertThat(actual.sub(expected).amaxNumber().doubleValue())
            .isLessThan(type == DataType.FLOAT ? 1e-5 : 1e-12);
        INDArray other =
            new PlainAttention(network.getLayer(0).paramTable(), Position.ROTARY, base + 1)
                .selfAttention(input, null, false);
        assertThat(other.sub(expected).amaxNumber().doubleValue()).isGreaterThan(1e-9);
      }
    }
    MultiLayerNetwork network = network(DataType.DOUBLE, layer);
    assertThat(
            FiniteDifferences.largestError(
                network,
                Sequences.input(DataType.DOUBLE, EXAMPLES, STEPS),
                Sequences.labels(DataType.DOUBLE, EXAMPLES, STEPS),
                null))
        .isLessThan(1e-5);
  }

  /** Without projection the head size is the input's, which may be known late. */
  @Test
  void anOddHeadSizeIsNamedWhenTheInputTypeTellsIt() {
    SelfAttentionLayer late =
        new SelfAttentionLayer.Builder().name("late").position(Position.ROTARY).build();
    assertThatThrownBy(() -> TestNetworks.of(late).network(DataType.FLOAT))
        .hasMessage(
            "SelfAttentionLayer 'late': position is ROTARY but must be another one than ROTARY, or"
                + " the head size 5 an even number (rotation turns pairs of features).");
  }

  @Test
  void badOptionsAreNamed() {
    assertThatThrownBy(() -> builder().nKeyValueHeads(4).build())
        .hasMessage(
            "SelfAttentionLayer: nKeyValueHeads is 4 but must be a divisor of nHeads 6, or left out"
                + " for nHeads.");
    for (double base : new double[] {0, -1, Double.NaN, Double.POSITIVE_INFINITY}) {
      assertThatThrownBy(() -> builder().rotaryBase(base).build())
          .hasMessage(
              "SelfAttentionLayer: rotaryBase is %s but must be positive and finite.", base);
    }
    assertThatThrownBy(() -> builder().headSize(7).position(Position.ROTARY).build())
        .hasMessageContaining("position is ROTARY but must be another one than ROTARY");
  }
}
