package org.attention4j.monitor.ui;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.attention4j.monitor.metrics.MetricDescription;
import org.attention4j.monitor.reporters.StoredAttention;
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
 * <p>The stock pages cannot link to it, so the log has its address.
 *
 * <table>
 *   <caption>Routes, all GET</caption>
 *   <tr><th>path</th><th>what</th></tr>
 *   <tr><td>/attention</td><td>the page</td></tr>
 *   <tr><td>/attention/assets/:name</td><td>its scripts and style</td></tr>
 *   <tr><td>/attention/sessions</td><td>JSON: the runs, newest first</td></tr>
 *   <tr><td>/attention/data?session=&amp;split=&amp;metric=&amp;layer=&amp;after=</td><td>JSON: one
 *       metric of all heads; only the columns of the layer have their least and greatest
 *       values</td></tr>
 *   <tr><td>/attention/overview?session=&amp;split=&amp;after=</td><td>JSON: all numbers of the layers
 *       and of the network</td></tr>
 *   <tr><td>/attention/head?session=&amp;split=&amp;layer=&amp;head=&amp;after=</td><td>JSON: all
 *       metrics of one head</td></tr>
 *   <tr><td>/attention/weights?session=&amp;layer=</td><td>JSON: a layer's newest weights</td></tr>
 *   <tr><td>/attention/metrics?name=&amp;name=</td><td>JSON: what metrics mean, and the
 *       charts of the overview</td></tr>
 *   <tr><td>/attention/*</td><td>404</td></tr>
 * </table>
 *
 * <p>{@code data}, {@code overview} and {@code head} answer with {@link SessionData}: what is newer
 * than the time stamp {@code after}, of the training or of another split, long runs in {@link
 * Columns} of several snapshots, so that an answer is bounded for any length of run. Every answer
 * has a content type; errors are one sentence of plain text.
 */
public final class AttentionModule implements UIModule {
  private static final Logger LOG = LoggerFactory.getLogger(AttentionModule.class);

  private static final String JSON_TYPE = "application/json; charset=utf-8";
  private static final String TEXT_TYPE = "text/plain; charset=utf-8";
  private static final int BAD_REQUEST = 400;
  private static final int NOT_FOUND = 404;
  private static final int METHOD_NOT_ALLOWED = 405;
  private static final int SERVER_ERROR = 500;

  /** The browser loads only what this server sends, whatever a name in a storage contains. */
  private static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline';"
          + " img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'";

