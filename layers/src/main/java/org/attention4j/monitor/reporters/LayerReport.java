package org.attention4j.monitor.reporters;

import java.util.List;
import org.attention4j.monitor.metrics.HeadProbe;
import org.attention4j.monitor.metrics.MetricRecord;

/**
 * What a reporter gets: one layer on one iteration.
 *
 * @param score the network's score on this iteration, with regularisation, before the update
 * @param heads the sampled rows and norms of each head
 * @param records what was measured at each head; at least one
 */
public record LayerReport(double score, List<HeadProbe> heads, List<MetricRecord> records) {
  /**
   * Copies the lists.
   *
   * @param score the score
   * @param heads the heads
   * @param records the records
   */
  public LayerReport {
    heads = List.copyOf(heads);
    records = List.copyOf(records);
  }
}
