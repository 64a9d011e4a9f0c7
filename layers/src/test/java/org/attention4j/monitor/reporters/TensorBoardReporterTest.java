package org.attention4j.monitor.reporters;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Offset.offset;

import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.attention4j.monitor.alarms.Alarm;
import org.attention4j.monitor.metrics.AggregateRecord;
import org.attention4j.monitor.metrics.MetricRecord;
import org.attention4j.monitor.reporters.EventRecords.Event;
import org.attention4j.monitor.reporters.EventRecords.Histogram;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is in the event files, read by {@link EventRecords}. */
final class TensorBoardReporterTest {
  @TempDir Path folder;

  private static MetricRecord head(String split, String layer, int head, double entropy) {
    Map<String, Double> metrics = new LinkedHashMap<>();
    metrics.put("entropy", entropy);
    metrics.put("gradientNorm.Wq", 3.0 + head);
    return new MetricRecord(300, 1, split, layer, head, metrics, Map.of("entropy", 0.125));
  }

  private static Alarm alarm(String rule, String layer) {
    return new Alarm(rule, 301, layer, 1, "entropy", 0.01, "it fell", "try qkNorm");
  }

  private static List<Event> events(Path folder) throws Exception {
    return EventRecords.read(Files.readAllBytes(EventRecords.only(folder)));
  }

  /** The check value of CRC-32C in RFC 3720, so that the parser is not wrong together with it. */
  @Test
  void theParsersOwnChecksum() {
    assertThat(EventRecords.crc32c("123456789".getBytes(StandardCharsets.US_ASCII)))
        .isEqualTo(0xe3069283L);
  }

  @Test
  void numbersOfHeadsLayersAndTheNetwork() throws Exception {
    double before = System.currentTimeMillis() / 1000.0;
    try (Reporter reporter = Reporters.tensorBoard(folder)) {
      reporter.report(
          List.of(
              head(null, "att", 0, 1.0 / 3),
              head(null, "att", 1, Double.NaN),
              head(null, "att", 2, Double.POSITIVE_INFINITY)));
      reporter.reportAggregate(new AggregateRecord(300, 1, null, "att", Map.of("sinkRate", 0.25)));
      reporter.reportAggregate(
          new AggregateRecord(300, 1, null, null, Map.of("sinkRate", Double.NaN)));
      // Before the file is closed.
      List<Event> events = events(folder);
      assertThat(events).hasSize(4);
      assertThat(events.get(0).version()).isEqualTo("brain.Event:2");
      assertThat(events.get(0).values()).isEmpty();
      assertThat(events.subList(1, 4)).allSatisfy(e -> assertThat(e.step()).isEqualTo(300));
      assertThat(events)
          .allSatisfy(
              e -> assertThat(e.time()).isBetween(before, System.currentTimeMillis() / 1000.0));
      Map<String, Object> heads = new LinkedHashMap<>(events.get(1).values());
      assertThat(heads.remove("attention/att/entropy")).isInstanceOf(Histogram.class);
      assertThat(heads)
          .isEqualTo(
              Map.of(
                  "attention/att/head0/entropy",
                  (float) (1.0 / 3),
                  "attention/att/head0/gradientNorm.Wq",
                  3f,
                  "attention/att/head1/entropy",
                  Float.NaN,
                  "attention/att/head1/gradientNorm.Wq",
                  4f,
                  "attention/att/head2/entropy",
                  Float.POSITIVE_INFINITY,
                  "attention/att/head2/gradientNorm.Wq",
                  5f));
      assertThat(events.get(2).values()).isEqualTo(Map.of("attention/att/sinkRate", 0.25f));
      assertThat(events.get(3).values()).isEqualTo(Map.of("attention/model/sinkRate", Float.NaN));
    }
    assertThat(EventRecords.only(folder).getFileName().toString())
        .matches("events\\.out\\.tfevents\\.\\d{10}\\.attention4j\\..+");
  }

