package org.attention4j.examples.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class LogLogFitTest {
  @Test
  void aPowerHasItsExponentAsSlope() {
    LogLogFit fit = LogLogFit.of(new double[] {0.01, 0.1, 1, 10}, new double[] {300, 30, 3, 0.3});

    assertThat(fit.slope()).isCloseTo(-1, within(1e-12));
    assertThat(fit.halfWidth()).isCloseTo(0, within(1e-6));
    assertThat(fit.points()).isEqualTo(4);
  }

  @Test
  void theIntervalIsTheOneOfStudentsT() {
    // log2 y = 0, 1, 1 over log2 x = 0, 1, 2: slope 1/2, residuals -1/6, 1/3, -1/6, hence the
    // standard error sqrt(1/6 / 2) and, with one degree of freedom, t = 12.7062.
    LogLogFit fit = LogLogFit.of(new double[] {1, 2, 4}, new double[] {1, 2, 2});

    assertThat(fit.slope()).isCloseTo(0.5, within(1e-12));
    assertThat(fit.halfWidth()).isCloseTo(12.7062 * Math.sqrt(1.0 / 12), within(1e-4));
    assertThat(fit.isCompatibleWith(-1)).isTrue();
    assertThat(fit.isCompatibleWith(-4)).isFalse();
  }

  @Test
  void whatHasNoLogarithmDoesNotCount() {
    LogLogFit fit = LogLogFit.of(new double[] {1, 2, 4, 8}, new double[] {1, 0, 2, Double.NaN});

    assertThat(fit.points()).isEqualTo(2);
    assertThat(fit.slope()).isNaN();
    assertThat(fit.text()).isEqualTo("\u2013");
  }

  @Test
  void spreadLeavesOutWhatIsNoNumber() {
    Spread spread = Spread.of(1, Double.NaN, 3);

    assertThat(spread).isEqualTo(new Spread(2, Math.sqrt(2), 1, 3));
    assertThat(spread.text(2)).isEqualTo("2.00 \u00b1 1.41");
    assertThat(Spread.of(Double.NaN).text(2)).isEqualTo("\u2013");
    assertThat(Spread.of(3).text(2)).isEqualTo("3.00");
  }
}
