package org.attention4j.contract;

import static org.assertj.core.api.Assertions.fail;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.attention4j.contract.RowBatch.Scores;
import org.attention4j.internal.attention.HeadContext;
import org.attention4j.kernel.DoubleRow;
import org.attention4j.kernel.FloatRow;
import org.attention4j.kernel.Row;
import org.attention4j.kernel.RowKernel;
import org.nd4j.linalg.api.buffer.DataType;

/** A normalizer's row kernel against its graph, row by row. */
final class KernelChecks {
  private KernelChecks() {}

  static void agrees(NormalizerUnderTest map, Scores scores, DataType type, double tolerance) {
    RowBatch batch = RowBatch.random(scores, true, 131);
    // In DOUBLE for either type: two results in FLOAT say little about each other.
    NormalizerGraph.Result graph = map.run(batch, true, DataType.DOUBLE);
    List<HeadContext> heads = new ArrayList<>();
    for (int head = 0; head < batch.heads(); head++) {
      heads.add(context(map, head));
    }
    for (int row = 0; row < batch.rows(); row++) {
      row(map, batch, row, type, heads.get(batch.head(row)), graph, tolerance);
    }
    int index = 0;
    for (Map.Entry<String, double[]> expected : graph.parameterGradients().entrySet()) {
      for (int head = 0; head < batch.heads(); head++) {
        double actual = heads.get(head).gradient(index);
        String what = "the gradient of '%s' in head %d".formatted(expected.getKey(), head);
        // A sum over many rows.
        near(map, type, what, expected.getValue()[head], actual, 10 * tolerance);
      }
      index++;
    }
  }

  private static HeadContext context(NormalizerUnderTest map, int head) {
    RowKernel kernel = map.normalizer().kernel().orElseThrow();
    HeadContext context = new HeadContext(map.parameters().size(), kernel.savedValues());
    int index = 0;
    for (double[] values : map.parameters().values()) {
      context.setParameter(index++, values[head]);
    }
    return context;
  }

  private static void row(
      NormalizerUnderTest map,
      RowBatch batch,
      int row,
      DataType type,
      HeadContext context,
      NormalizerGraph.Result graph,
      double tolerance) {
    int first = row * batch.keys();
    int[] visible =
        IntStream.range(first, first + batch.keys()).filter(i -> batch.visible()[i] == 1).toArray();
    if (visible.length == 0) {
      return;
    }
    RowKernel kernel = map.normalizer().kernel().orElseThrow();
    Row weights = at(batch.scores(), visible, type);
    Row restored = at(batch.scores(), visible, type);
    Row gradient = at(batch.weightsGradient(), visible, type);
    kernel.forward(weights, context.row(visible.length));
    kernel.restore(restored, context);
    kernel.backward(at(batch.scores(), visible, type), restored, gradient, context);
    String place = NormalizerUnderTest.row(batch, row, true);
    for (int i = 0; i < visible.length; i++) {
      String key = "of key %d in %s".formatted(visible[i] - first, place);
      double weight = graph.weights()[visible[i]];
      near(map, type, "the weight " + key, weight, weights.get(i), tolerance);
      near(map, type, "the restored weight " + key, weight, restored.get(i), tolerance);
      double expected = graph.gradient()[visible[i]];
      near(map, type, "the gradient " + key, expected, gradient.get(i), 10 * tolerance);
    }
    if (kernel.sparsity() == RowKernel.Sparsity.WEIGHTS_AND_GRADIENT) {
      int[] support =
          IntStream.range(0, visible.length)
              .filter(i -> weights.get(i) != 0)
              .map(i -> visible[i])
              .toArray();
      Row cut = at(batch.scores(), support, type);
      kernel.restore(cut, context);
      for (int i = 0; i < support.length; i++) {
        String key = "of key %d in %s".formatted(support[i] - first, place);
        String what = "the weight restored without the zeros of the row " + key;
        near(map, type, what, graph.weights()[support[i]], cut.get(i), tolerance);
      }
    }
  }

  private static Row at(double[] values, int[] indices, DataType type) {
    int length = indices.length;
    Row row =
        type == DataType.DOUBLE
            ? new DoubleRow().over(new double[length], 0, length)
            : new FloatRow().over(new float[length], 0, length);
    for (int i = 0; i < length; i++) {
      row.set(i, values[indices[i]]);
    }
    return row;
  }

  private static void near(
      NormalizerUnderTest map,
      DataType type,
      String what,
      double expected,
      double actual,
      double tolerance) {
    if (!(Math.abs(actual - expected) <= tolerance * Math.max(1, Math.abs(expected)))) {
      fail(
          "%s: %s is %s by the row kernel but %s by the graph, in %s.",
          map, what, actual, expected, type);
    }
  }
}
