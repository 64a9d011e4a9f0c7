package org.attention4j.internal.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.attention4j.monitor.LogCapture;
import org.attention4j.monitor.alarms.Alarm;
import org.attention4j.monitor.alarms.AlarmRule;
import org.attention4j.monitor.alarms.AlarmRules;
import org.attention4j.monitor.metrics.MetricRecord;
import org.junit.jupiter.api.Test;

/** From the records of a layer to alarms: events, and who is called. */
final class AlarmEngineTest {
  private final List<Alarm> called = new ArrayList<>();
  private int iteration;

  private AlarmEngine alarms(AlarmRule.Factory... factories) {
    return new AlarmEngine(List.of(factories), List.of(called::add), alarm -> true);
  }

  /** One scheduled iteration of a layer: the largest logit of each head. */
  private void check(AlarmEngine alarms, String layer, double... logits) {
    List<MetricRecord> records = new ArrayList<>();
    for (int head = 0; head < logits.length; head++) {
      records.add(record(layer, head, Map.of("maxLogit", logits[head])));
    }
    alarms.check(1, records);
    iteration++;
  }

  private MetricRecord record(String layer, int head, Map<String, Double> metrics) {
    return new MetricRecord(iteration, 0, layer, head, metrics);
  }

  private List<List<Integer>> heads() {
    return called.stream().map(Alarm::heads).toList();
  }

  @Test
  void oneAlarmForAllHeadsOfALayer() {
    AlarmEngine alarms = alarms(AlarmRules.logitBlowUp(100, 1));
    check(alarms, "first", 101, 50, 300);
    check(alarms, "second", 50, 200, 50);
    assertThat(heads()).containsExactly(List.of(0, 2), List.of(1));
    assertThat(called.get(0).layer()).isEqualTo("first");
    assertThat(called.get(0).head()).isZero();
    assertThat(called.get(0).value()).isEqualTo(101);
    assertThat(called.get(0).message())
        .startsWith("heads 0, 2 of layer first: at head 0 the largest logit is 101.0; try");
    assertThat(called.get(1).head()).isEqualTo(1);
    assertThat(called.get(1).value()).isEqualTo(200);
  }

  @Test
  void aHeadThatFollowsSoonIsPartOfTheEvent() {
    AlarmEngine alarms = alarms(AlarmRules.logitBlowUp(100, 1));
    check(alarms, "att", 200, 50, 50);
    for (int i = 0; i < 18; i++) {
      check(alarms, "att", 200, 50, 50);
    }
    check(alarms, "att", 200, 200, 50); // 19 checks later
    assertThat(heads()).containsExactly(List.of(0));
    for (int i = 0; i < 19; i++) {
      check(alarms, "att", 200, 200, 50);
    }
    check(alarms, "att", 200, 200, 200); // 20 checks after the one before
    assertThat(heads()).containsExactly(List.of(0), List.of(2));
  }

  /** Also those whose fault had no alarm of its own, until they have clearly recovered. */
  @Test
  void headsInAlarm() {
    AlarmEngine alarms = alarms(AlarmRules.logitBlowUp(100, 1), AlarmRules.logitBlowUp(150, 2));
    assertThat(alarms.headsInAlarm("att")).hasValue(0);
    check(alarms, "att", 200, 50, 50);
    check(alarms, "att", 200, 120, 50);
    check(alarms, "other", 50, 50);
    assertThat(called).hasSize(2);
    assertThat(alarms.headsInAlarm("att")).hasValue(2);
    assertThat(alarms.headsInAlarm("other")).hasValue(0);
    check(alarms, "att", 70, 90, 50);
    assertThat(alarms.headsInAlarm("att")).hasValue(1);
    check(alarms, "att", 70, 70, 50);
    assertThat(alarms.headsInAlarm("att")).hasValue(0);
    assertThat(alarms().headsInAlarm("att")).isEmpty();
  }

  @Test
  void theEventLastsUntilAllHeadsHaveRecovered() {
    AlarmEngine alarms = alarms(AlarmRules.logitBlowUp(100, 1));
    check(alarms, "att", 200, 200);
    check(alarms, "att", 50, 200);
    for (int i = 0; i < 30; i++) {
      check(alarms, "att", 200, 200); // head 0 had the fault before
      check(alarms, "att", 50, 200);
    }
    assertThat(heads()).containsExactly(List.of(0, 1));
    check(alarms, "att", 50, 50);
    check(alarms, "att", 200, 50);
    assertThat(heads()).containsExactly(List.of(0, 1), List.of(0));
    check(alarms, "att", 50, 50);
    check(alarms, "att", 50, 200);
    assertThat(heads()).containsExactly(List.of(0, 1), List.of(0), List.of(1));
  }

