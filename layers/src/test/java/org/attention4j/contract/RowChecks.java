package org.attention4j.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.attention4j.contract.NormalizerUnderTest.row;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.attention4j.contract.RowBatch.Scores;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Masks, neighbours and sizes: what a row's weights may not depend on. */
final class RowChecks {
  private static final double TOLERANCE = 1e-9;
  private static final int PADDING = 6;

  private RowChecks() {}

  static void masked(NormalizerUnderTest map, Scores scores) {
    RowBatch batch = RowBatch.random(scores, true, 31);
    for (DataType type : List.of(DataType.DOUBLE, DataType.FLOAT, DataType.FLOAT16)) {
      NormalizerGraph.Result result = map.run(batch, true, type);
      finite(map, batch, scores, type, "weight", result.weights());
      finite(map, batch, scores, type, "gradient", result.gradient());
      result
          .parameterGradients()
          .forEach(
              (name, values) -> {
                for (double value : values) {
                  assertThat(type == DataType.FLOAT16 && Double.isInfinite(value) ? 0 : value)
                      .withFailMessage(
                          "%s: the gradient of parameter '%s' is %s on %s scores in %s.",
                          map, name, value, scores, type)
                      .isFinite();
                }
              });
      for (int i = 0; i < batch.visible().length; i++) {
        boolean hidden = batch.visible()[i] == 0;
        if (hidden && (result.weights()[i] != 0 || result.gradient()[i] != 0)) {
          fail(
              "%s: the masked key %d of %s has weight %s and gradient %s in %s; both must be 0.",
              map,
              i % batch.keys(),
              row(batch, i / batch.keys(), true),
              result.weights()[i],
              result.gradient()[i],
              type);
        }
      }
    }
  }

  private static void finite(
      NormalizerUnderTest map,
      RowBatch batch,
      Scores scores,
      DataType type,
      String what,
      double[] values) {
    for (int i = 0; i < values.length; i++) {
      // A true gradient may lie beyond the range of HALF.
      boolean tooLarge = type == DataType.FLOAT16 && Double.isInfinite(values[i]);
      if (!Double.isFinite(values[i]) && !tooLarge) {
        fail(
            "%s: the %s of key %d in %s of %s scores is %s in %s; it must be finite.",
            map,
            what,
            i % batch.keys(),
            row(batch, i / batch.keys(), true),
            scores,
            values[i],
            type);
      }
    }
  }

  static void padding(NormalizerUnderTest map, Scores scores) {
    RowBatch batch = RowBatch.random(scores, true, 37);
    NormalizerGraph graph = map.graph(true, DataType.DOUBLE);
    NormalizerGraph.Result some = graph.run(batch, map.parameters());
    NormalizerGraph.Result more = graph.run(batch.padded(PADDING), map.parameters());
    same(map, batch, some, more, PADDING + " masked keys after the others change");
  }

  static void contentOfMaskedKeys(NormalizerUnderTest map) {
    RowBatch batch = RowBatch.random(Scores.USUAL, true, 39);
    double[] other = batch.scores().clone();
    for (int i = 0; i < other.length; i++) {
      if (batch.visible()[i] == 0) {
        other[i] = i % 2 == 0 ? 1e30 : -1e30;
      }
    }
    NormalizerGraph graph = map.graph(true, DataType.DOUBLE);
    NormalizerGraph.Result usual = graph.run(batch, map.parameters());
    NormalizerGraph.Result garbage = graph.run(batch.withScores(other), map.parameters());
    same(map, batch, usual, garbage, "1e30 in the scores of masked keys changes");
  }

  static void shapeOfTheMask(NormalizerUnderTest map) {
    RowBatch batch = RowBatch.random(Scores.USUAL, true, 83);
    INDArray padding = Nd4j.ones(DataType.DOUBLE, batch.examples(), 1, 1, batch.keys());
    padding.putScalar(0, 0, 0, 2, 0);
    padding.putScalar(1, 0, 0, 9, 0).putScalar(1, 0, 0, 10, 0);
    INDArray full = padding.mul(Nd4j.onesLike(batch.array(batch.scores(), DataType.DOUBLE)));
    NormalizerGraph graph = map.graph(true, DataType.DOUBLE);
    same(
        map,
        batch,
        graph.run(batch, map.parameters(), full),
        graph.run(batch, map.parameters(), padding),
        "a mask of shape [b, 1, 1, Tk] in place of [b, h, Tq, Tk] changes");
    same(
        map,
        batch,
        map.graph(false, DataType.DOUBLE).run(batch, map.parameters()),
        graph.run(batch, map.parameters(), Nd4j.onesLike(full)),
        "a mask of ones in place of none changes");
  }

