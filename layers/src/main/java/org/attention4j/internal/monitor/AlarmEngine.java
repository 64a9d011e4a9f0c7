package org.attention4j.internal.monitor;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.attention4j.monitor.alarms.Alarm;
import org.attention4j.monitor.alarms.AlarmRule;
import org.attention4j.monitor.alarms.ScoreTrend;
import org.attention4j.monitor.metrics.MetricRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs the alarm rules of each layer, and calls those who want to know of alarms. */
public final class AlarmEngine {
  /** Named after the public type, which users name in the configuration of their log. */
  private static final Logger LOG = LoggerFactory.getLogger(Alarm.class);

  /** A factory; if one of its rules fails, all are switched off. */
  private record Rules(AlarmRule.Factory factory, boolean silencesOthers, FaultIsolator isolator) {}

  /** An action that is run at each alarm. */
  private record Action(Consumer<Alarm> consumer, FaultIsolator isolator) {}

  /** The state of one layer. */
  private final class Layer {
    private final ScoreTrend trend = new ScoreTrend();
    private final List<LayerRules> rules =
        allRules.stream().map(one -> new LayerRules(one.factory(), one.isolator())).toList();

    int headsInAlarm() {
      Set<Integer> heads = new HashSet<>();
      rules.forEach(rule -> heads.addAll(rule.raisedHeads()));
      return heads.size();
    }

    void check(double score, List<MetricRecord> records) {
      trend.add(score);
      for (int i = 0; i < rules.size(); i++) {
        rules.get(i).check(records, trend).forEach(AlarmEngine.this::raise);
        if (allRules.get(i).silencesOthers() && rules.get(i).isRaised()) {
          return;
        }
      }
    }
  }

  private final List<Rules> allRules = new ArrayList<>();
  private final Map<String, Layer> layers = new HashMap<>();
  private final List<Action> actions;
  private final Predicate<Alarm> ending;
  private final FaultIsolator endingIsolator =
      new FaultIsolator("The choice of alarms that stop training");
  private @Nullable Alarm raised;

  /**
   * Makes the alarms of one monitor.
   *
   * @param factories make the rules of each head
   * @param consumers are called at each alarm
   * @param ending which alarms end training
   */
  public AlarmEngine(
      List<AlarmRule.Factory> factories, List<Consumer<Alarm>> consumers, Predicate<Alarm> ending) {
    for (AlarmRule.Factory factory : factories) {
      boolean silencesOthers = factory.silencesOthers();
      allRules.add(
          silencesOthers ? 0 : allRules.size(),
          new Rules(factory, silencesOthers, FaultIsolator.of("Alarm rule", factory)));
    }
    actions =
        consumers.stream()
            .map(consumer -> new Action(consumer, FaultIsolator.of("Alarm action", consumer)))
            .toList();
    this.ending = ending;
  }

  /**
   * Checks what was measured at a layer on one iteration against all rules; logs, and calls the
   * actions.
   *
   * @param score the network's score
   * @param records one for each head of the layer; at least one
   */
  public void check(double score, List<MetricRecord> records) {
    layers.computeIfAbsent(records.get(0).layer(), name -> new Layer()).check(score, records);
  }

  /**
   * How many heads of a layer have a fault for which an alarm was raised.
   *
   * @param layer the layer's name
   * @return the number; empty if there are no rules
   */
  public OptionalInt headsInAlarm(String layer) {
    if (allRules.isEmpty()) {
      return OptionalInt.empty();
    }
    Layer known = layers.get(layer);
    return OptionalInt.of(known == null ? 0 : known.headsInAlarm());
  }

  private void raise(Alarm alarm) {
    LOG.warn("{} at iteration {}: {}", alarm.rule(), alarm.iteration(), alarm.message());
    actions.forEach(action -> action.isolator().run(() -> action.consumer().accept(alarm)));
    endingIsolator.run(() -> raised = raised == null && ending.test(alarm) ? alarm : raised);
  }

  /**
   * Takes the alarm that ends training.
   *
   * @return the first one since the last call; null if there is none
   */
  public @Nullable Alarm takeEnding() {
    Alarm alarm = raised;
    raised = null;
    return alarm;
  }
}
