package org.attention4j.monitor;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One line a layer: each metric with the values of all heads. */
final class LogReporter implements Reporter {
  private static final Logger LOG = LoggerFactory.getLogger(LogReporter.class);

  @Override
  public void report(List<MetricRecord> records) {
    if (LOG.isInfoEnabled()) {
      LOG.info("{}", line(records));
    }
  }

  static String line(List<MetricRecord> records) {
    Map<String, StringJoiner> values = new LinkedHashMap<>();
    for (MetricRecord head : records) {
      head.metrics()
          .forEach(
              (name, value) ->
                  values
                      .computeIfAbsent(name, n -> new StringJoiner(" ", n + "=[", "]"))
                      .add(String.format(Locale.ROOT, "%.4g", value)));
    }
    MetricRecord first = records.get(0);
    StringJoiner line = new StringJoiner(" ");
    line.add("iteration " + first.iteration());
    line.add("epoch " + first.epoch());
    line.add(first.layer() + ":");
    values.values().forEach(joined -> line.add(joined.toString()));
    return line.toString();
  }

  @Override
  public String toString() {
    return "log";
  }
}
