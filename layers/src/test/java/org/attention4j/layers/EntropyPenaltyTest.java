package org.attention4j.layers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.attention4j.layers.PenalisedLayers.FLOOR;
import static org.attention4j.layers.PenalisedLayers.STRENGTH;
import static org.attention4j.layers.PenalisedLayers.data;
import static org.attention4j.layers.PenalisedLayers.learned;
import static org.attention4j.layers.PenalisedLayers.network;
import static org.attention4j.layers.PenalisedLayers.penalty;
import static org.attention4j.layers.PenalisedLayers.recurrent;
import static org.attention4j.layers.PenalisedLayers.self;
import static org.attention4j.layers.PenalisedLayers.weights;
import static org.attention4j.testing.Sizes.EXAMPLES;
import static org.attention4j.testing.Sizes.HEADS;
import static org.attention4j.testing.Sizes.SIZE;
import static org.attention4j.testing.Sizes.STEPS;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.attention4j.normalizer.Normalizer;
import org.attention4j.normalizer.Normalizers;
import org.attention4j.testing.Sequences;
import org.attention4j.testing.TestNetworks;
import org.attention4j.theory.WeightRow;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** The penalty on low entropy: its value and its place in the score. */
class EntropyPenaltyTest implements DoublePrecision {
  static Stream<Arguments> layers() {
    List<Arguments> result = new ArrayList<>();
    for (Normalizer normalizer :
        List.of(
            Normalizers.softmax(),
            Normalizers.sparsemax(),
            Normalizers.topK(2),
            Normalizers.sigmoid(),
            Normalizers.softmax1(1),
            Normalizers.softpick(),
            Normalizers.selfAdjust())) {
      for (boolean masked : new boolean[] {false, true}) {
        result.add(Arguments.of(self().normalizer(normalizer), masked, STEPS));
        result.add(Arguments.of(self().normalizer(normalizer).causal(true), masked, STEPS));
        result.add(Arguments.of(learned(3).normalizer(normalizer), masked, 3));
      }
    }
    for (boolean masked : new boolean[] {false, true}) {
      result.add(Arguments.of(recurrent(), masked, STEPS));
      result.add(Arguments.of(recurrent().normalizer(Normalizers.sigmoid()), masked, STEPS));
    }
    return result.stream();
  }

  /** Row by row in plain loops, with the entropy of the theory package. */
  @ParameterizedTest
  @MethodSource("layers")
  void isTheFormula(AttentionLayerBuilder<?> builder, boolean masked, int outputSteps) {
    DataSet data = data(EXAMPLES, STEPS, masked, outputSteps);
    AttentionLayer layer = builder.build();
    INDArray mask = data.getFeaturesMaskArray();
    INDArray weights = weights(network(layer), data.getFeatures(), mask);
    double expected = 0;
    for (int head = 0; head < HEADS; head++) {
      double sum = 0;
      int rows = 0;
      for (int example = 0; example < EXAMPLES; example++) {
        for (int query = 0; query < outputSteps; query++) {
          double[] row = row(weights, layer, mask, example, head, query);
          if (row.length >= 2 && WeightRow.mass(row) > 0) {
            sum += Math.max(0, FLOOR - WeightRow.normalizedEntropy(row));
            rows++;
          }
        }
      }
      assertThat(rows).isGreaterThan(5);
      expected += STRENGTH * sum / rows;
    }
    assertThat(expected).isGreaterThan(1e-2);
    assertThat(penalty(builder, data)).isCloseTo(expected, within(1e-9));
  }

  /** The weights of the visible keys; none for a query that does not count. */
  private static double[] row(
      INDArray weights,
      AttentionLayer layer,
      @Nullable INDArray mask,
      int example,
      int head,
      int query) {
    boolean ownQueries = !(layer instanceof LearnedSelfAttentionLayer);
    if (ownQueries && mask != null && mask.getDouble(example, query) == 0) {
      return new double[0];
    }
    List<Double> row = new ArrayList<>();
    for (int key = 0; key < STEPS; key++) {
      boolean visible =
          (mask == null || mask.getDouble(example, key) == 1)
              && (!layer.options().causal || key <= query);
      if (visible) {
        row.add(weights.getDouble(example, head, query, key));
      }
    }
    return row.stream().mapToDouble(Double::doubleValue).toArray();
  }

