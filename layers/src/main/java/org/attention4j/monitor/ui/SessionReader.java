package org.attention4j.monitor.ui;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.attention4j.monitor.alarms.Alarm;
import org.attention4j.monitor.reporters.StoredAttention;
import org.attention4j.monitor.reporters.StoredAttention.Aggregate;
import org.attention4j.monitor.reporters.StoredAttention.Content;
import org.attention4j.monitor.reporters.StoredAttention.Measurement;
import org.attention4j.monitor.reporters.StoredAttention.RaisedAlarm;
import org.attention4j.monitor.ui.SessionData.AlarmSpan;
import org.attention4j.monitor.ui.SessionData.LayerAlarms;
import org.attention4j.monitor.ui.SessionData.Newest;
import org.attention4j.monitor.ui.SessionData.TimedAlarm;
import org.jspecify.annotations.Nullable;

/** Makes an answer from the updates of a run, in one pass. */
final class SessionReader {
  /** The newest alarms are listed, as many as this; all are counted and marked. */
  static final int MAX_ALARMS = 200;

  private final SeriesReader series;
  private final String split;
  private final long after;
  private final Set<String> splits = new LinkedHashSet<>();
  private final Set<String> metrics = new LinkedHashSet<>();
  private final Deque<TimedAlarm> alarms = new ArrayDeque<>();

  /** An alarm is a snapshot without heads. */
  private final Map<String, Columns> marks = new LinkedHashMap<>();

  private final Columns loss;
  private @Nullable Newest newest;
  private long next;
  private int snapshots;
  private int alarmCount;

  /**
   * Starts an answer.
   *
   * @param series what is asked for
   * @param split the data on which it was measured; empty for training
   * @param after the time stamp that was asked for
   */
  SessionReader(SeriesReader series, String split, long after) {
    this.series = series;
    this.split = split;
    this.after = after;
    loss = new Columns(series.maxColumns());
    next = after;
  }

  void add(StoredAttention update) {
    next = update.getTimeStamp();
    Content content = update.content();
    if (content instanceof Measurement measurement) {
      splits.add(named(measurement.split()));
      if (split.equals(named(measurement.split()))) {
        add(measurement);
      }
    } else if (content instanceof Aggregate aggregate) {
      if (split.equals(named(aggregate.split()))) {
        series.add(aggregate);
      }
    } else if (content instanceof RaisedAlarm raised) {
      add(raised.alarm());
    }
  }

  private static String named(@Nullable String split) {
    return split == null ? "" : split;
  }

  private void add(Measurement measurement) {
    int iteration = measurement.iteration();
    measurement.heads().forEach(head -> metrics.addAll(head.keySet()));
    if (newest == null || newest.iteration() != iteration) {
      snapshots++;
      loss.add(iteration, List.of(measurement.score()));
    }
    newest = new Newest(next, iteration, measurement.epoch(), measurement.score());
    series.add(measurement, metrics);
  }

  private void add(Alarm alarm) {
    alarmCount++;
    if (alarms.size() == MAX_ALARMS) {
      alarms.removeFirst();
    }
    alarms.addLast(new TimedAlarm(next, alarm));
    marks
        .computeIfAbsent(alarm.layer(), layer -> new Columns(Columns.CHART))
        .add(alarm.iteration(), List.of());
  }

  SessionData answer(String session, long now) {
    List<LayerAlarms> marked = new ArrayList<>();
    marks.forEach(
        (layer, columns) ->
            marked.add(
                new LayerAlarms(
                    layer,
                    columns.columns(false).stream()
                        .map(c -> new AlarmSpan(c.first(), c.last(), c.snapshots()))
                        .toList())));
    String metric = series.metric(metrics);
    return new SessionData(
        session,
        split,
        List.copyOf(splits),
        metric,
        List.copyOf(metrics),
        Math.max(after, next),
        now,
        series.maxColumns(),
        snapshots,
        newest,
        loss.columns(true),
        series.series(metric),
        alarmCount,
        List.copyOf(alarms),
        marked);
  }
}
