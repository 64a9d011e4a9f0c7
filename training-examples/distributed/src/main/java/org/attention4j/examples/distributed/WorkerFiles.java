package org.attention4j.examples.distributed;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.attention4j.monitor.alarms.Alarm;
import org.attention4j.monitor.metrics.AggregateRecord;
import org.attention4j.monitor.metrics.MetricRecord;
import org.attention4j.monitor.reporters.Reporter;
import org.jspecify.annotations.Nullable;

/**
 * The monitor's records and alarms of all workers, one JSON object in each line, as {@code
 * Reporters.jsonLines} writes them, with a field {@code worker} after the epoch or the iteration.
 */
final class WorkerFiles implements AutoCloseable {
  private final ObjectMapper json = new ObjectMapper();
  private final BufferedWriter records;
  private final BufferedWriter alarms;

  /**
   * Begins both files, which are replaced if they exist.
   *
   * @param records for what was measured
   * @param alarms for alarms
   */
  WorkerFiles(Path records, Path alarms) {
    this.records = open(records);
    this.alarms = open(alarms);
  }

  private static BufferedWriter open(Path file) {
    try {
      return Files.newBufferedWriter(file, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("%s cannot be written.".formatted(file), e);
    }
  }

  /**
   * What takes the records of one worker.
   *
   * @param worker counted from 0
   */
  Reporter of(int worker) {
    return new Reporter() {
      @Override
      public void report(List<MetricRecord> heads) {
        heads.forEach(head -> line(records, object(worker, head)));
      }

      @Override
      public void reportAggregate(AggregateRecord aggregate) {
        line(records, object(worker, aggregate));
      }

      @Override
      public void alarm(Alarm alarm) {
        line(alarms, object(worker, alarm));
      }
    };
  }

  private static Map<String, Object> object(int worker, MetricRecord head) {
    Map<String, Object> object = start(head.iteration(), head.epoch(), worker);
    object.put("layer", head.layer());
    object.put("head", head.head());
    object.put("metrics", numbers(head.metrics()));
    if (!head.standardErrors().isEmpty()) {
      object.put("standardErrors", numbers(head.standardErrors()));
    }
    return object;
  }

  private static Map<String, Object> object(int worker, AggregateRecord aggregate) {
    Map<String, Object> object = start(aggregate.iteration(), aggregate.epoch(), worker);
    String layer = aggregate.layer();
    if (layer != null) {
      object.put("layer", layer);
    }
    object.put("metrics", numbers(aggregate.metrics()));
    return object;
  }

  private static Map<String, @Nullable Object> object(int worker, Alarm alarm) {
    Map<String, @Nullable Object> object = new LinkedHashMap<>();
    object.put("rule", alarm.rule());
    object.put("iteration", alarm.iteration());
    object.put("worker", worker);
    object.put("layer", alarm.layer());
    object.put("head", alarm.head());
    object.put("heads", alarm.heads());
    object.put("metric", alarm.metric());
    object.put("value", number(alarm.value()));
    object.put("cause", alarm.cause());
    object.put("suggestion", alarm.suggestion());
    return object;
  }

  private static Map<String, Object> start(int iteration, int epoch, int worker) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("iteration", iteration);
    object.put("epoch", epoch);
    object.put("worker", worker);
    return object;
  }

  private static Map<String, @Nullable Double> numbers(Map<String, Double> values) {
    Map<String, @Nullable Double> numbers = new LinkedHashMap<>();
    values.forEach((name, value) -> numbers.put(name, number(value)));
    return numbers;
  }

  /** JSON has no number for NaN and infinity. */
  private static @Nullable Double number(double value) {
    return Double.isFinite(value) ? value : null;
  }

  private void line(BufferedWriter file, Map<String, ?> object) {
    try {
      file.write(json.writeValueAsString(object));
      file.write('\n');
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    } catch (IOException e) {
      throw new UncheckedIOException("What the workers told cannot be written.", e);
    }
  }

  /** Puts on disk what was told so far. */
  void flush() {
    try {
      records.flush();
      alarms.flush();
    } catch (IOException e) {
      throw new UncheckedIOException("What the workers told cannot be written.", e);
    }
  }

  @Override
  public void close() {
    try (records;
        alarms) {
      flush();
    } catch (IOException e) {
      throw new UncheckedIOException("What the workers told cannot be written.", e);
    }
  }
}