  private static final String EVERYTHING_ELSE = AttentionPage.PATH + "/*";

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
        get(AttentionPage.PATH + "/data", request -> answer(request, () -> data(request))),
        get(AttentionPage.PATH + "/overview", request -> answer(request, () -> overview(request))),
        get(AttentionPage.PATH + "/head", request -> answer(request, () -> head(request))),
        get(AttentionPage.PATH + "/weights", request -> answer(request, () -> weights(request))),
        get(
            AttentionPage.PATH + "/metrics",
            request -> answer(request, () -> descriptions(request.queryParam("name")))),
        get(
            EVERYTHING_ELSE,
            request -> refuse(request, NOT_FOUND, "The page on attention has no such path.")),
        new Route(EVERYTHING_ELSE, HttpMethod.POST, (arguments, request) -> onlyGet(request)),
        new Route(EVERYTHING_ELSE, HttpMethod.PUT, (arguments, request) -> onlyGet(request)));
  }

  private static Route get(String path, Consumer<RoutingContext> handler) {
    return new Route(path, HttpMethod.GET, (arguments, request) -> handler.accept(request));
  }

  private static void onlyGet(RoutingContext request) {
    request.response().putHeader("allow", "GET");
    refuse(request, METHOD_NOT_ALLOWED, "The page on attention answers GET only.");
  }

  private static HttpServerResponse response(RoutingContext request, String type) {
    return request
        .response()
        .putHeader("content-type", type)
        .putHeader("content-security-policy", POLICY)
        .putHeader("x-content-type-options", "nosniff");
  }

  private static void refuse(RoutingContext request, int status, String sentence) {
    response(request, TEXT_TYPE)
        .putHeader("cache-control", "no-store")
        .setStatusCode(status)
        .end(sentence);
  }

  private static void asset(RoutingContext request, String name) {
    try {
      Asset asset = Asset.of(name);
      response(request, asset.type())
          .putHeader("cache-control", "no-cache")
          .end(Buffer.buffer(asset.content()));
    } catch (IOException e) {
      LOG.warn("{}", e.getMessage());
      refuse(request, NOT_FOUND, String.valueOf(e.getMessage()));
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
              if (result.succeeded()) {
                response(request, JSON_TYPE)
                    .putHeader("cache-control", "no-store")
                    .end(Buffer.buffer(result.result()));
              } else if (result.cause() instanceof IllegalArgumentException) {
                refuse(request, BAD_REQUEST, String.valueOf(result.cause().getMessage()));
              } else {
                LOG.warn("The page on attention got no data.", result.cause());
                refuse(request, SERVER_ERROR, "See the log of the training.");
              }
            });
  }

  private Session session(RoutingContext request) {
    String id = request.request().getParam("session");
    return Session.find(storages, id == null ? "" : id)
        .orElseThrow(
            () -> new IllegalArgumentException("There is no session '" + FromUrl.shown(id) + "'."));
  }

  private SessionData data(RoutingContext request) {
    String layer = request.request().getParam("layer");
    return data(request, SeriesReader.ofMetric(request.request().getParam("metric"), layer));
  }

  private SessionData overview(RoutingContext request) {
    return data(request, SeriesReader.ofAggregates());
  }

  private SessionData head(RoutingContext request) {
    String layer = request.request().getParam("layer");
    int head = (int) number(request, "head", "a head, counted from 0", Integer.MAX_VALUE);
    return data(request, SeriesReader.ofHead(layer == null ? "" : layer, head));
  }

  private SessionData data(RoutingContext request, SeriesReader series) {
    String split = request.request().getParam("split");
    long after = number(request, "after", "a time in milliseconds", Long.MAX_VALUE);
    return session(request).data(series, split == null ? "" : split, after);
  }

  /** A number from 0, which it also is if the address has none. */
  private static long number(RoutingContext request, String name, String meaning, long greatest) {
    String text = request.request().getParam(name);
    long number = -1;
    NumberFormatException cause = null;
    try {
      number = text == null ? 0 : Long.parseLong(text);
    } catch (NumberFormatException e) {
      cause = e;
    }
    if (number < 0 || number > greatest) {
      throw new IllegalArgumentException(
          name + " is '" + FromUrl.shown(text) + "' but must be " + meaning + ".", cause);
    }
    return number;
  }

  private ShownWeights weights(RoutingContext request) {
    String layer = request.request().getParam("layer");
    return session(request)
        .weights(layer == null ? "" : layer)
        .orElseGet(() -> new ShownWeights(layer == null ? "" : layer, 0, 1, List.of()));
  }

  /**
   * What the page shows of a metric.
   *
   * @param place its place in the list of all metrics; those of the user come last
   */
  private record Described(
      String name, String group, String label, String unit, String text, int place) {
    static Described of(String name) {
      MetricDescription metric = MetricDescription.of(name);
      MetricDescription listed = MetricDescription.ofFamily(name).orElse(metric);
      List<MetricDescription> all = MetricDescription.all();
      int place = all.contains(listed) ? all.indexOf(listed) : all.size();
      return new Described(
          name, metric.group(), metric.label(), metric.unit(), metric.text(), place);
    }
  }

  private static Map<String, Object> descriptions(List<String> names) {
    return Map.of(
        "groups",
        MetricDescription.all().stream().map(MetricDescription::group).distinct().toList(),
        "metrics",
        names.stream().map(Described::of).toList(),
        "charts",
        OverviewChart.all());
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
    VertxUIServer server = VertxUIServer.getInstance();
    LOG.info(
        "Attention is shown at {}, {}", AttentionPage.address(server), AttentionPage.reach(server));
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
