package org.attention4j.internal.probes;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.attention4j.monitor.metrics.AttentionRow;
import org.attention4j.monitor.metrics.AttentionRow.Steepness;
import org.attention4j.theory.SoftmaxJacobian;
import org.attention4j.theory.WeightRow;

/** Norms of a normalizer's Jacobian at sampled rows. */
final class RowSteepness {
  private RowSteepness() {}

  /** Of softmax(z / T). */
  static Steepness ofSoftmax(double[] weights, double temperature) {
    return new Steepness(
        SoftmaxJacobian.spectralNorm(weights, temperature),
        SoftmaxJacobian.frobeniusNorm(weights, temperature));
  }

  /**
   * For normalizers that are no softmax: adds the norms to one row of each head, that with most
   * keys, if it is not too long.
   *
   * @param rows the rows of each head, the same queries for all heads, at least one
   * @param evaluator of the normalizer
   * @param parameters its parameters by name, each [h]
   */
  static void measureLongest(
      List<List<AttentionRow>> rows,
      NormalizerEvaluator evaluator,
      Map<String, double[]> parameters) {
    int longest = longest(rows.get(0));
    if (rows.get(0).get(longest).temperature().isPresent()) {
      return;
    }
    double[][] scores =
        rows.stream().map(ofHead -> ofHead.get(longest).scores()).toArray(double[][]::new);
    if (scores[0].length > NormalizerJacobian.MAX_LENGTH
        || !Arrays.stream(scores).allMatch(RowSteepness::finite)
        || IntStream.range(0, scores.length).anyMatch(head -> !finite(parameters, head))) {
      return;
    }
    double[][][] jacobians = evaluator.jacobians(scores, parameters);
    for (int head = 0; head < scores.length; head++) {
      List<AttentionRow> ofHead = rows.get(head);
      ofHead.set(longest, with(ofHead.get(longest), NormalizerJacobian.norms(jacobians[head])));
    }
  }

  private static int longest(List<AttentionRow> rows) {
    int longest = 0;
    for (int r = 1; r < rows.size(); r++) {
      if (rows.get(r).length() > rows.get(longest).length()) {
        longest = r;
      }
    }
    return longest;
  }

  private static AttentionRow with(AttentionRow row, Steepness steepness) {
    return new AttentionRow(
        row.example(),
        row.query(),
        row.keys(),
        row.scores(),
        row.weights(),
        row.tokenSource(),
        row.weightsGradient(),
        row.scoresGradient(),
        row.temperature(),
        steepness,
        row.position(),
        row.vectors());
  }

  /** Whether all parameters of a head are finite. */
  static boolean finite(Map<String, double[]> parameters, int head) {
    return parameters.values().stream().allMatch(vector -> Double.isFinite(vector[head]));
  }

  /** Whether all scores of a row are finite. */
  static boolean finite(double[] row) {
    return WeightRow.isFinite(row);
  }
}
