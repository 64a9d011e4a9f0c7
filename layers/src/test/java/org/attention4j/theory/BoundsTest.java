package org.attention4j.theory;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/** Every proven bound, on thousands of seeded rows of all shapes. */
final class BoundsTest {
  private static final int CASES = 5000;
  private static final double ROUNDING = 1 + 1e-12;

  /** One row of softmax weights, from nearly even to nearly one-hot, and vectors. */
  private static final class Case {
    private final double[] scores;
    private final double[] weights;
    private final double[][] x;
    private final int count;

    private Case(double[] scores, double[][] x, int count) {
      this.scores = scores;
      this.weights = WeightRow.softmax(scores, 1);
      this.x = x;
      this.count = count;
    }

    static Case draw(Random random) {
      int length = 2 + random.nextInt(36);
      int features = 1 + random.nextInt(11);
      double sharpness = Math.pow(10, 3 * random.nextDouble() - 1.5);
      double[] scores = random.doubles(length).map(z -> sharpness * (2 * z - 1)).toArray();
      double[] middle = gaussian(features, random);
      double spread = Math.pow(10, 3 * random.nextDouble() - 2);
      double[][] x = new double[length][];
      for (int i = 0; i < length; i++) {
        x[i] = gaussian(features, random);
        for (int j = 0; j < features; j++) {
          x[i][j] = middle[j] + spread * x[i][j];
        }
      }
      int count = 1 + random.nextInt(length - 1);
      return new Case(scores, x, count);
    }

    private static double[] gaussian(int size, Random random) {
      double[] x = new double[size];
      for (int i = 0; i < size; i++) {
        x[i] = random.nextGaussian();
      }
      return x;
    }
  }

  @Test
  void theorem1ForTheLargestN() {
    Random random = new Random(11);
    for (int i = 0; i < CASES; i++) {
      Case row = Case.draw(random);
      Distance distance = Distance.of(row.weights, row.x, TopN.of(row.weights, row.count));
      assertThat(distance.value()).isPositive().isLessThanOrEqualTo(distance.bound() * ROUNDING);
    }
  }

  @Test
  void theorem1ForRandomN() {
    Random random = new Random(13);
    for (int i = 0; i < CASES; i++) {
      Case row = Case.draw(random);
      if (row.weights.length > 11) {
        continue; // all subsets are counted
      }
      Distance.Expected bounds = Distance.ofRandomChoice(row.weights, row.x, row.count);
      double expected = overAllChoices(row);
      assertThat(expected).isGreaterThanOrEqualTo(bounds.main() / ROUNDING);
      assertThat(expected).isLessThanOrEqualTo((bounds.main() + bounds.epsilon()) * ROUNDING);
    }
  }

  private static double overAllChoices(Case row) {
    int length = row.weights.length;
    double sum = 0;
    int choices = 0;
    for (int bits = 0; bits < 1 << length; bits++) {
      if (Integer.bitCount(bits) == row.count) {
        int subset = bits;
        int[] chosen = IntStream.range(0, length).filter(k -> (subset >> k & 1) == 1).toArray();
        sum += Distance.of(row.weights, row.x, TopN.chosen(chosen, length)).value();
        choices++;
      }
    }
    return sum / choices;
  }

  /** Scaling a weight by the length of its vector is scaling the vector; one vector is zero. */
  @Test
  void directionsAreVectorsOnTheSphere() {
    Random random = new Random(23);
    for (int i = 0; i < CASES; i++) {
      Case row = Case.draw(random);
      Arrays.fill(row.x[random.nextInt(row.x.length)], i % 2);
      TopN choice = TopN.of(row.weights, row.count);
      Separability expected = Separability.of(row.weights, Separability.onSphere(row.x), choice);
      Separability found = Separability.ofDirections(row.weights, row.x, choice);
      assertThat(found.radius()).isCloseTo(expected.radius(), Offset.offset(1e-12));
      assertThat(found.count()).isEqualTo(expected.count());
      assertThat(found.separated()).isEqualTo(expected.separated());
    }
  }

  /** The furthest pair, by plain loops, over more vectors than one block has. */
  @Test
  void theBoundUsesTheFurthestPair() {
    Random random = new Random(29);
    int length = 613;
    double[][] x = new double[length][];
    double[] weights = new double[length];
    Arrays.setAll(x, k -> Case.gaussian(7, random));
    Arrays.setAll(weights, k -> 2.0 * (k + 1) / (length * (length + 1.0)));
    TopN choice = TopN.of(weights, 11);
    double furthest = 0;
    double norm = 0;
    for (int j : choice.chosen()) {
      norm = Math.max(norm, Vectors.norm(x[j]));
      for (int i : choice.others()) {
        double squares = 0;
        for (int k = 0; k < 7; k++) {
          squares += Math.pow(x[i][k] - x[j][k], 2);
        }
        furthest = Math.max(furthest, Math.sqrt(squares));
      }
    }
    double mass = WeightRow.topMass(weights, choice);
    assertThat(Distance.of(weights, x, choice).bound())
        .isCloseTo(
            (1 - mass) * furthest + norm * (mass * (length - 11) - (1 - mass)),
            Offset.offset(1e-9));
  }

  @Test
  void theorem2FromBelowAndXi() {
    Random random = new Random(17);
    for (int i = 0; i < CASES; i++) {
      Case row = Case.draw(random);
      double[][] x = Separability.onSphere(row.x);
      TopN choice = TopN.of(row.weights, row.count);
      Separability found = Separability.of(row.weights, x, choice);
      double delta = SeparabilityBounds.smallestDistance(x, choice);
      SeparabilityBounds bounds =
          SeparabilityBounds.of(row.weights, choice, delta, 1, found.radius());
      assertThat(found.ratio()).isGreaterThanOrEqualTo(bounds.lower() - 1e-9);
      double[] xi = SeparabilityBounds.xi(row.weights, choice, delta, 1);
      double[] distances = Separability.distances(row.weights, x, choice);
      for (int k = 0; k < xi.length; k++) {
        assertThat(distances[k]).isLessThanOrEqualTo(xi[k] + 1e-7);
      }
    }
  }

  @Test
  void finiteDifferencesStayBelowTheTightBound() {
    Random random = new Random(19);
    for (int i = 0; i < CASES; i++) {
      double[] scores = Case.draw(random).scores;
      double temperature = Math.pow(10, 2 * random.nextDouble() - 1.5);
      for (double epsilon : new double[] {1e-3, 1e-1, 10}) {
        assertThat(Sensitivity.inRandomDirection(scores, temperature, epsilon, random))
            .isBetween(0.0, Sensitivity.bound(temperature, epsilon) * (1 + 1e-9));
      }
    }
  }

  @Test
  void weightsLieInTheEnvelope() {
    Random random = new Random(23);
    for (int i = 0; i < CASES; i++) {
      Case row = Case.draw(random);
      double largest = 0;
      double smallest = Double.POSITIVE_INFINITY;
      for (double score : row.scores) {
        largest = Math.max(largest, Math.abs(score));
        smallest = Math.min(smallest, score);
      }
      Envelope softmax = Envelope.ofSoftmax(largest, 1, row.weights.length);
      Envelope lemma =
          Envelope.of(
              Math.exp(smallest), Math.exp(WeightRow.largest(row.scores)), row.weights.length);
      for (double weight : row.weights) {
        assertThat(weight).isBetween(lemma.lower() / ROUNDING, lemma.upper() * ROUNDING);
        assertThat(weight).isBetween(softmax.lower() / ROUNDING, softmax.upper() * ROUNDING);
      }
    }
  }
}
