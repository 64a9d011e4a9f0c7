package org.attention4j.theory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

/** Recall, precision and F of a chosen set, by hand and against Separability. */
class RetrievalTest {
  /**
   * Numbers on a line: the products are 1, 3, 2 and 6, so s = 4 and the distances are 3, 1, 2, 2.
   */
  @Test
  void byHand() {
    double[] weights = {.5, .5, .5, .5};
    double[][] values = {{2}, {6}, {4}, {12}};
    Retrieval found = Retrieval.of(weights, values, TopN.chosen(new int[] {0, 1}, 4));
    // Only the second is nearer than 2; both others are within 3.
    assertThat(found).isEqualTo(new Retrieval(.5, .5));
    assertThat(found.f()).isEqualTo(.5);
    Retrieval other = Retrieval.of(weights, values, TopN.chosen(new int[] {1, 2}, 4));
    // s = 5, inside 2 and 3, outside 4 and 1: none is nearer than 1, one is within 3.
    assertThat(other.recall()).isZero();
    assertThat(other.precision()).isCloseTo(2 / 3.0, within(1e-15));
    assertThat(other.f()).isZero();
  }

  @Test
  void oneTokenAndAllTokensAreTold() {
    double[] weights = {.5, .5};
    double[][] values = {{0}, {0}};
    assertThat(Retrieval.of(weights, values, TopN.of(weights, 1))).isEqualTo(new Retrieval(1, 1));
    assertThat(Retrieval.of(weights, values, TopN.of(weights, 2))).isEqualTo(new Retrieval(1, 1));
  }

  @Test
  void whatIsNotFiniteIsNotCounted() {
    double[] weights = {.5, .3, .2};
    double[][] values = {{1}, {2}, {Double.NaN}};
    assertThat(Retrieval.of(weights, values, TopN.of(weights, 2)).recall()).isNaN();
    assertThat(Retrieval.of(weights, values, TopN.of(weights, 2)).f()).isNaN();
  }

  @Test
  void recallIsTheSeparableShare() {
    Random random = new Random(29);
    for (int i = 0; i < 500; i++) {
      int length = 3 + random.nextInt(19);
      double[] weights = WeightRow.softmax(random.doubles(length, -2, 2).toArray(), 1);
      double[][] values = new double[length][];
      for (int t = 0; t < length; t++) {
        values[t] = random.doubles(5, -1, 1).toArray();
      }
      TopN top = TopN.of(weights, 2 + random.nextInt(length - 2));
      assertThat(Retrieval.of(weights, values, top).recall())
          .isEqualTo(Separability.of(weights, values, top).ratio());
    }
  }

  @Test
  void contributions() {
    assertThat(Retrieval.contributions(new double[] {.5, .25}, new double[][] {{3, 4}, {0, 8}}))
        .containsExactly(2.5, 2);
  }
}
