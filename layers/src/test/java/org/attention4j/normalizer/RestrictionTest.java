package org.attention4j.normalizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.attention4j.contract.NormalizerContract;
import org.attention4j.internal.attention.HeadContext;
import org.attention4j.kernel.DoubleRow;
import org.attention4j.kernel.Row;
import org.attention4j.kernel.RowKernel;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The N largest weights of a normalizer. */
class RestrictionTest {
  @Nested
  class Kept extends NormalizerContract {
    @Override
    protected Normalizer normalizer() {
      return Restriction.of(Normalizers.softmax(), 3, false);
    }
  }

  @Nested
  class Renormalised extends NormalizerContract {
    @Override
    protected Normalizer normalizer() {
      return Restriction.of(Normalizers.softmax(), 3, true);
    }
  }

  @Nested
  class OfAMapWithParameters extends NormalizerContract {
    @Override
    protected Normalizer normalizer() {
      return Restriction.of(Normalizers.ssmax(), 2, false);
    }
  }

  private static double[] weights(Normalizer normalizer, double[] scores) {
    RowKernel kernel = normalizer.kernel().orElseThrow();
    Row row = new DoubleRow().over(scores.clone(), 0, scores.length);
    kernel.forward(row, new HeadContext(0, kernel.savedValues()).row(scores.length));
    double[] weights = new double[scores.length];
    Arrays.setAll(weights, row::get);
    return weights;
  }

  /** softmax with every weight but the N largest put to zero, by sorting. */
  @Test
  void keepsTheLargestWeightsAsTheyAre() {
    double[] scores = new Random(47).doubles(29, -3, 3).toArray();
    for (int count : new int[] {1, 2, 13, 28, 29, 31}) {
      double largest = Arrays.stream(scores).max().getAsDouble();
      double sum = Arrays.stream(scores).map(z -> Math.exp(z - largest)).sum();
      double[] sorted = Arrays.stream(scores).sorted().toArray();
      double least = sorted[Math.max(0, scores.length - count)];
      double[] kept = weights(Restriction.of(Normalizers.softmax(), count, false), scores);
      double[] divided = weights(Restriction.of(Normalizers.softmax(), count, true), scores);
      double mass = 0;
      for (double z : scores) {
        mass += z >= least ? Math.exp(z - largest) / sum : 0;
      }
      for (int i = 0; i < scores.length; i++) {
        double expected = scores[i] >= least ? Math.exp(scores[i] - largest) / sum : 0;
        assertThat(kept[i]).isCloseTo(expected, within(1e-15));
        assertThat(divided[i]).isCloseTo(expected / mass, within(1e-15));
      }
    }
  }

  @Test
  void tiesGoToTheLowestIndex() {
    assertThat(
            weights(Restriction.of(Normalizers.softmax(), 2, true), new double[] {0, 1, 1, 1, 0}))
        .containsExactly(0, .5, .5, 0, 0);
  }

  /** Sparsemax gives one key all weight, so the second kept key has none. */
  @Test
  void aRowWithFewerWeightsThanNStaysAsItIs() {
    assertThat(weights(Restriction.of(Normalizers.sparsemax(), 2, true), new double[] {5, 0, 1}))
        .containsExactly(1, 0, 0);
  }

  @Test
  void atLeastOneKeyIsKept() {
    assertThatThrownBy(() -> Restriction.of(Normalizers.softmax(), 0, true))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("count")
        .hasMessageContaining("at least 1");
  }
}
