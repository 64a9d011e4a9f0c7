package org.attention4j.monitor.ui;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import org.attention4j.monitor.Alarm;
import org.attention4j.monitor.MetricRecord;
import org.attention4j.monitor.Reporter;
import org.attention4j.monitor.Reporters;
import org.deeplearning4j.core.storage.StatsStorage;
import org.deeplearning4j.ui.model.storage.InMemoryStatsStorage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
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
    assertThat(all.path("points").path(0).path("values").path(0).doubleValue()).isEqualTo(0.25);
    assertThat(all.path("alarms").path(0).path("alarm").path("cause").asText()).isEqualTo("cause");
    long next = all.path("next").asLong();
    reporter.report(List.of(measured(5, Map.of("entropy", 0.125))));
    String later = "/attention/data?session=a%26b&after=" + next + "&metric=";
    assertThat(json(page, later + "entropy").path("points")).hasSize(1);
    JsonNode absent = json(page, later + "own").path("points").path(0);
    assertThat(absent.path("iteration").asInt()).isEqualTo(5);
    assertThat(absent.path("values").path(0).isNull()).isTrue();
    JsonNode own = json(page, "/attention/data?session=a%26b&metric=own");
    assertThat(own.path("points").path(0).path("values").path(0).asText()).isEqualTo("NaN");
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
