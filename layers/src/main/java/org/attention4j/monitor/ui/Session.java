package org.attention4j.monitor.ui;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.attention4j.monitor.reporters.StoredAttention;
import org.attention4j.monitor.reporters.StoredAttention.SampledWeights;
import org.deeplearning4j.core.storage.Persistable;
import org.deeplearning4j.core.storage.StatsStorage;

/** One run in one storage. */
final class Session {
  private final StatsStorage storage;
  private final String id;

  private Session(StatsStorage storage, String id) {
    this.storage = storage;
    this.id = id;
  }

  /**
   * An entry of the list of runs.
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
   * What is newer than a time stamp, in one pass.
   *
   * @param series what is asked for
   * @param split the data on which it was measured; empty for training
   */
  SessionData data(SeriesReader series, String split, long after) {
    SessionReader reader = new SessionReader(series, split, after);
    for (Persistable update : storage.getAllUpdatesAfter(id, StoredAttention.TYPE_ID, after)) {
      reader.add((StoredAttention) update);
    }
    return reader.answer(id, System.currentTimeMillis());
  }

  /** The newest weights of a layer; empty if none are stored. */
  Optional<ShownWeights> weights(String layer) {
    for (Persistable latest : storage.getAllStaticInfos(id, StoredAttention.TYPE_ID)) {
      if (((StoredAttention) latest).content() instanceof SampledWeights sampled
          && sampled.layer().equals(layer)) {
        return Optional.of(ShownWeights.of(sampled));
      }
    }
    return Optional.empty();
  }
}
