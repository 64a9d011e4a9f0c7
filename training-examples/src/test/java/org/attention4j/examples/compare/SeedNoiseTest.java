package org.attention4j.examples.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import org.apache.commons.math3.distribution.TDistribution;
import org.apache.commons.math3.stat.inference.TTest;
import org.attention4j.examples.report.Table.Emphasis;
import org.junit.jupiter.api.Test;

class SeedNoiseTest {
  private static final double[] SOFTMAX = {3.10, 3.14, 3.05, 3.12, 3.20};
  private static final double[] SSMAX = {3.07, 3.13, 3.01, 3.11, 3.12};
  private static final double[] RELU = {3.31, 3.30, 3.22, 3.35, 3.37};

  private static NormalizerResult result(String label, double... bits) {
    List<TrialResult> trials = new ArrayList<>();
    for (int i = 0; i < bits.length; i++) {
      Integer brokeDownAt = Double.isNaN(bits[i]) ? 3 : null;
      trials.add(
          new TrialResult(
              label,
              "{}",
              i,
              bits[i],
              brokeDownAt,
              1,
              1,
              1,
              new Memory(1, 1),
              List.of(),
              List.of(),
              List.of(),
              ""));
    }
    return new NormalizerResult(label, trials);
  }

  @Test
  void forTwoNormalizersItIsThePairedTest() {
    List<NormalizerResult> results = List.of(result("softmax", SOFTMAX), result("ssmax", SSMAX));

    Difference difference = SeedNoise.againstTheFirst(results).get(0);

    assertThat(difference.p()).isCloseTo(new TTest().pairedTTest(SOFTMAX, SSMAX), within(1e-12));
    assertThat(difference.mean()).isCloseTo(-0.034, within(1e-12));
    assertThat(SeedNoise.amongAll(results)).hasSize(1);
  }

  /** Residuals by subtracting row and column means, the other way to fit the two effects. */
  @Test
  void forMoreTheNoiseIsThatOfAll() {
    double[][] bits = {SOFTMAX, SSMAX, RELU};
    double grand = mean(flat(bits));
    double squares = 0;
    for (int i = 0; i < 3; i++) {
      for (int j = 0; j < 5; j++) {
        double ofSeed = (bits[0][j] + bits[1][j] + bits[2][j]) / 3;
        double residual = bits[i][j] - mean(bits[i]) - ofSeed + grand;
        squares += residual * residual;
      }
    }
    double error = Math.sqrt(2 * squares / 8 / 5);
    double t = (mean(RELU) - mean(SOFTMAX)) / error;
    double p = 2 * new TDistribution(8).cumulativeProbability(-t);

    List<Difference> differences =
        SeedNoise.againstTheFirst(
            List.of(result("softmax", SOFTMAX), result("ssmax", SSMAX), result("relu", RELU)));

    Difference relu = differences.get(1);
    // The smaller of two p-values is doubled by Holm's correction.
    assertThat(relu.p()).isCloseTo(2 * p, within(1e-12));
    assertThat(relu.high() - relu.low()).isCloseTo(2 * 2.306004 * error, within(1e-6));
    assertThat(relu.isLarge()).isTrue();
    assertThat(relu.mean()).isPositive();
    assertThat(differences.get(0).p()).isGreaterThan(relu.p());
  }

  @Test
  void correctedValuesNeverFallBelowASmallerOne() {
    List<Difference> differences =
        SeedNoise.amongAll(
            List.of(result("softmax", SOFTMAX), result("ssmax", SSMAX), result("relu", RELU)));

    assertThat(differences)
        .extracting(Difference::label)
        .containsExactly("ssmax", "ssmax", "softmax");
    assertThat(differences).allMatch(each -> each.mean() < 0 && each.p() <= 1);
    assertThat(differences.get(0).p()).isGreaterThanOrEqualTo(differences.get(2).p());
  }

  @Test
  void withoutSeedsOrRivalsNothingCanBeTold() {
    assertThat(SeedNoise.amongAll(List.of(result("a", 1), result("b", 2)))).isEmpty();
    assertThat(SeedNoise.amongAll(List.of(result("a", 1, 2), result("b", 3, 5)))).isEmpty();
    assertThat(SeedNoise.amongAll(List.of(result("a", 1, 2, 3), result("b", 3, 5)))).isEmpty();
    assertThat(SeedNoise.amongAll(List.of(result("a", 1, 2)))).isEmpty();
    assertThat(SeedNoise.againstTheFirst(List.of(result("a", 1, Double.NaN), result("b", 2, 3))))
        .isEmpty();
  }

  @Test
  void equalNormalizersDoNotDiffer() {
    Difference difference =
        SeedNoise.amongAll(List.of(result("a", SOFTMAX), result("b", SOFTMAX))).get(0);

    assertThat(difference.mean()).isZero();
    assertThat(difference.isLarge()).isFalse();
  }

  @Test
  void aVerdictNeedsTheBaselineThreeSeedsAndTwoNormalizers() {
    assertThat(Findings.about(List.of(result("a", 4.5, 4.6, 4.7), result("b", 4.4, 4.6, 4.6)), 4.4))
        .isEqualTo(
            "No verdict: no normalizer came below the unigram entropy of 4.400 bits per character,"
                + " the lowest mean is 4.533, so no model has learned more than how often each"
                + " character occurs; more --steps are needed.");
    assertThat(Findings.about(List.of(result("a", 3.5, 3.6), result("b", 3.4, 3.6)), 4.4))
        .startsWith("No verdict: ")
        .contains("at least 3 seeds, and there are 2;");
    assertThat(Findings.about(List.of(result("a", 3.5), result("b", 3.4)), 4.4))
        .contains("there is 1;");
    assertThat(Findings.about(List.of(result("a", 3.5, 3.6, 3.7)), 4.4))
        .isEqualTo("No verdict: there is one normalizer and nothing to compare it with.");
    assertThat(Findings.about(List.of(result("a", Double.NaN)), 4.4))
        .isEqualTo("No verdict: no training came to its end. Training broke down with a.");
    assertThat(
            Findings.about(
                List.of(result("a", SOFTMAX), result("b", RELU), result("c", 5, 5, 5, 5, 5)), 4.4))
        .startsWith("Lowest bits per character: a with 3.122.")
        .endsWith(" Not below the unigram entropy: c.");
  }

  @Test
  void whereNothingIsConcludedTheTableShowsNoP() {
    List<NormalizerResult> results = List.of(result("a", SOFTMAX), result("b", RELU));

    assertThat(ResultTable.of(results, 4.4).rows().get(1).cells().get(4)).matches("[01]\\.\\d{3}");
    assertThat(ResultTable.of(results, 3).rows())
        .allMatch(row -> row.cells().get(4).equals("\u2013") && row.emphasis() == Emphasis.NONE);
  }

  private static double[] flat(double[][] rows) {
    return List.of(rows).stream().flatMapToDouble(java.util.Arrays::stream).toArray();
  }

  private static double mean(double[] values) {
    double sum = 0;
    for (double value : values) {
      sum += value;
    }
    return sum / values.length;
  }
}