  /** Each value counts once, in the bucket between whose limits it is. */
  @Test
  void theEntropiesOfHeads() throws Exception {
    double[] entropies = {2.5, 0.5, 1.75, 0.5, 0.51, 2.4375, Double.NaN};
    try (Reporter reporter = Reporters.tensorBoard(folder)) {
      reporter.report(
          IntStream.range(0, entropies.length)
              .mapToObj(h -> head(null, "att", h, entropies[h]))
              .toList());
      reporter.report(List.of(head(null, "att", 0, 1.5), head(null, "att", 1, 1.5)));
      reporter.report(List.of(head(null, "att", 0, Double.NaN)));
      reporter.report(List.of(new MetricRecord(300, 1, "att", 0, Map.of("maxLogit", 2.0))));
    }
    List<Event> events = events(folder);
    Histogram histogram = (Histogram) events.get(1).values().get("attention/att/entropy");
    assertThat(histogram.min()).isEqualTo(0.5);
    assertThat(histogram.max()).isEqualTo(2.5);
    assertThat(histogram.num()).isEqualTo(6);
    // Sums of six numbers of this size: each addition errs by at most one ulp of the result.
    double[] finite = Arrays.copyOf(entropies, 6);
    assertThat(histogram.sum()).isCloseTo(Arrays.stream(finite).sum(), offset(1e-14));
    assertThat(histogram.squares())
        .isCloseTo(Arrays.stream(finite).map(v -> v * v).sum(), offset(1e-14));
    assertThat(histogram.limits()).hasSize(30).isSorted();
    assertThat(histogram.limits().get(29)).isEqualTo(2.5);
    assertThat(histogram.counts()).hasSize(30);
    for (int bucket = 0; bucket < 30; bucket++) {
      double low = bucket == 0 ? 0.5 : histogram.limits().get(bucket - 1);
      double high = bucket == 29 ? Double.MAX_VALUE : histogram.limits().get(bucket);
      assertThat(histogram.counts().get(bucket))
          .isEqualTo((double) Arrays.stream(finite).filter(v -> low <= v && v < high).count());
    }
    assertThat(events.get(2).values().get("attention/att/entropy"))
        .isEqualTo(new Histogram(1.5, 1.5, 2, 3, 4.5, List.of(1.5), List.of(2.0)));
    assertThat(events.get(3).values()).doesNotContainKey("attention/att/entropy");
    assertThat(events.get(4).values()).containsOnlyKeys("attention/att/head0/maxLogit");
  }

  @Test
  void alarmsAreTexts() throws Exception {
    try (Reporter reporter = Reporters.tensorBoard(folder)) {
      reporter.alarm(alarm("entropy-collapse", "att ü"));
      reporter.alarm(alarm("own", "att ü"));
    }
    List<Event> events = events(folder);
    assertThat(events.get(1).step()).isEqualTo(301);
    assertThat(events.get(1).values())
        .isEqualTo(
            Map.of(
                "attention/att__/alarms/entropy-collapse",
                "entropy-collapse: head 1 of layer att ü: it fell; try qkNorm"));
    assertThat(events.get(2).values()).containsOnlyKeys("attention/att__/alarms/own");
  }

  @Test
  void otherDataAreARunOfTheirOwn() throws Exception {
    try (Reporter reporter = Reporters.tensorBoard(folder)) {
      reporter.report(List.of(head("validation", "att", 0, 1)));
      reporter.reportAggregate(
          new AggregateRecord(300, 1, "validation", null, Map.of("sinkRate", 0.5)));
      reporter.report(List.of(head("../x", "att", 0, 2)));
      reporter.report(List.of(head("..", "att", 0, 3)));
      reporter.report(List.of(head(null, "att", 0, 4)));
    }
    assertThat(events(folder)).hasSize(2);
    List<Event> validation = events(folder.resolve("validation"));
    assertThat(validation).hasSize(3);
    assertThat(validation.get(1).values()).containsEntry("attention/att/head0/entropy", 1f);
    assertThat(validation.get(2).values()).isEqualTo(Map.of("attention/model/sinkRate", 0.5f));
    assertThat(events(folder.resolve("_._x")).get(1).values())
        .containsEntry("attention/att/head0/entropy", 2f);
    assertThat(events(folder.resolve("_.")).get(1).values())
        .containsEntry("attention/att/head0/entropy", 3f);
  }

