package org.attention4j.monitor.reporters;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVPrinter;
import org.attention4j.monitor.metrics.MetricRecord;

/** Writes one line per number, as in RFC 4180. */
final class CsvReporter implements Reporter {
  private static final CSVFormat FORMAT = CSVFormat.RFC4180;

  private final AppendedFile file;

  CsvReporter(Path path) {
    file = new AppendedFile(path);
    if (file.isEmpty()) {
      file.append(FORMAT.format("iteration", "epoch", "layer", "head", "metric", "value") + "\r\n");
    }
  }

  @Override
  public void report(List<MetricRecord> records) {
    StringBuilder lines = new StringBuilder();
    try {
      CSVPrinter printer = FORMAT.print(lines);
      for (MetricRecord head : records) {
        for (Map.Entry<String, Double> metric : head.metrics().entrySet()) {
          printer.printRecord(
              head.iteration(),
              head.epoch(),
              head.layer(),
              head.head(),
              metric.getKey(),
              metric.getValue());
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    file.append(lines);
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
