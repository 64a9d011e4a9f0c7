package org.attention4j.monitor;

import java.util.Map;
import java.util.TreeMap;
import java.util.stream.DoubleStream;

/** Gradients at the scores and of the projections. */
final class GradientMetrics implements Metric {
  @Override
  public Map<String, Double> measure(HeadProbe head) {
    RowMeans means = new RowMeans();
    for (AttentionRow row : head.rows()) {
      double[] gradient = row.scoresGradient();
      if (gradient != null) {
        means.add("scoresGradientNorm", Math.sqrt(DoubleStream.of(gradient).map(g -> g * g).sum()));
      }
    }
    Map<String, Double> result = means.means();
    new TreeMap<>(head.parameters())
        .forEach(
            (name, norms) -> {
              result.put("gradientNorm." + name, norms.gradient());
              if (norms.value() != 0) {
                result.put("updateRatio." + name, norms.update() / norms.value());
              }
            });
    return result;
  }
}
