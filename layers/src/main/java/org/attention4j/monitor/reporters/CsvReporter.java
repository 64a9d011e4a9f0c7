package org.attention4j.monitor.reporters;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import org.apache.commons.csv.CSVFormat;
import org.attention4j.monitor.metrics.AggregateRecord;
import org.attention4j.monitor.metrics.MetricRecord;
import org.jspecify.annotations.Nullable;

/** Writes one line per number, as in RFC 4180. */
final class CsvReporter implements Reporter {
  private static final CSVFormat FORMAT = CSVFormat.RFC4180;

  private final AppendedFile file;

  CsvReporter(Path path) {
    file = new AppendedFile(path);
    if (file.isEmpty()) {
      file.begin(
          FORMAT.format(
                  "iteration",
                  "epoch",
                  "layer",
                  "head",
                  "metric",
                  "value",
                  "standardError",
                  "split")
              + "\r\n");
    }
  }

  @Override
  public void report(List<MetricRecord> records) {
    StringBuilder lines = new StringBuilder();
    for (MetricRecord head : records) {
      head.metrics()
          .forEach(
              (metric, value) ->
                  print(
                      lines,
                      head.iteration(),
                      head.epoch(),
                      head.layer(),
                      head.head(),
                      metric,
                      value,
                      head.standardErrors().get(metric),
                      head.split()));
    }
    file.append(lines);
  }

  /** Without a head; of the whole network without a layer, too. */
  @Override
  public void reportAggregate(AggregateRecord aggregate) {
    StringBuilder lines = new StringBuilder();
    aggregate
        .metrics()
        .forEach(
            (metric, value) ->
                print(
                    lines,
                    aggregate.iteration(),
                    aggregate.epoch(),
                    aggregate.layer(),
                    null,
                    metric,
                    value,
                    null,
                    aggregate.split()));
    file.append(lines);
  }

  /** One line; a field without a value is empty. */
  private static void print(StringBuilder lines, @Nullable Object... fields) {
    try {
      FORMAT.printRecord(lines, fields);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    file.close();
  }

  @Override
  public String toString() {
    return "CSV " + file;
  }
}
