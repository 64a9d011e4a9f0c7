package org.attention4j.examples.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class MeanIntervalTest {
  /** t of three degrees of freedom at 0.975 is 3.182446305; the deviation is √(5/3). */
  @Test
  void byHand() {
    MeanInterval interval = MeanInterval.of(1, 2, Double.NaN, 3, 4);
    assertThat(interval.mean()).isEqualTo(2.5);
    assertThat(interval.halfWidth()).isCloseTo(3.182446305 * Math.sqrt(5 / 3.0) / 2, within(1e-8));
    assertThat(interval.count()).isEqualTo(4);
    assertThat(interval.text(1)).isEqualTo("2.5 [0.4, 4.6]");
  }

  @Test
  void oneNumberHasNoInterval() {
    assertThat(MeanInterval.of(7).low()).isEqualTo(Double.NEGATIVE_INFINITY);
    assertThat(MeanInterval.of(7).text(1)).isEqualTo("7.0");
    assertThat(MeanInterval.of().text(1)).isEqualTo("\u2013");
  }
}
