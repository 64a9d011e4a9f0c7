package org.attention4j.normalizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;

/** The graph and the row kernel say the same; what they say is checked elsewhere. */
class RowEvaluationTest {
  static Stream<GoldenCase> cases() {
    return GoldenCase.all();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void bothPathsAgree(GoldenCase golden) {
    Map<DataType, Double> tolerances = Map.of(DataType.DOUBLE, 1e-9, DataType.FLOAT, 2e-5);
    tolerances.forEach(
        (type, tolerance) ->
            golden
                .subjects()
                .forEach(map -> assertPathsAgree(golden, map.normalizer(), type, tolerance)));
  }

  private static void assertPathsAgree(
      GoldenCase golden, Normalizer normalizer, DataType type, double tolerance) {
    double[] scores = golden.scores();
    double[] gradient = golden.weightsGradient();
    RowEvaluation graph = RowEvaluation.of(normalizer, scores, gradient, type);
    RowEvaluation kernel = RowEvaluation.ofKernel(normalizer, scores, gradient, type);
    assertClose(kernel.weights(), graph.weights(), tolerance);
    // At a kink the two may take different sides.
    if (golden.dx() != null) {
      assertClose(kernel.gradient(), graph.gradient(), tolerance);
    }
    assertThat(kernel.parameterGradients().keySet()).isEqualTo(graph.parameterGradients().keySet());
    if (golden.dparam() != null) {
      assertClose(
          List.copyOf(kernel.parameterGradients().values()),
          List.copyOf(graph.parameterGradients().values()),
          tolerance);
    }
  }

  private static void assertClose(List<Double> actual, List<Double> expected, double tolerance) {
    double[] values = GoldenCase.array(expected);
    double size = expected.stream().mapToDouble(Math::abs).reduce(1, Math::max);
    assertThat(GoldenCase.array(actual)).containsExactly(values, within(tolerance * size));
  }

  @Test
  void aRowWithoutVisibleKeysIsZeroOnBothPaths() {
    double[] masked = {Double.NaN, Double.NaN};
    double[] gradient = {1, -1};
    double[] zeros = {0, 0};
    Normalizer ssmax = Normalizers.ssmax();
    for (RowEvaluation row :
        List.of(
            RowEvaluation.of(ssmax, masked, gradient, DataType.FLOAT),
            RowEvaluation.ofKernel(ssmax, masked, gradient, DataType.FLOAT))) {
      assertThat(GoldenCase.array(row.weights())).hasSize(2).containsOnly(0);
      assertThat(GoldenCase.array(row.gradient())).hasSize(2).containsExactly(zeros, within(0.0));
      assertThat(row.parameterGradients()).containsExactly(Map.entry("s", 0.0));
    }
  }

  @Test
  void whatIsNotPossible() {
    Normalizer lambda = (sd, scores, context) -> scores;
    double[] row = {1, 2};
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RowEvaluation.ofKernel(lambda, row, row, DataType.DOUBLE))
        .withMessageMatching("The normalizer .* has no row kernel\\.");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RowEvaluation.ofKernel(Normalizers.softmax(), row, row, DataType.FLOAT16))
        .withMessage("Row kernels run in FLOAT or DOUBLE, not in HALF.");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                RowEvaluation.ofKernel(Normalizers.softmax(), row, new double[1], DataType.DOUBLE))
        .withMessage(
            "A row has at least one score and as many gradients; got 2 scores and 1 gradients.");
  }
}
