package org.attention4j.examples.temperature;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class OutcomeTest {
  private static final double LIMIT = 1.4;

  @Test
  void aLossThatIsNoNumberOrFarAboveTheFirstHasDiverged() {
    assertThat(of(0.1, 2.0, Double.NaN)).isEqualTo(Outcome.DIVERGED);
    assertThat(of(0.1, 2.0, Double.POSITIVE_INFINITY)).isEqualTo(Outcome.DIVERGED);
    assertThat(of(0.1, 2.0, 6.01, 0.1)).isEqualTo(Outcome.DIVERGED);
    assertThat(of(0.1, 2.0, 6.0, 0.1)).isEqualTo(Outcome.TRAINS);
    assertThat(of(0.1, Double.NaN)).isEqualTo(Outcome.DIVERGED);
  }

  @Test
  void whatDoesNotComeBelowTheLimitHasStalled() {
    assertThat(of(1.39, 2.0, 1.9)).isEqualTo(Outcome.TRAINS);
    assertThat(of(1.4, 2.0, 1.0)).isEqualTo(Outcome.STALLED);
    assertThat(of(Double.NaN, 2.0, 1.0)).isEqualTo(Outcome.STALLED);
  }

  @Test
  void allButOneOutcomeAreFailures() {
    assertThat(Outcome.values()).filteredOn(Outcome::isFailure).hasSize(2);
    assertThat(Outcome.TRAINS.isFailure()).isFalse();
    assertThat(Outcome.DIVERGED.label()).isEqualTo("diverged");
  }

  private static Outcome of(double held, Double... losses) {
    return Outcome.of(List.of(losses), held, LIMIT);
  }
}
