package org.attention4j.monitor.metrics;

import java.util.function.IntUnaryOperator;
import org.attention4j.theory.Distance;
import org.attention4j.theory.Separability;
import org.attention4j.theory.TopN;
import org.attention4j.theory.WeightRow;

/** Whether the chosen tokens can be told from the others by their distance. */
final class GeometryMetrics implements RowMetric {
  /** A sum that differs from one by less than this differs by rounding only. */
  private static final double ROUNDING = 1e-6;

  private final IntUnaryOperator topCount;

  GeometryMetrics(IntUnaryOperator topCount) {
    this.topCount = topCount;
  }

  @Override
  public Tier tier() {
    return Tier.FULL;
  }

  @Override
  public Estimates estimate(HeadProbe head) {
    RowMeans means = new RowMeans();
    for (AttentionRow row : head.rows()) {
      int count = topCount.applyAsInt(row.length());
      if (row.length() > count) {
        double[] weights = row.weights();
        double[][] tokens = row.tokens();
        TopN choice = TopN.of(weights, count);
        Distance distance = Distance.of(weights, tokens, choice);
        means.add(MetricNames.DISTANCE, distance.value());
        double mass = WeightRow.mass(weights);
        if (Math.abs(mass - 1) < ROUNDING) {
          means.add(MetricNames.DISTANCE_BOUND, distance.bound());
        } else if (!Double.isFinite(mass)) {
          means.add(MetricNames.DISTANCE_BOUND, Double.NaN);
        }
        Separability separability = Separability.ofDirections(weights, tokens, choice);
        means.add(MetricNames.SEPARABLE_SHARE, separability.ratio());
        means.add(MetricNames.SEPARATION_RADIUS, separability.radius());
      }
    }
    return means.estimates();
  }
}
