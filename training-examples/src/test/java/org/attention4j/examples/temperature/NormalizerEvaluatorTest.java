package org.attention4j.examples.temperature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.attention4j.examples.temperature.Sensitivities.Steepness;
import org.attention4j.normalizer.Normalizers;
import org.attention4j.normalizer.RowEvaluation;
import org.attention4j.theory.JacobianNorm;
import org.attention4j.theory.Sensitivity;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;

class NormalizerEvaluatorTest {
  private static final double[] SCORES = {
    0.3, -0.7, 0.9, 0.2, 0.55, -0.1, 0.75, 0.05, 0.4, -0.35, 0.65
  };

  static Stream<TemperatureScaledNormalizer> normalizers() {
    return TemperatureScaledNormalizer.all().stream();
  }

  /** The graph path in DOUBLE, whose rows of gradients make up the Jacobian. */
  @ParameterizedTest
  @MethodSource("normalizers")
  void theNormIsThatOfTheWholeJacobian(TemperatureScaledNormalizer scaled) {
    double temperature = 0.5;
    double[] divided =
        IntStream.range(0, SCORES.length).mapToDouble(i -> SCORES[i] / temperature).toArray();
    double[][] jacobian = new double[SCORES.length][];
    List<Double> expected = List.of();
    for (int i = 0; i < SCORES.length; i++) {
      double[] unit = new double[SCORES.length];
      unit[i] = 1;
      RowEvaluation row = RowEvaluation.of(scaled.base(), divided, unit, DataType.DOUBLE);
      expected = row.weights();
      jacobian[i] = row.gradient().stream().mapToDouble(g -> g / temperature).toArray();
    }
    double norm =
        JacobianNorm.spectral(
            v -> product(jacobian, v),
            v -> product(jacobian, v),
            SCORES.length,
            5000,
            1e-14,
            new Random(7));

    NormalizerEvaluator evaluator = new NormalizerEvaluator(scaled);
    double[] weights = evaluator.weights(SCORES, temperature);

    assertThat(weights)
        .containsExactly(
            expected.stream().mapToDouble(Double::doubleValue).toArray(), within(1e-9));
    assertThat(evaluator.spectralNorm(weights, temperature)).isCloseTo(norm, within(1e-6));
  }

  @Test
  void softmaxIsThatOfTheTheory() {
    TemperatureScaledNormalizer softmax =
        new TemperatureScaledNormalizer("softmax", Normalizers.softmax(), true, 1);
    List<List<double[]>> heads = List.of(List.of(SCORES.clone()));

    Steepness steepness = new Sensitivities(heads, 3).of(softmax, 0.1);

    double[] expected = new double[SCORES.length];
    Random random = new Random(3);
    for (int i = 0; i < expected.length; i++) {
      expected[i] = random.nextGaussian();
    }
    for (int e = 0; e < Sensitivities.EPSILONS.length; e++) {
      double g = Sensitivity.of(SCORES, expected, 0.1, Sensitivities.EPSILONS[e]);
      assertThat(steepness.finiteDifferences()[e]).isCloseTo(g, within(1e-9 + 1e-6 * g));
      assertThat(g).isLessThanOrEqualTo(Sensitivity.bound(0.1, Sensitivities.EPSILONS[e]));
    }
  }

  @Test
  void tokensAreAveragedAndTheSteepestHeadCounts() {
    TemperatureScaledNormalizer softmax = TemperatureScaledNormalizer.all().get(0);
    double[] even = {0, 0};
    double[] decided = {900, 0};

    Steepness mixed =
        new Sensitivities(List.of(List.of(even, decided), List.of(decided)), 1).of(softmax, 1);

    // ‖J‖ is 1/2 at (1/2, 1/2) and 0 at (1, 0).
    assertThat(mixed.jacobian()).isCloseTo(0.25, within(1e-12));
  }

  private static double[] product(double[][] matrix, double[] v) {
    double[] result = new double[v.length];
    for (int i = 0; i < v.length; i++) {
      for (int j = 0; j < v.length; j++) {
        result[i] += matrix[i][j] * v[j];
      }
    }
    return result;
  }
}
