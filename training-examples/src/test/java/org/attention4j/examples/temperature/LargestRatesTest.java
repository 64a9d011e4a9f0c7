package org.attention4j.examples.temperature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class LargestRatesTest {
  static final LargestRate NONE = new LargestRate(Double.NaN, 0.01);
  static final LargestRate ALL = new LargestRate(1000, Double.NaN);

  @Test
  void theMedianOfAnEvenNumberIsGeometric() {
    LargestRates odd = of(rate(8), rate(2), rate(3));
    assertThat(odd.median()).isCloseTo(3, within(1e-12));
    assertThat(odd.min()).isEqualTo(2);
    assertThat(odd.max()).isEqualTo(8);
    assertThat(odd.text()).isEqualTo("3");

    assertThat(of(rate(8), rate(2)).median()).isCloseTo(4, within(1e-12));
  }

  @Test
  void aSeedBeyondTheGridLeavesTheMedianTrue() {
    LargestRates below = of(rate(8), NONE, rate(3));
    assertThat(below.median()).isCloseTo(3, within(1e-12));
    assertThat(below.min()).isEqualTo(0.01);
    assertThat(below.max()).isEqualTo(8);

    LargestRates above = of(ALL, rate(3), rate(8));
    assertThat(above.median()).isCloseTo(8, within(1e-12));
    assertThat(above.max()).isEqualTo(1000);
    assertThat(of(NONE, NONE).min()).isNaN();
    assertThat(of(NONE, NONE).max()).isNaN();

    assertThat(of(ALL, rate(3), NONE).median()).isCloseTo(3, within(1e-12));
  }

  @Test
  void aMedianBeyondTheGridIsNoNumberButSaysOnWhichSide() {
    assertThat(of(NONE, rate(3), NONE).median()).isNaN();
    assertThat(of(NONE, rate(3), NONE).text()).isEqualTo("none");
    assertThat(of(NONE, rate(3)).median()).isNaN();
    assertThat(of(ALL, rate(3), ALL).median()).isNaN();
    assertThat(of(ALL, rate(3), ALL).text()).isEqualTo("\u2265 1000");
    assertThat(of(ALL, rate(3)).text()).isEqualTo("\u2265 3");
  }

  static LargestRate rate(double trains) {
    return new LargestRate(trains, 2 * trains);
  }

  private static LargestRates of(LargestRate... rates) {
    return new LargestRates(List.of(rates));
  }
}
