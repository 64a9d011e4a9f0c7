package org.attention4j.examples.distributed;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The page shows what the workers measured, each worker as a run. */
class WorkerPageTest {
  private static JsonNode get(URI page, String path) throws IOException, InterruptedException {
    HttpResponse<String> answer =
        HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(URI.create(page + path)).build(),
                HttpResponse.BodyHandlers.ofString());
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return new ObjectMapper().readTree(answer.body());
  }

  @Test
  void eachWorkerIsARunWithMetricsAggregatesAndAlarms() throws Exception {
    try (WorkerPage page = new WorkerPage(0)) {
      URI address = page.address().orElseThrow();
      assertThat(address.getHost()).isIn("127.0.0.1", "localhost");
      TwoWorkers.rounds().forEach(new DriverMonitor(List.of(TwoWorkers.RULE), page::reporters));

      List<String> runs = new ArrayList<>();
      get(address, "/sessions").path("sessions").forEach(run -> runs.add(run.path("id").asText()));
      assertThat(runs).containsExactlyInAnyOrder("worker 0", "worker 1");
      assertThat(headsInAlarm(get(address, "/overview?session=worker%200"))).isEqualTo(3);
      assertThat(headsInAlarm(get(address, "/overview?session=worker%201"))).isEqualTo(2);
      JsonNode entropy = get(address, "/data?session=worker%201&metric=entropy");
      assertThat(entropy.path("snapshots").asInt()).isEqualTo(4);
      assertThat(entropy.path("series").path(1).path("latest").toString()).isEqualTo("[1.5,1.5]");
      assertThat(entropy.path("alarmCount").asInt()).isEqualTo(1);
      JsonNode alarm = entropy.path("alarms").path(0).path("alarm");
      assertThat(alarm.path("rule").asText()).isEqualTo("high");
      assertThat(alarm.path("layer").asText()).isEqualTo("block-1");
    }
  }

  /** The network's number on the last iteration. */
  private static int headsInAlarm(JsonNode overview) {
    for (JsonNode series : overview.path("series")) {
      if (series.path("layer").isNull() && series.path("metric").asText().equals("headsInAlarm")) {
        return series.path("latest").path(0).asInt();
      }
    }
    return -1;
  }

  @Test
  void withoutThePageNobodyIsTold() {
    try (WorkerPage page = new WorkerPage(null)) {
      assertThat(page.address()).isEmpty();
      assertThat(page.reporters(0)).isEmpty();
    }
  }
}
