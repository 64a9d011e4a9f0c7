package org.attention4j.monitor.metrics;

import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Whether another head of the layer has the same weights. */
final class RedundancyMetrics implements Metric {
  /** Two keys always correlate by one or minus one. */
  private static final int MIN_KEYS = 3;

  @Override
  public Map<String, Double> measure(HeadProbe head) {
    double largest = Double.NEGATIVE_INFINITY;
    for (int other = 0; other < head.layerRows().size(); other++) {
      if (other != head.head()) {
        double mean = mean(head.rows(), head.layerRows().get(other));
        largest = mean > largest || Double.isNaN(largest) ? mean : largest;
      }
    }
    return largest >= -1 ? Map.of(MetricNames.HEAD_CORRELATION, largest) : Map.of();
  }

  /**
   * The mean over the rows in which both see the same keys and the weights of both differ; NaN if
   * there are none.
   */
  private static double mean(List<AttentionRow> rows, List<AttentionRow> others) {
    double sum = 0;
    int count = 0;
    for (int r = 0; r < rows.size(); r++) {
      boolean comparable = Arrays.equals(rows.get(r).keys(), others.get(r).keys());
      double correlation =
          comparable ? correlation(rows.get(r).weights(), others.get(r).weights()) : Double.NaN;
      if (!Double.isNaN(correlation)) {
        sum += correlation;
        count++;
      }
    }
    return sum / count;
  }

  /** Pearson's correlation; NaN for few keys, and if one of the two is constant. */
  private static double correlation(double[] a, double[] b) {
    int n = a.length;
    if (n < MIN_KEYS) {
      return Double.NaN;
    }
    double meanA = 0;
    double meanB = 0;
    for (int i = 0; i < n; i++) {
      meanA += a[i];
      meanB += b[i];
    }
    meanA /= n;
    meanB /= n;
    double ab = 0;
    double aa = 0;
    double bb = 0;
    for (int i = 0; i < n; i++) {
      double x = a[i] - meanA;
      double y = b[i] - meanB;
      ab += x * y;
      aa += x * x;
      bb += y * y;
    }
    return aa == 0 || bb == 0
        ? Double.NaN
        : Math.max(-1, Math.min(1, ab / (Math.sqrt(aa) * Math.sqrt(bb))));
  }
}
