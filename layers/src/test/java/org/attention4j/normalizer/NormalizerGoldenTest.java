package org.attention4j.normalizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;

/** Every built-in map against values computed in 50-digit arithmetic. */
class NormalizerGoldenTest {
  private static final Map<DataType, Double> TOLERANCE =
      new EnumMap<>(Map.of(DataType.DOUBLE, 1e-9, DataType.FLOAT, 1e-5, DataType.FLOAT16, 2e-2));
  private static final int CASES = 264;

  static Stream<GoldenCase> cases() {
    return GoldenCase.all();
  }

  @Test
  void everyCaseIsRead() {
    assertThat(cases()).hasSize(CASES);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void inDouble(GoldenCase golden) {
    check(golden, DataType.DOUBLE);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void inFloat(GoldenCase golden) {
    check(golden, DataType.FLOAT);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void inHalf(GoldenCase golden) {
    check(golden, DataType.FLOAT16);
  }

  private static void check(GoldenCase golden, DataType type) {
    golden.subjects().forEach(map -> check(golden, map.normalizer(), type, map.slope()));
    if (golden.normalizer().equals("entmax")) {
      check(golden, new EntmaxByAlpha(golden.parameter()), type, 1);
    }
  }

  /**
   * Checks weights and gradients.
   *
   * @param chain the derivative of the golden parameter by the trained one
   */
  private static void check(GoldenCase golden, Normalizer normalizer, DataType type, double chain) {
    RowEvaluation actual = checkMap(golden, normalizer, type);
    if (golden.dparam() != null && !normalizer.parameters(1).isEmpty()) {
      assertThat(actual.parameterGradients().values())
          .as("parameter gradient")
          .singleElement()
          .satisfies(
              value ->
                  assertThat(value)
                      .isCloseTo(
                          golden.dparam() * chain,
                          within(Objects.requireNonNull(TOLERANCE.get(type)))));
    }
  }

  private static RowEvaluation checkMap(GoldenCase golden, Normalizer normalizer, DataType type) {
    RowEvaluation actual =
        RowEvaluation.of(normalizer, golden.scores(), golden.weightsGradient(), type);
    double tolerance = Objects.requireNonNull(TOLERANCE.get(type));
    assertClose("weights", actual.weights(), golden.p(), tolerance);
    if (golden.dx() != null) {
      assertClose("gradient", actual.gradient(), golden.dx(), tolerance);
    }
    return actual;
  }

  private static void assertClose(
      String what, List<Double> actual, List<Double> expected, double tolerance) {
    double[] values = GoldenCase.array(expected);
    // A weight far above one, which relu gives, is held to its leading digits.
    double size = Math.max(1, ReferenceNormalizers.max(values));
    assertThat(GoldenCase.array(actual)).as(what).containsExactly(values, within(tolerance * size));
  }

  /** Entmax whose trained parameter is alpha itself, without bounds. */
  private record EntmaxByAlpha(double alpha) implements Normalizer {
    @Override
    public SDVariable normalize(SameDiff sd, SDVariable scores, NormalizerContext context) {
      return LearnableEntmax.entmax(sd, scores, context.parameter("alpha"), alpha <= 2);
    }

    @Override
    public List<NormalizerParameter> parameters(int heads) {
      return List.of(new NormalizerParameter("alpha", heads, alpha));
    }
  }
}
