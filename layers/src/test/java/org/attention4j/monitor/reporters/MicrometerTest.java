package org.attention4j.monitor.reporters;

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
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.attention4j.layers.SelfAttentionLayer;
import org.attention4j.monitor.AttentionMonitor;
import org.attention4j.monitor.alarms.Alarm;
import org.attention4j.monitor.alarms.AlarmRules;
import org.attention4j.monitor.metrics.AggregateRecord;
import org.attention4j.monitor.metrics.MetricDescription;
import org.attention4j.monitor.metrics.MetricRecord;
import org.attention4j.normalizer.Normalizers;
import org.attention4j.testing.Sequences;
import org.attention4j.testing.TestNetworks;
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
        TestNetworks.of(
                new SelfAttentionLayer.Builder()
                    .name("att")
                    .nOut(14)
                    .nHeads(2)
                    .projectInput(true)
                    .normalizer(Normalizers.softmax(0.05))
                    .build())
            .learningRate(0.1)
            .perturbed(0.3)
            .network(DataType.FLOAT);
    network.setListeners(
        AttentionMonitor.builder()
            .every(2)
            .alarms(List.of(AlarmRules.coldSoftmax(0.1, 1)))
            .reportTo(Reporters.micrometer(registry))
            .reportTo(history)
            .build());
    for (int i = 0; i < 3; i++) {
      network.fit(Sequences.batch(DataType.FLOAT, false));
    }
    List<String> lines = scraped();
    for (int head = 0; head < 2; head++) {
      Map<String, Double> newest = history.latest("att", head).orElseThrow().metrics();
      String tags = "{head=\"%d\",layer=\"att\",split=\"training\"}".formatted(head);
      assertThat(value(lines, "attention_entropy_nats" + tags)).isEqualTo(newest.get("entropy"));
      assertThat(
              value(
                  lines,
                  "attention_gradient_norm{head=\"%d\",layer=\"att\",parameter=\"Wq\",split=\"training\"}"
                      .formatted(head)))
          .isEqualTo(newest.get("gradientNorm.Wq"));
      assertThat(
              value(
                  lines,
                  "attention_update_ratio{head=\"%d\",layer=\"att\",parameter=\"Wo\",split=\"training\"}"
                      .formatted(head)))
          .isEqualTo(newest.get("updateRatio.Wo"));
      assertThat(
              value(
                  lines,
                  "attention_alarms_total{head=\"%d\",layer=\"att\",rule=\"cold-softmax\"}"
                      .formatted(head)))
          .isEqualTo(1);
    }
  }

  /** What {@code promtool check metrics} looks for, and that nothing that was measured is lost. */
  @Test
  void namesUnitsAndHelpAreAsPrometheusWantsThem() throws Exception {
    Map<String, Double> all = new LinkedHashMap<>();
    for (MetricDescription metric : MetricDescription.all()) {
      all.put(metric.name().replace("<name>", "Wq"), 0.5 + all.size());
    }
    all.put("lastKey", 100.0);
    all.put("my.own", 101.0);
    all.put("gradientNorm", 102.0);
    Reporter reporter = Reporters.micrometer(registry);
    reporter.report(List.of(new MetricRecord(3, 0, "att \"1\"\n", 0, all)));
    reporter.alarm(new Alarm("rule", 3, "att", 0, "entropy", 1, "cause", "suggestion"));
    List<String> lines = scraped();
    Set<String> names = new HashSet<>();
    List<Double> values = new ArrayList<>();
    Map<String, String> help = new HashMap<>();
    for (String line : lines) {
      if (line.startsWith("# HELP ")) {
        String[] words = line.split(" ", 4);
        help.put(words[2], words[3]);
      } else if (!line.startsWith("#")) {
        names.add(line.replaceFirst("[{ ].*", ""));
        values.add(Double.valueOf(line.substring(line.lastIndexOf(' ') + 1)));
      }
    }
    assertThat(values).contains(1.0).containsAll(all.values()).hasSize(all.size() + 1);
    assertThat(names)
        .allMatch(name -> name.matches("attention(_[a-z0-9]+)+"))
        .noneMatch(name -> name.matches(".*_(count|sum|bucket|info|created)"))
        .noneMatch(name -> name.matches(".*_total") && !name.equals("attention_alarms_total"))
        .contains(
            "attention_normalized_entropy_ratio",
            "attention_effective_tokens",
            "attention_visible_keys",
            "attention_top_keys",
            "attention_nan_numbers",
            "attention_infinite_numbers",
            "attention_non_finite_numbers",
            "attention_separable_share_ratio",
            "attention_max_logit",
            "attention_log_sum_exp",
            "attention_normalizer",
            "attention_last_key",
            "attention_my_own",
            "attention_alarms_total");
    assertThat(help.keySet()).containsAll(names);
    assertThat(help.values()).allMatch(text -> text.matches(".{12,}\\."));
    assertThat(help.get("attention_row_mass")).isEqualTo("Row mass: Σ p.");
    assertThat(help.get("attention_gradient_norm"))
        .startsWith("the norm of the gradient of the head's share of a parameter");
    assertThat(help.get("attention_last_key")).isEqualTo("A metric of the user's own: lastKey.");
    for (MetricDescription metric : MetricDescription.all()) {
      String unit = metric.unit();
      String name = "attention." + MicrometerReporter.dotted(metric.name().replace(".<name>", ""));
      String ending = unit.equals("1") ? "" : "_" + unit;
      String snake = name.replace('.', '_');
      assertThat(names).contains(snake.endsWith(ending) ? snake : snake + ending);
    }
  }

  @Test
  void aGaugeFollowsTheNewestValueAndAlarmsAreCounted() throws Exception {
    Reporter reporter = Reporters.micrometer(registry);
    for (double value : new double[] {0.5, Double.NaN, 0.25}) {
      reporter.report(List.of(new MetricRecord(3, 0, "att", 7, Map.of("topMass", value))));
      assertThat(
              value(
                  scraped(),
                  "attention_top_mass_ratio{head=\"7\",layer=\"att\",split=\"training\"}"))
          .isEqualTo(Double.valueOf(value));
      reporter.alarm(new Alarm("rule", 3, "att", 7, "entropy", 1, "cause", "suggestion"));
    }
    // What is no longer measured, and what belongs to other data.
    reporter.report(
        List.of(new MetricRecord(4, 0, "test", "att", 7, Map.of("topMass", 0.125), Map.of())));
    reporter.report(List.of(new MetricRecord(4, 0, "att", 7, Map.of("entropy", 1.5))));
    assertThat(
            value(
                scraped(), "attention_top_mass_ratio{head=\"7\",layer=\"att\",split=\"training\"}"))
        .isNaN();
    assertThat(
            value(scraped(), "attention_top_mass_ratio{head=\"7\",layer=\"att\",split=\"test\"}"))
        .isEqualTo(0.125);
    String counter = "attention_alarms_total{head=\"7\",layer=\"att\",rule=\"rule\"}";
    assertThat(value(scraped(), counter)).isEqualTo(3);
    assertThat(reporter).hasToString("Micrometer gauges in " + registry);
  }

  @Test
  void aggregatesHaveNoHeadAndThoseOfTheNetworkNoLayer() throws Exception {
    Reporter reporter = Reporters.micrometer(registry);
    Map<String, Double> all = new LinkedHashMap<>();
    for (MetricDescription metric : MetricDescription.aggregates()) {
      all.put(metric.name(), 0.5 + all.size());
    }
    reporter.report(List.of(new MetricRecord(3, 0, "att", 0, Map.of("maxLogit", 7.0))));
    reporter.reportAggregate(new AggregateRecord(3, 0, null, "att", all));
    reporter.reportAggregate(new AggregateRecord(3, 0, null, null, all));
    reporter.reportAggregate(new AggregateRecord(3, 0, "test", null, Map.of("maxLogit", 9.0)));
    List<String> lines = scraped();
    String training = "split=\"training\"}";
    assertThat(value(lines, "attention_max_logit{head=\"0\",layer=\"att\"," + training))
        .isEqualTo(7);
    assertThat(value(lines, "attention_network_max_logit{split=\"test\"}")).isEqualTo(9);
    for (MetricDescription metric : MetricDescription.aggregates()) {
      String snake = MicrometerReporter.dotted(metric.name()).replace('.', '_');
      String unit = metric.unit().equals("1") ? "" : "_" + metric.unit();
      double value = all.get(metric.name());
      assertThat(value(lines, "attention_layer_" + snake + unit + "{layer=\"att\"," + training))
          .isEqualTo(value);
      assertThat(value(lines, "attention_network_" + snake + unit + "{" + training))
          .isEqualTo(value);
      assertThat(metric.meaning()).isNotEmpty();
    }
  }

  private static double value(List<String> lines, String name) {
    String line =
        lines.stream().filter(each -> each.startsWith(name + " ")).findFirst().orElseThrow();
    return Double.parseDouble(line.substring(name.length() + 1));
  }

  @Test
  void namesAndHelp() {
    assertThat(MicrometerReporter.dotted("nanCount")).isEqualTo("nan");
    assertThat(MicrometerReporter.dotted("Count")).isEqualTo("count");
    assertThat(MicrometerReporter.dotted("topMass2Big")).isEqualTo("top.mass2.big");
    assertThat(MicrometerReporter.help(MetricDescription.of("own.metric"), false))
        .isEqualTo("A metric of the user's own: own.metric.");
    assertThat(MicrometerReporter.help(MetricDescription.of("entropy"), false))
        .isEqualTo("Entropy: −Σ p log p of a query's weights, divided by their sum.");
  }
}
