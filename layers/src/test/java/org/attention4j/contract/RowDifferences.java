package org.attention4j.contract;

import static org.assertj.core.api.Assertions.fail;
import static org.attention4j.contract.NormalizerUnderTest.row;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.attention4j.contract.RowBatch.Scores;
import org.nd4j.linalg.api.buffer.DataType;

/** A normalizer's gradients against central differences, and its types against one another. */
final class RowDifferences {
  private static final double STEP = 1e-6;

  private RowDifferences() {}

  static void scores(NormalizerUnderTest map, boolean masked, double tolerance) {
    RowBatch batch = RowBatch.random(Scores.USUAL, masked, 61);
    NormalizerGraph graph = map.graph(masked, DataType.DOUBLE);
    Random random = new Random(13);
    double[] direction =
        Arrays.stream(batch.scores()).map(ignored -> random.nextGaussian()).toArray();
    double[] above = losses(graph, moved(batch, direction, STEP), map.parameters());
    double[] below = losses(graph, moved(batch, direction, -STEP), map.parameters());
    double[] gradient = graph.run(batch, map.parameters()).gradient();
    for (int row = 0; row < batch.rows(); row++) {
      double expected = (above[row] - below[row]) / (2 * STEP);
      double actual = dot(batch.row(gradient, row), batch.row(direction, row));
      if (differ(actual, expected, tolerance)) {
        fail(
            "%s: the gradient of %s along a random direction is %s, but central differences give"
                + " %s (%s times as much).",
            map, row(batch, row, masked), actual, expected, actual / expected);
      }
    }
  }

  static void parameters(NormalizerUnderTest map, boolean masked, double tolerance) {
    RowBatch batch = RowBatch.random(Scores.USUAL, masked, 67);
    NormalizerGraph graph = map.graph(masked, DataType.DOUBLE);
    Map<String, double[]> gradients = graph.run(batch, map.parameters()).parameterGradients();
    for (String name : map.parameters().keySet()) {
      double[] above = headLosses(graph, batch, moved(map.parameters(), name, STEP));
      double[] below = headLosses(graph, batch, moved(map.parameters(), name, -STEP));
      for (int head = 0; head < batch.heads(); head++) {
        double expected = (above[head] - below[head]) / (2 * STEP);
        double actual = Objects.requireNonNull(gradients.get(name))[head];
        if (differ(actual, expected, tolerance)) {
          fail(
              "%s: the gradient of parameter '%s' in head %d is %s, but central differences give"
                  + " %s (%s times as much).",
              map, name, head, actual, expected, actual / expected);
        }
      }
    }
  }

  /** On numbers that all types can hold. */
  static void types(NormalizerUnderTest map) {
    RowBatch random = RowBatch.random(Scores.USUAL, true, 109);
    RowBatch batch =
        new RowBatch(
            random.examples(),
            random.heads(),
            random.queries(),
            random.keys(),
            halves(random, random.scores()),
            random.visible(),
            halves(random, random.weightsGradient()));
    NormalizerGraph.Result exact = map.run(batch, true, DataType.DOUBLE);
    Map<DataType, Double> tolerances = new LinkedHashMap<>();
    tolerances.put(DataType.FLOAT, 1e-4);
    tolerances.put(DataType.FLOAT16, 2e-3);
    tolerances.forEach(
        (type, tolerance) -> {
          NormalizerGraph.Result rough = map.run(batch, true, type);
          for (int i = 0; i < exact.weights().length; i++) {
            if (differ(rough.weights()[i], exact.weights()[i], tolerance)) {
              fail(
                  "%s: a weight of %s is %s in %s, but %s in DOUBLE.",
                  map,
                  row(batch, i / batch.keys(), true),
                  rough.weights()[i],
                  type,
                  exact.weights()[i]);
            }
            if (differ(rough.gradient()[i], exact.gradient()[i], 10 * tolerance)) {
              fail(
                  "%s: a gradient of %s is %s in %s, but %s in DOUBLE.",
                  map,
                  row(batch, i / batch.keys(), true),
                  rough.gradient()[i],
                  type,
                  exact.gradient()[i]);
            }
          }
        });
  }

  private static double[] halves(RowBatch batch, double[] values) {
    return batch
        .array(values, DataType.FLOAT16)
        .castTo(DataType.DOUBLE)
        .reshape(values.length)
        .toDoubleVector();
  }

  private static boolean differ(double actual, double expected, double tolerance) {
    return !(Math.abs(actual - expected) <= tolerance * Math.max(1, Math.abs(expected)));
  }

  /** The sum of weights times g, of each row. */
  private static double[] losses(
      NormalizerGraph graph, RowBatch batch, Map<String, double[]> parameters) {
    double[] weights = graph.run(batch, parameters).weights();
    double[] losses = new double[batch.rows()];
    for (int row = 0; row < losses.length; row++) {
      losses[row] = dot(batch.row(weights, row), batch.row(batch.weightsGradient(), row));
    }
    return losses;
  }

  private static double[] headLosses(
      NormalizerGraph graph, RowBatch batch, Map<String, double[]> parameters) {
    double[] losses = losses(graph, batch, parameters);
    double[] sums = new double[batch.heads()];
    for (int row = 0; row < losses.length; row++) {
      sums[batch.head(row)] += losses[row];
    }
    return sums;
  }

  private static RowBatch moved(RowBatch batch, double[] direction, double step) {
    return batch.withScores(sum(batch.scores(), direction, step));
  }

  private static Map<String, double[]> moved(
      Map<String, double[]> parameters, String name, double step) {
    Map<String, double[]> moved = new LinkedHashMap<>(parameters);
    moved.computeIfPresent(
        name, (ignored, values) -> Arrays.stream(values).map(value -> value + step).toArray());
    return moved;
  }

  private static double[] sum(double[] values, double[] direction, double step) {
    double[] result = values.clone();
    for (int i = 0; i < result.length; i++) {
      result[i] += step * direction[i];
    }
    return result;
  }

  private static double dot(double[] first, double[] second) {
    double sum = 0;
    for (int i = 0; i < first.length; i++) {
      sum += first[i] * second[i];
    }
    return sum;
  }
}
