package org.attention4j.monitor;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The rules of one factory at the heads of one layer. They find events: a fault begins at one head
 * or several and is over when all of these have recovered. An event raises one alarm, with the
 * heads at which it begins.
 */
final class LayerRules {
  /** A head that falls ill so many checks after the one before it is an event of its own. */
  private static final int TOGETHER = 20;

  private final AlarmRule.Factory factory;
  private final FaultIsolator guard;
  private final Map<Integer, AlarmRule> rules = new HashMap<>();
  private final Set<Integer> ill = new HashSet<>();
  private int checksSinceLast;

  LayerRules(AlarmRule.Factory factory, FaultIsolator guard) {
    this.factory = factory;
    this.guard = guard;
  }

  /** Whether other rules are to pass over what this one has found. */
  static boolean silencesOthers(AlarmRule.Factory factory) {
    return factory instanceof AlarmRules.NotFinite;
  }

  /** Whether other rules are to pass over the records that were checked last. */
  boolean silencesOthers() {
    return silencesOthers(factory) && isRaised();
  }

  private boolean isRaised() {
    return rules.values().stream().anyMatch(AlarmRule::isRaised);
  }

  /** Checks the records of all heads; usually gives none or one alarm. */
  List<Alarm> check(List<MetricRecord> records, ScoreTrend trend) {
    List<Alarm> alarms = new ArrayList<>();
    guard.run(
        () -> {
          boolean before = isRaised();
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
        });
    return alarms;
  }

  /** One alarm for all heads, or none if they belong to what has been raised. */
  private List<Alarm> events(List<Alarm> found, boolean goesOn) {
    if (!goesOn) {
      ill.clear();
    }
    boolean together = goesOn && checksSinceLast < TOGETHER;
    List<Alarm> fresh =
        found.stream().filter(alarm -> !together && !ill.containsAll(alarm.heads())).toList();
    found.forEach(alarm -> ill.addAll(alarm.heads()));
    checksSinceLast = 0;
    return fresh.isEmpty()
        ? fresh
        : List.of(
            fresh.get(0).at(fresh.stream().flatMap(alarm -> alarm.heads().stream()).toList()));
  }
}
