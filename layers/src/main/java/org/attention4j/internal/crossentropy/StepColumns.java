package org.attention4j.internal.crossentropy;

import java.util.Arrays;

/**
 * Some of the steps that count, as columns of a matrix [features, columns]. Steps that follow each
 * other are copied together.
 */
final class StepColumns {
  private final int steps;
  private final int[] numbers;
  private final int first;
  private final int count;

  /** Where the run after the present one begins, by column. */
  private final int[] ends;

  private final int runs;

  /**
   * Chooses columns.
   *
   * @param steps T
   * @param numbers all steps that count: number of the example times T plus number of the step
   * @param first where the chosen ones begin among them
   * @param count how many are chosen
   */
  StepColumns(int steps, int[] numbers, int first, int count) {
    this.steps = steps;
    this.numbers = numbers;
    this.first = first;
    this.count = count;
    int[] found = new int[count];
    int next = 0;
    for (int c = 1; c <= count; c++) {
      if (c == count || !follows(first + c)) {
        found[next++] = c;
      }
    }
    runs = next;
    ends = Arrays.copyOf(found, next);
  }

  private boolean follows(int index) {
    return numbers[index] == numbers[index - 1] + 1 && numbers[index] % steps != 0;
  }

  int count() {
    return count;
  }

  /** The index of a column among all steps that count. */
  int index(int column) {
    return first + column;
  }

  /** Copies the columns of one feature out of sequences [b, features, T]. */
  void gather(float[] sequences, int features, int feature, float[] row, int at) {
    for (int run = 0; run < runs; run++) {
      int c = begin(run);
      System.arraycopy(sequences, place(c, features, feature), row, at + c, ends[run] - c);
    }
  }

  /** Copies the columns of one feature back into sequences. */
  void scatter(float[] row, int at, float[] sequences, int features, int feature) {
    for (int run = 0; run < runs; run++) {
      int c = begin(run);
      System.arraycopy(row, at + c, sequences, place(c, features, feature), ends[run] - c);
    }
  }

  private int begin(int run) {
    return run == 0 ? 0 : ends[run - 1];
  }

  private int place(int column, int features, int feature) {
    int number = numbers[first + column];
    return (number / steps * features + feature) * steps + number % steps;
  }
}
