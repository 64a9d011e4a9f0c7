package org.attention4j.monitor;

import java.util.Map;
import java.util.TreeMap;
import org.attention4j.theory.WeightRow;

/** What goes into the normalizer: scores and learned parameters. */
final class LogitMetrics implements Metric {
  @Override
  public Map<String, Double> measure(HeadProbe head) {
    RowMeans means = new RowMeans();
    double largest = Double.NEGATIVE_INFINITY;
    for (AttentionRow row : head.rows()) {
      largest = Math.max(largest, WeightRow.largest(row.scores()));
      means.add("logSumExp", WeightRow.logSumExp(row.scores()));
      row.temperature().ifPresent(temperature -> means.add("temperature", temperature));
    }
    Map<String, Double> result = means.means();
    if (!head.rows().isEmpty()) {
      result.put("maxLogit", largest);
    }
    new TreeMap<>(head.normalizerParameters())
        .forEach((name, value) -> result.put("normalizer." + name, value));
    return result;
  }
}