  static void otherRows(NormalizerUnderTest map) {
    RowBatch batch = RowBatch.random(Scores.USUAL, true, 97);
    double[] noise = RowBatch.random(Scores.USUAL, true, 101).scores();
    double[] mixed = batch.scores().clone();
    for (int i = 0; i < mixed.length; i++) {
      if (i / batch.keys() % 2 == 0) {
        mixed[i] = noise[i];
      }
    }
    NormalizerGraph graph = map.graph(true, DataType.DOUBLE);
    double[] before = graph.run(batch, map.parameters()).weights();
    double[] after = graph.run(batch.withScores(mixed), map.parameters()).weights();
    for (int i = 0; i < before.length; i++) {
      if (i / batch.keys() % 2 == 1 && !(Math.abs(after[i] - before[i]) < TOLERANCE)) {
        fail(
            "%s: other scores in the other rows move a weight of %s from %s to %s.",
            map, row(batch, i / batch.keys(), true), before[i], after[i]);
      }
    }
  }

  static void oneKey(NormalizerUnderTest map) {
    RowBatch batch = RowBatch.random(Scores.USUAL, false, 103, 2, 3, 5, 1);
    NormalizerGraph.Result alone = map.run(batch, false, DataType.DOUBLE);
    finite(map, batch, Scores.USUAL, DataType.DOUBLE, "weight", alone.weights());
    finite(map, batch, Scores.USUAL, DataType.DOUBLE, "gradient", alone.gradient());
    NormalizerGraph.Result padded =
        map.graph(true, DataType.DOUBLE).run(batch.padded(PADDING), map.parameters());
    same(map, batch, alone, padded, PADDING + " masked keys beside a single one change");
  }

  /** Runs leave the arrays alone that they are given, and say the same again. */
  static void inputs(NormalizerUnderTest map) {
    RowBatch batch = RowBatch.random(Scores.USUAL, true, 107);
    NormalizerGraph graph = map.graph(true, DataType.DOUBLE);
    INDArray visible = batch.array(batch.visible(), DataType.DOUBLE);
    Map<String, INDArray> given = graph.inputs(batch, map.parameters(), visible);
    Map<String, INDArray> before = new LinkedHashMap<>();
    given.forEach((name, array) -> before.put(name, array.dup()));
    NormalizerGraph.Result first = graph.run(given);
    before.forEach(
        (name, array) ->
            assertThat(given.get(name))
                .withFailMessage("%s writes into its input '%s'.", map, name)
                .isEqualTo(array));
    same(map, batch, first, graph.run(given), "running the same graph again changes");
  }

  private static void same(
      NormalizerUnderTest map,
      RowBatch batch,
      NormalizerGraph.Result expected,
      NormalizerGraph.Result actual,
      String change) {
    int keys = actual.weights().length / batch.rows();
    for (int i = 0; i < expected.weights().length; i++) {
      int same = i / batch.keys() * keys + i % batch.keys();
      String place = "of key %d in row %d".formatted(i % batch.keys(), i / batch.keys());
      near(map, change, "the weight " + place, expected.weights()[i], actual.weights()[same]);
      near(map, change, "the gradient " + place, expected.gradient()[i], actual.gradient()[same]);
    }
    expected
        .parameterGradients()
        .forEach(
            (name, values) -> {
              for (int head = 0; head < values.length; head++) {
                double other = Objects.requireNonNull(actual.parameterGradients().get(name))[head];
                near(map, change, "the gradient of '" + name + "'", values[head], other);
              }
            });
  }

  private static void near(
      NormalizerUnderTest map, String change, String what, double expected, double actual) {
    if (!(Math.abs(actual - expected) <= TOLERANCE * Math.max(1, Math.abs(expected)))) {
      fail("%s: %s %s from %s to %s.", map, change, what, expected, actual);
    }
  }
}