  @ParameterizedTest
  @MethodSource("layers")
  void paddingChangesNothing(AttentionLayerBuilder<?> builder, boolean behind, int outputSteps) {
    int padding = 4;
    boolean learned = outputSteps != STEPS;
    DataSet dense = data(1, STEPS, false, outputSteps);
    int length = STEPS + padding;
    INDArray input = Nd4j.valueArrayOf(new long[] {1, SIZE, length}, Double.NaN, DataType.DOUBLE);
    INDArray mask = Nd4j.zeros(DataType.DOUBLE, 1, length);
    var whole = NDArrayIndex.all();
    var place = behind ? NDArrayIndex.interval(0, STEPS) : NDArrayIndex.interval(padding, length);
    input.get(whole, whole, place).assign(dense.getFeatures());
    mask.get(whole, place).assign(1);
    DataSet padded =
        new DataSet(
            input,
            Sequences.labels(DataType.DOUBLE, 1, learned ? outputSteps : length),
            mask,
            learned ? null : mask);
    assertThat(penalty(builder, padded)).isCloseTo(penalty(builder, dense), within(1e-9));
  }

  /** One key, one step, or no visible step at all: there is nothing to penalise. */
  @Test
  void rowsWithoutAChoiceDoNotCount() {
    for (AttentionLayerBuilder<?> builder : List.of(self(), recurrent(), learned(1))) {
      assertThat(penalty(builder, data(2, 1, false))).isZero();
      DataSet empty = data(2, 1, false);
      empty.setFeaturesMaskArray(Nd4j.zeros(DataType.DOUBLE, 2, 1));
      assertThat(penalty(builder, empty)).isZero();
    }
  }

  /** Whatever ran before, the score is that of the pass it is asked for. */
  @Test
  void scoreBelongsToItsForwardPass() {
    MultiLayerNetwork network =
        TestNetworks.of(self().attentionEntropyPenalty(STRENGTH, FLOOR).build())
            .learningRate(0)
            .network(DataType.DOUBLE);
    MultiLayerNetwork plain = TestNetworks.of(self().build()).network(DataType.DOUBLE);
    plain.setParams(network.params());
    DataSet one = data(EXAMPLES, STEPS, true);
    DataSet other = data(2, 7, false);
    double ofOne = network.score(one, true);
    double ofOther = network.score(other, true);
    assertThat(ofOne - plain.score(one, true)).isGreaterThan(1e-2);
    assertThat(ofOther - plain.score(other, true)).isGreaterThan(1e-2);
    assertThat(network.score(one, true)).isEqualTo(ofOne);
    assertThat(network.score(one, false)).isCloseTo(plain.score(one, false), within(1e-12));
    network.fit(other); // at a learning rate of zero
    assertThat(network.score()).isCloseTo(ofOther, within(1e-12));
    network.output(one.getFeatures());
    assertThat(network.score()).isCloseTo(ofOther, within(1e-12));
    assertThat(network.calcRegularizationScore(true)).isZero();
    network.fit(one);
    assertThat(network.score()).isCloseTo(ofOne, within(1e-12));
  }

  @Test
  void addsToTheOtherRegularization() {
    DataSet data = data(EXAMPLES, STEPS, false);
    double alone = penalty(self(), data);
    assertThat(penalty(self().l1(0.03).l2(0.02), data)).isCloseTo(alone, within(1e-9));
  }

  @Test
  void attentionDropoutDoesNotEnter() {
    DataSet data = data(EXAMPLES, STEPS, false);
    MultiLayerNetwork network =
        network(self().attentionDropout(0.5).attentionEntropyPenalty(STRENGTH, FLOOR).build());
    network.score(data, true);
    assertThat(network.calcRegularizationScore(true))
        .isCloseTo(penalty(self(), data), within(1e-9));
  }
}
