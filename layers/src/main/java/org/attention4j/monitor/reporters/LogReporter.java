package org.attention4j.monitor.reporters;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.StringJoiner;
import java.util.stream.DoubleStream;
import org.attention4j.monitor.metrics.AggregateRecord;
import org.attention4j.monitor.metrics.MetricNames;
import org.attention4j.monitor.metrics.MetricRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs one line per layer: a few metrics with their range over the heads, or all of every head. */
final class LogReporter implements Reporter {
  private static final Logger LOG = LoggerFactory.getLogger(LogReporter.class);

  /** The metrics of a short line. */
  private static final List<String> SHORT =
      List.of(
          MetricNames.ENTROPY,
          MetricNames.LARGEST_WEIGHT,
          MetricNames.MAX_LOGIT,
          MetricNames.SCORES_GRADIENT_NORM);

  /** The numbers of a short line of the network, beside the range of entropy. */
  private static final List<String> SHORT_OF_NETWORK =
      List.of(MetricNames.MAX_LOGIT, MetricNames.DEAD_SHARE, MetricNames.HEADS_IN_ALARM);

  /** How many metrics a short line has if none of those above is measured. */
  private static final int FEW = 4;

  private static final String FAULTS = MetricNames.NON_FINITE;

  private final boolean all;

  LogReporter(boolean all) {
    this.all = all;
  }

  @Override
  public void report(List<MetricRecord> records) {
    if (LOG.isInfoEnabled()) {
      LOG.info("{}", all ? line(records) : shortLine(records));
    }
  }

  /** The short form has the network alone: the line of a layer shows the range of its heads. */
  @Override
  public void reportAggregate(AggregateRecord aggregate) {
    if ((all || aggregate.layer() == null) && LOG.isInfoEnabled()) {
      LOG.info("{}", all ? line(aggregate) : shortLine(aggregate));
    }
  }

  /** Every number of all heads. */
  static String line(AggregateRecord aggregate) {
    StringJoiner line = start(aggregate);
    aggregate.metrics().forEach((name, value) -> line.add(name + " " + text(value)));
    return line.toString();
  }

  /** The range of entropy over all heads, and few other numbers. */
  static String shortLine(AggregateRecord aggregate) {
    StringJoiner line = start(aggregate);
    Map<String, Double> numbers = aggregate.metrics();
    int before = line.length();
    Double lowest = numbers.get(MetricNames.ENTROPY_MIN);
    Double highest = numbers.get(MetricNames.ENTROPY_MAX);
    if (lowest != null && highest != null) {
      line.add(MetricNames.ENTROPY + " " + range(lowest, highest));
    }
    for (String name : SHORT_OF_NETWORK) {
      if (numbers.containsKey(name)) {
        line.add(name + " " + text(numbers.get(name)));
      }
    }
    if (line.length() == before) {
      numbers.entrySet().stream()
          .limit(FEW)
          .forEach(number -> line.add(number.getKey() + " " + text(number.getValue())));
    }
    return line.toString();
  }

  private static StringJoiner start(AggregateRecord aggregate) {
    String layer = aggregate.layer();
    return start(
        aggregate.iteration(),
        aggregate.epoch(),
        aggregate.split(),
        layer == null ? "all heads" : "all heads of " + layer);
  }

  /** Every metric with the values of all heads; {@code -} for a head without the metric. */
  static String line(List<MetricRecord> records) {
    StringJoiner line = start(records);
    for (String name : names(records)) {
      StringJoiner values = new StringJoiner(" ", name + "=[", "]");
      records.forEach(head -> values.add(text(head.metrics().get(name))));
      line.add(values.toString());
    }
    return line.toString();
  }

  /** A few metrics with the lowest and the highest value of any head. */
  static String shortLine(List<MetricRecord> records) {
    StringJoiner line = start(records);
    Set<String> all = names(records);
    List<String> names = new ArrayList<>(SHORT);
    names.retainAll(all);
    if (names.isEmpty()) {
      all.stream().limit(FEW).forEach(names::add);
    }
    names.forEach(name -> line.add(name + " " + range(records, name)));
    if (values(records, FAULTS).anyMatch(value -> value != 0)) {
      line.add(FAULTS + " " + range(records, FAULTS));
    }
    return line.toString();
  }

  private static StringJoiner start(List<MetricRecord> records) {
    MetricRecord first = records.get(0);
    return start(first.iteration(), first.epoch(), first.split(), first.layer());
  }

  private static StringJoiner start(
      int iteration, int epoch, @Nullable String split, String subject) {
    StringJoiner start = new StringJoiner(" ").add("iteration " + iteration).add("epoch " + epoch);
    if (split != null) {
      start.add(split);
    }
    return start.add(subject + ":");
  }

  private static Set<String> names(List<MetricRecord> records) {
    Set<String> names = new LinkedHashSet<>();
    records.forEach(head -> names.addAll(head.metrics().keySet()));
    return names;
  }

  private static DoubleStream values(List<MetricRecord> records, String name) {
    return records.stream()
        .map(head -> head.metrics().get(name))
        .filter(Objects::nonNull)
        .mapToDouble(Double::doubleValue);
  }

  /** NaN if a value is NaN. */
  private static String range(List<MetricRecord> records, String name) {
    double min = values(records, name).reduce(Math::min).orElse(Double.NaN);
    double max = values(records, name).reduce(Math::max).orElse(Double.NaN);
    return range(min, max);
  }

  private static String range(double min, double max) {
    return min == max || Double.isNaN(max) ? text(max) : text(min) + ".." + text(max);
  }

  private static String text(@Nullable Double value) {
    return value == null ? "-" : String.format(Locale.ROOT, "%.4g", value);
  }

  @Override
  public String toString() {
    return "log";
  }
}
