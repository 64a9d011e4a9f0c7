package org.attention4j.examples.distributed;

import java.net.URI;
import java.util.List;
import java.util.Optional;
import org.attention4j.examples.support.CommandFailure;
import org.attention4j.monitor.reporters.Reporter;
import org.attention4j.monitor.reporters.Reporters;
import org.attention4j.monitor.ui.AttentionPage;
import org.deeplearning4j.core.storage.StatsStorage;
import org.deeplearning4j.ui.model.storage.InMemoryStatsStorage;
import org.jspecify.annotations.Nullable;

/** The page in the browser, on which each worker is a run of its own; or none. */
final class WorkerPage implements AutoCloseable {
  private final @Nullable StatsStorage storage;
  private final @Nullable URI address;

  /**
   * Starts the page.
   *
   * @param port of this machine, 0 for any that is free; null for no page
   * @throws CommandFailure if it cannot be started
   */
  WorkerPage(@Nullable Integer port) {
    if (port == null) {
      storage = null;
      address = null;
      return;
    }
    StatsStorage shown = new InMemoryStatsStorage();
    try {
      address = AttentionPage.start(shown, port);
    } catch (RuntimeException e) {
      throw new CommandFailure(
          "--ui: the page cannot be started on port %d; take another with --ui=PORT."
              .formatted(port),
          e);
    }
    storage = shown;
  }

  /** Where the page is; empty if there is none. */
  Optional<URI> address() {
    return Optional.ofNullable(address);
  }

  /**
   * Tells the page of a worker.
   *
   * @param worker counted from 0
   */
  List<Reporter> reporters(int worker) {
    return storage == null
        ? List.of()
        : List.of(Reporters.statsStorage(storage, "worker " + worker));
  }

  @Override
  public void close() {
    if (storage != null) {
      AttentionPage.stop();
    }
  }
}
