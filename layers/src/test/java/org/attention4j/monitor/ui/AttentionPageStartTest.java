package org.attention4j.monitor.ui;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.attention4j.monitor.metrics.MetricRecord;
import org.attention4j.monitor.reporters.Reporters;
import org.deeplearning4j.core.storage.StatsStorage;
import org.deeplearning4j.ui.VertxUIServer;
import org.deeplearning4j.ui.model.storage.InMemoryStatsStorage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class AttentionPageStartTest {
  @AfterEach
  void stop() {
    AttentionPage.stop();
  }

  @Test
  void nullStartsNothing() {
    assertThatThrownBy(() -> AttentionPage.start(null, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("AttentionPage: the storage is null but must be what");
    assertThat(VertxUIServer.getInstance()).isNull();
  }

  private static StatsStorage storage(String session) {
    StatsStorage storage = new InMemoryStatsStorage();
    Reporters.statsStorage(storage, session)
        .report(List.of(new MetricRecord(0, 0, "att", 0, Map.of("entropy", 1.0))));
    return storage;
  }

  @Test
  void twoStoragesAreShownByOneServer() throws Exception {
    URI first = AttentionPage.start(storage("first run"), 0);
    PrintStream before = System.err;
    ByteArrayOutputStream log = new ByteArrayOutputStream();
    System.setErr(new PrintStream(log, true, StandardCharsets.UTF_8));
    URI second;
    try {
      second = AttentionPage.start(storage("second run"), 9);
    } finally {
      System.setErr(before);
    }
    assertThat(second).isEqualTo(first);
    assertThat(log.toString(StandardCharsets.UTF_8))
        .contains(
            "runs on port " + first.getPort() + " already and shows this storage there, too,");
    HttpResponse<String> sessions =
        HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(URI.create(first + "/sessions")).build(),
                HttpResponse.BodyHandlers.ofString());
    assertThat(sessions.body()).contains("first run", "second run");
  }
}
