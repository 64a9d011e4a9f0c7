package org.attention4j.monitor;

import java.util.Arrays;

/**
 * Decides on which iterations the monitor measures. On all others it keeps and computes nothing.
 */
@FunctionalInterface
public interface Schedule {
  /**
   * Whether to measure. Must not depend on earlier calls.
   *
   * @param iteration the iteration, counted from 0
   * @param epoch the epoch, counted from 0
   * @param firstOfEpoch whether this is the first iteration of its epoch
   * @return true to measure
   */
  boolean isDue(int iteration, int epoch, boolean firstOfEpoch);

  /**
   * Measures on iterations 0, n, 2n and so on.
   *
   * @param n the interval, at least 1
   * @return the schedule
   * @throws IllegalArgumentException if n is not positive
   */
  static Schedule every(int n) {
    requirePositive("every", n);
    return (iteration, epoch, firstOfEpoch) -> iteration % n == 0;
  }

  /**
   * Measures on iterations 0, 1, 2, 4, 8 and so on: often at first, when most changes.
   *
   * @return the schedule
   */
  static Schedule logarithmic() {
    return (iteration, epoch, firstOfEpoch) -> (iteration & (iteration - 1)) == 0;
  }

  /**
   * Measures on the given iterations.
   *
   * @param iterations counted from 0, in any order
   * @return the schedule
   * @throws IllegalArgumentException if there is none, or one is negative
   */
  static Schedule atIterations(int... iterations) {
    if (iterations == null
        || iterations.length == 0
        || Arrays.stream(iterations).anyMatch(i -> i < 0)) {
      throw new IllegalArgumentException(
          "Schedule atIterations: the iterations are %s but must be at least one, none below 0."
              .formatted(Arrays.toString(iterations)));
    }
    int[] sorted = iterations.clone();
    Arrays.sort(sorted);
    return (iteration, epoch, firstOfEpoch) -> Arrays.binarySearch(sorted, iteration) >= 0;
  }

  /**
   * Measures on the first iteration of epochs 0, n, 2n and so on.
   *
   * @param n the interval, at least 1
   * @return the schedule
   * @throws IllegalArgumentException if n is not positive
   */
  static Schedule epochs(int n) {
    requirePositive("epochs", n);
    return (iteration, epoch, firstOfEpoch) -> firstOfEpoch && epoch % n == 0;
  }

  private static void requirePositive(String name, int n) {
    if (n < 1) {
      throw new IllegalArgumentException(
          "Schedule %s: the interval is %d but must be at least 1.".formatted(name, n));
    }
  }
}
