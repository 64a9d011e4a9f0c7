package org.attention4j.monitor.metrics;

import org.attention4j.theory.SoftmaxJacobian;

/** How steep the normalizer is. */
final class JacobianMetrics implements RowMetric {
  @Override
  public Tier tier() {
    return Tier.FULL;
  }

  @Override
  public Estimates estimate(HeadProbe head) {
    RowMeans means = new RowMeans();
    for (AttentionRow row : head.rows()) {
      AttentionRow.Steepness steepness = row.steepness();
      if (steepness != null) {
        means.add(MetricNames.JACOBIAN_SPECTRAL, steepness.spectral());
        means.add(MetricNames.JACOBIAN_FROBENIUS, steepness.frobenius());
      }
      row.temperature()
          .ifPresent(
              temperature -> {
                means.add(MetricNames.JACOBIAN_BOUND, SoftmaxJacobian.spectralBound(temperature));
                means.add(
                    MetricNames.JACOBIAN_ENTRY_BOUND, SoftmaxJacobian.entryBound(temperature));
              });
    }
    return means.estimates();
  }
}
