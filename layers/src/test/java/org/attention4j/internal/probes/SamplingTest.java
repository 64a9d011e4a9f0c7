package org.attention4j.internal.probes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class SamplingTest {
  private static final int[] CANDIDATES = {2, 3, 5, 7, 11, 13, 17};

  @Test
  void asManyAsWantedAscendingEachOnce() {
    Sampling sampling = new Sampling(3, 4, 42);
    for (int iteration = 0; iteration < 200; iteration++) {
      int[] examples = sampling.examples(11, iteration);
      assertThat(examples).hasSize(3).isSorted().doesNotHaveDuplicates();
      assertThat(IntStream.of(examples)).allMatch(i -> i >= 0 && i < 11);
      int[] rows = sampling.rows(CANDIDATES, iteration, 1);
      assertThat(rows).hasSize(4).isSorted().doesNotHaveDuplicates();
      assertThat(CANDIDATES).contains(rows);
    }
  }

  @Test
  void allOfThemWhereThereAreNoMore() {
    Sampling sampling = new Sampling(3, 9, 42);
    assertThat(sampling.examples(3, 5)).containsExactly(0, 1, 2);
    assertThat(sampling.examples(2, 5)).containsExactly(0, 1);
    assertThat(sampling.examples(0, 5)).isEmpty();
    assertThat(sampling.rows(CANDIDATES, 5, 0)).containsExactly(CANDIDATES);
    assertThat(sampling.rows(new int[0], 5, 0)).isEmpty();
  }

  /** The first of seven, drawn one at a time: the same as a partial shuffle by hand. */
  @Test
  void oneOfSevenIsTheFirstNumberOfTheGenerator() {
    Sampling sampling = new Sampling(1, 1, 13);
    for (int iteration = 0; iteration < 50; iteration++) {
      long[] seed = {13, iteration, -1};
      int drawn = new Random(Arrays.hashCode(seed)).nextInt(7);
      assertThat(sampling.examples(7, iteration)).containsExactly(drawn);
      long[] ofExample = {13, iteration, 4};
      int place = new Random(Arrays.hashCode(ofExample)).nextInt(7);
      assertThat(sampling.rows(CANDIDATES, iteration, 4)).containsExactly(CANDIDATES[place]);
    }
  }

  @Test
  void theSeedTheIterationAndTheExampleMatter() {
    Sampling sampling = new Sampling(2, 3, 42);
    assertThat(new Sampling(2, 3, 42).examples(31, 7)).isEqualTo(sampling.examples(31, 7));
    Set<String> draws = new HashSet<>();
    for (int i = 0; i < 40; i++) {
      draws.add(Arrays.toString(new Sampling(2, 3, i).examples(1009, 7)));
      draws.add(Arrays.toString(sampling.examples(1009, 1000 + i)));
      int[] many = IntStream.range(0, 1009).toArray();
      draws.add(Arrays.toString(sampling.rows(many, 7, i)));
    }
    assertThat(draws).hasSizeGreaterThan(115); // of 120, nearly all differ
  }

  /** Each of 7 with 3 drawn: 3/7 of 7000 draws, with a standard deviation of 41. */
  @Test
  void allAreDrawnEquallyOften() {
    Sampling sampling = new Sampling(1, 3, 42);
    int[] counts = new int[18];
    for (int iteration = 0; iteration < 7000; iteration++) {
      for (int row : sampling.rows(CANDIDATES, iteration, 0)) {
        counts[row]++;
      }
    }
    for (int candidate : CANDIDATES) {
      assertThat(counts[candidate]).isCloseTo(3000, within(200));
    }
  }
}
