package org.attention4j.monitor.reporters;

import java.util.List;
import org.attention4j.monitor.alarms.Alarm;
import org.attention4j.monitor.metrics.AggregateRecord;
import org.attention4j.monitor.metrics.MetricRecord;

/** Gets what was measured. It is called on the training thread. */
@FunctionalInterface
public interface Reporter extends AutoCloseable {
  /**
   * Takes the records of one layer on one batch, one per head. When this returns, they must be on
   * disk or where else they go, so that a killed run leaves readable files.
   *
   * @param records at least one, in the order of the heads
   */
  void report(List<MetricRecord> records);

  /**
   * Takes everything that is known of one layer on one batch.
   *
   * @param layer its records, the rows on which they were measured, and the network's score; by
   *     default only the records are {@linkplain #report(List) reported}
   */
  default void reportLayer(LayerReport layer) {
    report(layer.records());
  }

  /**
   * Takes an alarm, after the records of its layer.
   *
   * @param alarm what was found; ignored by default
   */
  default void alarm(Alarm alarm) {}

  /**
   * Takes the numbers of all heads of a layer, after its records and alarms; and those of the whole
   * network, whose layer is null, after all layers.
   *
   * @param aggregate the numbers; ignored by default
   */
  default void reportAggregate(AggregateRecord aggregate) {}

  /** Frees what the reporter holds; nothing by default. */
  @Override
  default void close() {}
}
