package org.attention4j.internal.attention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.attention4j.kernel.RowKernels;
import org.attention4j.normalizer.Normalizers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The plain loops against central differences and against the definition. */
class DoubleAttentionTest {
  private static final double STEP = 1e-6;
  private static final double TOLERANCE = 2e-6;

  static Stream<AttentionCase> cases() {
    return Stream.of(
        AttentionCase.of("plain", 1, 2, 2, 5, 11, 3, 7),
        AttentionCase.of("causal", 2, 2, 1, 7, 11, 3, 5).masked().causally(),
        AttentionCase.of("window", 2, 2, 1, 13, 13, 3, 5).masked().causally().windowed(3, 2),
        AttentionCase.of("both sides", 1, 2, 2, 11, 13, 3, 2).windowed(4, 2).dropped().biased(),
        AttentionCase.of("forgets", 2, 4, 2, 7, 11, 3, 5)
            .masked()
            .causally()
            .windowed(5, 2)
            .forgetful()
            .dropped(),
        AttentionCase.of("biased", 1, 2, 2, 11, 7, 3, 5).biased().dropped());
  }

  static Stream<Arguments> smoothMaps() {
    return KernelUnderTest.smooth().flatMap(map -> cases().map(c -> Arguments.of(map, c)));
  }

  /** All arrays of one call. */
  private record Inputs(
      double[] q, double[] k, double[] v, double[] decays, double[][] parameters) {
    Inputs moved(Inputs direction, double step) {
      double[][] moved = new double[parameters.length][];
      for (int p = 0; p < moved.length; p++) {
        moved[p] = sum(parameters[p], direction.parameters[p], step);
      }
      return new Inputs(
          sum(q, direction.q, step),
          sum(k, direction.k, step),
          sum(v, direction.v, step),
          sum(decays, direction.decays, step),
          moved);
    }

    private static double[] sum(double[] values, double[] direction, double step) {
      double[] sum = new double[values.length];
      Arrays.setAll(sum, i -> values[i] + step * direction[i]);
      return sum;
    }

    double dot(Inputs other) {
      double sum = dot(q, other.q) + dot(k, other.k) + dot(v, other.v) + dot(decays, other.decays);
      for (int p = 0; p < parameters.length; p++) {
        sum += dot(parameters[p], other.parameters[p]);
      }
      return sum;
    }

    static double dot(double[] first, double[] second) {
      double sum = 0;
      for (int i = 0; i < first.length; i++) {
        sum += first[i] * second[i];
      }
      return sum;
    }

    static Inputs random(AttentionCase shapes, KernelUnderTest map, Random random) {
      double[][] parameters = map.values(shapes.shape().heads());
      for (double[] values : parameters) {
        Arrays.setAll(values, i -> random.nextGaussian());
      }
      return new Inputs(
          noise(shapes.q().length, random),
          noise(shapes.k().length, random),
          noise(shapes.v().length, random),
          noise(shapes.decays().length, random),
          parameters);
    }

    private static double[] noise(int length, Random random) {
      return random.doubles(length, -1.7, 1.7).toArray();
    }
  }

  private static DoubleAttention attention(AttentionCase shapes, KernelUnderTest map, Inputs at) {
    return AttentionPass.inDouble(
        shapes, map, at.decays(), at.q(), at.k(), at.v(), at.parameters());
  }

  private static double loss(AttentionCase shapes, KernelUnderTest map, Inputs at) {
    double[] output = new double[shapes.outputLength()];
    attention(shapes, map, at).forward(output);
    return Inputs.dot(output, shapes.outputGradient());
  }

  private static Inputs gradient(AttentionCase shapes, KernelUnderTest map, Inputs at) {
    double[] dq = new double[at.q().length];
    double[] dk = new double[at.k().length];
    double[] dv = new double[at.v().length];
    double[] decays = new double[at.decays().length];
    double[][] parameters =
        attention(shapes, map, at).backward(shapes.outputGradient(), dq, dk, dv, decays);
    return new Inputs(dq, dk, dv, decays, parameters);
  }

  /** Along random directions in all arrays at once. Random inputs keep away from the kinks. */
  @ParameterizedTest
  @MethodSource("smoothMaps")
  void gradientIsThatOfTheOutput(KernelUnderTest map, AttentionCase shapes) {
    Random random = new Random(23);
    Inputs noise = Inputs.random(shapes, map, random);
    Inputs at =
        new Inputs(
            noise.q(), noise.k(), noise.v(), noise.decays(), map.values(shapes.shape().heads()));
    Inputs gradient = gradient(shapes, map, at);
    for (int i = 0; i < 5; i++) {
      Inputs direction = Inputs.random(shapes, map, random);
      double above = loss(shapes, map, at.moved(direction, STEP));
      double below = loss(shapes, map, at.moved(direction, -STEP));
      double expected = (above - below) / (2 * STEP);
      assertThat(gradient.dot(direction))
          .isCloseTo(expected, within(TOLERANCE * Math.max(1, Math.abs(expected))));
    }
  }

