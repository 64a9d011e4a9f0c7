package org.attention4j.monitor;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** A gauge for each metric of each head, with its newest value, and a counter of alarms. */
final class MicrometerReporter implements Reporter {
  private static final String PREFIX = "attention.";
  private static final String LAYER = "layer";
  private static final String HEAD = "head";

  private record Key(String layer, int head, String metric) {
    /** Whether the head was measured, but not this of it. */
    boolean isAbsentFrom(MetricRecord newest) {
      return head == newest.head()
          && layer.equals(newest.layer())
          && !newest.metrics().containsKey(metric);
    }
  }

  /** The newest value of a gauge, which its registry asks for on a thread of its own. */
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
    MetricDescription metric = MetricDescription.shared(key.metric());
    String family = MetricDescription.family(key.metric());
    Tags tags = tags(key.layer(), key.head());
    if (MetricDescription.isFamily(family)) {
      String member = key.metric().substring(family.length()).replaceFirst("^\\.", "");
      tags = tags.and("parameter", member);
    }
    Gauge.builder(PREFIX + dotted(family), newest, held -> held.value)
        .tags(tags)
        .baseUnit(metric.unit().equals(MetricDescription.NO_UNIT) ? null : metric.unit())
        .description(metric.help())
        .strongReference(true)
        .register(registry);
    return newest;
  }

  /**
   * A name as Micrometer has them, lower case with dots. {@code Count} at the end goes: Prometheus
   * keeps {@code _count} for histograms, and the unit says that something is counted.
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
