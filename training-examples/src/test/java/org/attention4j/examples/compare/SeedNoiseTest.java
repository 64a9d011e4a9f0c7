package org.attention4j.examples.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.attention4j.examples.compare.TestResults.result;

import java.util.List;
import org.apache.commons.math3.distribution.TDistribution;
import org.apache.commons.math3.stat.inference.TTest;
import org.attention4j.examples.report.Table.Emphasis;
import org.attention4j.examples.training.Baselines;
import org.junit.jupiter.api.Test;

class SeedNoiseTest {
  private static final double[] SOFTMAX = {3.10, 3.14, 3.05, 3.12, 3.20};
  private static final double[] SSMAX = {3.07, 3.13, 3.01, 3.11, 3.12};
  private static final double[] RELU = {3.31, 3.30, 3.22, 3.35, 3.37};

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
    assertThat(about(4.4, result("a", 4.5, 4.6, 4.7), result("b", 4.4, 4.6, 4.6)))
        .isEqualTo(
            "No verdict: no normalizer came below the bigram baseline of 4.400 bits per character,"
                + " the lowest mean is 4.533, so no model has learned more than a model without"
                + " attention can; more --steps are needed.");
    assertThat(about(4.4, result("a", 3.5, 3.6), result("b", 3.4, 3.6)))
        .startsWith("No verdict: ")
        .contains("at least 3 seeds, and there are 2;");
    assertThat(about(4.4, result("a", 3.5), result("b", 3.4))).contains("there is 1;");
    assertThat(about(4.4, result("a", 3.5, 3.6, 3.7)))
        .isEqualTo(
            "No verdict: there is one normalizer below the bigram baseline and nothing to compare"
                + " it with.");
    assertThat(about(4.4, result("a", Double.NaN)))
        .isEqualTo("No verdict: no training came to its end. Training broke down with a.");
  }

  @Test
  void whatIsNotBelowTheBaselineIsNotJudged() {
    NormalizerResult flat = result("c", 5, 5, 5, 5, 5);

    assertThat(about(4.4, result("a", SOFTMAX), result("b", RELU), flat))
        .startsWith("Lowest bits per character: a with 3.122.")
        .doesNotContain("over c", "b, c")
        .endsWith(" Not below the bigram baseline, and so not judged: c.");
    assertThat(about(4.4, flat, result("b", RELU)))
        .isEqualTo(
            "No verdict: there is one normalizer below the bigram baseline and nothing to compare"
                + " it with. Not below the bigram baseline, and so not judged: c.");
    // With a flat first there is nothing for the others to be compared with.
    assertThat(p(4.4, flat, result("a", SOFTMAX), result("b", RELU))).containsOnly("\u2013");
    // The noise of those that are judged is not that of all.
    assertThat(p(4.4, result("a", SOFTMAX), result("b", SSMAX), flat))
        .isEqualTo(
            List.of("\u2013", p(4.4, result("a", SOFTMAX), result("b", SSMAX)).get(1), "\u2013"));
  }

  @Test
  void whereNothingIsConcludedTheTableShowsNoP() {
    assertThat(p(4.4, result("a", SOFTMAX), result("b", RELU)).get(1)).matches("[01]\\.\\d{3}");
    assertThat(p(3, result("a", SOFTMAX), result("b", RELU))).containsOnly("\u2013");
    assertThat(
            ResultTable.of(
                    List.of(result("a", SOFTMAX), result("b", RELU)), new Baselines(4.5, 3, 2))
                .rows())
        .allMatch(row -> row.emphasis() == Emphasis.NONE);
  }

  private static String about(double bigram, NormalizerResult... results) {
    return Findings.about(List.of(results), new Baselines(6, bigram, 1));
  }

  /** The column p of the table. */
  private static List<String> p(double bigram, NormalizerResult... results) {
    return ResultTable.of(List.of(results), new Baselines(6, bigram, 1)).rows().stream()
        .map(row -> row.cells().get(4))
        .toList();
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