  /** dQ and dK do not depend on the weights then, which are those of another map. */
  @ParameterizedTest
  @MethodSource("cases")
  void straightThroughHasTheGradientOfSoftmax(AttentionCase shapes) {
    AttentionPass actual =
        AttentionPass.inDouble(
            shapes, KernelUnderTest.of(Normalizers.topKStraightThrough(2, 0.75)));
    AttentionPass softmax =
        AttentionPass.inDouble(shapes, KernelUnderTest.of(Normalizers.softmax(0.75)));
    assertThat(actual.dq()).containsExactly(softmax.dq(), within(1e-12));
    assertThat(actual.dk()).containsExactly(softmax.dk(), within(1e-12));
    assertThat(actual.dv()).isNotEqualTo(softmax.dv());
  }

  /** One query of one head by hand: scores, distances, softmax, values. */
  @Test
  void definition() {
    AttentionProblem problem =
        new AttentionProblem(
            new AttentionShape(1, 2, 1, 1, 3, 2, 1),
            RowKernels.softmax(1),
            0,
            0.5,
            KeyRange.causal(true),
            true,
            2,
            0,
            0);
    double[] q = {1, 2, -1, 3};
    double[] k = {1, 0, 2, 1, -1, 1};
    double[] v = {10, 20, 30};
    double[] output = new double[2];
    new DoubleAttention(problem, q, k, v, new float[] {1, 0, 1}).forward(output);

    // Head 0 has the query (1, 2) and the slope 1/16, head 1 (-1, 3) and 1/256.
    double first = 0.5 * (1 * 1 + 2 * 1) - 2.0 / 16;
    double last = 0.5 * (1 * 2 + 2 * 1);
    double share = 1 / (1 + Math.exp(last - first));
    assertThat(output[0]).isCloseTo(10 * share + 30 * (1 - share), within(1e-12));
    first = 0.5 * (-1 * 1 + 3 * 1) - 2.0 / 256;
    last = 0.5 * (-1 * 2 + 3 * 1);
    share = 1 / (1 + Math.exp(last - first));
    assertThat(output[1]).isCloseTo(10 * share + 30 * (1 - share), within(1e-12));
  }

  /** Each step forgets half of what was before it: a weight of one head by hand. */
  @Test
  void whatIsForgotten() {
    AttentionProblem problem =
        new AttentionProblem(
            new AttentionShape(1, 1, 1, 2, 3, 1, 1),
            RowKernels.softmax(1),
            0,
            1,
            KeyRange.causal(true),
            false,
            1,
            0,
            0);
    double half = Math.log(0.5);
    double[] decays = {half, 2 * half, 3 * half};
    double[] output = new double[2];
    new DoubleAttention(problem, new double[2], new double[3], new double[] {10, 20, 30}, null)
        .withDecays(decays)
        .forward(output);
    assertThat(output[0]).isCloseTo((0.5 * 10 + 20) / 1.5, within(1e-12));
    assertThat(output[1]).isCloseTo((0.25 * 10 + 0.5 * 20 + 30) / 1.75, within(1e-12));
  }

  /** Each weight is dropped with its chance, and the mean stays. */
  @Test
  void dropout() {
    int keys = 997;
    AttentionCase shapes = AttentionCase.of("dropout", 1, 1, 1, 101, keys, 1, 1).dropped();
    KernelUnderTest sigmoid = KernelUnderTest.of(Normalizers.sigmoid());
    double[] v = new double[keys];
    Arrays.fill(v, 1);
    double[] output = new double[101];
    double[] zeros = new double[keys];
    new DoubleAttention(shapes.problem(sigmoid), new double[101], zeros, v, null).forward(output);
    double weight = 1 / (1.0 + keys);
    int kept = (int) Math.round(output[0] * 0.7 / weight);
    assertThat(output[0]).isCloseTo(kept * weight / 0.7, within(1e-12));
    double mean = Arrays.stream(output).average().orElseThrow() / weight / keys;
    assertThat(mean).isCloseTo(1, within(0.01));
    assertThat(Arrays.stream(output).distinct().count()).isGreaterThan(20);
  }
}
