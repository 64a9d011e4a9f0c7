package org.attention4j.monitor.ui;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.attention4j.monitor.LogCapture;
import org.attention4j.monitor.alarms.Alarm;
import org.attention4j.monitor.metrics.AggregateRecord;
import org.attention4j.monitor.metrics.MetricDescription;
import org.attention4j.monitor.metrics.MetricRecord;
import org.attention4j.monitor.reporters.Reporter;
import org.attention4j.monitor.reporters.Reporters;
import org.deeplearning4j.core.storage.StatsStorage;
import org.deeplearning4j.ui.VertxUIServer;
import org.deeplearning4j.ui.model.storage.InMemoryStatsStorage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.ObjectMapper;

/** What the page's part of the server answers, without a browser. */
final class AttentionModuleTest {
  private final StatsStorage storage = new InMemoryStatsStorage();
  private final HttpClient client = HttpClient.newHttpClient();

  @AfterEach
  void stop() {
    AttentionPage.stop();
  }

  private HttpResponse<String> get(URI page, String path) throws IOException, InterruptedException {
    return client.send(
        HttpRequest.newBuilder(page.resolve(path)).build(), HttpResponse.BodyHandlers.ofString());
  }

  private JsonNode json(URI page, String path) throws IOException, InterruptedException {
    return new ObjectMapper().readTree(get(page, path).body());
  }

  private static MetricRecord measured(int iteration, Map<String, Double> metrics) {
    return new MetricRecord(iteration, 0, "att", 0, metrics);
  }

  @Test
  void answersWithOneMetricAndWhatIsNew() throws Exception {
    URI page = AttentionPage.start(storage, 0);
    assertThat(AttentionPage.start(storage, 0)).isEqualTo(page);
    assertThat(json(page, "/attention/sessions").path("sessions")).isEmpty();
    Reporter reporter = Reporters.statsStorage(storage, "a&b");
    reporter.report(List.of(measured(2, Map.of("entropy", 0.25, "own", Double.NaN))));
    reporter.alarm(new Alarm("rule", 2, "att", 0, "entropy", 0.25, "cause", "suggestion"));
    assertThat(json(page, "/attention/sessions").path("sessions").path(0).path("id").asText())
        .isEqualTo("a&b");
    JsonNode all = json(page, "/attention/data?session=a%26b");
    assertThat(all.path("metric").asText()).isEqualTo("entropy");
    assertThat(all.path("metrics")).hasSize(2);
    assertThat(all.path("series").path(0).path("layer").asText()).isEqualTo("att");
    assertThat(column(all).path("values").path(0).doubleValue()).isEqualTo(0.25);
    assertThat(column(all).path("first").asInt()).isEqualTo(2);
    assertThat(column(all).has("min")).isFalse();
    assertThat(all.path("snapshots").asInt()).isEqualTo(1);
    assertThat(all.path("alarmCount").asInt()).isEqualTo(1);
    assertThat(all.path("alarms").path(0).path("alarm").path("cause").asText()).isEqualTo("cause");
    long next = all.path("next").asLong();
    reporter.report(List.of(measured(5, Map.of("entropy", 0.125))));
    String later = "/attention/data?session=a%26b&after=" + next + "&metric=";
    assertThat(json(page, later + "entropy").path("series").path(0).path("columns")).hasSize(1);
    assertThat(json(page, later + "entropy").path("loss")).hasSize(1);
    JsonNode absent = json(page, later + "own").path("series").path(0);
    assertThat(absent.path("iteration").asInt()).isEqualTo(5);
    assertThat(absent.path("latest").path(0).isNull()).isTrue();
    JsonNode own = json(page, "/attention/data?session=a%26b&metric=own");
    assertThat(column(own).path("values").path(0).asText()).isEqualTo("NaN");
  }

