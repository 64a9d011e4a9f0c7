package org.attention4j.monitor;

import java.util.Map;
import org.attention4j.theory.SoftmaxJacobian;

/** How steep the normalizer is. */
final class JacobianMetrics implements Metric {
  @Override
  public Tier tier() {
    return Tier.FULL;
  }

  @Override
  public Map<String, Double> measure(HeadProbe head) {
    RowMeans means = new RowMeans();
    for (AttentionRow row : head.rows()) {
      AttentionRow.Steepness steepness = row.steepness();
      if (steepness != null) {
        means.add("jacobianSpectral", steepness.spectral());
        means.add("jacobianFrobenius", steepness.frobenius());
      }
      row.temperature()
          .ifPresent(
              temperature -> {
                means.add("jacobianBound", SoftmaxJacobian.spectralBound(temperature));
                means.add("jacobianEntryBound", SoftmaxJacobian.entryBound(temperature));
              });
    }
    return means.means();
  }
}
