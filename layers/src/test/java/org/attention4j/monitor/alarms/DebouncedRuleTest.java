package org.attention4j.monitor.alarms;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.attention4j.monitor.alarms.DebouncedRule.Excuse;
import org.attention4j.monitor.alarms.DebouncedRule.Finding;
import org.attention4j.monitor.metrics.MetricRecord;
import org.junit.jupiter.api.Test;

final class DebouncedRuleTest {
  /** What is to be seen of a value: above 10 is a fault, below 5 recovered; NaN is no metric. */
  private static DebouncedRule rule(int duration, Excuse excuse) {
    return new DebouncedRule(
        "hot",
        duration,
        excuse,
        "try water",
        metricRecord -> {
          double value = metricRecord.metrics().get("heat");
          return Double.isNaN(value)
              ? Optional.empty()
              : Optional.of(
                  new Finding(
                      value > 100 ? 3 : value > 10 ? 1 : 0, value < 5, "heat", value, "hot"));
        });
  }

  private static MetricRecord at(int check, double value) {
    return new MetricRecord(10 * check, 1, "att", 3, Map.of("heat", value));
  }

  private static List<Integer> raised(DebouncedRule rule, ScoreTrend trend, double... values) {
    List<Integer> checks = new ArrayList<>();
    for (int check = 0; check < values.length; check++) {
      if (rule.check(at(check, values[check]), trend).isPresent()) {
        checks.add(check);
      }
    }
    return checks;
  }

  private static List<Integer> raised(int duration, double... values) {
    return raised(rule(duration, Excuse.NONE), new ScoreTrend(), values);
  }

  @Test
  void onceAfterItsDurationAndAgainAfterRecovery() {
    assertThat(raised(3, 11, 11, 11, 11, 11)).containsExactly(2);
    assertThat(raised(3, 11, 11, 10, 11, 11, 11)).containsExactly(5); // the row was broken
    assertThat(raised(1, 11, 7, 11, 11)).containsExactly(0); // not well in between
    assertThat(raised(1, 11, 5, 11, 4, 11)).containsExactly(0, 4);
    assertThat(raised(2, 11, 11, 4, 11, 4, 11, 11)).containsExactly(1, 6);
  }

  @Test
  void severityCountsForMoreThanALook() {
    assertThat(raised(6, 101, 101)).containsExactly(1);
    assertThat(raised(6, 101, 11, 11, 11)).containsExactly(3);
    assertThat(raised(7, 101, 11, 11, 11)).isEmpty();
  }

  @Test
  void anAbsentMetricChangesNothing() {
    assertThat(raised(3, 11, 11, Double.NaN, 11)).containsExactly(3);
    assertThat(raised(1, 11, Double.NaN, 11)).containsExactly(0);
  }

  @Test
  void isRaisedFromItsAlarmToItsRecovery() {
    DebouncedRule rule = rule(2, Excuse.NONE);
    boolean[] expected = {false, true, true, true, false, false};
    double[] values = {11, 11, 11, 7, 4, 11};
    assertThat(rule.isRaised()).isFalse();
    for (int check = 0; check < values.length; check++) {
      rule.check(at(check, values[check]));
      assertThat(rule.isRaised()).as("check " + check).isEqualTo(expected[check]);
    }
  }

  @Test
  void theAlarmSaysWhatWasSeenAndForHowLong() {
    assertThat(rule(1, Excuse.NONE).check(at(7, 12.5)))
        .contains(new Alarm("hot", 70, "att", 3, "heat", 12.5, "hot", "try water"));
    DebouncedRule lasting = rule(2, Excuse.NONE);
    lasting.check(at(7, 11));
    assertThat(lasting.check(at(8, 13)))
        .contains(
            new Alarm(
                "hot", 80, "att", 3, "heat", 13, "hot, for 2 scheduled iterations", "try water"));
  }

  private static ScoreTrend trend(double... scores) {
    ScoreTrend trend = new ScoreTrend();
    for (double score : scores) {
      trend.add(score);
    }
    return trend;
  }

  @Test
  void successIsAnExcuseAndDoesNotCount() {
    for (Excuse excuse : List.of(Excuse.SUCCESS, Excuse.PROGRESS, Excuse.START)) {
      ScoreTrend trend = trend(8, 8, 8, 8, 8, 2, 2, 2);
      DebouncedRule rule = rule(2, excuse);
      assertThat(raised(rule, trend, 11, 11, 11, 11)).isEmpty();
      trend.add(9);
      trend.add(9);
      IntStream.range(0, 40).forEach(i -> trend.add(9));
      assertThat(raised(rule, trend, 11, 11)).containsExactly(1); // the checks before are forgotten
    }
    assertThat(raised(rule(2, Excuse.NONE), trend(8, 8, 8, 8, 8, 2, 2, 2), 11, 11))
        .containsExactly(1);
  }

  @Test
  void progressPutsAnAlarmOff() {
    ScoreTrend falling = trend(8, 8, 8, 8, 8, 7, 7, 7, 7, 7);
    assertThat(raised(rule(2, Excuse.SUCCESS), falling, 11, 11)).containsExactly(1);
    DebouncedRule patient = rule(2, Excuse.PROGRESS);
    assertThat(raised(patient, falling, 11, 11, 11)).isEmpty();
    assertThat(patient.isRaised()).isFalse();
    IntStream.range(0, 40).forEach(i -> falling.add(7));
    assertThat(raised(patient, falling, 11)).containsExactly(0); // the checks before have counted
  }

  @Test
  void aHeadThatWasWellIsNotAtItsStart() {
    ScoreTrend falling = trend(8, 8, 8, 8, 8, 7, 7, 7, 7, 7);
    assertThat(raised(rule(2, Excuse.START), falling, 11, 11, 7, 11, 11)).isEmpty();
    assertThat(raised(rule(2, Excuse.START), falling, 11, 11, 4, 11, 11)).containsExactly(4);
    assertThat(raised(rule(2, Excuse.PROGRESS), falling, 11, 11, 4, 11, 11)).isEmpty();
  }

  @Test
  void recoveryIsSeenInSuccessToo() {
    DebouncedRule rule = rule(1, Excuse.SUCCESS);
    assertThat(raised(rule, new ScoreTrend(), 11)).containsExactly(0);
    raised(rule, trend(8, 8, 8, 8, 8, 2, 2, 2), 4);
    assertThat(rule.isRaised()).isFalse();
    assertThat(raised(rule, new ScoreTrend(), 11)).containsExactly(0);
  }
}
