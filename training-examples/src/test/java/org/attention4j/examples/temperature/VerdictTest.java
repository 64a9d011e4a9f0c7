package org.attention4j.examples.temperature;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collections;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.DoubleStream;
import org.attention4j.monitor.alarms.Alarm;
import org.junit.jupiter.api.Test;

class VerdictTest {
  @Test
  void aSpikeStandsAboveTheMedianBefore() {
    assertThat(Verdict.spikes(new double[] {1, 1, 2, 1, 1, 2.9, 3.1, 1})).isEqualTo(1);
    assertThat(Verdict.spikes(new double[] {1, 1, 1, 1, 1, Double.NaN})).isEqualTo(1);
    assertThat(Verdict.spikes(new double[] {1, 100, 1})).isZero();
  }

  @Test
  void theLossShowsAFaultOnceItStaysAbove() {
    List<Double> reference = Collections.nCopies(9, 4.0);
    assertThat(Verdict.shown(losses(4, 5, 5, 5, 5, 4, 5, 5, 5), reference)).isEmpty();
    assertThat(Verdict.shown(losses(4, 4, 5, 5, 5, 5, 5, 4, 4), reference)).hasValue(3);
    assertThat(Verdict.shown(losses(4, 4.05, Double.NaN), reference)).hasValue(3);
  }

  @Test
  void theLeadCountsFromTheFirstAlarm() {
    List<Double> losses = losses(4, 4, 4, 5, 5, 5, 5, 5, 5);
    TemperatureRun reference = run(Collections.nCopies(9, 4.0), List.of());

    Verdict early = Verdict.of(run(losses, List.of(alarm(6), alarm(0))), reference, 4.4);
    Verdict never = Verdict.of(run(losses, List.of()), reference, 4.4);

    assertThat(early.firstAlarm()).hasValue(1);
    assertThat(early.shown()).hasValue(4);
    assertThat(early.lead()).hasValue(3);
    assertThat(never.lead()).isEqualTo(OptionalInt.empty());
  }

  /** The models of these runs need 4 bits per character after training. */
  @Test
  void whatNeedsAsManyBitsAsTheCharactersAloneHasStalled() {
    TemperatureRun run = run(Collections.nCopies(9, 4.0), List.of());

    assertThat(Verdict.of(run, run, 4.1).outcome()).isEqualTo(Outcome.TRAINS);
    assertThat(Verdict.of(run, run, 4).outcome()).isEqualTo(Outcome.STALLED);
    assertThat(Verdict.of(run(losses(4, 13, 4), List.of()), run, 4.1).outcome())
        .isEqualTo(Outcome.DIVERGED);
  }

  private static List<Double> losses(double... values) {
    return DoubleStream.of(values).boxed().toList();
  }

  private static TemperatureRun run(List<Double> losses, List<Alarm> alarms) {
    List<Double> gradients = Collections.nCopies(losses.size(), 1.0);
    return new TemperatureRun(
        TemperatureScaledNormalizer.all().get(0), 0.1, 1, losses, gradients, 4, List.of(), alarms);
  }

  private static Alarm alarm(int iteration) {
    return new Alarm("rule", iteration, "layer", 0, "metric", 1, "cause", "suggestion");
  }
}
