package org.attention4j.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class CostRatioTest {

  /** R = 1.05, s² = 0.015 / 2, mean 2 and the tabulated t of two degrees of freedom, 4.3027. */
  @Test
  void byHand() {
    CostRatio ratio = CostRatio.of(new double[] {1, 2, 3}, new double[] {1.1, 2, 3.2});
    assertThat(ratio.percent()).isCloseTo(5, within(1e-9));
    assertThat(ratio.high() - ratio.percent()).isCloseTo(4.3027 * 2.5, within(1e-3));
    assertThat(ratio.percent() - ratio.low()).isCloseTo(4.3027 * 2.5, within(1e-3));
    assertThat(ratio).hasToString("5.00 (-5.76 to 15.76)");
  }

  /** What changes in both of a pair alike is no noise. */
  @Test
  void slowChangesOfTheMachineAreNoNoise() {
    double[] base = {1, 5, 2, 9};
    double[] other = {1.03, 5.15, 2.06, 9.27};
    CostRatio ratio = CostRatio.of(base, other);
    assertThat(ratio.percent()).isCloseTo(3, within(1e-9));
    assertThat(ratio.low()).isCloseTo(3, within(1e-6));
    assertThat(ratio.high()).isCloseTo(3, within(1e-6));
  }

  /** Of many intervals 95 % hold the true ratio; the share of 2000 is within 0.02 of that. */
  @Test
  void intervalsHoldTheTrueRatio() {
    Random random = new Random(5);
    int trials = 2000;
    int hits = 0;
    for (int trial = 0; trial < trials; trial++) {
      double[] base = new double[20];
      double[] other = new double[20];
      for (int i = 0; i < base.length; i++) {
        double machine = 10 + random.nextDouble();
        base[i] = machine * (1 + 0.05 * random.nextGaussian());
        other[i] = 1.02 * machine * (1 + 0.05 * random.nextGaussian());
      }
      CostRatio ratio = CostRatio.of(base, other);
      hits += ratio.low() <= 2 && 2 <= ratio.high() ? 1 : 0;
    }
    assertThat(hits / (double) trials).isCloseTo(0.95, within(0.02));
  }

  /** Two steps with 7 % more, and three that cost what they did, are five steps with 2.8 % more. */
  @Test
  void aShareOfAWhole() {
    CostRatio ratio = new CostRatio(7, 5, 11).ofShare(2.0 / 5);
    assertThat(ratio.percent()).isCloseTo(2.8, within(1e-12));
    assertThat(ratio.low()).isCloseTo(2, within(1e-12));
    assertThat(ratio.high()).isCloseTo(4.4, within(1e-12));
  }

  @Test
  void onePairIsTooFew() {
    assertThatThrownBy(() -> CostRatio.of(new double[1], new double[1]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("at least 2");
  }
}