  @Test
  void answersWithTheOverviewAndAHead() throws Exception {
    URI page = AttentionPage.start(storage, 0);
    Reporter reporter = Reporters.statsStorage(storage, "run");
    reporter.report(List.of(measured(2, Map.of("entropy", 0.25))));
    reporter.reportAggregate(new AggregateRecord(2, 0, null, "att", Map.of("entropyMean", 0.25)));
    reporter.reportAggregate(new AggregateRecord(2, 0, "test", null, Map.of("entropyMean", 0.125)));
    JsonNode layer = json(page, "/attention/overview?session=run").path("series");
    assertThat(layer).hasSize(1);
    assertThat(layer.path(0).path("layer").asText()).isEqualTo("att");
    assertThat(layer.path(0).path("latest").path(0).asDouble()).isEqualTo(0.25);
    JsonNode network = json(page, "/attention/overview?session=run&split=test").path("series");
    assertThat(network.path(0).path("layer").isNull()).isTrue();
    assertThat(network.path(0).path("metric").asText()).isEqualTo("entropyMean");
    JsonNode head = json(page, "/attention/head?session=run&layer=att&head=0").path("series");
    assertThat(head.path(0).path("metric").asText()).isEqualTo("entropy");
    assertThat(json(page, "/attention/head?session=run&layer=att&head=1").path("series")).isEmpty();
    assertThat(get(page, "/attention/head?session=run&head=x").body())
        .isEqualTo("head is 'x' but must be a head, counted from 0.");
  }

  /** Each number of an aggregate is in one chart, as a line or in a band. */
  @Test
  void chartsOfTheOverview() throws Exception {
    URI page = AttentionPage.start(storage, 0);
    JsonNode charts = json(page, "/attention/metrics").path("charts");
    List<String> shown = new ArrayList<>();
    for (JsonNode chart : charts) {
      for (String part : List.of("low", "line", "high")) {
        if (!chart.path(part).isNull()) {
          shown.add(chart.path(part).asText());
        }
      }
    }
    assertThat(shown)
        .containsExactlyInAnyOrderElementsOf(
            MetricDescription.aggregates().stream().map(MetricDescription::name).toList());
    JsonNode entropy = charts.path(0);
    assertThat(entropy.path("label").asText()).isEqualTo("Entropy");
    assertThat(entropy.path("metric").asText()).isEqualTo("entropy");
    assertThat(entropy.path("low").asText()).isEqualTo("entropyMin");
    assertThat(entropy.path("high").asText()).isEqualTo("entropyMax");
    for (JsonNode chart : charts) {
      if (chart.path("line").asText().equals("rankResidual")) {
        assertThat(chart.path("metric").isNull()).isTrue();
        assertThat(chart.path("low").isNull()).isTrue();
      }
    }
  }

  private static JsonNode column(JsonNode answer) {
    return answer.path("series").path(0).path("columns").path(0);
  }

  /** What a stranger writes into an address must not make lines of its own in a log. */
  @Test
  void namesFromTheAddressStayOnOneLine() throws Exception {
    URI page = AttentionPage.start(storage, 0);
    String forged = "x%0D%0A12:00%20WARN%20forged%1B%5B2J%E2%80%A8%C2%85.js";
    String shown = "x??12:00 WARN forged?[2J??.js";
    try (LogCapture log = new LogCapture()) {
      HttpResponse<String> refused = get(page, "/attention/assets/" + forged);
      assertThat(refused.statusCode()).isEqualTo(404);
      assertThat(refused.body()).isEqualTo("The page on attention has no file '" + shown + "'.");
      assertThat(log.lines(shown)).isEqualTo(1);
      assertThat(log.lines("12:00 WARN forged")).isEqualTo(1);
      get(page, "/attention/assets/" + "y".repeat(1000) + ".js");
      assertThat(log.lines("'" + "y".repeat(100) + "…'")).isEqualTo(1);
    }
    assertThat(get(page, "/attention/data?session=" + forged).body())
        .isEqualTo("There is no session '" + shown + "'.");
  }

