package org.attention4j.monitor.reporters;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.attention4j.monitor.alarms.Alarm;
import org.attention4j.monitor.metrics.AggregateRecord;
import org.attention4j.monitor.metrics.MetricRecord;
import org.jspecify.annotations.Nullable;

/** Keeps the newest records, aggregates and alarms in memory. Safe for use by several threads. */
public final class History implements Reporter {
  private final int capacity;
  private final Deque<MetricRecord> records = new ArrayDeque<>();
  private final Deque<AggregateRecord> aggregates = new ArrayDeque<>();
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
  public synchronized void reportAggregate(AggregateRecord aggregate) {
    keep(aggregates, aggregate);
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
   * The numbers of layers and of the network that are kept, oldest first.
   *
   * @return a copy
   */
  public synchronized List<AggregateRecord> aggregates() {
    return List.copyOf(aggregates);
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
   * One metric of one head over time, in training.
   *
   * @param layer the layer's name
   * @param head counted from 0
   * @param metric the metric's name
   * @return values by iteration, without the iterations on which the metric was absent; a copy
   */
  public NavigableMap<Integer, Double> values(String layer, int head, String metric) {
    return values(layer, head, metric, null);
  }

  /**
   * One metric of one head over time, on some data.
   *
   * @param layer the layer's name
   * @param head counted from 0
   * @param metric the metric's name
   * @param split the name of the data, such as {@code validation}; null for training
   * @return values by iteration, without the iterations on which the metric was absent; a copy
   */
  public synchronized NavigableMap<Integer, Double> values(
      String layer, int head, String metric, @Nullable String split) {
    NavigableMap<Integer, Double> values = new TreeMap<>();
    for (MetricRecord kept : records) {
      Double value = kept.metrics().get(metric);
      if (value != null && isOf(kept, layer, head, split)) {
        values.put(kept.iteration(), value);
      }
    }
    return values;
  }

  private static boolean isOf(MetricRecord kept, String layer, int head, @Nullable String split) {
    return kept.layer().equals(layer) && kept.head() == head && Objects.equals(kept.split(), split);
  }

  /**
   * One number of all heads of a layer or of the network over time.
   *
   * @param layer the layer's name; null for the whole network
   * @param name the number's name, such as {@code entropyMean}
   * @param split the name of the data; null for training
   * @return values by iteration, without the iterations on which the number was absent; a copy
   */
  public synchronized NavigableMap<Integer, Double> aggregateValues(
      @Nullable String layer, String name, @Nullable String split) {
    NavigableMap<Integer, Double> values = new TreeMap<>();
    for (AggregateRecord kept : aggregates) {
      Double value = kept.metrics().get(name);
      if (value != null
          && Objects.equals(kept.layer(), layer)
          && Objects.equals(kept.split(), split)) {
        values.put(kept.iteration(), value);
      }
    }
    return values;
  }

  /**
   * The newest record of a head in training.
   *
   * @param layer the layer's name
   * @param head counted from 0
   * @return the newest record; empty if there is none
   */
  public Optional<MetricRecord> latest(String layer, int head) {
    return latest(layer, head, null);
  }

  /**
   * The newest record of a head on some data.
   *
   * @param layer the layer's name
   * @param head counted from 0
   * @param split the name of the data; null for training
   * @return the newest record; empty if there is none
   */
  public synchronized Optional<MetricRecord> latest(
      String layer, int head, @Nullable String split) {
    return records.stream()
        .filter(kept -> isOf(kept, layer, head, split))
        .reduce((older, newer) -> newer);
  }

  @Override
  public String toString() {
    return "history of " + capacity;
  }
}
