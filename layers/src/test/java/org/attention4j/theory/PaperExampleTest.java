package org.attention4j.theory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/** Four tokens in the plane, whose numbers can be checked by hand. */
final class PaperExampleTest {
  private static final double[] WEIGHTS = {.5, .3, .15, .05};
  private static final double[][] X = {{1, 0}, {.6, .8}, {0, 1}, {-1, 0}};
  private static final TopN TWO = TopN.of(WEIGHTS, 2);
  private static final TopN THREE = TopN.of(WEIGHTS, 3);
  private static final Offset<Double> DIGITS = within(1e-10);
  private static final Offset<Double> SEVEN_DIGITS = within(6e-8);

  @Test
  void distanceAndTheorem1() {
    Distance two = Distance.of(WEIGHTS, X, TWO);
    assertThat(two.value()).isCloseTo(1.4543700037, DIGITS);
    assertThat(two.bound()).isCloseTo(1.8, DIGITS);
    Distance three = Distance.of(WEIGHTS, X, THREE);
    assertThat(three.value()).isCloseTo(.8276472679, DIGITS);
    assertThat(three.bound()).isCloseTo(1.0, DIGITS);
  }

  @Test
  void expectedDistanceOverAllSixPairs() {
    double sum = 0;
    for (int i = 0; i < 4; i++) {
      for (int j = 0; j < i; j++) {
        sum += Distance.of(WEIGHTS, X, TopN.chosen(new int[] {j, i}, 4)).value();
      }
    }
    assertThat(sum / 6).isCloseTo(.9276527851, DIGITS);
    Distance.Expected expected = Distance.ofRandomChoice(WEIGHTS, X, 2);
    assertThat(expected.main()).isCloseTo(.8296686220, DIGITS);
    assertThat(expected.epsilon()).isCloseTo(.4398062996, DIGITS);
  }

  @Test
  void separability() {
    Separability two = Separability.of(WEIGHTS, X, TWO);
    assertThat(two.radius()).isCloseTo(.6859300256, DIGITS);
    assertThat(two.ratio()).isEqualTo(1);
    assertThat(Separability.distances(WEIGHTS, X, TWO))
        .containsExactly(new double[] {.3, .5}, DIGITS);
    Separability three = Separability.of(WEIGHTS, X, THREE);
    assertThat(three.radius()).isCloseTo(.8276472679, DIGITS);
    assertThat(three.ratio()).isEqualTo(1);
    assertThat(Separability.distances(WEIGHTS, X, THREE))
        .containsExactly(new double[] {.4295346, .5220153, .7211103}, SEVEN_DIGITS);
  }

  @Test
  void theorem2() {
    double delta = SeparabilityBounds.smallestDistance(X, THREE);
    assertThat(delta).isCloseTo(Math.sqrt(.4), DIGITS);
    assertThat(SeparabilityBounds.xi(WEIGHTS, TWO, SeparabilityBounds.smallestDistance(X, TWO), 1))
        .containsExactly(new double[] {.3, .5}, DIGITS);
    // The last by hand: .5² + .3² + (1 − .4/2) · 2 · .5 · .3 = .58
    assertThat(SeparabilityBounds.xi(WEIGHTS, THREE, delta, 1))
        .containsExactly(new double[] {.4295346, .6264982, Math.sqrt(.58)}, SEVEN_DIGITS);
    SeparabilityBounds bounds = SeparabilityBounds.of(WEIGHTS, TWO, 0, 1, .4);
    assertThat(bounds.lower()).isCloseTo(1 - .8 / .8, DIGITS);
    assertThat(bounds.upper()).isCloseTo((1 + Math.exp(-.005)) / 2, DIGITS);
  }

  @Test
  void nothingIsLeftOutWhenAllAreChosen() {
    TopN all = TopN.of(WEIGHTS, 4);
    assertThat(Distance.of(WEIGHTS, X, all)).isEqualTo(new Distance(0, 0));
    assertThat(Distance.ofRandomChoice(WEIGHTS, X, 4)).isEqualTo(new Distance.Expected(0, 0));
    assertThat(Separability.of(WEIGHTS, X, all).radius()).isInfinite();
  }

  @Test
  void tiesGoToTheLowestIndexAndTooManyAreRefused() {
    assertThat(TopN.of(new double[] {.2, .3, .2, .3}, 3).chosen()).containsExactly(1, 3, 0);
    assertThatThrownBy(() -> TopN.of(WEIGHTS, 5))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("N is 5 but must be between 1 and the 4 visible tokens.");
  }

  @Test
  void vectorsOnTheSphereHaveLengthOne() {
    assertThat(Separability.onSphere(new double[][] {{3, 4}, {0, 0}}))
        .isDeepEqualTo(new double[][] {{.6, .8}, {0, 0}});
  }
}
