package org.attention4j.theory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.OptionalInt;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** The secular equation against power iteration and against rows with a known answer. */
final class JacobianTest {
  @Test
  void twoEqualKeysReachTheBound() {
    double[] half = {.5, .5};
    assertThat(SoftmaxJacobian.spectralNorm(half, .2)).isCloseTo(2.5, within(1e-14));
    assertThat(SoftmaxJacobian.spectralBound(.2)).isCloseTo(2.5, within(1e-15));
    assertThat(SoftmaxJacobian.entryBound(.2)).isCloseTo(1.25, within(1e-15));
    assertThat(SoftmaxJacobian.frobeniusNorm(half, .2)).isCloseTo(2.5, within(1e-14));
  }

  @Test
  void knownRows() {
    double[] even = new double[7];
    Arrays.fill(even, 1.0 / 7);
    assertThat(SoftmaxJacobian.spectralNorm(even, 1)).isCloseTo(1.0 / 7, within(1e-15));
    assertThat(SoftmaxJacobian.frobeniusNorm(even, 1)).isCloseTo(Math.sqrt(6) / 7, within(1e-15));
    assertThat(SoftmaxJacobian.spectralNorm(new double[] {0, 1, 0}, 1)).isZero();
    assertThat(SoftmaxJacobian.spectralNorm(new double[] {.3, .7}, 1))
        .isCloseTo(.42, within(1e-15));
    assertThat(SoftmaxJacobian.spectralNorm(new double[] {.5}, 1)).isCloseTo(.25, within(1e-15));
    assertThat(SoftmaxJacobian.spectralNorm(new double[3], 1)).isZero();
  }

  @Test
  void powerIterationAgrees() {
    Random random = new Random(29);
    for (int i = 0; i < 500; i++) {
      int length = 2 + random.nextInt(40);
      double sharpness = 8 * random.nextDouble();
      double[] p = WeightRow.softmax(random.doubles(length).map(z -> sharpness * z).toArray(), 1);
      double mass = random.nextBoolean() ? 1 : random.nextDouble();
      double[] weights = Arrays.stream(p).map(w -> mass * w).toArray();
      double temperature = .1 + random.nextDouble();
      UnaryOperator<double[]> jacobian = v -> product(weights, temperature, v);
      double expected = JacobianNorm.spectral(jacobian, jacobian, length, 100_000, 1e-14, random);
      double norm = SoftmaxJacobian.spectralNorm(weights, temperature);
      assertThat(norm).isCloseTo(expected, within(1e-6 * expected));
      assertThat(norm).isLessThanOrEqualTo(SoftmaxJacobian.spectralBound(temperature) + 1e-12);

      double squares = 0;
      for (int k = 0; k < length; k++) {
        double[] unit = new double[length];
        unit[k] = 1;
        squares += Math.pow(Vectors.norm(jacobian.apply(unit)), 2);
      }
      assertThat(SoftmaxJacobian.frobeniusNorm(weights, temperature))
          .isCloseTo(Math.sqrt(squares), within(1e-12));
    }
  }

  private static double[] product(double[] p, double temperature, double[] v) {
    double mean = Vectors.dot(p, v);
    double[] result = new double[p.length];
    for (int i = 0; i < p.length; i++) {
      result[i] = p[i] * (v[i] - mean) / temperature;
    }
    return result;
  }

  @Test
  void aMapThatIsNotSymmetric() {
    // [[0, 3], [0, 4]] has the one singular value 5.
    double norm =
        JacobianNorm.spectral(
            v -> new double[] {3 * v[1], 4 * v[1]},
            u -> new double[] {0, 3 * u[0] + 4 * u[1]},
            2,
            100,
            1e-15,
            new Random(3));
    assertThat(norm).isCloseTo(5, within(1e-12));
    assertThat(JacobianNorm.spectral(v -> new double[2], u -> u, 2, 9, 1e-9, new Random(1)))
        .isZero();
  }

  @Test
  void criticalNIsTheFirstThatIsNotRejected() {
    int[] candidates = {2, 3, 5, 7};
    CriticalN.TwoSampleTest test = (first, second) -> first[0] < 4 ? .01 : .3;
    assertThat(CriticalN.of(candidates, n -> new double[] {n}, n -> new double[1], test, .05))
        .isEqualTo(OptionalInt.of(5));
    assertThat(CriticalN.of(candidates, n -> new double[1], n -> new double[1], test, .05))
        .isEmpty();
  }
}
