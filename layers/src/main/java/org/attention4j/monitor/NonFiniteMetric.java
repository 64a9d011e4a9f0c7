package org.attention4j.monitor;

import java.util.Map;
import java.util.stream.DoubleStream;

/** Counts what is NaN or infinite. */
final class NonFiniteMetric implements Metric {
  @Override
  public Map<String, Double> measure(HeadProbe head) {
    long count = 0;
    for (AttentionRow row : head.rows()) {
      count += count(row.scores()) + count(row.weights());
      double[] gradient = row.scoresGradient();
      count += gradient == null ? 0 : count(gradient);
    }
    for (HeadProbe.Norms norms : head.parameters().values()) {
      count += count(norms.value(), norms.gradient(), norms.update());
    }
    return Map.of("nonFinite", (double) count);
  }

  private static long count(double... values) {
    return DoubleStream.of(values).filter(value -> !Double.isFinite(value)).count();
  }
}
