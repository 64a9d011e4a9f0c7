package org.attention4j.monitor;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.nd4j.shade.jackson.databind.ObjectMapper;

/** One JSON object a line. Flushed after each report. */
final class JsonLinesReporter implements Reporter {
  private final ObjectMapper json = new ObjectMapper();
  private final Writer writer;

  JsonLinesReporter(Path file) {
    try {
      writer = Files.newBufferedWriter(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException("The metrics file '" + file + "' cannot be opened.", e);
    }
  }

  @Override
  public void report(List<MetricRecord> records) {
    try {
      for (MetricRecord head : records) {
        writer.write(json.writeValueAsString(object(head)));
        writer.write('\n');
      }
      writer.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Map<String, Object> object(MetricRecord head) {
    Map<String, Double> metrics = new LinkedHashMap<>();
    // JSON has no number for what is not finite.
    head.metrics()
        .forEach((name, value) -> metrics.put(name, Double.isFinite(value) ? value : null));
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("iteration", head.iteration());
    object.put("epoch", head.epoch());
    object.put("layer", head.layer());
    object.put("head", head.head());
    object.put("metrics", metrics);
    return object;
  }

  @Override
  public void close() {
    try {
      writer.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
