package org.attention4j.theory;

import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * The indices of the N largest weights of a row, and all others. Ties go to the lowest index, as in
 * the top-k normalizers.
 */
public final class TopN {
  private final int[] chosen;
  private final int[] others;

  private TopN(int[] chosen, int[] others) {
    this.chosen = chosen;
    this.others = others;
  }

  /**
   * Chooses the N largest weights.
   *
   * @param weights α of the L visible tokens
   * @param count N, at least 1 and at most L
   * @return the choice
   * @throws IllegalArgumentException if N is out of range
   */
  public static TopN of(double[] weights, int count) {
    double smallest = smallest(weights, count);
    int ties = count;
    for (double weight : weights) {
      ties -= Double.compare(weight, smallest) > 0 ? 1 : 0;
    }
    int[] chosen = new int[count];
    int[] others = new int[weights.length - count];
    int next = 0;
    for (int i = 0; i < weights.length; i++) {
      int comparison = Double.compare(weights[i], smallest);
      if (comparison > 0 || (comparison == 0 && ties-- > 0)) {
        chosen[next++] = i;
      } else {
        others[i - next] = i;
      }
    }
    return new TopN(largestFirst(weights, chosen), others);
  }

  /** The smallest of the N largest weights. */
  static double smallest(double[] weights, int count) {
    if (count < 1 || count > weights.length) {
      throw new IllegalArgumentException(
          "N is %d but must be between 1 and the %d visible tokens."
              .formatted(count, weights.length));
    }
    return Selection.largest(weights, count);
  }

  private static int[] largestFirst(double[] weights, int[] chosen) {
    return IntStream.of(chosen)
        .boxed()
        .sorted(Comparator.comparingDouble((Integer i) -> weights[i]).reversed())
        .mapToInt(Integer::intValue)
        .toArray();
  }

  /**
   * Chooses given tokens, for a set that is not the largest.
   *
   * @param indices the chosen tokens, each once
   * @param length L
   * @return the choice
   */
  public static TopN chosen(int[] indices, int length) {
    boolean[] isChosen = new boolean[length];
    for (int i : indices) {
      isChosen[i] = true;
    }
    return new TopN(
        indices.clone(), IntStream.range(0, length).filter(i -> !isChosen[i]).toArray());
  }

  /**
   * I_N, largest weight first.
   *
   * @return N indices; a copy
   */
  public int[] chosen() {
    return chosen.clone();
  }

  /**
   * The L − N tokens that were not chosen.
   *
   * @return their indices; a copy
   */
  public int[] others() {
    return others.clone();
  }
}
