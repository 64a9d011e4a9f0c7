package org.attention4j.monitor.ui;

import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.attention4j.monitor.StoredAttention;
import org.deeplearning4j.core.storage.StatsStorage;
import org.deeplearning4j.core.storage.StatsStorageEvent;
import org.deeplearning4j.ui.VertxUIServer;
import org.deeplearning4j.ui.api.HttpMethod;
import org.deeplearning4j.ui.api.Route;
import org.deeplearning4j.ui.api.UIModule;
import org.deeplearning4j.ui.i18n.I18NResource;
import org.nd4j.shade.jackson.databind.ObjectMapper;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The page on attention as a part of Deeplearning4j's training UI, which finds it by ServiceLoader.
 *
 * <p>The stock pages have no place for a link to it, so the log says where it is.
 *
 * <table>
 *   <caption>Routes, all GET</caption>
 *   <tr><th>path</th><th>what</th></tr>
 *   <tr><td>/attention</td><td>the page</td></tr>
 *   <tr><td>/attention/assets/:name</td><td>its scripts and style</td></tr>
 *   <tr><td>/attention/sessions</td><td>JSON: the runs, newest first</td></tr>
 *   <tr><td>/attention/data?session=&amp;metric=&amp;after=</td><td>JSON: what is newer than a time
 *       stamp</td></tr>
 * </table>
 */
public final class AttentionModule implements UIModule {
  private static final Logger LOG = LoggerFactory.getLogger(AttentionModule.class);

  private static final String JSON_TYPE = "application/json; charset=utf-8";

  /** Nothing but what this server itself sends, whatever a name in a storage may hold. */
  private static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline';"
          + " img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'";

  private final ObjectMapper json = new ObjectMapper();
  private final List<StatsStorage> storages = new CopyOnWriteArrayList<>();

  /** What ServiceLoader calls. */
  public AttentionModule() {}

  @Override
  public List<String> getCallbackTypeIDs() {
    return List.of(StoredAttention.TYPE_ID);
  }

  @Override
  public List<Route> getRoutes() {
    return List.of(
        get(AttentionPage.PATH, request -> asset(request, "attention.html")),
        get(
            AttentionPage.PATH + "/assets/:name",
            request -> asset(request, request.pathParam("name"))),
        get(
            AttentionPage.PATH + "/sessions",
            request -> answer(request, () -> Map.of("sessions", Session.in(storages)))),
        get(AttentionPage.PATH + "/data", request -> answer(request, () -> data(request))));
  }

  private static Route get(String path, Consumer<RoutingContext> handler) {
    return new Route(path, HttpMethod.GET, (arguments, request) -> handler.accept(request));
  }

  private static void asset(RoutingContext request, String name) {
    try {
      Asset asset = Asset.of(name);
      request
          .response()
          .putHeader("content-type", asset.type())
          .putHeader("content-security-policy", POLICY)
          .putHeader("x-content-type-options", "nosniff")
          .putHeader("cache-control", "no-cache")
          .end(Buffer.buffer(asset.content()));
    } catch (IOException e) {
      LOG.warn("{}", e.getMessage());
      request.response().setStatusCode(404).end(String.valueOf(e.getMessage()));
    }
  }

  /** Reads the storage off the server's event loop. */
  private void answer(RoutingContext request, Callable<Object> work) {
    request
        .vertx()
        .<byte[]>executeBlocking(
            promise -> {
              try {
                promise.complete(json.writeValueAsBytes(work.call()));
              } catch (Exception e) {
                promise.fail(e);
              }
            },
            false,
            result -> {
              var response =
                  request
                      .response()
                      .putHeader("content-type", JSON_TYPE)
                      .putHeader("x-content-type-options", "nosniff")
                      .putHeader("cache-control", "no-store");
              if (result.succeeded()) {
                response.end(Buffer.buffer(result.result()));
              } else {
                boolean bad = result.cause() instanceof IllegalArgumentException;
                if (!bad) {
                  LOG.warn("The page on attention got no data.", result.cause());
                }
                response.setStatusCode(bad ? 400 : 500).end("{}");
              }
            });
  }

  private SessionData data(RoutingContext request) {
    String id = request.request().getParam("session");
    String metric = request.request().getParam("metric");
    String after = request.request().getParam("after");
    return Session.find(storages, id == null ? "" : id)
        .map(session -> session.data(metric, after == null ? 0 : Long.parseLong(after)))
        .orElseThrow(() -> new IllegalArgumentException("There is no session '" + id + "'."));
  }

  @Override
  public void reportStorageEvents(Collection<StatsStorageEvent> events) {
    // The page asks; nothing is pushed.
  }

  @Override
  public void onAttach(StatsStorage storage) {
    if (storages.contains(storage)) {
      return;
    }
    storages.add(storage);
    LOG.info("Attention is shown at {}", AttentionPage.address(VertxUIServer.getInstance()));
  }

  @Override
  public void onDetach(StatsStorage storage) {
    storages.remove(storage);
  }

  @Override
  public List<I18NResource> getInternationalizationResources() {
    return List.of();
  }
}
