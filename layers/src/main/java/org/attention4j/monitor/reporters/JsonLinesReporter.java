package org.attention4j.monitor.reporters;

import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.attention4j.monitor.alarms.Alarm;
import org.attention4j.monitor.metrics.AggregateRecord;
import org.attention4j.monitor.metrics.MetricRecord;
import org.jspecify.annotations.Nullable;
import org.nd4j.shade.jackson.core.JsonProcessingException;
import org.nd4j.shade.jackson.databind.ObjectMapper;

/** Writes one JSON object per line: for each record and aggregate, or for each alarm. */
final class JsonLinesReporter implements Reporter {
  private final ObjectMapper json = new ObjectMapper();
  private final @Nullable AppendedFile records;
  private final @Nullable AppendedFile alarms;

  private JsonLinesReporter(@Nullable AppendedFile records, @Nullable AppendedFile alarms) {
    this.records = records;
    this.alarms = alarms;
  }

  static JsonLinesReporter ofRecords(Path file) {
    return new JsonLinesReporter(new AppendedFile(file), null);
  }

  static JsonLinesReporter ofAlarms(Path file) {
    return new JsonLinesReporter(null, new AppendedFile(file));
  }

  @Override
  public void report(List<MetricRecord> newRecords) {
    if (records != null) {
      StringBuilder lines = new StringBuilder();
      newRecords.forEach(head -> lines.append(line(object(head))));
      records.append(lines);
    }
  }

  @Override
  public void alarm(Alarm alarm) {
    if (alarms != null) {
      alarms.append(line(object(alarm)));
    }
  }

  private String line(Map<String, Object> object) {
    try {
      return json.writeValueAsString(object) + "\n";
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void reportAggregate(AggregateRecord aggregate) {
    if (records != null) {
      records.append(line(object(aggregate)));
    }
  }

  private static Map<String, Object> object(MetricRecord head) {
    Map<String, Object> object = start(head.iteration(), head.epoch(), head.split());
    object.put("layer", head.layer());
    object.put("head", head.head());
    object.put("metrics", numbers(head.metrics()));
    if (!head.standardErrors().isEmpty()) {
      object.put("standardErrors", numbers(head.standardErrors()));
    }
    return object;
  }

  /** Without a head; of the whole network without a layer, too. */
  private static Map<String, Object> object(AggregateRecord aggregate) {
    Map<String, Object> object = start(aggregate.iteration(), aggregate.epoch(), aggregate.split());
    String layer = aggregate.layer();
    if (layer != null) {
      object.put("layer", layer);
    }
    object.put("metrics", numbers(aggregate.metrics()));
    return object;
  }

  private static Map<String, Object> start(int iteration, int epoch, @Nullable String split) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("iteration", iteration);
    object.put("epoch", epoch);
    if (split != null) {
      object.put("split", split);
    }
    return object;
  }

  private static Map<String, @Nullable Double> numbers(Map<String, Double> values) {
    Map<String, @Nullable Double> numbers = new LinkedHashMap<>();
    values.forEach((name, value) -> numbers.put(name, number(value)));
    return numbers;
  }

  private static Map<String, Object> object(Alarm alarm) {
    Map<String, @Nullable Object> object = new LinkedHashMap<>();
    object.put("rule", alarm.rule());
    object.put("iteration", alarm.iteration());
    object.put("layer", alarm.layer());
    object.put("head", alarm.head());
    object.put("heads", alarm.heads());
    object.put("metric", alarm.metric());
    object.put("value", number(alarm.value()));
    object.put("cause", alarm.cause());
    object.put("suggestion", alarm.suggestion());
    return object;
  }

  /** JSON has no number for NaN and infinity. */
  private static @Nullable Double number(double value) {
    return Double.isFinite(value) ? value : null;
  }

  @Override
  public void close() {
    if (records != null) {
      records.close();
    }
    if (alarms != null) {
      alarms.close();
    }
  }

  @Override
  public String toString() {
    return "JSON Lines " + (records == null ? "of alarms " + alarms : records);
  }
}
