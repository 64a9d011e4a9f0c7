package org.attention4j.monitor.ui;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.attention4j.monitor.metrics.MetricNames;
import org.attention4j.monitor.reporters.StoredAttention;
import org.attention4j.monitor.reporters.StoredAttention.Content;
import org.attention4j.monitor.reporters.StoredAttention.Measurement;
import org.attention4j.monitor.reporters.StoredAttention.RaisedAlarm;
import org.attention4j.monitor.ui.SessionData.LayerSeries;
import org.attention4j.monitor.ui.SessionData.Newest;
import org.attention4j.monitor.ui.SessionData.TimedAlarm;
import org.jspecify.annotations.Nullable;

/** Makes an answer from the updates of a run, in one pass. */
final class SessionReader {
  /** The newest alarms are listed, as many as this; the others are counted. */
  static final int MAX_ALARMS = 200;

  private static final String DEFAULT_METRIC = MetricNames.ENTROPY;

  private final @Nullable String wanted;
  private final long after;
  private final Set<String> metrics = new LinkedHashSet<>();
  private final Deque<TimedAlarm> alarms = new ArrayDeque<>();
  private final Columns loss = new Columns();

  /** The series of the metric to show; of two metrics as long as it is not known which one. */
  private final Map<String, Map<String, Layer>> series = new LinkedHashMap<>();

  private @Nullable Newest newest;
  private long next;
  private int snapshots;
  private int alarmCount;

  /** One metric of one layer so far. */
  private static final class Layer {
    private final Columns columns = new Columns();
    private int iteration;
    private List<@Nullable Double> latest = List.of();

    void add(int newIteration, List<@Nullable Double> values) {
      columns.add(newIteration, values);
      iteration = newIteration;
      latest = values;
    }
  }

  /**
   * Starts an answer.
   *
   * @param wanted the metric; null or empty for the entropy or, if there is none, the first
   * @param after the time stamp that was asked for
   */
  SessionReader(@Nullable String wanted, long after) {
    this.wanted = wanted == null || wanted.isEmpty() ? null : wanted;
    this.after = after;
    next = after;
  }

  void add(StoredAttention update) {
    next = update.getTimeStamp();
    Content content = update.content();
    if (content instanceof Measurement measurement) {
      if (measurement.split() == null) {
        add(measurement);
      }
    } else if (content instanceof RaisedAlarm raised) {
      alarmCount++;
      if (alarms.size() == MAX_ALARMS) {
        alarms.removeFirst();
      }
      alarms.addLast(new TimedAlarm(next, raised.alarm()));
    }
  }

  private void add(Measurement measurement) {
    int iteration = measurement.iteration();
    measurement.heads().forEach(head -> metrics.addAll(head.keySet()));
    if (newest == null || newest.iteration() != iteration) {
      snapshots++;
      loss.add(iteration, List.of(measurement.score()));
    }
    newest = new Newest(next, iteration, measurement.epoch(), measurement.score());
    for (String metric : candidates()) {
      List<@Nullable Double> values = new ArrayList<>();
      measurement.heads().forEach(head -> values.add(head.get(metric)));
      series
          .computeIfAbsent(metric, name -> new LinkedHashMap<>())
          .computeIfAbsent(measurement.layer(), name -> new Layer())
          .add(iteration, values);
    }
  }

  private Set<String> candidates() {
    Set<String> candidates = new LinkedHashSet<>();
    if (wanted != null) {
      candidates.add(wanted);
    } else {
      candidates.add(DEFAULT_METRIC);
      metrics.stream().findFirst().ifPresent(candidates::add);
    }
    return candidates;
  }

  private String shown() {
    if (wanted != null) {
      return wanted;
    }
    return metrics.contains(DEFAULT_METRIC)
        ? DEFAULT_METRIC
        : metrics.stream().findFirst().orElse(DEFAULT_METRIC);
  }

  SessionData answer(String session, long now) {
    List<LayerSeries> layers = new ArrayList<>();
    series
        .getOrDefault(shown(), Map.of())
        .forEach(
            (name, layer) ->
                layers.add(
                    new LayerSeries(name, layer.columns.columns(), layer.iteration, layer.latest)));
    return new SessionData(
        session,
        shown(),
        List.copyOf(metrics),
        Math.max(after, next),
        now,
        snapshots,
        newest,
        loss.columns(),
        layers,
        alarmCount,
        List.copyOf(alarms));
  }
}
