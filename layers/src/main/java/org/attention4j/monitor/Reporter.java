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

  /** Frees what the reporter holds; nothing by default. */
  @Override
  default void close() {}
}
