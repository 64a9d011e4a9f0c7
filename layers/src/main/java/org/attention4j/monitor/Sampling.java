package org.attention4j.monitor;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Which examples and which queries are looked at: drawn anew on each iteration, but the same ones
 * in every run with the same seed.
 *
 * @param examples how many examples of a batch, at least 1
 * @param rows how many queries of each of them, at least 1
 * @param seed what the draws depend on, besides the iteration
 */
record Sampling(int examples, int rows, long seed) {
  Sampling {
    requirePositive("examples", examples);
    requirePositive("rows", rows);
  }

  private static void requirePositive(String option, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(
          "AttentionMonitor: %s is %d but must be at least 1.".formatted(option, value));
    }
  }

  /** The examples to look at, ascending. */
  int[] examples(long count, int iteration) {
    return draw(
        IntStream.range(0, Math.toIntExact(count)).toArray(), examples, random(iteration, -1));
  }

  /** The queries to look at, ascending, out of those that count. */
  int[] rows(int[] candidates, int iteration, int example) {
    return draw(candidates, rows, random(iteration, example));
  }

  private Random random(int iteration, int example) {
    return new Random(Arrays.hashCode(new long[] {seed, iteration, example}));
  }

  private static int[] draw(int[] candidates, int count, Random random) {
    int[] pool = candidates.clone();
    int drawn = Math.min(count, pool.length);
    for (int i = 0; i < drawn; i++) {
      int other = i + random.nextInt(pool.length - i);
      int kept = pool[i];
      pool[i] = pool[other];
      pool[other] = kept;
    }
    int[] result = Arrays.copyOf(pool, drawn);
    Arrays.sort(result);
    return result;
  }
}
