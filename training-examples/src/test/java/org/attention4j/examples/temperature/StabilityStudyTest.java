package org.attention4j.examples.temperature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.attention4j.examples.statistics.LogLogFit;
import org.attention4j.examples.statistics.Share;
import org.junit.jupiter.api.Test;

class StabilityStudyTest {
  private static final TemperatureScaledNormalizer SOFTMAX =
      TemperatureScaledNormalizer.of("softmax");
  private static final List<Double> TEMPERATURES = List.of(0.01, 0.1, 1.0, 10.0);

  /**
   * log10 y = −2, −1.5, 0 over log10 x = −2, −1, 0: slope 1, residuals 1/6, −1/3, 1/6 about a mean
   * of −7/6, hence the standard error √(1/6 / 2) and, with one degree of freedom, t = 12.7062.
   */
  @Test
  void theSlopeIsThatOfTheMediansOnTheGrid() {
    StabilityStudy study =
        study(
            List.of(
                rates(0.01, 0.003, 0.02),
                rates(Math.pow(10, -1.5), 0.01, 0.1),
                rates(1, 0.1, 2),
                List.of(LargestRatesTest.ALL, LargestRatesTest.ALL, LargestRatesTest.rate(500))));

    LogLogFit cold = study.slope(UpdateRule.SGD, SOFTMAX, 1);

    assertThat(cold.points()).isEqualTo(3);
    assertThat(cold.slope()).isCloseTo(1, within(1e-12));
    assertThat(cold.halfWidth()).isCloseTo(12.7062 * Math.sqrt(1.0 / 12), within(1e-4));
    assertThat(study.slope(UpdateRule.SGD, SOFTMAX, 10)).isEqualTo(cold);
  }

  @Test
  void twoTemperaturesMakeNoSlope() {
    StabilityStudy study =
        study(
            List.of(
                Collections.nCopies(3, LargestRatesTest.NONE),
                rates(0.1, 0.1, 0.1),
                rates(1, 1, 1),
                rates(1, 1, 1)));

    assertThat(study.slope(UpdateRule.SGD, SOFTMAX, 1).slope()).isNaN();
    assertThat(StabilityConclusion.of(study))
        .singleElement()
        .asString()
        .startsWith("Plain SGD: no slope, since fewer than three temperatures")
        .contains("softmax");
  }

  @Test
  void theConclusionSaysWhatTheIntervalCarries() {
    StabilityStudy line =
        study(
            List.of(
                rates(1e-2, 1e-2, 1e-2), rates(1e-1, 1e-1, 1e-1), rates(1, 1, 1), rates(1, 1, 1)));
    assertThat(StabilityConclusion.of(line).get(0))
        .contains("the slope softmax 1.00 \u00b1 0.00", "with the whole interval above 0: softmax")
        .doesNotContain("Steeper", "Flatter", "not shown");

    StabilityStudy square =
        study(
            List.of(
                rates(1e-4, 1e-4, 1e-4), rates(1e-2, 1e-2, 1e-2), rates(1, 1, 1), rates(1, 1, 1)));
    assertThat(StabilityConclusion.of(square).get(0)).contains("Steeper than 1: softmax");

    StabilityStudy flat =
        study(List.of(rates(1, 2, 3), rates(3, 1, 1), rates(1, 2, 2), rates(1, 1, 1)));
    assertThat(StabilityConclusion.of(flat).get(0))
        .contains("not shown: softmax")
        .doesNotContain("falls with T");
  }

  @Test
  void withoutSeedsOrLearningThereIsNoVerdict() {
    StabilityStudy nothing =
        study(Collections.nCopies(4, Collections.nCopies(3, LargestRatesTest.NONE)));
    assertThat(StabilityConclusion.of(nothing))
        .containsExactly(
            "No verdict on learning rates: at T = 1 no model learned to find the value, at no"
                + " rate.");

    StabilityStudy two = study(Collections.nCopies(4, rates(1, 2)));
    assertThat(StabilityConclusion.of(two))
        .singleElement()
        .asString()
        .startsWith("No verdict on learning rates: ")
        .contains("at least 3 seeds");
  }

  /** In {@link #study} one start of each seed stalls below T = 1, and one diverges. */
  @Test
  void allStartsOfAllSeedsCount() {
    StabilityStudy study = study(Collections.nCopies(4, rates(1, 2, 3)));

    assertThat(study.share(UpdateRule.SGD, SOFTMAX, 0.1, Outcome::isFailure))
        .isEqualTo(new Share(6, 9));
    assertThat(study.share(UpdateRule.SGD, SOFTMAX, 0.1, Outcome.DIVERGED::equals))
        .isEqualTo(new Share(3, 9));
    assertThat(study.share(UpdateRule.SGD, SOFTMAX, 1, Outcome::isFailure))
        .isEqualTo(new Share(0, 9));
    assertThat(StabilityConclusion.of(study).get(0))
        .endsWith("at T = 0.01 and at T = 1: softmax 6 of 9 and 0 of 9.");
  }

  private static List<LargestRate> rates(double... trains) {
    return Arrays.stream(trains).mapToObj(LargestRatesTest::rate).toList();
  }

  /** One list for each of {@link #TEMPERATURES}, with a rate for each seed. */
  private static StabilityStudy study(List<List<LargestRate>> rates) {
    List<Stability> results = new ArrayList<>();
    for (int t = 0; t < TEMPERATURES.size(); t++) {
      double temperature = TEMPERATURES.get(t);
      for (int seed = 0; seed < rates.get(t).size(); seed++) {
        boolean cold = temperature < 1;
        results.add(
            new Stability(
                UpdateRule.SGD,
                SOFTMAX,
                temperature,
                seed,
                0.5,
                List.of(),
                rates.get(t).get(seed),
                List.of(
                    attempt(0, Outcome.TRAINS),
                    attempt(1, cold ? Outcome.STALLED : Outcome.TRAINS),
                    attempt(2, cold ? Outcome.DIVERGED : Outcome.TRAINS))));
      }
    }
    return new StabilityStudy(
        StabilitySettings.USUAL,
        List.of(UpdateRule.SGD),
        List.of(SOFTMAX),
        TEMPERATURES,
        IntStream.range(0, rates.get(0).size()).mapToObj(seed -> (long) seed).toList(),
        results);
  }

  private static Stability.Attempt attempt(int start, Outcome outcome) {
    return new Stability.Attempt(start, 1, 200, 0.1, outcome);
  }
}