  /** No two layers share a curve, and none has that of the network. */
  @Test
  void namesStayDifferent() throws Exception {
    List<String> layers = List.of("att", "att#2", "att_2", "a/b", "model", "");
    List<String> tags = List.of("att", "att_2", "att_2_2", "a_b", "model_2", "_");
    try (Reporter reporter = Reporters.tensorBoard(folder)) {
      for (int turn = 0; turn < 2; turn++) {
        for (String layer : layers) {
          reporter.report(List.of(new MetricRecord(1, 0, layer, 0, Map.of("own metric", 1.0))));
        }
      }
    }
    List<Event> events = events(folder);
    for (int i = 0; i < 12; i++) {
      assertThat(events.get(1 + i).values())
          .containsOnlyKeys("attention/" + tags.get(i % 6) + "/head0/own_metric");
    }
  }

  /** Wherever a killed run stops writing, what was reported before can be read. */
  @Test
  void aFileThatEndsAnywhere() throws Exception {
    try (Reporter reporter = Reporters.tensorBoard(folder)) {
      reporter.report(List.of(head(null, "att", 0, 1)));
      reporter.report(List.of(head(null, "att", 0, 2)));
    }
    Path first = EventRecords.only(folder);
    byte[] file = Files.readAllBytes(first);
    List<Event> all = EventRecords.read(file);
    assertThat(all).hasSize(3);
    int before = 0;
    for (int length = 0; length <= file.length; length++) {
      List<Event> read = EventRecords.read(Arrays.copyOf(file, length));
      assertThat(read).isEqualTo(all.subList(0, read.size()));
      assertThat(read.size() - before).isBetween(0, 1);
      before = read.size();
    }
    assertThat(before).isEqualTo(3);
    // The continued run has a file of its own, which comes after it.
    Files.write(first, Arrays.copyOf(file, file.length - 5));
    try (Reporter reporter = Reporters.tensorBoard(folder)) {
      reporter.report(List.of(head(null, "att", 0, 3)));
    }
    List<Path> files = EventRecords.files(folder);
    assertThat(files).hasSize(2).startsWith(first);
    assertThat(EventRecords.read(Files.readAllBytes(files.get(0)))).isEqualTo(all.subList(0, 2));
    assertThat(EventRecords.read(Files.readAllBytes(files.get(1))).get(1).values())
        .containsEntry("attention/att/head0/entropy", 3f);
  }

  @Test
  void aFolderHasOneWriterAtATime() throws Exception {
    Reporter first = Reporters.tensorBoard(folder.resolve("a"));
    Reporter other = Reporters.tensorBoard(folder.resolve("b"));
    assertThatThrownBy(() -> Reporters.tensorBoard(folder.resolve("a")))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "The TensorBoard folder '"
                + folder.resolve("a")
                + "' is being written by another reporter; give each run its own folder, or close"
                + " the other monitor first.");
    first.report(List.of(head(null, "att", 0, 1)));
    other.report(List.of(head(null, "att", 0, 2)));
    assertThat(events(folder.resolve("a")).get(1).values())
        .containsEntry("attention/att/head0/entropy", 1f);
    assertThat(events(folder.resolve("b")).get(1).values())
        .containsEntry("attention/att/head0/entropy", 2f);
    first.close();
    Reporters.tensorBoard(folder.resolve("a")).close();
    other.close();
  }

  @Test
  void aFolderThatCannotBe() throws Exception {
    Path file = Files.createFile(folder.resolve("file"));
    assertThatThrownBy(() -> Reporters.tensorBoard(file))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageStartingWith("The metrics file '" + file)
        .hasMessageEndingWith(
            "cannot be opened but must be a file in a folder that can be written to.");
  }
}
