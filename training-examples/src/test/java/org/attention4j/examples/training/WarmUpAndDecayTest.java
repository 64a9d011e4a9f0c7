package org.attention4j.examples.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class WarmUpAndDecayTest {
  @Test
  void itRisesForATwentiethOfTheStepsAndFallsToNearlyZero() {
    WarmUpAndDecay schedule = new WarmUpAndDecay(0.5, 100);

    // Five steps up; from the peak at step 5 (iteration 4) to the last, 96 equal steps down.
    assertThat(schedule.valueAt(0, 0)).isCloseTo(0.1, within(1e-15));
    assertThat(schedule.valueAt(3, 0)).isCloseTo(0.4, within(1e-15));
    assertThat(schedule.valueAt(4, 0)).isCloseTo(0.5, within(1e-15));
    assertThat(schedule.valueAt(5, 0)).isCloseTo(0.5 * 95 / 96, within(1e-15));
    assertThat(schedule.valueAt(99, 0)).isCloseTo(0.5 / 96, within(1e-15));
    assertThat(schedule.valueAt(100, 3)).isZero();
  }

  @Test
  void aSingleStepHasTheFullRate() {
    assertThat(new WarmUpAndDecay(0.5, 1).valueAt(0, 0)).isEqualTo(0.5);
  }
}
