package org.attention4j.monitor.metrics;

import java.util.TreeMap;
import org.attention4j.theory.WeightRow;

/** The inputs of the normalizer: scores and learned parameters. */
final class LogitMetrics implements RowMetric {
  @Override
  public Estimates estimate(HeadProbe head) {
    RowMeans means = new RowMeans();
    for (AttentionRow row : head.rows()) {
      means.add(MetricNames.LOG_SUM_EXP, WeightRow.logSumExp(row.scores()));
      row.temperature().ifPresent(temperature -> means.add(MetricNames.TEMPERATURE, temperature));
    }
    Estimates result = means.estimates();
    HeadProbe.Largest largest = head.largest();
    if (largest != null) {
      result.values().put(MetricNames.MAX_LOGIT, largest.score());
      largest
          .product()
          .ifPresent(product -> result.values().put(MetricNames.MAX_DOT_PRODUCT, product));
    }
    new TreeMap<>(head.normalizerParameters())
        .forEach(
            (name, value) ->
                result.values().put(MetricNames.member(MetricNames.NORMALIZER, name), value));
    return result;
  }
}
