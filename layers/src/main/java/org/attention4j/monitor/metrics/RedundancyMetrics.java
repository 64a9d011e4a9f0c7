package org.attention4j.monitor.metrics;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.attention4j.theory.WeightRow;

/** Whether another head of the layer has the same weights. */
final class RedundancyMetrics implements Metric {
  /** Two keys always correlate by one or minus one. */
  private static final int MIN_KEYS = 3;

  @Override
  public Map<String, Double> measure(HeadProbe head) {
    List<AttentionRow> rows = head.rows();
    double[] means = rows.stream().mapToDouble(row -> mean(row.weights())).toArray();
    double[] sizes = new double[means.length];
    for (int r = 0; r < sizes.length; r++) {
      sizes[r] = size(rows.get(r).weights(), means[r]);
    }
    double largest = Double.NEGATIVE_INFINITY;
    for (int other = 0; other < head.layerRows().size(); other++) {
      if (other != head.head()) {
        double mean = mean(rows, means, sizes, head.layerRows().get(other));
        largest = mean > largest || Double.isNaN(largest) ? mean : largest;
      }
    }
    return largest >= -1 ? Map.of(MetricNames.HEAD_CORRELATION, largest) : Map.of();
  }

  /**
   * The mean of Pearson's correlation over the rows of three keys or more in which both see the
   * same keys and the weights of both differ; NaN if there are none.
   *
   * @param means those of the weights of {@code rows}
   * @param sizes of the weights without their mean
   */
  private static double mean(
      List<AttentionRow> rows, double[] means, double[] sizes, List<AttentionRow> others) {
    double sum = 0;
    int count = 0;
    for (int r = 0; r < rows.size(); r++) {
      AttentionRow row = rows.get(r);
      AttentionRow other = others.get(r);
      if (row.length() >= MIN_KEYS && Arrays.equals(row.keys(), other.keys())) {
        double mean = mean(other.weights());
        double size = size(other.weights(), mean);
        double correlation =
            product(row.weights(), means[r], other.weights(), mean) / (sizes[r] * size);
        if (!Double.isNaN(correlation)) { // as it is if a size is zero, and so the product
          sum += Math.max(-1, Math.min(1, correlation));
          count++;
        }
      }
    }
    return sum / count;
  }

  private static double mean(double[] weights) {
    return WeightRow.mass(weights) / weights.length;
  }

  private static double size(double[] weights, double mean) {
    return Math.sqrt(product(weights, mean, weights, mean));
  }

  /** Σ (a_i − mean a) (b_i − mean b). */
  private static double product(double[] a, double meanA, double[] b, double meanB) {
    double even = 0; // two sums, as one would wait for itself at each step
    double odd = 0;
    int i = 0;
    for (; i + 1 < a.length; i += 2) {
      even += (a[i] - meanA) * (b[i] - meanB);
      odd += (a[i + 1] - meanA) * (b[i + 1] - meanB);
    }
    if (i < a.length) {
      even += (a[i] - meanA) * (b[i] - meanB);
    }
    return even + odd;
  }
}
