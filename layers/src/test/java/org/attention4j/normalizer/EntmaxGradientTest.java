package org.attention4j.normalizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

/** The gradients of entmax on both paths, against differences of the reference in DOUBLE. */
class EntmaxGradientTest {
  private static final int[] LENGTHS = {1, 2, 5, 9, 17, 35};
  private static final int ROWS_OF_A_LENGTH = 3;

  static Stream<Arguments> alphas() {
    return Stream.of(1 + 1e-8, 1.3, 1.5, 2.0, 2.5, 3.0, 5.0, 10.0)
        .flatMap(
            alpha ->
                Stream.of(DataType.DOUBLE, DataType.FLOAT).map(type -> Arguments.of(alpha, type)));
  }

  @ParameterizedTest
  @MethodSource("alphas")
  void ofTheScores(double alpha, DataType type) {
    Normalizer entmax = Normalizers.entmax(alpha);
    int compared = 0;
    for (double[] z : rows(type)) {
      double[] g = weightsGradient(z.length, type);
      Optional<ReferenceGradient> reference =
          ReferenceGradient.of(row -> ReferenceNormalizers.entmaxBySupport(row, alpha), z, g, type);
      if (reference.isPresent()) {
        compared++;
        check("graph", z, reference.get(), RowEvaluation.of(entmax, z, g, type));
        check("kernel", z, reference.get(), RowEvaluation.ofKernel(entmax, z, g, type));
      }
    }
    assertThat(compared).as("rows with a derivative").isGreaterThanOrEqualTo(12);
  }

  private static void check(
      String path, double[] z, ReferenceGradient reference, RowEvaluation actual) {
    for (int i = 0; i < z.length; i++) {
      assertThat(actual.gradient().get(i))
          .as("%s: gradient %d of %s", path, i, Arrays.toString(z))
          .isCloseTo(reference.gradient()[i], within(reference.bound()));
    }
  }

  static Stream<Arguments> learnable() {
    return Stream.of(1.05, 1.3, 1.5, 1.75, 1.95)
        .flatMap(
            alpha ->
                Stream.of(DataType.DOUBLE, DataType.FLOAT).map(type -> Arguments.of(alpha, type)));
  }

  /** By the logit of alpha = 1.01 + 0.99 / (1 + exp(-logit)). */
  @ParameterizedTest
  @MethodSource("learnable")
  void ofTheLearnableAlpha(double alpha, DataType type) {
    Normalizer entmax = Normalizers.entmaxWithLearnableAlpha(alpha);
    NormalizerParameter logit = entmax.parameters(1).get(0);
    double theta = type == DataType.DOUBLE ? logit.initialValue() : (float) logit.initialValue();
    double step = 1e-5;
    for (double[] z : rows(type)) {
      double[] g = weightsGradient(z.length, type);
      double fine = (loss(z, g, theta + step) - loss(z, g, theta - step)) / (2 * step);
      double coarse = (loss(z, g, theta + 2 * step) - loss(z, g, theta - 2 * step)) / (4 * step);
      double unit = type == DataType.DOUBLE ? 0x1p-53 : 0x1p-24;
      // Terms of the sum are weights times logarithms of weights times g, at most about 1.
      double bound =
          4 * Math.sqrt(z.length) * (16 * unit + Math.abs(fine - coarse)) + 1e-15 / step * z.length;
      for (String path : new String[] {"graph", "kernel"}) {
        RowEvaluation actual =
            path.equals("graph")
                ? RowEvaluation.of(entmax, z, g, type)
                : RowEvaluation.ofKernel(entmax, z, g, type);
        assertThat(actual.parameterGradients().get(logit.name()))
            .as("%s: %s", path, Arrays.toString(z))
            .isCloseTo(fine, within(bound));
      }
    }
  }

  private static double loss(double[] z, double[] g, double logit) {
    double alpha = 1.01 + 0.99 / (1 + Math.exp(-logit));
    double[] p = ReferenceNormalizers.entmaxBySupport(z, alpha);
    double sum = 0;
    for (int i = 0; i < p.length; i++) {
      sum += p[i] * g[i];
    }
    return sum;
  }

  private static List<double[]> rows(DataType type) {
    Random random = new Random(79);
    List<double[]> rows = new ArrayList<>();
    for (int length : LENGTHS) {
      for (int row = 0; row < ROWS_OF_A_LENGTH; row++) {
        double[] z = new double[length];
        Arrays.setAll(z, i -> 1.5 * random.nextGaussian());
        rows.add(rounded(z, type));
      }
    }
    return rows;
  }

  private static double[] weightsGradient(int length, DataType type) {
    double[] g = new double[length];
    Arrays.setAll(g, i -> Math.cos(3 * i));
    return rounded(g, type);
  }

  private static double[] rounded(double[] values, DataType type) {
    return Nd4j.createFromArray(values).castTo(type).castTo(DataType.DOUBLE).toDoubleVector();
  }
}
