package org.attention4j.monitor;

import java.util.Map;
import java.util.function.IntUnaryOperator;
import org.attention4j.theory.TopN;
import org.attention4j.theory.WeightRow;

/** How the weights spread over the keys. */
final class SpreadMetrics implements Metric {
  /** Above this mean weight of the first key a head counts as a sink (Gu et al. 2024). */
  static final double SINK = 0.3;

  private static final String SINK_MASS = "sinkMass";

  private final IntUnaryOperator topCount;

  SpreadMetrics(IntUnaryOperator topCount) {
    this.topCount = topCount;
  }

  @Override
  public Map<String, Double> measure(HeadProbe head) {
    RowMeans means = new RowMeans();
    for (AttentionRow row : head.rows()) {
      double[] weights = row.weights();
      double mass = WeightRow.mass(weights);
      if (mass != 0) {
        double entropy = WeightRow.entropy(weights);
        means.add("entropy", entropy);
        means.add("effectiveTokens", Math.exp(entropy));
        if (row.length() > 1) {
          means.add("normalizedEntropy", entropy / Math.log(row.length()));
        }
      }
      boolean known = Double.isFinite(mass); // or else a weight is no number
      means.add("support", known ? WeightRow.support(weights) : Double.NaN);
      means.add("rowMass", mass);
      means.add("largestWeight", WeightRow.largest(weights));
      means.add("largestOverUniform", WeightRow.largest(weights) * row.length());
      int count = Math.min(topCount.applyAsInt(row.length()), row.length());
      means.add("topCount", count);
      means.add("topMass", WeightRow.topMass(weights, TopN.of(weights, count)));
      if (row.keys()[0] == 0) {
        means.add(SINK_MASS, weights[0]);
      }
      means.add("visibleKeys", row.length());
    }
    Map<String, Double> result = means.means();
    Double sinkMass = result.get(SINK_MASS);
    if (sinkMass != null) {
      result.put("sinkRate", Double.isNaN(sinkMass) ? Double.NaN : sinkMass > SINK ? 1.0 : 0.0);
    }
    return result;
  }
}
