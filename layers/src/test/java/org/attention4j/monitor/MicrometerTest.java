package org.attention4j.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.attention4j.layers.SelfAttentionLayer;
import org.attention4j.normalizer.Normalizers;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;

/** Gauges of a network that trains, as Prometheus scrapes them over HTTP. */
final class MicrometerTest {
  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final History history = Reporters.history(1000);
  private HttpServer server;

  @BeforeEach
  void serve() throws Exception {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/metrics",
        exchange -> {
          byte[] text = registry.scrape().getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(200, text.length);
          exchange.getResponseBody().write(text);
          exchange.close();
        });
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
    registry.close();
  }

  private List<String> scraped() throws Exception {
    URI address = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/metrics");
    HttpResponse<String> response =
        HttpClient.newHttpClient()
            .send(HttpRequest.newBuilder(address).build(), HttpResponse.BodyHandlers.ofString());
    assertThat(response.statusCode()).isEqualTo(200);
    return response.body().lines().toList();
  }

  @Test
  void gaugesOfEachHeadAreScraped() throws Exception {
    MultiLayerNetwork network =
        Nets.of(
            DataType.FLOAT,
            new SelfAttentionLayer.Builder()
                .name("att")
                .nOut(14)
                .nHeads(2)
                .projectInput(true)
                .normalizer(Normalizers.softmax(0.05))
                .build());
    network.setListeners(
        AttentionMonitor.builder()
            .every(2)
            .alarms(List.of(AlarmRules.coldSoftmax(0.1, 1)))
            .reportTo(Reporters.micrometer(registry))
            .reportTo(history)
            .build());
    for (int i = 0; i < 3; i++) {
      network.fit(Nets.data(DataType.FLOAT, false));
    }
    List<String> lines = scraped();
    for (int head = 0; head < 2; head++) {
      Map<String, Double> newest = history.latest("att", head).orElseThrow().metrics();
      String tags = "{head=\"%d\",layer=\"att\"}".formatted(head);
      assertThat(value(lines, "attention_entropy" + tags)).isEqualTo(newest.get("entropy"));
      assertThat(value(lines, "attention_gradientNorm_Wq" + tags))
          .isEqualTo(newest.get("gradientNorm.Wq"));
      for (String metric : newest.keySet()) {
        assertThat(lines)
            .anyMatch(line -> line.startsWith("attention_" + metric.replace('.', '_') + tags));
      }
      assertThat(
              value(
                  lines,
                  "attention_alarms_total{head=\"%d\",layer=\"att\",rule=\"cold-softmax\"}"
                      .formatted(head)))
          .isEqualTo(1);
    }
  }

  private static double value(List<String> lines, String name) {
    String line =
        lines.stream().filter(each -> each.startsWith(name + " ")).findFirst().orElseThrow();
    return Double.parseDouble(line.substring(name.length() + 1));
  }
}
