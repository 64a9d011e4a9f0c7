package org.attention4j.monitor.metrics;

import java.util.function.IntUnaryOperator;
import org.attention4j.theory.WeightRow;

/** How the weights spread over the keys. */
final class SpreadMetrics implements RowMetric {
  /** Above this mean weight of the first key a head counts as a sink (Gu et al. 2024). */
  static final double SINK = 0.3;

  private final IntUnaryOperator topCount;

  SpreadMetrics(IntUnaryOperator topCount) {
    this.topCount = topCount;
  }

  @Override
  public Estimates estimate(HeadProbe head) {
    RowMeans means = new RowMeans();
    for (AttentionRow row : head.rows()) {
      double[] weights = row.weights();
      double mass = WeightRow.mass(weights);
      if (mass != 0) {
        double entropy = WeightRow.entropy(weights);
        means.add(MetricNames.ENTROPY, entropy);
        means.add(MetricNames.EFFECTIVE_TOKENS, Math.exp(entropy));
        if (row.length() > 1) {
          means.add(MetricNames.NORMALIZED_ENTROPY, entropy / Math.log(row.length()));
        }
      }
      boolean known = Double.isFinite(mass); // otherwise a weight is NaN or infinite
      means.add(MetricNames.SUPPORT, known ? WeightRow.support(weights) : Double.NaN);
      means.add(MetricNames.ROW_MASS, mass);
      double largest = WeightRow.largest(weights);
      means.add(MetricNames.LARGEST_WEIGHT, largest);
      means.add(MetricNames.LARGEST_OVER_UNIFORM, largest * row.length());
      int count = Math.min(topCount.applyAsInt(row.length()), row.length());
      means.add(MetricNames.TOP_COUNT, count);
      means.add(MetricNames.TOP_MASS, WeightRow.topMass(weights, count));
      if (row.keys()[0] == 0) {
        means.add(MetricNames.SINK_MASS, weights[0]);
      }
      means.add(MetricNames.VISIBLE_KEYS, row.length());
    }
    Estimates result = means.estimates();
    Double sinkMass = result.values().get(MetricNames.SINK_MASS);
    if (sinkMass != null) {
      result
          .values()
          .put(
              MetricNames.SINK_RATE,
              Double.isNaN(sinkMass) ? Double.NaN : sinkMass > SINK ? 1.0 : 0.0);
    }
    return result;
  }
}
