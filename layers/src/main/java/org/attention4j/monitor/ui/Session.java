package org.attention4j.monitor.ui;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.attention4j.monitor.StoredAttention;
import org.attention4j.monitor.StoredAttention.Content;
import org.attention4j.monitor.StoredAttention.Measurement;
import org.attention4j.monitor.StoredAttention.RaisedAlarm;
import org.attention4j.monitor.StoredAttention.SampledWeights;
import org.attention4j.monitor.ui.SessionData.Point;
import org.attention4j.monitor.ui.SessionData.TimedAlarm;
import org.deeplearning4j.core.storage.Persistable;
import org.deeplearning4j.core.storage.StatsStorage;
import org.jspecify.annotations.Nullable;

/** One run in one storage. */
final class Session {
  /** How many updates go into one answer; the page asks again for the rest. */
  private static final int MAX_UPDATES = 20_000;

  private static final String DEFAULT_METRIC = "entropy";

  private final StatsStorage storage;
  private final String id;

  private Session(StatsStorage storage, String id) {
    this.storage = storage;
    this.id = id;
  }

  /**
   * A line in the list of runs.
   *
   * @param id the session
   * @param updated when it was last written to, in milliseconds since 1970
   */
  record Summary(String id, long updated) {}

  private static List<Session> of(List<StatsStorage> storages) {
    List<Session> sessions = new ArrayList<>();
    for (StatsStorage storage : storages) {
      for (String id : storage.listSessionIDs()) {
        if (storage.listTypeIDsForSession(id).contains(StoredAttention.TYPE_ID)) {
          sessions.add(new Session(storage, id));
        }
      }
    }
    return sessions;
  }

  /** The runs of all storages, newest first. */
  static List<Summary> in(List<StatsStorage> storages) {
    return of(storages).stream()
        .map(session -> new Summary(session.id, session.updated()))
        .sorted(Comparator.comparingLong(Summary::updated).reversed())
        .toList();
  }

  /** Finds a run by its name. */
  static Optional<Session> find(List<StatsStorage> storages, String id) {
    return of(storages).stream().filter(session -> session.id.equals(id)).findFirst();
  }

  private long updated() {
    return storage.getAllStaticInfos(id, StoredAttention.TYPE_ID).stream()
        .mapToLong(Persistable::getTimeStamp)
        .max()
        .orElse(0);
  }

  /**
   * What is newer than a time stamp, oldest first.
   *
   * @param metric the metric that is wanted; null for the entropy or, if there is none, the first
   */
  SessionData data(@Nullable String metric, long after) {
    // Before the weights: those are stored first, so what comes with these updates is there.
    List<Persistable> updates =
        storage.getAllUpdatesAfter(id, StoredAttention.TYPE_ID, after).stream()
            .limit(MAX_UPDATES)
            .toList();
    Set<String> metrics = metrics(updates);
    String shown =
        metric != null && !metric.isEmpty()
            ? metric
            : metrics.contains(DEFAULT_METRIC)
                ? DEFAULT_METRIC
                : metrics.stream().findFirst().orElse(DEFAULT_METRIC);
    List<Point> points = new ArrayList<>();
    List<TimedAlarm> alarms = new ArrayList<>();
    long next = after;
    for (Persistable update : updates) {
      next = update.getTimeStamp();
      Content content = content(update);
      if (content instanceof Measurement measurement) {
        points.add(Point.of(measurement, shown, next));
      } else if (content instanceof RaisedAlarm raised) {
        alarms.add(new TimedAlarm(next, raised.alarm()));
      }
    }
    return new SessionData(
        id,
        shown,
        List.copyOf(metrics),
        next,
        updates.size() == MAX_UPDATES,
        System.currentTimeMillis(),
        points,
        alarms,
        weightsAfter(after));
  }

  /** All names, in the order of measurement. */
  private static Set<String> metrics(List<Persistable> updates) {
    Set<String> names = new LinkedHashSet<>();
    for (Persistable update : updates) {
      if (content(update) instanceof Measurement measurement) {
        measurement.heads().forEach(head -> names.addAll(head.keySet()));
      }
    }
    return names;
  }

  private List<SampledWeights> weightsAfter(long after) {
    List<SampledWeights> weights = new ArrayList<>();
    for (Persistable latest : storage.getAllStaticInfos(id, StoredAttention.TYPE_ID)) {
      if (latest.getTimeStamp() > after && content(latest) instanceof SampledWeights sampled) {
        weights.add(sampled);
      }
    }
    return weights;
  }

  private static Content content(Persistable stored) {
    return ((StoredAttention) stored).content();
  }
}
