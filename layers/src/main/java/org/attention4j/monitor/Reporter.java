package org.attention4j.monitor;

import java.util.List;

/** Who is told what was measured. Called on the training thread. */
@FunctionalInterface
public interface Reporter extends AutoCloseable {
  /**
   * Takes the records of one layer on one iteration, one a head, and has them on disk or wherever
   * they go when it returns, so that a killed run leaves readable files.
   *
   * @param records at least one, in the order of the heads
   */
  void report(List<MetricRecord> records);

  /**
   * Takes all that is known of one layer on one iteration.
   *
   * @param layer its records, the rows that these were measured on, and the network's score; by
   *     default only the records are {@linkplain #report(List) reported}
   */
  default void reportLayer(LayerReport layer) {
    report(layer.records());
  }

  /**
   * Takes an alarm, after the records of the layer that it is about.
   *
   * @param alarm what was found; ignored by default
   */
  default void alarm(Alarm alarm) {}

  /** Frees what the reporter holds; nothing by default. */
  @Override
  default void close() {}
}
