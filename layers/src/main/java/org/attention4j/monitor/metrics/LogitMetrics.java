package org.attention4j.monitor.metrics;

import java.util.Map;
import java.util.TreeMap;
import org.attention4j.theory.WeightRow;

/** The inputs of the normalizer: scores and learned parameters. */
final class LogitMetrics implements Metric {
  @Override
  public Map<String, Double> measure(HeadProbe head) {
    RowMeans means = new RowMeans();
    double largest = Double.NEGATIVE_INFINITY;
    for (AttentionRow row : head.rows()) {
      largest = Math.max(largest, WeightRow.largest(row.scores()));
      means.add(MetricNames.LOG_SUM_EXP, WeightRow.logSumExp(row.scores()));
      row.temperature().ifPresent(temperature -> means.add(MetricNames.TEMPERATURE, temperature));
    }
    Map<String, Double> result = means.means();
    if (!head.rows().isEmpty()) {
      result.put(MetricNames.MAX_LOGIT, largest);
    }
    new TreeMap<>(head.normalizerParameters())
        .forEach(
            (name, value) -> result.put(MetricNames.member(MetricNames.NORMALIZER, name), value));
    return result;
  }
}
