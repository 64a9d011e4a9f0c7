package org.attention4j.examples.recall;

import java.util.List;
import java.util.stream.IntStream;
import org.attention4j.examples.support.BadArgument;

/**
 * What all models that answer questions have in common.
 *
 * @param length L of training
 * @param multiples by which it is multiplied in the tests
 * @param steps how many batches to learn from
 * @param batch how many questions make a batch
 * @param questions how many to test with at each length
 */
record RecallSettings(int length, List<Integer> multiples, int steps, int batch, int questions) {
  /** N, the number of items that count as chosen, in N_s/N and d̃. */
  static final int CHOSEN = 5;

  /**
   * Checks what the command line cannot.
   *
   * @throws BadArgument if a value cannot work
   */
  RecallSettings {
    multiples = List.copyOf(multiples);
    if (length <= CHOSEN) {
      throw new BadArgument(
          "--length is %d but must be at least %d.".formatted(length, CHOSEN + 1));
    }
    if (steps < 1) {
      throw new BadArgument("--steps is %d but must be at least 1.".formatted(steps));
    }
  }

  /** The lengths of the tests. */
  int[] lengths() {
    return multiples.stream().flatMapToInt(m -> IntStream.of(m * length)).toArray();
  }
}
