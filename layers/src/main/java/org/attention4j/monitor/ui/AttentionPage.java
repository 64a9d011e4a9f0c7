package org.attention4j.monitor.ui;

import java.net.URI;
import org.deeplearning4j.core.storage.StatsStorage;
import org.deeplearning4j.exception.DL4JException;
import org.deeplearning4j.ui.VertxUIServer;
import org.jspecify.annotations.Nullable;
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

  private static final int MAX_PORT = 0xFFFF;

  private AttentionPage() {}

  /**
   * Shows a storage on the UI's own port: 9000, or the system property {@code
   * org.deeplearning4j.ui.port}.
   *
   * @param storage what {@code Reporters.statsStorage} reports to
   * @return the page's address
   * @throws IllegalStateException if the server cannot be started, as on a port that is taken
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
   * @throws IllegalArgumentException if the storage is null or the port is impossible; no server is
   *     started then
   * @throws IllegalStateException if the server cannot be started, as on a port that is taken
   */
  public static URI start(StatsStorage storage, int port) {
    requireStorage(storage);
    VertxUIServer server = running(port);
    server.attach(storage);
    sayIfElsewhere(server, port);
    return address(server);
  }

  private static void requireStorage(@Nullable StatsStorage storage) {
    if (storage == null) {
      throw new IllegalArgumentException(
          "AttentionPage: the storage is null but must be what Reporters.statsStorage reports to,"
              + " such as new InMemoryStatsStorage().");
    }
  }

  /** There is one UI in a JVM, whose port a second start does not change. */
  private static void sayIfElsewhere(VertxUIServer server, int port) {
    int actual = URI.create(server.getAddress()).getPort();
    if (port != 0 && port != VertxUIServer.DEFAULT_UI_PORT && port != actual) {
      LOG.warn(
          "AttentionPage: the training UI runs on port {} already and shows this storage there, too,"
              + " not on port {}; for another port, call AttentionPage.stop() first.",
          actual,
          port);
    }
  }

  private static VertxUIServer running(int port) {
    VertxUIServer server = VertxUIServer.getInstance();
    if (server != null && !server.isStopped()) {
      return server;
    }
    if (port < 0 || port > MAX_PORT) {
      throw new IllegalArgumentException(
          "AttentionPage: the port is " + port + " but must be 0 to " + MAX_PORT + ".");
    }
    try {
      return VertxUIServer.getInstance(port, false, null);
    } catch (DL4JException e) {
      // What failed would be taken for a running server the next time.
      stop();
      throw new IllegalStateException(
          "AttentionPage: the training UI cannot be started on port "
              + port
              + "; give another port, or 0 for any that is free.",
          e);
    }
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
