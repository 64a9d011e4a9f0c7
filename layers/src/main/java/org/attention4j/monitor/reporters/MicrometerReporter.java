package org.attention4j.monitor.reporters;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.attention4j.monitor.alarms.Alarm;
import org.attention4j.monitor.metrics.MetricDescription;
import org.attention4j.monitor.metrics.MetricRecord;

/** Keeps a gauge for each metric of each head, with the newest value, and a counter of alarms. */
final class MicrometerReporter implements Reporter {
  private static final String PREFIX = "attention.";
  private static final String LAYER = "layer";
  private static final String HEAD = "head";

  private record Key(String layer, int head, String metric) {
    /** Whether the head was measured, but not this metric of it. */
    boolean isAbsentFrom(MetricRecord newest) {
      return head == newest.head()
          && layer.equals(newest.layer())
          && !newest.metrics().containsKey(metric);
    }
  }

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
      values.forEach(
          (key, newest) -> {
            if (key.isAbsentFrom(head)) {
              newest.value = Double.NaN;
            }
          });
      head.metrics()
          .forEach(
              (metric, value) ->
                  values.computeIfAbsent(
                              new Key(head.layer(), head.head(), metric), this::registered)
                          .value =
                      value);
    }
  }

  private Newest registered(Key key) {
    Newest newest = new Newest();
    Optional<MetricDescription> family = MetricDescription.ofFamily(key.metric());
    MetricDescription metric = family.orElseGet(() -> MetricDescription.of(key.metric()));
    String name = key.metric();
    Tags tags = tags(key.layer(), key.head());
    if (family.isPresent()) {
      int dot = name.indexOf('.');
      tags = tags.and("parameter", dot < 0 ? "" : name.substring(dot + 1));
      name = dot < 0 ? name : name.substring(0, dot);
    }
    Gauge.builder(PREFIX + dotted(name), newest, held -> held.value)
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
          .tags(tags(alarm.layer(), head).and("rule", alarm.rule()))
          .description("Alarms raised by the monitor's rules.")
          .register(registry)
          .increment();
    }
  }

  private static Tags tags(String layer, int head) {
    return Tags.of(LAYER, layer, HEAD, String.valueOf(head));
  }

  @Override
  public String toString() {
    return "Micrometer gauges in " + registry;
  }
}
