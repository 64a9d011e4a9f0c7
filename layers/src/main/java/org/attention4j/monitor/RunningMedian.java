package org.attention4j.monitor;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * The median of the newest values that are usual. What the caller takes for unusual does not count,
 * unless it lasts: after as many unusual values in a row as the median is taken of, these are the
 * usual ones.
 */
final class RunningMedian {
  private static final int WINDOW = 20;

  /** With fewer values the median says little. */
  private static final int ENOUGH = 5;

  private final Deque<Double> usual = new ArrayDeque<>();
  private final Deque<Double> unusual = new ArrayDeque<>();

  /**
   * Takes the next value; one that is not finite does not count.
   *
   * @param isUsual whether it is near enough to the median, as the caller sees it
   */
  void add(double value, boolean isUsual) {
    if (!Double.isFinite(value)) {
      return;
    }
    if (isUsual) {
      unusual.clear();
      if (usual.size() == WINDOW) {
        usual.removeFirst();
      }
      usual.addLast(value);
      return;
    }
    unusual.addLast(value);
    if (unusual.size() == WINDOW) {
      usual.clear();
      usual.addAll(unusual);
      unusual.clear();
    }
  }

  /** The median; NaN, with which every comparison fails, while there are few values. */
  double median() {
    return usual.size() < ENOUGH ? Double.NaN : ScoreTrend.median(usual);
  }
}
