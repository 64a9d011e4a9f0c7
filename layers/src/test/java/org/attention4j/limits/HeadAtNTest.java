package org.attention4j.limits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.assertj.core.data.Offset;
import org.attention4j.monitor.metrics.AttentionRow;
import org.junit.jupiter.api.Test;

/** Rows whose numbers are known. */
class HeadAtNTest {
  private static final Offset<Double> DIGITS = within(1e-10);
  private static final double[] WEIGHTS = {.5, .3, .15, .05};
  private static final double[][] X = {{1, 0}, {.6, .8}, {0, 1}, {-1, 0}};

  static AttentionRow row(int query, double[] scores, double[] weights, double[][] x) {
    AttentionRow.Vectors vectors =
        new AttentionRow.Vectors() {
          @Override
          public double[] query() {
            return new double[x[0].length];
          }

          @Override
          public double[][] keys() {
            return x;
          }

          @Override
          public double[][] values() {
            return x;
          }
        };
    return new AttentionRow(
        0,
        query,
        IntStream.range(0, weights.length).toArray(),
        scores,
        weights,
        () -> x,
        null,
        null,
        OptionalDouble.empty(),
        null,
        OptionalInt.of(query),
        vectors);
  }

  /** The four tokens in the plane that are worked out by hand in the tests of theory. */
  @Test
  void fourTokensInThePlane() {
    SampledHead head = new SampledHead("att", 3, 2, List.of(row(3, new double[4], WEIGHTS, X)));
    List<HeadAtN> atN = HeadAtN.of(head, new int[] {2, 3, 4}, 5000, 1);
    assertThat(atN).extracting(HeadAtN::count).containsExactly(2, 3);
    HeadAtN two = atN.get(0);
    assertThat(two.layer()).isEqualTo("att");
    assertThat(two.head()).isEqualTo(3);
    assertThat(two.rows()).isOne();
    assertThat(two.mean(Quantity.MASS)).isCloseTo(.8, DIGITS);
    assertThat(two.mean(Quantity.DISTANCE)).isCloseTo(1.4543700037, DIGITS);
    assertThat(two.mean(Quantity.DISTANCE_BOUND)).isCloseTo(1.8, DIGITS);
    assertThat(two.mean(Quantity.RANDOM_DISTANCE)).isCloseTo(.9276527851, within(.06));
    assertThat(two.mean(Quantity.RANDOM_LOWER)).isCloseTo(.8296686220, DIGITS);
    assertThat(two.mean(Quantity.RANDOM_UPPER)).isCloseTo(.8296686220 + .4398062996, DIGITS);
    assertThat(two.mean(Quantity.SEPARABLE_SHARE)).isEqualTo(1);
    assertThat(two.mean(Quantity.SEPARABLE_LOWER))
        .isCloseTo(1 - (.3 + .5) / (2 * .6859300256), DIGITS);
    assertThat(two.mean(Quantity.SEPARABLE_UPPER)).isEqualTo(1); // no ξ is beyond r
    // Inside .3 and .5; outside ‖(.68, .09)‖ and ‖(.73, .24)‖.
    assertThat(two.mean(Quantity.RECALL)).isEqualTo(1);
    assertThat(two.mean(Quantity.PRECISION)).isEqualTo(1);
    assertThat(two.mean(Quantity.F)).isEqualTo(1);
    HeadAtN three = atN.get(1);
    assertThat(three.mean(Quantity.DISTANCE)).isCloseTo(.8276472679, DIGITS);
    assertThat(three.mean(Quantity.DISTANCE_BOUND)).isCloseTo(1, DIGITS);
  }

