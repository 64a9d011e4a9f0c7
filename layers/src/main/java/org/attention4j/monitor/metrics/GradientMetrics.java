package org.attention4j.monitor.metrics;

import java.util.TreeMap;

/** Gradients at the scores and of the parameters, and the updates of these. */
final class GradientMetrics implements RowMetric {
  @Override
  public Estimates estimate(HeadProbe head) {
    RowMeans means = new RowMeans();
    for (AttentionRow row : head.rows()) {
      double[] gradient = row.scoresGradient();
      if (gradient != null) {
        means.add(MetricNames.SCORES_GRADIENT_NORM, norm(gradient));
      }
    }
    Estimates result = means.estimates();
    new TreeMap<>(head.parameters())
        .forEach(
            (name, norms) -> {
              result
                  .values()
                  .put(MetricNames.member(MetricNames.GRADIENT_NORM, name), norms.gradient());
              if (norms.value() != 0) {
                result
                    .values()
                    .put(
                        MetricNames.member(MetricNames.UPDATE_RATIO, name),
                        norms.update() / norms.value());
              }
            });
    return result;
  }

  private static double norm(double[] gradient) {
    double squares = 0;
    for (double g : gradient) {
      squares += g * g;
    }
    return Math.sqrt(squares);
  }
}