  @ParameterizedTest
  @CsvSource({
    "GET,     /attention,                            200, text/html",
    "GET,     /attention/,                           200, text/html",
    "GET,     /attention/assets/main.js,             200, text/javascript",
    "GET,     /attention/assets/attention.css,       200, text/css",
    "GET,     /attention/assets/icon.svg,            200, image/svg+xml",
    "GET,     /attention/assets/none.js,             404, text/plain",
    "GET,     /attention/assets/none,                404, text/plain",
    "GET,     /attention/assets/,                    404, text/plain",
    "GET,     /attention/none,                       404, text/plain",
    "GET,     /attention/data/more,                  404, text/plain",
    "GET,     /attention/sessions,                   200, application/json",
    "GET,     /attention/metrics,                    200, application/json",
    "GET,     /attention/data?session=run,           200, application/json",
    "GET,     /attention/weights?session=run&layer=att, 200, application/json",
    "GET,     /attention/data?session=run&split=none, 200, application/json",
    "GET,     /attention/overview?session=run,       200, application/json",
    "GET,     /attention/head?session=run&layer=att&head=0, 200, application/json",
    "GET,     /attention/data,                       400, text/plain",
    "GET,     /attention/overview,                   400, text/plain",
    "GET,     /attention/head?session=run&layer=att&head=x, 400, text/plain",
    "GET,     /attention/head?session=run&layer=att&head=-1, 400, text/plain",
    "GET,     /attention/head?session=run&layer=att&head=2147483648, 400, text/plain",
    "GET,     /attention/weights?session=none,       400, text/plain",
    "GET,     /attention/data?session=run&after=x,   400, text/plain",
    "POST,    /attention/data,                       405, text/plain",
    "PUT,     /attention,                            405, text/plain",
    "DELETE,  /attention/data,                       405, text/plain",
    "HEAD,    /attention,                            405, text/plain",
    "GET,     /nowhere,                              404, text/plain",
  })
  void everyAnswerHasAContentType(String method, String path, int status, String type)
      throws Exception {
    URI page = AttentionPage.start(storage, 0);
    Reporters.statsStorage(storage, "run").report(List.of(measured(1, Map.of("entropy", 0.5))));
    HttpResponse<String> answer =
        client.send(
            HttpRequest.newBuilder(page.resolve(path))
                .method(method, HttpRequest.BodyPublishers.noBody())
                .build(),
            HttpResponse.BodyHandlers.ofString());
    assertThat(answer.statusCode()).isEqualTo(status);
    assertThat(answer.headers().firstValue("content-type").orElse("none")).startsWith(type);
  }

  @Test
  void anErrorInAStorageIsNotShownToTheBrowser() throws Exception {
    boolean[] breaks = {false};
    StatsStorage broken =
        (StatsStorage)
            Proxy.newProxyInstance(
                StatsStorage.class.getClassLoader(),
                new Class<?>[] {StatsStorage.class},
                (proxy, method, arguments) -> {
                  if (method.getName().equals("listSessionIDs") && breaks[0]) {
                    throw new IllegalStateException("secret");
                  }
                  return switch (method.getName()) {
                    case "listSessionIDs" -> List.of();
                    case "equals" -> proxy == arguments[0];
                    case "hashCode" -> 1;
                    case "toString" -> "broken";
                    default -> null;
                  };
                });
    AttentionModule module = new AttentionModule();
    assertThat(module.getCallbackTypeIDs()).containsExactly("Attention4j");
    URI page = AttentionPage.start(broken, 0);
    breaks[0] = true;
    HttpResponse<String> answer = get(page, "/attention/sessions");
    breaks[0] = false;
    assertThat(answer.statusCode()).isEqualTo(500);
    assertThat(answer.body()).isEqualTo("See the log of the training.");
    assertThat(answer.headers().firstValue("content-type")).hasValue("text/plain; charset=utf-8");
  }

