package org.attention4j.internal.monitor;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.attention4j.monitor.alarms.Alarm;
import org.attention4j.monitor.alarms.AlarmRule;
import org.attention4j.monitor.alarms.ScoreTrend;
import org.attention4j.monitor.metrics.MetricRecord;

/**
 * The rules of one factory for the heads of one layer. Together they find events: an event begins
 * at one head or several, and ends when all of these have recovered. It raises one alarm, which has
 * the heads at which it begins.
 */
final class LayerRules {
  /** A head that gets the fault this many checks after the last head did begins a new event. */
  private static final int TOGETHER = 20;

  private final AlarmRule.Factory factory;
  private final FaultIsolator isolator;
  private final Map<Integer, AlarmRule> rules = new HashMap<>();
  private final Set<Integer> faulty = new HashSet<>();
  private int checksSinceLast;
  private boolean raised;

  LayerRules(AlarmRule.Factory factory, FaultIsolator isolator) {
    this.factory = factory;
    this.isolator = isolator;
  }

  /** Whether a fault that a rule had found was there at the last check, or may have been. */
  boolean isRaised() {
    return raised;
  }

  /** The heads at which a rule has found a fault that may still be there. */
  Set<Integer> raisedHeads() {
    Set<Integer> heads = new HashSet<>();
    isolator.run(
        () ->
            rules.forEach(
                (head, rule) -> {
                  if (rule.isRaised()) {
                    heads.add(head);
                  }
                }));
    return heads;
  }

  private boolean isAnyRaised() {
    return rules.values().stream().anyMatch(AlarmRule::isRaised);
  }

  /** Checks the records of all heads; the result is usually empty or one alarm. */
  List<Alarm> check(List<MetricRecord> records, ScoreTrend trend) {
    List<Alarm> alarms = new ArrayList<>();
    raised = false;
    isolator.run(
        () -> {
          boolean before = isAnyRaised();
          Map<String, List<Alarm>> found = new LinkedHashMap<>();
          for (MetricRecord metricRecord : records) {
            rules
                .computeIfAbsent(metricRecord.head(), head -> factory.create())
                .check(metricRecord, trend)
                .ifPresent(
                    alarm ->
                        found.computeIfAbsent(alarm.rule(), name -> new ArrayList<>()).add(alarm));
          }
          found.values().forEach(ofOneRule -> alarms.addAll(events(ofOneRule, before)));
          checksSinceLast++;
          raised = isAnyRaised();
        });
    return alarms;
  }

  /** One alarm for all heads; none if they belong to an event that was raised before. */
  private List<Alarm> events(List<Alarm> found, boolean continues) {
    if (!continues) {
      faulty.clear();
    }
    boolean together = continues && checksSinceLast < TOGETHER;
    List<Alarm> fresh =
        found.stream().filter(alarm -> !together && !faulty.containsAll(alarm.heads())).toList();
    found.forEach(alarm -> faulty.addAll(alarm.heads()));
    checksSinceLast = 0;
    return fresh.isEmpty() ? fresh : List.of(joined(fresh));
  }

  /** The first alarm, with the heads of all. */
  private static Alarm joined(List<Alarm> alarms) {
    Alarm first = alarms.get(0);
    return new Alarm(
        first.rule(),
        first.iteration(),
        first.layer(),
        first.head(),
        alarms.stream().flatMap(alarm -> alarm.heads().stream()).toList(),
        first.metric(),
        first.value(),
        first.cause(),
        first.suggestion());
  }
}
