package org.attention4j.monitor.metrics;

import java.util.LinkedHashMap;
import java.util.Map;
import org.attention4j.theory.WeightRow;

/** Counts numbers that are NaN or infinite. */
final class NonFiniteMetric implements Metric {
  @Override
  public Map<String, Double> measure(HeadProbe head) {
    long nans = 0;
    long infinities = 0;
    for (AttentionRow row : head.rows()) {
      double[] gradient = row.scoresGradient();
      double[][] all = {row.scores(), row.weights(), gradient == null ? new double[0] : gradient};
      for (double[] values : all) {
        if (WeightRow.isFinite(values)) {
          continue;
        }
        for (double value : values) {
          nans += Double.isNaN(value) ? 1 : 0;
          infinities += Double.isInfinite(value) ? 1 : 0;
        }
      }
    }
    for (HeadProbe.Norms norms : head.parameters().values()) {
      nans += norms.nans();
      infinities += norms.infinities();
    }
    Map<String, Double> counts = new LinkedHashMap<>();
    counts.put(MetricNames.NAN_COUNT, (double) nans);
    counts.put(MetricNames.INFINITE_COUNT, (double) infinities);
    counts.put(MetricNames.NON_FINITE, (double) (nans + infinities));
    return counts;
  }
}
