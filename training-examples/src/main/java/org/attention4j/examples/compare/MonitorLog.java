package org.attention4j.examples.compare;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import org.attention4j.examples.support.CommandFailure;
import org.attention4j.examples.support.Damage;
import org.attention4j.monitor.metrics.MetricRecord;
import org.jspecify.annotations.Nullable;

/** What the monitor wrote about several trainings of one normalizer, averaged. */
final class MonitorLog {
  private static final JsonMapper JSON = new JsonMapper();

  private final List<MetricRecord> records = new ArrayList<>();

  /**
   * A head of a layer.
   *
   * @param layer the layer's name
   * @param head from 0
   */
  record Head(String layer, int head) {
    /** Such as {@code block-0 head 3}. */
    String title() {
      return "%s head %d".formatted(layer, head);
    }
  }

  /**
   * A metric over time.
   *
   * @param steps where it was measured, from 0
   * @param values its means
   */
  record Curve(double[] steps, double[] values) {
    /** The last value, if there is one. */
    OptionalDouble last() {
      return values.length == 0
          ? OptionalDouble.empty()
          : OptionalDouble.of(values[values.length - 1]);
    }
  }

  /** A line without a head is about all heads of a layer or network. */
  @SuppressWarnings("UnusedMethod") // Jackson calls the constructor
  @JsonIgnoreProperties(ignoreUnknown = true)
  private record Line(
      int iteration,
      int epoch,
      @Nullable String split,
      @Nullable String layer,
      @Nullable Integer head,
      Map<String, @Nullable Double> metrics) {
    Line {
      Objects.requireNonNull(metrics, "metrics");
      if (head != null) {
        Objects.requireNonNull(layer, "layer");
      }
    }
  }

  /**
   * Adds a file of JSON Lines.
   *
   * @param file what the monitor wrote
   */
  void add(Path file) {
    try {
      records.addAll(read(file));
    } catch (IOException e) {
      throw new CommandFailure(Damage.sentence(file, e), e);
    }
  }

  /**
   * Makes sure that a file can be read.
   *
   * @param file what the monitor wrote
   * @throws IOException if it cannot
   */
  static void check(Path file) throws IOException {
    if (read(file).isEmpty()) {
      throw new IOException("it is empty");
    }
  }

  private static List<MetricRecord> read(Path file) throws IOException {
    List<MetricRecord> records = new ArrayList<>();
    int number = 0;
    for (String text : Files.readAllLines(file)) {
      number++;
      record(text, number).ifPresent(records::add);
    }
    return records;
  }

  /** Of one head in training; what else is in the file is not read. */
  private static Optional<MetricRecord> record(String text, int number) throws IOException {
    try {
      Line line = JSON.readValue(text, Line.class);
      Integer head = line.head();
      String layer = line.layer();
      if (head == null || layer == null || line.split() != null) {
        return Optional.empty();
      }
      Map<String, Double> metrics = new LinkedHashMap<>();
      line.metrics()
          .forEach((name, value) -> metrics.put(name, value == null ? Double.NaN : value));
      return Optional.of(new MetricRecord(line.iteration(), line.epoch(), layer, head, metrics));
    } catch (JsonProcessingException e) {
      throw new IOException("line %d is not what the monitor writes".formatted(number), e);
    }
  }

  /** The heads that were watched, in the order of the network. */
  List<Head> heads() {
    return records.stream()
        .map(each -> new Head(each.layer(), each.head()))
        .distinct()
        .sorted(Comparator.comparing(Head::layer).thenComparing(Head::head))
        .toList();
  }

  /** A metric of one head, the mean over the trainings. */
  Curve curve(String metric, Head head) {
    return curve(
        records.stream()
            .filter(each -> each.layer().equals(head.layer()) && each.head() == head.head())
            .toList(),
        metric);
  }

  /** A metric, the mean over trainings and heads. */
  Curve curve(String metric) {
    return curve(records, metric);
  }

  private static Curve curve(List<MetricRecord> records, String metric) {
    TreeMap<Integer, List<Double>> byStep = new TreeMap<>();
    for (MetricRecord each : records) {
      Double value = each.metrics().get(metric);
      if (value != null && Double.isFinite(value)) {
        byStep.computeIfAbsent(each.iteration(), step -> new ArrayList<>()).add(value);
      }
    }
    return new Curve(
        byStep.keySet().stream().mapToDouble(Integer::doubleValue).toArray(),
        byStep.values().stream()
            .mapToDouble(values -> values.stream().mapToDouble(v -> v).average().orElse(Double.NaN))
            .toArray());
  }
}
