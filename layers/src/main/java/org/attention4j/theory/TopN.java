package org.attention4j.theory;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * The indices of the N largest weights of a row, and all others. Ties go to the lowest index, as in
 * the top-k normalizers.
 */
public final class TopN {
  private final int[] chosen;
  private final int[] others;

  private TopN(int[] order, int count) {
    chosen = Arrays.copyOf(order, count);
    others = Arrays.copyOfRange(order, count, order.length);
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
    if (count < 1 || count > weights.length) {
      throw new IllegalArgumentException(
          "N is %d but must be between 1 and the %d visible tokens."
              .formatted(count, weights.length));
    }
    int[] order =
        IntStream.range(0, weights.length)
            .boxed()
            .sorted(Comparator.comparingDouble((Integer i) -> weights[i]).reversed())
            .mapToInt(Integer::intValue)
            .toArray();
    return new TopN(order, count);
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
    int[] rest = IntStream.range(0, length).filter(i -> !isChosen[i]).toArray();
    int[] order = Arrays.copyOf(indices, length);
    System.arraycopy(rest, 0, order, indices.length, rest.length);
    return new TopN(order, indices.length);
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
