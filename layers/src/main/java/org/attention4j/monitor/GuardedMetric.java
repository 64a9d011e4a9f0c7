package org.attention4j.monitor;

import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Switches a metric off at its first failure, so that it never stops training. */
final class GuardedMetric implements Metric {
  private static final Logger LOG = LoggerFactory.getLogger(GuardedMetric.class);

  private final Metric metric;
  private boolean failed;

  GuardedMetric(Metric metric) {
    this.metric = metric;
  }

  @Override
  public Map<String, Double> measure(HeadProbe head) {
    if (failed) {
      return Map.of();
    }
    try {
      return metric.measure(head);
    } catch (RuntimeException e) {
      failed = true;
      LOG.warn("Metric {} failed and is switched off; training goes on.", metric, e);
      return Map.of();
    }
  }

  @Override
  public Tier tier() {
    return metric.tier();
  }
}
