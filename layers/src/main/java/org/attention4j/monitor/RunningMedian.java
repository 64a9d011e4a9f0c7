package org.attention4j.monitor;

import java.util.ArrayDeque;
import java.util.Deque;

/** The median of the newest values. */
final class RunningMedian {
  private static final int WINDOW = 20;

  /** With fewer values the median says little. */
  private static final int ENOUGH = 5;

  private final Deque<Double> values = new ArrayDeque<>();

  void add(double value) {
    if (values.size() == WINDOW) {
      values.removeFirst();
    }
    values.addLast(value);
  }

  /** The median; NaN, with which every comparison fails, while there are few values. */
  double median() {
    if (values.size() < ENOUGH) {
      return Double.NaN;
    }
    double[] sorted = values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }
}
