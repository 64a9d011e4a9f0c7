package org.attention4j.normalizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.attention4j.samediff.RowEvaluation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;

/** Every built-in map against values computed in 50-digit arithmetic. */
class NormalizerGoldenTest {
  private static final Map<DataType, Double> TOLERANCE =
      new EnumMap<>(Map.of(DataType.DOUBLE, 1e-9, DataType.FLOAT, 1e-5, DataType.FLOAT16, 2e-2));
  private static final Set<String> COVERED =
      Set.of("softmax", "logn_train512", "ssmax", "entmax", "topk");

  static Stream<GoldenCase> cases() {
    return GoldenCase.all().filter(golden -> COVERED.contains(golden.normalizer()));
  }

  @Test
  void everyCoveredMapHasCases() {
    assertThat(cases().map(GoldenCase::normalizer).distinct())
        .containsExactlyInAnyOrderElementsOf(COVERED);
    assertThat(cases()).hasSize(120);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void inDouble(GoldenCase golden) {
    check(golden, normalizer(golden), DataType.DOUBLE);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void inFloat(GoldenCase golden) {
    check(golden, normalizer(golden), DataType.FLOAT);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void inHalf(GoldenCase golden) {
    check(golden, normalizer(golden), DataType.FLOAT16);
  }

  /** Entmax with alpha 2 has a name of its own; the cases hold for it too. */
  @ParameterizedTest
  @MethodSource("cases")
  void sparsemax(GoldenCase golden) {
    if (golden.normalizer().equals("entmax") && golden.param().containsValue(2.0)) {
      check(golden, Normalizers.sparsemax(), DataType.DOUBLE);
    }
  }

  private static void check(GoldenCase golden, Normalizer normalizer, DataType type) {
    RowEvaluation actual =
        RowEvaluation.of(normalizer, golden.scores(), golden.weightsGradient(), type);
    double tolerance = Objects.requireNonNull(TOLERANCE.get(type));
    assertClose("weights", actual.weights(), golden.p(), tolerance);
    if (golden.dx() != null) {
      assertClose("gradient", actual.gradient(), golden.dx(), tolerance);
    }
    if (golden.dparam() != null && !actual.parameterGradients().isEmpty()) {
      double scale = golden.normalizer().equals("softmax") ? parameter(golden) : 1;
      assertThat(actual.parameterGradients().values())
          .as("parameter gradient")
          .singleElement()
          .satisfies(
              value -> assertThat(value).isCloseTo(golden.dparam() * scale, within(tolerance)));
    }
  }

  private static void assertClose(
      String what, List<Double> actual, List<Double> expected, double tolerance) {
    assertThat(GoldenCase.array(actual))
        .as(what)
        .containsExactly(GoldenCase.array(expected), within(tolerance));
  }

  private static Normalizer normalizer(GoldenCase golden) {
    double value = parameter(golden);
    return switch (golden.normalizer()) {
      // The learned parameter is log T, so its gradient is T times the one by T.
      case "softmax" -> Normalizers.softmaxWithLearnableTemperature(value);
      case "logn_train512" -> Normalizers.logN(value);
      case "ssmax" -> Normalizers.ssmax(value);
      case "entmax" -> Normalizers.entmax(value);
      case "topk" -> Normalizers.topK((int) value);
      default -> throw new IllegalArgumentException(golden.normalizer());
    };
  }

  private static double parameter(GoldenCase golden) {
    return golden.param().values().iterator().next();
  }
}
