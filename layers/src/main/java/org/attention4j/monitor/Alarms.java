package org.attention4j.monitor;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The rules of each head, and what happens when one of them finds something. */
final class Alarms {
  private static final Logger LOG = LoggerFactory.getLogger(Alarms.class);

  private record Head(String layer, int head) {}

  private final List<AlarmRule.Factory> factories;
  private final List<Consumer<Alarm>> actions;
  private final boolean stop;
  private final Map<Head, List<AlarmRule>> rules = new HashMap<>();
  private @Nullable Alarm raised;

  Alarms(List<AlarmRule.Factory> factories, List<Consumer<Alarm>> actions, boolean stop) {
    this.factories = List.copyOf(factories);
    this.actions = new ArrayList<>(actions);
    this.stop = stop;
  }

  /** Checks a record against all rules; logs, and calls the actions. */
  void check(MetricRecord metricRecord) {
    List<AlarmRule> ofHead =
        rules.computeIfAbsent(
            new Head(metricRecord.layer(), metricRecord.head()),
            head -> new ArrayList<>(factories.stream().map(AlarmRule.Factory::create).toList()));
    ofHead.removeIf(rule -> !checked(rule, metricRecord));
  }

  /** Whether the rule did its work; one that throws is not asked again. */
  private boolean checked(AlarmRule rule, MetricRecord metricRecord) {
    try {
      rule.check(metricRecord).ifPresent(this::raise);
      return true;
    } catch (RuntimeException e) {
      LOG.warn("Alarm rule {} failed and is switched off; training goes on.", rule, e);
      return false;
    }
  }

  private void raise(Alarm alarm) {
    LOG.warn("{} at iteration {}: {}", alarm.rule(), alarm.iteration(), alarm.message());
    actions.removeIf(action -> !called(action, alarm));
    if (raised == null) {
      raised = alarm;
    }
  }

  private static boolean called(Consumer<Alarm> action, Alarm alarm) {
    try {
      action.accept(alarm);
      return true;
    } catch (RuntimeException e) {
      LOG.warn("Alarm action {} failed and is switched off; training goes on.", action, e);
      return false;
    }
  }

  /** Ends training if that is wanted and something was raised since the last call. */
  void stopIfRaised() {
    Alarm alarm = raised;
    raised = null;
    if (stop && alarm != null) {
      throw new AttentionAlarmException(alarm);
    }
  }
}