  /** The page is for who sits at this machine, unless a host is given. */
  @Test
  void listensOnLoopbackUnlessToldOtherwise() throws Exception {
    String loopback = "127.0.0.1";
    URI page = AttentionPage.start(storage, 0);
    assertThat(page.getHost()).isEqualTo("localhost");
    assertThat(connects(loopback, page.getPort())).isTrue();
    for (String other : otherAddresses()) {
      assertThat(connects(other, page.getPort())).as(other).isFalse();
    }
    assertThat(reach()).isEqualTo("for this machine alone (127.0.0.1)");
    AttentionPage.stop();
    page = AttentionPage.start(storage, "0.0.0.0", 0);
    assertThat(page.getHost()).isEqualTo("localhost");
    assertThat(connects(loopback, page.getPort())).isTrue();
    for (String other : otherAddresses()) {
      assertThat(connects(other, page.getPort())).as(other).isTrue();
    }
    assertThat(reach()).isEqualTo("for all who can reach 0.0.0.0, without a password");
    AttentionPage.stop();
    VertxUIServer.getInstance(0, false, null);
    assertThat(reach())
        .isEqualTo(
            "for all who can reach this machine (0.0.0.0, all interfaces), without a password");
  }

  private static String reach() {
    return AttentionPage.reach(VertxUIServer.getInstance());
  }

  @Test
  void aHostThatIsNotThisMachine() {
    // TEST-NET-1, which no machine has.
    assertThatThrownBy(() -> AttentionPage.start(storage, "192.0.2.1", 0))
        .hasMessage(
            "AttentionPage: the training UI cannot be started on port 0 of 192.0.2.1; give another"
                + " port, or 0 for any that is free.");
    assertThat(AttentionPage.start(storage, 0)).hasPath("/attention");
  }

  /** The whole of 127.0.0.0/8 is this machine, and a server on all interfaces answers there. */
  private static List<String> otherAddresses() throws SocketException {
    List<String> addresses = new ArrayList<>();
    if (System.getProperty("os.name").startsWith("Linux")) {
      addresses.add("127.0.0.2");
    }
    NetworkInterface.networkInterfaces()
        .flatMap(NetworkInterface::inetAddresses)
        .filter(address -> address instanceof Inet4Address && !address.isLoopbackAddress())
        .forEach(address -> addresses.add(address.getHostAddress()));
    return addresses;
  }

  private static boolean connects(String host, int port) {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(host, port), 2000);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  @Test
  void thePortOfTheSystemPropertyGoesFirst() throws IOException {
    int free;
    try (ServerSocket socket = new ServerSocket(0)) {
      free = socket.getLocalPort();
    }
    System.setProperty("org.deeplearning4j.ui.port", String.valueOf(free));
    try {
      assertThat(AttentionPage.start(storage, 0)).hasPort(free);
    } finally {
      System.clearProperty("org.deeplearning4j.ui.port");
    }
  }

  @Test
  void refusesWhatIsNotThere() throws Exception {
    URI page = AttentionPage.start(storage, 0);
    assertThat(get(page, "/attention/data?session=none").statusCode()).isEqualTo(400);
    assertThat(get(page, "/attention/data?session=none").body())
        .isEqualTo("There is no session 'none'.");
    for (String name : List.of("none.js", "AttentionPage.class", "..%2fReporters.class", "js")) {
      assertThat(get(page, "/attention/assets/" + name).statusCode()).as(name).isEqualTo(404);
    }
    HttpResponse<String> html = get(page, "/attention");
    assertThat(html.statusCode()).isEqualTo(200);
    assertThat(html.headers().firstValue("content-security-policy").orElseThrow())
        .contains("default-src 'none'", "script-src 'self'");
    assertThat(get(page, "/attention/assets/echarts.js").body()).contains("Apache");
  }

  @Test
  void aPortThatIsTakenOrImpossible() throws IOException {
    try (ServerSocket taken = new ServerSocket(0)) {
      int port = taken.getLocalPort();
      assertThatThrownBy(() -> AttentionPage.start(storage, port))
          .hasMessage(
              "AttentionPage: the training UI cannot be started on port %d; give another port, or 0 for any that is free."
                  .formatted(port));
    }
    assertThatThrownBy(() -> AttentionPage.start(storage, -1))
        .hasMessage("AttentionPage: the port is -1 but must be 0 to 65535.");
    assertThat(AttentionPage.start(storage, 0)).hasPath("/attention");
  }
}
