package org.attention4j.monitor.ui;

import java.net.InetAddress;
import java.net.URI;
import java.util.concurrent.ExecutionException;
import org.deeplearning4j.core.storage.StatsStorage;
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
 * <p>The server has no password, so it listens on the loopback interface of this machine only; to
 * show the page to other machines, give it a host. There is one UI in a JVM, and its threads keep
 * the JVM alive until {@link #stop()}. If a UI is running already, this class only adds the storage
 * to it. A UI that was started in another way listens on all interfaces. The log says which case it
 * is.
 */
public final class AttentionPage {
  /** Where the page is on the UI's server. */
  public static final String PATH = "/attention";

  private static final Logger LOG = LoggerFactory.getLogger(AttentionPage.class);

  private static final String LOOPBACK = InetAddress.getLoopbackAddress().getHostAddress();

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
   * Shows a storage on a port. A UI that is running already keeps its port. The system property
   * {@code org.deeplearning4j.ui.port} has priority.
   *
   * @param storage what {@code Reporters.statsStorage} reports to
   * @param port the port, 0 for any that is free
   * @return the page's address
   * @throws IllegalArgumentException if the storage is null or the port is impossible; no server is
   *     started then
   * @throws IllegalStateException if the server cannot be started, as on a port that is taken
   */
  public static URI start(StatsStorage storage, int port) {
    return start(storage, LOOPBACK, port);
  }

  /**
   * Shows a storage to other machines, too. A UI that is running already keeps its host and port.
   * The system property for the port has priority.
   *
   * @param storage what {@code Reporters.statsStorage} reports to
   * @param host the address of the network interface to listen on; {@code 0.0.0.0} for all.
   *     Everyone who can reach it sees the training UI without a password
   * @param port the port, 0 for any that is free
   * @return the page's address
   * @throws IllegalArgumentException if the storage is null, the host blank or the port impossible;
   *     no server is started then
   * @throws IllegalStateException if the server cannot be started, as on a port that is taken
   */
  public static URI start(StatsStorage storage, String host, int port) {
    requireStorage(storage);
    requireHost(host);
    boolean ranBefore = isRunning(VertxUIServer.getInstance());
    VertxUIServer server = running(host, port);
    server.attach(storage);
    if (ranBefore) {
      warnIfElsewhere(server, port);
    }
    return address(server);
  }

  private static void requireStorage(@Nullable StatsStorage storage) {
    if (storage == null) {
      throw new IllegalArgumentException(
          "AttentionPage: the storage is null but must be what Reporters.statsStorage reports to,"
              + " such as new InMemoryStatsStorage().");
    }
  }

  private static void requireHost(@Nullable String host) {
    if (host == null || host.isBlank()) {
      throw new IllegalArgumentException(
          "AttentionPage: the host is '%s' but must be an address to listen on, such as 127.0.0.1 or 0.0.0.0."
              .formatted(host));
    }
  }

  /** There is one UI in a JVM; a second start does not change its port. */
  private static void warnIfElsewhere(VertxUIServer server, int port) {
    int actual = URI.create(server.getAddress()).getPort();
    if (port != 0 && port != VertxUIServer.DEFAULT_UI_PORT && port != actual) {
      LOG.warn(
          "AttentionPage: the training UI runs on port {} already and shows this storage there,"
              + " too, not on port {}; for another port, call AttentionPage.stop() first.",
          actual,
          port);
    }
  }

  private static boolean isRunning(@Nullable VertxUIServer server) {
    return server != null && !server.isStopped();
  }

  private static VertxUIServer running(String host, int port) {
    VertxUIServer server = VertxUIServer.getInstance();
    if (isRunning(server)) {
      return server;
    }
    if (port < 0 || port > MAX_PORT) {
      throw new IllegalArgumentException(
          "AttentionPage: the port is " + port + " but must be 0 to " + MAX_PORT + ".");
    }
    try {
      return BoundServer.start(host, port);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw failed(host, port, e);
    } catch (ExecutionException e) {
      throw failed(host, port, e);
    }
  }

  private static IllegalStateException failed(String host, int port, Exception cause) {
    // Otherwise the next start takes the failed server for a running one.
    stop();
    return new IllegalStateException(
        "AttentionPage: the training UI cannot be started on port "
            + port
            + (host.equals(LOOPBACK) ? "" : " of " + FromUrl.shown(host))
            + "; give another port, or 0 for any that is free.",
        cause);
  }

  /** Who can reach a server. */
  static String reach(VertxUIServer server) {
    if (server instanceof BoundServer bound) {
      return bound.host().equals(LOOPBACK)
          ? "for this machine alone (" + LOOPBACK + ")"
          : "for all who can reach " + bound.host() + ", without a password";
    }
    return "for all who can reach this machine (0.0.0.0, all interfaces), without a password";
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
