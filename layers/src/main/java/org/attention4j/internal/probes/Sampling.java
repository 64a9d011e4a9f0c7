package org.attention4j.internal.probes;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Draws examples and queries: other ones on each iteration, but the same ones in every run with the
 * same seed.
 *
 * @param examples how many examples of a batch, at least 1
 * @param rows how many queries of each of them, at least 1
 * @param seed the draws depend on it and on the iteration
 */
public record Sampling(int examples, int rows, long seed) {
  /**
   * Checks the numbers.
   *
   * @param examples how many examples
   * @param rows how many queries
   * @param seed the seed
   */
  public Sampling {
    requirePositive("examples", examples);
    requirePositive("rows", rows);
  }

  private static void requirePositive(String option, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(
          "AttentionMonitor: %s is %d but must be at least 1.".formatted(option, value));
    }
  }

  /**
   * Draws examples.
   *
   * @param count how many examples the batch has
   * @param iteration the iteration
   * @return the indices of the examples to measure, ascending
   */
  public int[] examples(long count, int iteration) {
    return draw(
        IntStream.range(0, Math.toIntExact(count)).toArray(), examples, random(iteration, -1));
  }

  /** The queries to measure, ascending, out of those that are no padding. */
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
