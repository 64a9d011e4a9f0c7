package org.attention4j.examples.compare;

import java.net.URI;
import java.util.List;
import org.attention4j.examples.support.CommandFailure;
import org.attention4j.monitor.reporters.Reporter;
import org.attention4j.monitor.reporters.Reporters;
import org.attention4j.monitor.ui.AttentionPage;
import org.deeplearning4j.core.storage.StatsStorage;
import org.deeplearning4j.ui.model.storage.InMemoryStatsStorage;

/** Attention as it trains, on a page in the browser. */
final class LivePage implements AutoCloseable {
  private final StatsStorage storage = new InMemoryStatsStorage();
  private final URI address;

  /**
   * Starts the page.
   *
   * @param port of this machine, 0 for any that is free
   * @throws CommandFailure if it cannot be started
   */
  LivePage(int port) {
    try {
      address = AttentionPage.start(storage, port);
    } catch (RuntimeException e) {
      throw new CommandFailure(
          "--ui: the page cannot be started on port %d; take another with --ui=PORT."
              .formatted(port),
          e);
    }
  }

  URI address() {
    return address;
  }

  /** Tells the page of a trial, each under its own name. */
  List<Reporter> reporters(Trial trial) {
    return List.of(Reporters.statsStorage(storage, trial.title()));
  }

  @Override
  public void close() {
    AttentionPage.stop();
  }
}
