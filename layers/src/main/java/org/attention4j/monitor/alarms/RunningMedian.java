package org.attention4j.monitor.alarms;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * The median of the last 20 usual values. The caller says which values are unusual. These do not
 * count, unless they last: after 20 unusual values in a row, these are the usual ones.
 */
final class RunningMedian {
  private static final int WINDOW = 20;

  /** With fewer values there is no median. */
  private static final int ENOUGH = 5;

  private final Deque<Double> usual = new ArrayDeque<>();
  private final Deque<Double> unusual = new ArrayDeque<>();

  /**
   * Adds the next value; one that is not finite does not count.
   *
   * @param isUsual whether the value is near enough to the median
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

  /** The median; NaN, with which every comparison is false, for fewer than five values. */
  double median() {
    return usual.size() < ENOUGH ? Double.NaN : ScoreTrend.median(usual);
  }
}
