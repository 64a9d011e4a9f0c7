package org.attention4j.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.Collection;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.attention4j.internal.monitor.FaultIsolator;
import org.attention4j.monitor.alarms.AlarmRules;
import org.attention4j.monitor.metrics.Geometry;
import org.attention4j.monitor.metrics.HeadProbe;
import org.attention4j.monitor.metrics.Metric;
import org.attention4j.monitor.metrics.MetricGroup;
import org.attention4j.monitor.metrics.Tier;
import org.attention4j.monitor.reporters.Reporters;
import org.junit.jupiter.api.Test;

/** Each option of the builder reaches the monitor. */
final class MonitorBuilderTest {
  /** A metric that the default tier leaves out. */
  private static final class FullMetric implements Metric {
    @Override
    public Map<String, Double> measure(HeadProbe head) {
      return Map.of();
    }

    @Override
    public Tier tier() {
      return Tier.FULL;
    }
  }

  /** For each field of the builder a call that changes it. A new field needs an entry here. */
  private static final Map<String, Consumer<MonitorBuilder>> OPTIONS =
      Map.ofEntries(
          Map.entry("reporters", b -> b.reportTo(Reporters.history(1))),
          Map.entry("schedule", b -> b.every(7)),
          Map.entry("geometry", b -> b.geometry(Geometry.VALUES)),
          Map.entry("tier", b -> b.groups().tier(Tier.FULL).groups()),
          Map.entry("groups", b -> b.groups(MetricGroup.GRADIENTS)),
          Map.entry("ownMetrics", b -> b.metric(head -> Map.of())),
          Map.entry("rules", b -> b.alarms(AlarmRules.all())),
          Map.entry("alarmActions", b -> b.onAlarm(alarm -> {})),
          Map.entry("ending", b -> b.stopOnAlarm(alarm -> true)),
          Map.entry("mayStop", b -> b.stopOnAlarm()),
          Map.entry("examples", b -> b.examples(5)),
          Map.entry("rows", b -> b.rows(5)),
          Map.entry("seed", b -> b.seed(5)),
          Map.entry("topCount", b -> b.topN(17)));

  private static Collection<Field> fields(Class<?> type) {
    return Arrays.stream(type.getDeclaredFields())
        .filter(field -> !Modifier.isStatic(field.getModifiers()) && !field.isSynthetic())
        .peek(field -> field.setAccessible(true))
        .toList();
  }

  /** What an object of ours, a lambda included, is made of, as text. */
  private static String content(Object value) throws IllegalAccessException {
    if (value instanceof Collection<?> elements) {
      StringBuilder text = new StringBuilder("[");
      for (Object element : elements) {
        text.append(content(element)).append(' ');
      }
      return text.append(']').toString();
    }
    if (value instanceof Number || value instanceof Enum<?> || value instanceof Boolean) {
      return value.toString();
    }
    if (value == null
        || value instanceof FaultIsolator // has the hash code of what it isolates in its name
        || !value.getClass().getName().startsWith("org.attention4j")) {
      return value == null ? "null" : value.getClass().getName();
    }
    StringBuilder text = new StringBuilder(value.getClass().getName()).append('{');
    for (Field field : value.getClass().getDeclaredFields()) {
      if (!Modifier.isStatic(field.getModifiers()) && !field.getName().startsWith("this$")) {
        field.setAccessible(true);
        Object part = field.get(value);
        // A lambda that refers to the monitor itself would never end.
        text.append(field.getName())
            .append('=')
            .append(part instanceof AttentionMonitor ? "monitor" : content(part))
            .append(' ');
      }
    }
    return text.append('}').toString();
  }

  private static MonitorBuilder builder() {
    return AttentionMonitor.builder().metric(new FullMetric());
  }

  @Test
  void everyFieldHasAnOption() {
    assertThat(OPTIONS.keySet())
        .containsExactlyInAnyOrderElementsOf(
            fields(MonitorBuilder.class).stream().map(Field::getName).collect(Collectors.toSet()));
  }

  @Test
  void everyOptionReachesTheMonitor() throws IllegalAccessException {
    String monitor = content(builder().build());
    assertThat(content(builder().build())).isEqualTo(monitor);
    for (Field field : fields(MonitorBuilder.class)) {
      MonitorBuilder changed = builder();
      String before = content(field.get(changed));
      OPTIONS.get(field.getName()).accept(changed);
      assertThat(content(field.get(changed))).as(field.getName()).isNotEqualTo(before);
      MonitorBuilder reference = builder();
      if (field.getName().equals("tier")) {
        reference.groups(); // the tier then decides on the user's own metrics alone
      }
      assertThat(content(changed.build()))
          .as(field.getName())
          .isNotEqualTo(content(reference.build()));
    }
  }
}