  /** The longest value has the smallest weight. */
  @Test
  void rankingByNormTakesOtherTokens() {
    double[] weights = {.5, .3, .2};
    double[][] values = {{1}, {1}, {10}};
    SampledHead head =
        new SampledHead("att", 0, 1, List.of(row(2, new double[3], weights, values)));
    HeadAtN two = HeadAtN.of(head, new int[] {2}, 1, 1).get(0);
    // By weight: s = .8, inside .3 and .5, outside 1.2. By norm: s = 2.5, inside 2 and .5,
    // outside 2.2.
    assertThat(two.mean(Quantity.F)).isEqualTo(1);
    assertThat(two.mean(Quantity.F_BY_NORM)).isEqualTo(1);
    double[][] near = {{5}, {1}, {10}};
    HeadAtN other =
        HeadAtN.of(
                new SampledHead("att", 0, 1, List.of(row(2, new double[3], weights, near))),
                new int[] {2},
                1,
                1)
            .get(0);
    // Products 2.5, .3, 2. By weight: s = 2.8, inside .3 and 2.5, outside .8: one of two is
    // nearer, one other is within. By norm: s = 4.5, inside 2 and 2.5, outside 4.2.
    assertThat(other.mean(Quantity.RECALL)).isEqualTo(.5);
    assertThat(other.mean(Quantity.PRECISION)).isCloseTo(2 / 3.0, DIGITS);
    assertThat(other.mean(Quantity.F)).isCloseTo(4 / 7.0, DIGITS);
    assertThat(other.mean(Quantity.RECALL_BY_NORM)).isEqualTo(1);
    assertThat(other.mean(Quantity.PRECISION_BY_NORM)).isEqualTo(1);
  }

  @Test
  void rowsAreAveragedAndPartsJoined() {
    double[] other = {.05, .15, .3, .5};
    AttentionRow first = row(3, new double[4], WEIGHTS, X);
    AttentionRow second = row(2, new double[4], other, X);
    int[] counts = {2};
    HeadAtN one = HeadAtN.of(new SampledHead("att", 0, 2, List.of(first)), counts, 3, 1).get(0);
    HeadAtN two = HeadAtN.of(new SampledHead("att", 0, 2, List.of(second)), counts, 3, 1).get(0);
    HeadAtN both =
        HeadAtN.of(new SampledHead("att", 0, 2, List.of(first, second)), counts, 3, 1).get(0);
    for (Quantity quantity : Quantity.values()) {
      double mean = (one.mean(quantity) + two.mean(quantity)) / 2;
      assertThat(both.mean(quantity)).isCloseTo(mean, DIGITS);
      assertThat(one.and(two).mean(quantity)).isCloseTo(mean, DIGITS);
      assertThat(one.and(two).and(one).mean(quantity))
          .isCloseTo((2 * one.mean(quantity) + two.mean(quantity)) / 3, DIGITS);
    }
    assertThat(one.and(two).rows()).isEqualTo(2);
    HeadAtN stranger = new HeadAtN("att", 1, 2, 1, one.means());
    assertThatThrownBy(() -> one.and(stranger))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("must be the same head and N");
  }

  /**
   * Two keys whose scores are far apart: softmax((l + εv)/T) moves by the logistic function's
   * slope.
   */
  @Test
  void temperatureReplacesTheRootOfTheHeadSize() {
    double[] scores = {.4, -.3};
    SampledHead head =
        new SampledHead("att", 0, 9, List.of(row(1, scores, new double[] {.6, .4}, X)));
    double temperature = .9;
    double p = 1 / (1 + Math.exp(-3 * .7 / temperature)); // logits are three times the scores
    double g = head.sensitivity(temperature, 1e-6, 5);
    // J = p (1 − p)/T [[1, −1], [−1, 1]]: a unit direction (v, w) moves both weights by that times
    // |v − w|, at most √2.
    double slope = Math.sqrt(2) * p * (1 - p) / temperature;
    assertThat(g).isPositive().isLessThan(Math.sqrt(2) * slope * 1.0001);
    // The same direction at another temperature.
    double hot = 7;
    double q = 1 / (1 + Math.exp(-3 * .7 / hot));
    assertThat(head.sensitivity(hot, 1e-6, 5) / g)
        .isCloseTo(q * (1 - q) / hot / (p * (1 - p) / temperature), within(1e-4));
  }
}
