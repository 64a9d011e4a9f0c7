package org.attention4j.examples.compare;

import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.attention4j.examples.training.Baselines;
import org.attention4j.monitor.alarms.Alarm;

/**
 * How often one rule spoke up in trainings that went well.
 *
 * @param rule the rule's name
 * @param alarms how many alarms it raised
 * @param heads in how many heads of trainings it raised any
 * @param watched how many heads of trainings there were
 */
record AlarmCount(String rule, int alarms, int heads, int watched) {
  /** The rules of {@code AlarmRules.all()}: silence is a result too. */
  private static final List<String> RULES =
      List.of(
          "entropy-collapse",
          "vanishing-attention",
          "saturated-head",
          "logit-blow-up",
          "cold-softmax",
          "exploding-gradient",
          "not-finite");

  /**
   * Counts the alarms of healthy trainings: those that came to their end and below the bigram
   * baseline.
   *
   * @param results the trainings
   * @param baselines of the text
   * @return one count for each rule, also for those that were silent
   */
  static List<AlarmCount> of(List<NormalizerResult> results, Baselines baselines) {
    List<TrialResult> healthy =
        results.stream()
            .flatMap(result -> result.trials().stream())
            .filter(trial -> trial.validationBits() < baselines.bigram())
            .toList();
    int watched = healthy.stream().mapToInt(trial -> trial.heads().size()).sum();
    Map<String, Integer> raised = new LinkedHashMap<>();
    Map<String, Set<String>> heads = new HashMap<>();
    RULES.forEach(rule -> raised.put(rule, 0));
    for (TrialResult trial : healthy) {
      for (Alarm alarm : trial.alarms()) {
        raised.merge(alarm.rule(), 1, Integer::sum);
        for (int head : alarm.heads()) {
          heads
              .computeIfAbsent(alarm.rule(), rule -> new HashSet<>())
              .add("%s %d %s %d".formatted(trial.label(), trial.seed(), alarm.layer(), head));
        }
      }
    }
    return raised.entrySet().stream()
        .map(
            rule ->
                new AlarmCount(
                    rule.getKey(),
                    rule.getValue(),
                    heads.getOrDefault(rule.getKey(), Set.of()).size(),
                    watched))
        .toList();
  }

  /** The share of heads in which it raised an alarm. */
  double rate() {
    return watched == 0 ? Double.NaN : (double) heads / watched;
  }
}