  private void checkTwoHeads(
      AlarmEngine alarms, double nonFinite, double logit, double otherLogit) {
    alarms.check(
        1,
        List.of(
            record("att", 0, Map.of("nonFinite", nonFinite, "maxLogit", logit)),
            record("att", 1, Map.of("nonFinite", 0.0, "maxLogit", otherLogit))));
    iteration++;
  }

  @Test
  void notFiniteReplacesAllOthers() {
    // First or last among the rules.
    for (boolean first : new boolean[] {false, true}) {
      called.clear();
      AlarmRule.Factory logits = AlarmRules.logitBlowUp(100, 1);
      AlarmEngine alarms =
          first ? alarms(AlarmRules.notFinite(), logits) : alarms(logits, AlarmRules.notFinite());
      checkTwoHeads(alarms, 3, Double.NaN, 200);
      checkTwoHeads(alarms, 3, Double.NaN, 200);
      assertThat(called).extracting(Alarm::rule).containsExactly("not-finite");
      assertThat(called.get(0).heads()).containsExactly(0);
      assertThat(called.get(0).message()).contains("3 numbers are NaN or infinite");
      checkTwoHeads(alarms, 0, 50, 200);
      assertThat(called).extracting(Alarm::rule).containsExactly("not-finite", "logit-blow-up");
      checkTwoHeads(alarms, 1, 50, 50);
      assertThat(called).hasSize(3);
    }
  }

  @Test
  void rulesOfOnesOwnHaveAnEventEachTime() {
    AlarmRule.Factory own =
        () ->
            metricRecord ->
                Optional.of(
                    new Alarm(
                        metricRecord.head() < 2 ? "low" : "high",
                        metricRecord.iteration(),
                        metricRecord.layer(),
                        metricRecord.head(),
                        "maxLogit",
                        1,
                        "cause",
                        "suggestion"));
    AlarmEngine alarms = alarms(own);
    check(alarms, "att", 1, 1, 1);
    check(alarms, "att", 1, 1, 1);
    assertThat(heads()).containsExactly(List.of(0, 1), List.of(2), List.of(0, 1), List.of(2));
    assertThat(called).extracting(Alarm::rule).containsExactly("low", "high", "low", "high");
  }

  @Test
  void theTrendIsThatOfTheLayersScores() {
    Map<String, Integer> count = new HashMap<>();
    for (double end : new double[] {7, 2}) {
      called.clear();
      AlarmEngine alarms = alarms(AlarmRules.logitBlowUp(100, 1));
      double[] scores = {8, 8, 8, 8, 8, end, end, end};
      for (int i = 0; i < scores.length; i++) {
        Map<String, Double> metrics = Map.of("maxLogit", i == 7 ? 200.0 : 50.0);
        alarms.check(scores[i], List.of(record("a", 0, metrics)));
      }
      count.put("to " + end, called.size());
    }
    assertThat(count).isEqualTo(Map.of("to 7.0", 1, "to 2.0", 0));
  }

  @Test
  void theFirstAlarmThatIsToEndTrainingIsTakenOnce() {
    AlarmEngine alarms =
        new AlarmEngine(
            List.of(AlarmRules.logitBlowUp(100, 1)), List.of(), alarm -> alarm.head() == 1);
    check(alarms, "first", 200, 50);
    assertThat(alarms.takeEnding()).isNull();
    check(alarms, "second", 50, 200);
    check(alarms, "third", 50, 300);
    Alarm ending = alarms.takeEnding();
    assertThat(ending).isNotNull();
    assertThat(ending.layer()).isEqualTo("second");
    assertThat(alarms.takeEnding()).isNull();
  }

  @Test
  void eachAlarmIsAWarning() {
    try (LogCapture log = new LogCapture()) {
      check(alarms(AlarmRules.logitBlowUp(100, 1)), "att", 200);
      assertThat(log.lines("WARN")).isEqualTo(1);
      assertThat(
              log.lines("logit-blow-up at iteration 0: head 0 of layer att: the largest logit is"))
          .isEqualTo(1);
    }
  }
}
