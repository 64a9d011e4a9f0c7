package org.attention4j.monitor.ui;

import io.vertx.core.AsyncResult;
import io.vertx.core.Context;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.deeplearning4j.config.DL4JSystemProperties;
import org.deeplearning4j.ui.VertxUIServer;

/**
 * Deeplearning4j's training UI on one network interface. The stock UI listens on all of them and
 * has no option for this. But it gets its HTTP server from the Vertx with which its verticle is
 * initialised: this class gives it a Vertx whose server adds the host to a call that only has a
 * port.
 */
final class BoundServer extends VertxUIServer {
  private static final int NOT_FOUND = 404;
  private static final int METHOD_NOT_ALLOWED = 405;

  private final String host;
  private final int port;

  private BoundServer(String host, int port) {
    this.host = host;
    this.port = port;
  }

  /**
   * Starts the UI and waits until it listens. The system property for the port has priority, as in
   * the stock UI.
   *
   * @throws ExecutionException if it cannot listen
   */
  static BoundServer start(String host, int port) throws ExecutionException, InterruptedException {
    getMultiSession().set(false);
    setStatsStorageProvider(null);
    BoundServer server = new BoundServer(host, port);
    CompletableFuture<String> started = new CompletableFuture<>();
    Vertx vertx = Vertx.vertx();
    vertx.deployVerticle(
        server,
        result -> {
          if (result.succeeded()) {
            started.complete(result.result());
          } else {
            started.completeExceptionally(result.cause());
          }
        });
    started.get();
    return server;
  }

  String host() {
    return host;
  }

  /** Its address; the host is this machine's if it listens on all interfaces. */
  @Override
  public String getAddress() {
    return InetAddress.getLoopbackAddress().getHostAddress().equals(host) || isEverywhere()
        ? super.getAddress()
        : "http://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + getPort();
  }

  private boolean isEverywhere() {
    return host.equals("0.0.0.0") || host.equals("::");
  }

  @Override
  public void init(Vertx vertx, Context context) {
    super.init((Vertx) wrapped(vertx, this::ofVertx), context);
  }

  private Object ofVertx(Object target, Method method, Object[] arguments) throws Throwable {
    Object result = called(target, method, arguments);
    return result instanceof HttpServer ? wrapped(result, this::ofHttpServer) : result;
  }

  private Object ofHttpServer(Object target, Method method, Object[] arguments) throws Throwable {
    if (method.getName().equals("listen")
        && arguments.length == 2
        && arguments[0] instanceof Integer asked) {
      @SuppressWarnings("unchecked") // the signature of listen(int, Handler)
      Handler<AsyncResult<HttpServer>> handler = (Handler<AsyncResult<HttpServer>>) arguments[1];
      // The stock UI only knows the system property.
      return ((HttpServer) target).listen(isPortSet() ? asked : port, host, handler);
    }
    if (method.getName().equals("requestHandler")
        && arguments.length == 1
        && arguments[0] instanceof Router router) {
      for (int status : new int[] {NOT_FOUND, METHOD_NOT_ALLOWED}) {
        router.errorHandler(status, BoundServer::refused);
      }
    }
    Object result = called(target, method, arguments);
    return result == target ? wrapped(target, this::ofHttpServer) : result;
  }

  /** Answers requests that no route takes; the stock answer has no content type. */
  private static void refused(RoutingContext request) {
    int status = request.statusCode();
    HttpServerResponse response = request.response();
    if (!response.ended()) {
      response
          .setStatusCode(status)
          .putHeader("content-type", "text/plain; charset=utf-8")
          .putHeader("x-content-type-options", "nosniff");
      if (request.request().method() == HttpMethod.HEAD) {
        response.end();
      } else {
        response.end(status == NOT_FOUND ? "There is no such path." : "There is no such method.");
      }
    }
  }

  private static boolean isPortSet() {
    String property = System.getProperty(DL4JSystemProperties.UI_SERVER_PORT_PROPERTY);
    return property != null && !property.isEmpty();
  }

  private interface Interception {
    Object invoke(Object target, Method method, Object[] arguments) throws Throwable;
  }

  /** A proxy with the interfaces of an object that intercepts some calls. */
  private static Object wrapped(Object target, Interception interception) {
    InvocationHandler handler =
        (proxy, method, arguments) ->
            interception.invoke(target, method, arguments == null ? new Object[0] : arguments);
    return Proxy.newProxyInstance(
        target.getClass().getClassLoader(), target.getClass().getInterfaces(), handler);
  }

  private static Object called(Object target, Method method, Object[] arguments) throws Throwable {
    try {
      return method.invoke(target, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }
}
