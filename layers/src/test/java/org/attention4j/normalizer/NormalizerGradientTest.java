package org.attention4j.normalizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.attention4j.contract.NormalizerGraph;
import org.attention4j.contract.RowBatch;
import org.attention4j.contract.RowBatch.Scores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * The gradients of learnable maps with parameters far from their initial values, against central
 * differences in DOUBLE; what the contract tests near the initial ones.
 */
class NormalizerGradientTest {
  private static final double STEP = 1e-6;
  private static final double TOLERANCE = 1e-7;

  static Stream<NormalizerUnderTest> maps() {
    return NormalizerUnderTest.all().stream().filter(map -> !map.parameters().isEmpty());
  }

  @ParameterizedTest
  @MethodSource("maps")
  void ofTheScores(NormalizerUnderTest map) {
    for (boolean masked : new boolean[] {false, true}) {
      RowBatch batch = RowBatch.random(Scores.USUAL, masked, 61);
      NormalizerGraph graph = graph(map, batch, masked);
      double[] direction = randomLike(batch.scores());
      double[] above = losses(graph, map.parameters(), moved(batch, direction, STEP));
      double[] below = losses(graph, map.parameters(), moved(batch, direction, -STEP));
      double[] gradient = graph.run(batch, map.parameters()).gradient();
      for (int row = 0; row < batch.rows(); row++) {
        double expected = (above[row] - below[row]) / (2 * STEP);
        double actual = 0;
        for (int i = row * batch.keys(); i < (row + 1) * batch.keys(); i++) {
          actual += gradient[i] * direction[i];
        }
        assertThat(actual)
            .as("row %d, masked %s", row, masked)
            .isCloseTo(expected, within(TOLERANCE * Math.max(1, Math.abs(expected))));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("maps")
  void ofTheParameters(NormalizerUnderTest map) {
    for (boolean masked : new boolean[] {false, true}) {
      RowBatch batch = RowBatch.random(Scores.USUAL, masked, 67);
      NormalizerGraph graph = graph(map, batch, masked);
      Map<String, double[]> gradients = graph.run(batch, map.parameters()).parameterGradients();
      for (String name : map.parameters().keySet()) {
        double[] above = headLosses(graph, moved(map.parameters(), name, STEP), batch);
        double[] below = headLosses(graph, moved(map.parameters(), name, -STEP), batch);
        for (int head = 0; head < batch.heads(); head++) {
          double expected = (above[head] - below[head]) / (2 * STEP);
          assertThat(gradients.get(name)[head])
              .as("%s of head %d, masked %s", name, head, masked)
              .isCloseTo(expected, within(TOLERANCE * Math.max(1, Math.abs(expected))));
        }
      }
    }
  }

  @Test
  void straightThroughHasTheGradientOfDenseSoftmax() {
    RowBatch batch = RowBatch.random(Scores.TIED, true, 71);
    NormalizerGraph.Result straight =
        new NormalizerGraph(Normalizers.topKStraightThrough(3, 1.5), 3, true, DataType.DOUBLE)
            .run(batch);
    NormalizerGraph.Result dense =
        new NormalizerGraph(Normalizers.softmax(1.5), 3, true, DataType.DOUBLE).run(batch);
    NormalizerGraph.Result top =
        new NormalizerGraph(Normalizers.topK(3), 3, true, DataType.DOUBLE).run(batch);
    assertThat(straight.weights()).isEqualTo(top.weights());
    assertThat(straight.gradient()).containsExactly(dense.gradient(), within(1e-14));
  }

  private static NormalizerGraph graph(NormalizerUnderTest map, RowBatch batch, boolean masked) {
    return new NormalizerGraph(map.normalizer(), batch.heads(), masked, DataType.DOUBLE);
  }

  /** The sum of weights times g, of each row. */
  private static double[] losses(
      NormalizerGraph graph, Map<String, double[]> parameters, RowBatch batch) {
    double[] weights = graph.run(batch, parameters).weights();
    double[] losses = new double[batch.rows()];
    for (int i = 0; i < weights.length; i++) {
      losses[i / batch.keys()] += weights[i] * batch.weightsGradient()[i];
    }
    return losses;
  }

  private static double[] headLosses(
      NormalizerGraph graph, Map<String, double[]> parameters, RowBatch batch) {
    double[] rows = losses(graph, parameters, batch);
    double[] heads = new double[batch.heads()];
    for (int row = 0; row < rows.length; row++) {
      heads[batch.head(row)] += rows[row];
    }
    return heads;
  }

  private static RowBatch moved(RowBatch batch, double[] direction, double step) {
    double[] scores = batch.scores().clone();
    Arrays.setAll(scores, i -> scores[i] + step * direction[i]);
    return batch.withScores(scores);
  }

  private static Map<String, double[]> moved(
      Map<String, double[]> parameters, String name, double step) {
    Map<String, double[]> moved = new HashMap<>(parameters);
    moved.put(name, ReferenceNormalizers.map(parameters.get(name), value -> value + step));
    return moved;
  }

  private static double[] randomLike(double[] values) {
    Random random = new Random(73);
    return ReferenceNormalizers.map(values, value -> random.nextGaussian());
  }
}
