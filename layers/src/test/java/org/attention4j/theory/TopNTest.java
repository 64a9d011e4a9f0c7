package org.attention4j.theory;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The choice against a stable sort, with many ties, zeros of both signs and NaN. */
final class TopNTest {
  private static final double[] VALUES = {0, -0.0, 0.1, 0.2, 0.2, 0.7, Double.NaN};

  @Test
  void asAStableSortChooses() {
    Random random = new Random(31);
    for (int i = 0; i < 3000; i++) {
      double[] weights = new double[1 + random.nextInt(i < 2000 ? 13 : 211)];
      for (int k = 0; k < weights.length; k++) {
        weights[k] = i % 3 == 0 ? random.nextGaussian() : VALUES[random.nextInt(VALUES.length)];
      }
      int count = 1 + random.nextInt(weights.length);
      List<Integer> order =
          IntStream.range(0, weights.length)
              .boxed()
              .sorted(Comparator.comparingDouble((Integer k) -> weights[k]).reversed())
              .toList();
      TopN top = TopN.of(weights, count);
      assertThat(IntStream.of(top.chosen()).boxed()).isEqualTo(order.subList(0, count));
      assertThat(IntStream.of(top.others()).boxed())
          .containsExactlyInAnyOrderElementsOf(order.subList(count, order.size()));
    }
  }
}
