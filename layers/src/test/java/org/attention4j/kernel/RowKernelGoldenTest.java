package org.attention4j.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.attention4j.internal.attention.HeadContext;
import org.attention4j.normalizer.GoldenCase;
import org.attention4j.normalizer.Normalizer;
import org.attention4j.normalizer.NormalizerParameter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every row kernel against values computed in 50-digit arithmetic. */
class RowKernelGoldenTest {
  private static final double DOUBLE = 1e-9;
  private static final double FLOAT = 1e-5;

  static Stream<GoldenCase> cases() {
    return GoldenCase.all();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void inDouble(GoldenCase golden) {
    golden.subjects().forEach(map -> check(golden, map, RowKernelGoldenTest::doubles, DOUBLE));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void inFloat(GoldenCase golden) {
    golden.subjects().forEach(map -> check(golden, map, RowKernelGoldenTest::floats, FLOAT));
  }

  private static Row doubles(double[] values) {
    return new DoubleRow().over(values.clone(), 0, values.length);
  }

  /** In the middle of an array, so that what stands before and after can be checked. */
  private static Row floats(double[] values) {
    int from = 3;
    float[] array = new float[values.length + 2 * from];
    Arrays.fill(array, 1e30f);
    for (int i = 0; i < values.length; i++) {
      array[from + i] = (float) values[i];
    }
    return new FloatRow().over(array, from, values.length);
  }

  private static void check(
      GoldenCase golden, GoldenCase.Subject map, Function<double[], Row> type, double tolerance) {
    double[] all = golden.scores();
    int[] visible = IntStream.range(0, all.length).filter(i -> !Double.isNaN(all[i])).toArray();
    if (visible.length == 0) {
      return;
    }
    double[] scores = at(all, visible);
    double[] weights = at(GoldenCase.array(golden.p()), visible);
    RowKernel kernel = map.normalizer().kernel().orElseThrow();
    HeadContext context = context(map.normalizer(), kernel);

    Row row = type.apply(scores);
    kernel.forward(row, context.row(scores.length));
    assertClose("weights", row, weights, tolerance);
    Row restored = type.apply(scores);
    kernel.restore(restored, context);
    assertClose("restored weights", restored, values(row), tolerance);

    Row gradient = type.apply(at(golden.weightsGradient(), visible));
    kernel.backward(type.apply(scores), row, gradient, context);
    assertClose("weights after the backward pass", row, weights, tolerance);
    if (golden.dx() != null) {
      assertClose("gradient", gradient, at(GoldenCase.array(golden.dx()), visible), tolerance);
    }
    if (golden.dparam() != null && !map.normalizer().parameters(1).isEmpty()) {
      assertThat(context.gradient(0))
          .as("parameter gradient")
          .isCloseTo(golden.dparam() * map.slope(), within(tolerance));
    }
    if (kernel.sparsity() == RowKernel.Sparsity.WEIGHTS_AND_GRADIENT) {
      Row upstream = type.apply(at(golden.weightsGradient(), visible));
      checkSupport(map.normalizer(), type, scores, values(upstream), tolerance);
    }
  }

  /** On the support alone, weights are restored and gradients are the same as on the whole row. */
  private static void checkSupport(
      Normalizer normalizer,
      Function<double[], Row> type,
      double[] scores,
      double[] upstream,
      double tolerance) {
    RowKernel kernel = normalizer.kernel().orElseThrow();
    HeadContext whole = context(normalizer, kernel).row(scores.length);
    Row weights = type.apply(scores);
    kernel.forward(weights, whole);
    Row gradient = type.apply(upstream);
    double[] p = values(weights);
    int[] support = IntStream.range(0, p.length).filter(i -> p[i] != 0).toArray();

    HeadContext cut = context(normalizer, kernel).row(scores.length);
    for (int i = 0; i < kernel.savedValues(); i++) {
      cut.save(i, whole.saved(i));
    }
    Row restored = type.apply(at(scores, support));
    kernel.restore(restored, cut);
    assertClose("weights restored on the support", restored, at(p, support), tolerance);
    Row cutGradient = type.apply(at(upstream, support));
    kernel.backward(type.apply(at(scores, support)), type.apply(at(p, support)), cutGradient, cut);
    kernel.backward(type.apply(scores), weights, gradient, whole);

    double[] expected = values(gradient);
    assertClose("gradient on the support", cutGradient, at(expected, support), tolerance);
    for (int i = 0; i < p.length; i++) {
      assertThat(p[i] == 0 ? expected[i] : 0).as("gradient off the support").isZero();
    }
    for (int i = 0; i < normalizer.parameters(1).size(); i++) {
      assertThat(cut.gradient(i)).isCloseTo(whole.gradient(i), within(tolerance));
    }
  }

  private static HeadContext context(Normalizer normalizer, RowKernel kernel) {
    List<NormalizerParameter> parameters = normalizer.parameters(1);
    HeadContext context = new HeadContext(parameters.size(), kernel.savedValues());
    for (int i = 0; i < parameters.size(); i++) {
      context.setParameter(i, parameters.get(i).initialValue());
    }
    return context;
  }

  private static double[] at(double[] values, int[] indices) {
    return Arrays.stream(indices).mapToDouble(i -> values[i]).toArray();
  }

  private static double[] values(Row row) {
    return IntStream.range(0, row.length()).mapToDouble(row::get).toArray();
  }

  private static void assertClose(String what, Row actual, double[] expected, double tolerance) {
    // A weight far above one, which relu gives, is held to its leading digits.
    double size = Math.max(1, Arrays.stream(expected).max().orElse(1));
    assertThat(values(actual))
        .as(Objects.requireNonNull(what))
        .containsExactly(expected, within(tolerance * size));
  }
}
