package org.attention4j.monitor.metrics;

import java.util.Map;

/** A metric with means over sampled rows. */
interface RowMetric extends Metric {
  @Override
  Estimates estimate(HeadProbe head);

  @Override
  default Map<String, Double> measure(HeadProbe head) {
    return estimate(head).values();
  }
}
