package org.attention4j.monitor.reporters;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import org.attention4j.monitor.alarms.Alarm;
import org.attention4j.monitor.metrics.MetricRecord;

/** Keeps the newest records and alarms in memory. Safe for use by several threads. */
public final class History implements Reporter {
  private final int capacity;
  private final Deque<MetricRecord> records = new ArrayDeque<>();
  private final Deque<Alarm> alarms = new ArrayDeque<>();

  History(int capacity) {
    if (capacity < 1) {
      throw new IllegalArgumentException(
          "History: the capacity is " + capacity + " but must be at least 1.");
    }
    this.capacity = capacity;
  }

  @Override
  public synchronized void report(List<MetricRecord> newRecords) {
    newRecords.forEach(metricRecord -> keep(records, metricRecord));
  }

  @Override
  public synchronized void alarm(Alarm alarm) {
    keep(alarms, alarm);
  }

  private <T> void keep(Deque<T> newest, T added) {
    if (newest.size() == capacity) {
      newest.removeFirst();
    }
    newest.addLast(added);
  }

  /**
   * The records kept, oldest first.
   *
   * @return a copy
   */
  public synchronized List<MetricRecord> records() {
    return List.copyOf(records);
  }

  /**
   * The alarms kept, oldest first.
   *
   * @return a copy
   */
  public synchronized List<Alarm> alarms() {
    return List.copyOf(alarms);
  }

  /**
   * The names of the layers that have records.
   *
   * @return the names, in the order of their first records
   */
  public synchronized List<String> layers() {
    return records.stream().map(MetricRecord::layer).distinct().toList();
  }

  /**
   * One metric of one head over time.
   *
   * @param layer the layer's name
   * @param head counted from 0
   * @param metric the metric's name
   * @return values by iteration, without the iterations on which the metric was absent; a copy
   */
  public synchronized NavigableMap<Integer, Double> values(String layer, int head, String metric) {
    NavigableMap<Integer, Double> values = new TreeMap<>();
    for (MetricRecord kept : records) {
      Double value = kept.metrics().get(metric);
      if (value != null && kept.layer().equals(layer) && kept.head() == head) {
        values.put(kept.iteration(), value);
      }
    }
    return values;
  }

  /**
   * The newest record of a head.
   *
   * @param layer the layer's name
   * @param head counted from 0
   * @return the newest record; empty if there is none
   */
  public synchronized Optional<MetricRecord> latest(String layer, int head) {
    return records.stream()
        .filter(kept -> kept.layer().equals(layer) && kept.head() == head)
        .reduce((older, newer) -> newer);
  }

  @Override
  public String toString() {
    return "history of " + capacity;
  }
}
