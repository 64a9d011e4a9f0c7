package org.attention4j.theory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

/** The counterexamples of docs/paper.md, and the estimate that stands where a bound is too wide. */
class CorrectionsTest {
  /** Two keys with equal weights: the norm of the Jacobian is 1/(2T), twice the paper's line. */
  @Test
  void oneOverFourTimesTheTemperatureIsNoBoundOnTheNorm() {
    double temperature = .7;
    double norm = SoftmaxJacobian.spectralNorm(new double[] {.5, .5}, temperature);
    assertThat(norm)
        .isCloseTo(1 / (2 * temperature), within(1e-15))
        .isGreaterThan(1.99 * SoftmaxJacobian.entryBound(temperature));
    double difference =
        Sensitivity.of(new double[] {0, 0}, new double[] {1, -1}, temperature, 1e-3);
    assertThat(difference)
        .as("what the paper measures is above it, too")
        .isGreaterThan(1.99 * SoftmaxJacobian.entryBound(temperature))
        .isLessThan(Sensitivity.bound(temperature, 1e-3));
  }

  /** A finite difference with a large ε is far below √2, which bounds g ε alone. */
  @Test
  void theRootOfTwoBoundsTheDifferenceAndNotItsQuotient() {
    double g = Sensitivity.of(new double[] {0, 0}, new double[] {1, -1}, 1e-4, 1e-3);
    assertThat(g).isGreaterThan(100 * Math.sqrt(2)).isLessThanOrEqualTo(Math.sqrt(2) / 1e-3);
  }

  /**
   * Three chosen tokens, of which the last two are one vector and the first is at a right angle, so
   * that δ = 0 makes each ξ as large as can be. All distances are below r, one ξ is above it.
   */
  @Test
  void theUpperSideOfTheorem2IsNoBound() {
    double[] weights = {.3, .25, .2, .15, .1};
    double[][] x = {{1, 0}, {0, 1}, {0, 1}, {1, 0}, {1, 0}};
    TopN top = TopN.of(weights, 3);
    Separability found = Separability.of(weights, x, top);
    // s = (.3, .45); the nearest other token is .15 (1, 0).
    assertThat(found.radius()).isCloseTo(Math.hypot(.15, .45), within(1e-15));
    assertThat(Separability.distances(weights, x, top))
        .containsExactly(
            new double[] {.45, Math.hypot(.3, .2), Math.hypot(.3, .25)}, within(1e-15));
    assertThat(found.ratio()).isEqualTo(1);
    assertThat(SeparabilityBounds.xi(weights, top, 0, 1))
        .containsExactly(new double[] {.45, .5, .55}, within(1e-15));
    SeparabilityBounds bounds = SeparabilityBounds.of(weights, top, 0, 1, found.radius());
    assertThat(bounds.upper()).isLessThan(.999).isLessThan(found.ratio());
    assertThat(bounds.lower()).isLessThan(found.ratio());
  }

  /** All six pairs of the four tokens have the mean .9276527851. */
  @Test
  void randomChoicesEstimateTheExpectedDistance() {
    double[] weights = {.5, .3, .15, .05};
    double[][] x = {{1, 0}, {.6, .8}, {0, 1}, {-1, 0}};
    int draws = 40_000;
    // No d̃ is above 2, so the standard deviation is at most 1, and of the mean 1/200.
    assertThat(Distance.meanOfRandomChoices(weights, x, 2, draws, new Random(37)))
        .isCloseTo(.9276527851, within(5.0 / 200));
    assertThat(Distance.meanOfRandomChoices(weights, x, 4, 3, new Random(41))).isZero();
  }

  @Test
  void oneDrawIsTheDistanceOfItsSet() {
    double[] weights = {.6, .4};
    double[][] x = {{1}, {2}};
    // Each set of one leaves |.6 − .8|.
    assertThat(Distance.meanOfRandomChoices(weights, x, 1, 7, new Random(43)))
        .isCloseTo(.2, within(1e-15));
  }
}
