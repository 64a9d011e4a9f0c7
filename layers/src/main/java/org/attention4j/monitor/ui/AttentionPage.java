package org.attention4j.monitor.ui;

import java.net.URI;
import org.deeplearning4j.core.storage.StatsStorage;
import org.deeplearning4j.ui.VertxUIServer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts the training UI with the page on attention:
 *
 * <pre>{@code
 * StatsStorage storage = new InMemoryStatsStorage();
 * URI page = AttentionPage.start(storage);
 * net.setListeners(
 *     AttentionMonitor.builder().every(50).reportTo(Reporters.statsStorage(storage)).build());
 * }</pre>
 *
 * <p>There is one UI in a JVM; its threads keep the JVM alive until {@link #stop()}. A UI that is
 * running already has the page too: this class only adds the storage to it then.
 */
public final class AttentionPage {
  /** Where the page is on the UI's server. */
  public static final String PATH = "/attention";

  private static final Logger LOG = LoggerFactory.getLogger(AttentionPage.class);

  private AttentionPage() {}

  /**
   * Shows a storage on the UI's own port: 9000, or the system property {@code
   * org.deeplearning4j.ui.port}.
   *
   * @param storage what {@code Reporters.statsStorage} reports to
   * @return the page's address
   * @throws org.deeplearning4j.exception.DL4JException if the server cannot be started
   */
  public static URI start(StatsStorage storage) {
    return start(storage, VertxUIServer.DEFAULT_UI_PORT);
  }

  /**
   * Shows a storage on a port. A UI that is running already keeps its port; the system property
   * goes first.
   *
   * @param storage what {@code Reporters.statsStorage} reports to
   * @param port the port, 0 for any that is free
   * @return the page's address
   * @throws org.deeplearning4j.exception.DL4JException if the server cannot be started
   */
  public static URI start(StatsStorage storage, int port) {
    VertxUIServer server = running(port);
    server.attach(storage);
    URI address = address(server);
    LOG.info("Attention is shown at {}", address);
    return address;
  }

  private static VertxUIServer running(int port) {
    VertxUIServer server = VertxUIServer.getInstance();
    return server != null && !server.isStopped()
        ? server
        : VertxUIServer.getInstance(port, false, null);
  }

  static URI address(VertxUIServer server) {
    return URI.create(server.getAddress() + PATH);
  }

  /** Stops the UI, if it is running, with all its pages. */
  public static void stop() {
    try {
      VertxUIServer.stopInstance();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (Exception e) {
      throw new IllegalStateException("The training UI could not be stopped.", e);
    }
  }
}
