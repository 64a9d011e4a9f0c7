package org.attention4j.monitor;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The rules of each layer, and what happens when one of them finds something. */
final class Alarms {
  private static final Logger LOG = LoggerFactory.getLogger(Alarms.class);

  /** One factory, whose rules fail together. */
  private record Watch(AlarmRule.Factory factory, FaultIsolator guard) {}

  /** Someone who is called. */
  private record Action(Consumer<Alarm> consumer, FaultIsolator guard) {}

  /** What is remembered of one layer. */
  private final class Layer {
    private final ScoreTrend trend = new ScoreTrend();
    private final List<LayerRules> rules =
        watches.stream().map(watch -> new LayerRules(watch.factory(), watch.guard())).toList();

    void check(LayerReport report) {
      trend.add(report.score());
      for (LayerRules rule : rules) {
        rule.check(report.records(), trend).forEach(Alarms.this::raise);
        if (rule.silencesOthers()) {
          return;
        }
      }
    }
  }

  private final List<Watch> watches = new ArrayList<>();
  private final Map<String, Layer> layers = new HashMap<>();
  private final List<Action> actions;
  private final Predicate<Alarm> ending;
  private final FaultIsolator endingGuard =
      new FaultIsolator("The choice of alarms that stop training");
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
    for (AlarmRule.Factory factory : factories) {
      int place = LayerRules.silencesOthers(factory) ? 0 : watches.size();
      watches.add(place, new Watch(factory, FaultIsolator.of("Alarm rule", factory)));
    }
    actions =
        consumers.stream()
            .map(consumer -> new Action(consumer, FaultIsolator.of("Alarm action", consumer)))
            .toList();
    this.ending = ending;
  }

  /** Checks what was measured at a layer against all rules; logs, and calls the actions. */
  void check(LayerReport report) {
    layers.computeIfAbsent(report.records().get(0).layer(), name -> new Layer()).check(report);
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
