package org.attention4j.examples.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class ShareTest {
  private static final double Z = 1.959964;

  /** (p + z²/2n ± z √(p(1−p)/n + z²/4n²)) / (1 + z²/n). */
  @Test
  void theIntervalIsWilsons() {
    Share share = new Share(3, 12);
    double n = 12;
    double p = 0.25;
    double middle = (p + Z * Z / (2 * n)) / (1 + Z * Z / n);
    double half = Z * Math.sqrt(p * (1 - p) / n + Z * Z / (4 * n * n)) / (1 + Z * Z / n);

    assertThat(share.value()).isEqualTo(0.25);
    assertThat(share.low()).isCloseTo(middle - half, within(1e-6));
    assertThat(share.high()).isCloseTo(middle + half, within(1e-6));
    assertThat(share.text()).isEqualTo("12 [0.09, 0.53]");
  }

  /** With no hit the upper end is z² / (n + z²). */
  @Test
  void noneAndAllKeepAnInterval() {
    Share none = new Share(0, 3);
    assertThat(none.low()).isZero();
    assertThat(none.high()).isCloseTo(Z * Z / (3 + Z * Z), within(1e-6));

    Share all = new Share(3, 3);
    assertThat(all.low()).isCloseTo(3 / (3 + Z * Z), within(1e-6));
    assertThat(all.high()).isEqualTo(1);
  }
}
