package org.attention4j.monitor;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** A reporter that keeps the newest records in memory. Safe for use by several threads. */
public final class History implements Reporter {
  private final int capacity;
  private final Deque<MetricRecord> records = new ArrayDeque<>();

  History(int capacity) {
    if (capacity < 1) {
      throw new IllegalArgumentException(
          "History: the capacity is " + capacity + " but must be at least 1.");
    }
    this.capacity = capacity;
  }

  @Override
  public synchronized void report(List<MetricRecord> newRecords) {
    for (MetricRecord metricRecord : newRecords) {
      if (records.size() == capacity) {
        records.removeFirst();
      }
      records.addLast(metricRecord);
    }
  }

  /**
   * The records kept, oldest first.
   *
   * @return a copy
   */
  public synchronized List<MetricRecord> records() {
    return List.copyOf(records);
  }
}
