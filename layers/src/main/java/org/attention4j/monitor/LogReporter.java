package org.attention4j.monitor;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;
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
    Set<String> names = new LinkedHashSet<>();
    records.forEach(head -> names.addAll(head.metrics().keySet()));
    MetricRecord first = records.get(0);
    StringJoiner line = new StringJoiner(" ");
    line.add("iteration " + first.iteration());
    line.add("epoch " + first.epoch());
    line.add(first.layer() + ":");
    for (String name : names) {
      StringJoiner values = new StringJoiner(" ", name + "=[", "]");
      records.forEach(head -> values.add(text(head.metrics().get(name))));
      line.add(values.toString());
    }
    return line.toString();
  }

  /** A head without the metric keeps its place. */
  private static String text(@Nullable Double value) {
    return value == null ? "-" : String.format(Locale.ROOT, "%.4g", value);
  }

  @Override
  public String toString() {
    return "log";
  }
}
