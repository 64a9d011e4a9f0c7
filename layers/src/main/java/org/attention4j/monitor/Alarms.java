package org.attention4j.monitor;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The rules of each head, and what happens when one of them finds something. */
final class Alarms {
  private static final Logger LOG = LoggerFactory.getLogger(Alarms.class);

  private record Head(String layer, int head) {}

  /** The rules that one factory has made, which fail together. */
  private static final class Watch {
    private final AlarmRule.Factory factory;
    private final Guard guard;
    private final Map<Head, AlarmRule> rules = new HashMap<>();

    Watch(AlarmRule.Factory factory) {
      this.factory = factory;
      guard = new Guard("Alarm rule " + factory);
    }

    Optional<Alarm> check(MetricRecord metricRecord) {
      List<Alarm> found = new ArrayList<>();
      guard.run(
          () ->
              rules
                  .computeIfAbsent(
                      new Head(metricRecord.layer(), metricRecord.head()), head -> factory.create())
                  .check(metricRecord)
                  .ifPresent(found::add));
      return found.stream().findFirst();
    }
  }

  /** Someone who is called. */
  private record Action(Consumer<Alarm> consumer, Guard guard) {}

  private final List<Watch> watches;
  private final List<Action> actions;
  private final Predicate<Alarm> ending;
  private final Guard endingGuard = new Guard("The choice of alarms that stop training");
  private @Nullable Alarm raised;

  /**
   * Makes the alarms of one monitor.
   *
   * @param factories make the rules of each head
   * @param consumers are called at each alarm
   * @param ending which alarms end training
   */
  Alarms(
      List<AlarmRule.Factory> factories, List<Consumer<Alarm>> consumers, Predicate<Alarm> ending) {
    watches = factories.stream().map(Watch::new).toList();
    actions =
        consumers.stream()
            .map(consumer -> new Action(consumer, new Guard("Alarm action " + consumer)))
            .toList();
    this.ending = ending;
  }

  /** Checks a record against all rules; logs, and calls the actions. */
  void check(MetricRecord metricRecord) {
    watches.forEach(watch -> watch.check(metricRecord).ifPresent(this::raise));
  }

  private void raise(Alarm alarm) {
    LOG.warn("{} at iteration {}: {}", alarm.rule(), alarm.iteration(), alarm.message());
    actions.forEach(action -> action.guard().run(() -> action.consumer().accept(alarm)));
    endingGuard.run(() -> raised = raised == null && ending.test(alarm) ? alarm : raised);
  }

  /** The first alarm since the last call that is to end training. */
  @Nullable Alarm takeEnding() {
    Alarm alarm = raised;
    raised = null;
    return alarm;
  }
}
