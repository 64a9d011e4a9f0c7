package org.attention4j.monitor.reporters;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.attention4j.monitor.alarms.Alarm;
import org.attention4j.monitor.metrics.AggregateRecord;
import org.attention4j.monitor.metrics.MetricDescription;
import org.attention4j.monitor.metrics.MetricRecord;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a gauge for each metric of each head and each number of all heads of a layer or network,
 * with the newest value, and a counter of alarms.
 */
final class MicrometerReporter implements Reporter {
  private static final String PREFIX = "attention.";
  private static final String LAYER = "layer";
  private static final String HEAD = "head";
  private static final String SPLIT = "split";

  /** The tag of what was measured in training: a name must have the same tags everywhere. */
  private static final String TRAINING = "training";

  /** A head; all heads of a layer, without a head; the whole network, without both. */
  private record Owner(@Nullable String layer, @Nullable Integer head, @Nullable String split) {
    String prefix() {
      return PREFIX + (head != null ? "" : layer != null ? "layer." : "network.");
    }

    Tags tags() {
      Tags tags = Tags.of(SPLIT, split == null ? TRAINING : split);
      if (layer != null) {
        tags = tags.and(LAYER, layer);
      }
      return head == null ? tags : tags.and(HEAD, String.valueOf(head));
    }
  }

  /** A gauge. */
  private record Key(Owner owner, String metric) {}

  /** The newest value of a gauge, which the registry reads on its own thread. */
  private static final class Newest {
    private volatile double value;
  }

  private final MeterRegistry registry;
  private final ConcurrentMap<Key, Newest> values = new ConcurrentHashMap<>();

  MicrometerReporter(MeterRegistry registry) {
    this.registry = registry;
  }

  @Override
  public void report(List<MetricRecord> records) {
    for (MetricRecord head : records) {
      keep(new Owner(head.layer(), head.head(), head.split()), head.metrics());
    }
  }

  @Override
  public void reportAggregate(AggregateRecord aggregate) {
    keep(new Owner(aggregate.layer(), null, aggregate.split()), aggregate.metrics());
  }

  /** Takes all values of one head, layer or network; what it had before and lacks now is NaN. */
  private void keep(Owner owner, Map<String, Double> metrics) {
    values.forEach(
        (key, newest) -> {
          if (key.owner().equals(owner) && !metrics.containsKey(key.metric())) {
            newest.value = Double.NaN;
          }
        });
    metrics.forEach(
        (metric, value) ->
            values.computeIfAbsent(new Key(owner, metric), this::registered).value = value);
  }

  private Newest registered(Key key) {
    Newest newest = new Newest();
    boolean aggregate = key.owner().head() == null;
    Optional<MetricDescription> family =
        aggregate ? Optional.empty() : MetricDescription.ofFamily(key.metric());
    MetricDescription metric =
        aggregate
            ? MetricDescription.ofAggregate(key.metric())
            : family.orElseGet(() -> MetricDescription.of(key.metric()));
    String name = key.metric();
    Tags tags = key.owner().tags();
    if (family.isPresent()) {
      int dot = name.indexOf('.');
      tags = tags.and("parameter", dot < 0 ? "" : name.substring(dot + 1));
      name = dot < 0 ? name : name.substring(0, dot);
    }
    Gauge.builder(key.owner().prefix() + dotted(name), newest, held -> held.value)
        .tags(tags)
        .baseUnit(metric.unit().equals(MetricDescription.NO_UNIT) ? null : metric.unit())
        .description(help(metric, family.isPresent()))
        .strongReference(true)
        .register(registry);
    return newest;
  }

  /** Label and meaning in plain words; of a family its meaning, which all its members share. */
  static String help(MetricDescription metric, boolean isFamily) {
    if (metric.meaning().isEmpty()) {
      return "A metric of the user's own: " + metric.label() + ".";
    }
    String help = isFamily ? metric.meaning() : metric.label() + ": " + metric.meaning();
    return help.replace("`", "") + ".";
  }

  /**
   * A name as Micrometer wants it, lower case with dots. {@code Count} at the end is removed,
   * because Prometheus reserves {@code _count} for histograms; the unit says that something is
   * counted.
   */
  static String dotted(String name) {
    return name.replaceFirst("(?<=.)Count$", "")
        .replaceAll("(?<=[a-z0-9])(?=[A-Z])", ".")
        .toLowerCase(Locale.ROOT);
  }

  @Override
  public void alarm(Alarm alarm) {
    for (int head : alarm.heads()) {
      Counter.builder(PREFIX + "alarms")
          .tags(LAYER, alarm.layer(), HEAD, String.valueOf(head), "rule", alarm.rule())
          .description("Alarms raised by the monitor's rules.")
          .register(registry)
          .increment();
    }
  }

  @Override
  public String toString() {
    return "Micrometer gauges in " + registry;
  }
}
