package org.attention4j.internal.probes;

import java.util.HashMap;
import java.util.Map;
import org.attention4j.monitor.metrics.MetricNames;
import org.jspecify.annotations.Nullable;

/**
 * Size and spread of a layer's outputs, over the steps of the sampled examples that are no padding.
 *
 * <p>The spread is ‖Y − 1ȳᵀ‖ / ‖Y‖ of the outputs Y [T, size] of an example with mean ȳ, in the
 * Frobenius norm. It is zero where all steps have the same output, which is of rank one.
 *
 * @see <a href="https://arxiv.org/abs/2103.03404">Dong, Cordonnier and Loukas 2021, on rank
 *     collapse</a>
 */
final class OutputNumbers {
  private OutputNumbers() {}

  /**
   * The numbers of some examples.
   *
   * @param outputs [e, size, Tq]; null if they are not known
   * @param visible false for a query that is padding [e][Tq]; null without padding
   * @param count e
   * @return those that are known
   */
  static Map<String, Double> of(
      @Nullable HeadVectors outputs, boolean @Nullable [][] visible, int count) {
    if (outputs == null) {
      return Map.of();
    }
    double sizes = 0;
    int steps = 0;
    double residuals = 0;
    int examples = 0;
    for (int e = 0; e < count; e++) {
      double[] sum = new double[outputs.size()];
      double all = 0;
      int seen = 0;
      for (int step = 0; step < outputs.steps(); step++) {
        if (visible == null || visible[e][step]) {
          double[] y = outputs.of(e, 0, step);
          double squares = squares(y);
          for (int c = 0; c < y.length; c++) {
            sum[c] += y[c];
          }
          all += squares;
          sizes += Math.sqrt(squares / y.length);
          seen++;
        }
      }
      steps += seen;
      if (seen > 1 && all != 0) {
        // ‖Y − 1ȳᵀ‖² = ‖Y‖² − T ‖ȳ‖², which rounding can bring below zero.
        residuals += Math.sqrt(Math.max(0, 1 - squares(sum) / seen / all));
        examples++;
      }
    }
    Map<String, Double> numbers = new HashMap<>();
    if (steps > 0) {
      numbers.put(MetricNames.BLOCK_OUTPUT_RMS, sizes / steps);
    }
    if (examples > 0) {
      numbers.put(MetricNames.RANK_RESIDUAL, residuals / examples);
    }
    return numbers;
  }

  private static double squares(double[] x) {
    double sum = 0;
    for (double value : x) {
      sum += value * value;
    }
    return sum;
  }
}
