package org.attention4j.theory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.OptionalInt;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/** Numbers worked out by hand, where other tests hold inequalities or compare two algorithms. */
class ByHandTest {
  private static final Offset<Double> EXACT = within(1e-14);
  private static final double LENGTH = 2;

  /** Three of four keys; product = 2² − 1² / 2 = 3.5. */
  @Test
  void separabilityBounds() {
    double[] weights = {.4, .3, .2, .1};
    TopN choice = TopN.of(weights, 3);
    double[] xi = SeparabilityBounds.xi(weights, choice, 1, LENGTH);
    // 4 (.09 + .04) + 3.5 · 2 · .3 · .2, and so on
    double[] squares = {.94, 1.36, 1.84};
    for (int i = 0; i < xi.length; i++) {
      assertThat(xi[i]).isCloseTo(Math.sqrt(squares[i]), EXACT);
    }
    double radius = 1.2;
    SeparabilityBounds bounds = SeparabilityBounds.of(weights, choice, 1, LENGTH, radius);
    double sum = Math.sqrt(.94) + Math.sqrt(1.36) + Math.sqrt(1.84);
    assertThat(bounds.lower()).isCloseTo(1 - sum / 3.6, EXACT);
    double beyond = (Math.sqrt(1.84) - 1.2) / 2; // the only one beyond the radius
    assertThat(bounds.upper()).isCloseTo((2 + Math.exp(-beyond * beyond / 2)) / 3, EXACT);
  }

  @Test
  void smallestDistance() {
    double[][] x = {{0, 0}, {3, 4}, {3, 3}};
    assertThat(SeparabilityBounds.smallestDistance(x, TopN.chosen(new int[] {0, 1}, 3)))
        .isEqualTo(5);
    assertThat(SeparabilityBounds.smallestDistance(x, TopN.chosen(new int[] {0, 1, 2}, 3)))
        .isEqualTo(1);
    assertThat(SeparabilityBounds.smallestDistance(x, TopN.chosen(new int[] {1}, 3))).isZero();
  }

  /** Both chosen keys are exactly as far from the context as the nearest other: none is inside. */
  @Test
  void onTheRadiusIsNotSeparated() {
    double[][] x = {{2}, {4}, {4}};
    double[] weights = {.5, .25, .25};
    Separability found = Separability.of(weights, x, TopN.chosen(new int[] {0, 1}, 3));
    assertThat(found).isEqualTo(new Separability(1, 0, 2));
    x[2][0] = 3.5;
    assertThat(Separability.of(weights, x, TopN.chosen(new int[] {0, 1}, 3)))
        .isEqualTo(new Separability(1.125, 2, 2));
  }

  /** softmax(log 2, 0) = (2/3, 1/3) and softmax(log 4, 0) = (4/5, 1/5). */
  @Test
  void sensitivity() {
    double step = Math.log(2);
    double[] logits = {Math.log(2), 0};
    double expected = Math.sqrt(2) * 2 / 15 / step;
    assertThat(Sensitivity.of(logits, new double[] {1, 0}, 1, step)).isCloseTo(expected, EXACT);
    assertThat(Sensitivity.of(logits, new double[] {7, 0}, 1, step))
        .as("only the direction counts")
        .isCloseTo(expected, EXACT);
    assertThat(Sensitivity.of(logits, new double[] {-3, 0}, 1, step))
        .as("to (1/2, 1/2)")
        .isCloseTo(Math.sqrt(2) / 6 / step, EXACT);
    double[] half = {Math.log(2) / 2, 0};
    assertThat(Sensitivity.of(half, new double[] {1, 0}, .5, step / 2))
        .as("half of all at half the temperature")
        .isCloseTo(2 * expected, EXACT);
  }

  @Test
  void sensitivityInARandomDirection() {
    double[] logits = {.3, -1, 2};
    Random random = new Random(5);
    double[] direction = {random.nextGaussian(), random.nextGaussian(), random.nextGaussian()};
    assertThat(Sensitivity.inRandomDirection(logits, .7, .1, new Random(5)))
        .isEqualTo(Sensitivity.of(logits, direction, .7, .1))
        .isGreaterThan(0);
  }

  @Test
  void envelopes() {
    Envelope envelope = Envelope.of(.1, .4, 5);
    assertThat(envelope.lower()).isCloseTo(.05, EXACT);
    assertThat(envelope.upper()).isCloseTo(.8, EXACT);
    Envelope softmax = Envelope.ofSoftmax(.5, 2, 3);
    assertThat(softmax.lower()).isCloseTo(Math.exp(-.5) / 3, EXACT);
    assertThat(softmax.upper()).isCloseTo(Math.exp(.5) / 3, EXACT);
  }

  @Test
  void aPValueOnTheLevelIsNotRejected() {
    CriticalN.TwoSampleTest test = (first, second) -> first[0] == 2 ? .049 : .05;
    assertThat(
            CriticalN.of(new int[] {2, 3, 5}, n -> new double[] {n}, n -> new double[1], test, .05))
        .isEqualTo(OptionalInt.of(3));
  }

  @Test
  void normalizedEntropyOfTwoKeys() {
    assertThat(WeightRow.normalizedEntropy(new double[] {.5, .5})).isCloseTo(1, EXACT);
    assertThat(WeightRow.normalizedEntropy(new double[] {1})).isNaN();
  }

  @Test
  void powerIterationStopsInTime() {
    AtomicInteger products = new AtomicInteger();
    double norm =
        JacobianNorm.spectral(
            v -> {
              products.incrementAndGet();
              return new double[] {3 * v[0], 3 * v[1]};
            },
            u -> u,
            2,
            1,
            0,
            new Random(7));
    assertThat(products.get()).as("no more steps than asked for").isOne();
    assertThat(norm).isCloseTo(3, EXACT);

    products.set(0);
    norm =
        JacobianNorm.spectral(
            v -> {
              products.incrementAndGet();
              return new double[] {3, 4};
            },
            u -> u,
            2,
            9,
            0,
            new Random(7));
    assertThat(products.get()).as("two equal norms are enough").isEqualTo(2);
    assertThat(norm).isEqualTo(5);
  }
}
