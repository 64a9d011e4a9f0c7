package org.attention4j.monitor.alarms;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Deque;
import java.util.List;

/**
 * The network's scores so far, one for each scheduled iteration. A score is a loss: lower is
 * better.
 *
 * <p>A head that attends to one key only, to all keys alike, or with large scores is a fault in a
 * training that fails. In a training that succeeds it can be what the head should learn. The
 * metrics of the head are the same in both cases; the score tells them apart.
 */
public final class ScoreTrend {
  /** The start is the median of this many first scores. */
  private static final int FIRST = 5;

  /**
   * The end is the median of this many last scores, so that one or two bad batches do not count.
   */
  private static final int NEWEST = 5;

  /** The two halves of this many last scores are compared. */
  private static final int WINDOW = 40;

  /** With fewer scores, halves are not compared. */
  private static final int ENOUGH = 10;

  /** A score at or below this share of the start has fallen far. */
  private static final double FAR = 0.5;

  /** The newer half is lower if it is below this share of the older half. */
  private static final double LOWER = 0.99;

  private final List<Double> first = new ArrayList<>();
  private final Deque<Double> window = new ArrayDeque<>();

  /** A trend without scores. A monitor makes one for each layer; a test of a rule makes its own. */
  public ScoreTrend() {}

  /**
   * Adds the score of the next scheduled iteration.
   *
   * @param score the network's score; NaN if it is not known
   */
  public void add(double score) {
    if (first.size() < FIRST) {
      first.add(score);
    }
    if (window.size() == WINDOW) {
      window.removeFirst();
    }
    window.addLast(score);
  }

  /**
   * Whether most of the loss is gone.
   *
   * @return true if the median of the last five scores is at most half of that of the first five;
   *     false if there are fewer, if one of them is NaN, and for scores that start at or below zero
   */
  public boolean hasFallenFar() {
    if (first.size() < FIRST) {
      return false;
    }
    List<Double> newest = new ArrayList<>(window).subList(window.size() - NEWEST, window.size());
    double start = median(first);
    return start > 0 && median(newest) <= FAR * start;
  }

  /**
   * Whether the network is still learning.
   *
   * @return true if among the last 40 scores (all scores if there are 10 to 39) the median of the
   *     newer half is more than one hundredth below that of the older half
   */
  public boolean isFalling() {
    if (window.size() < ENOUGH) {
      return false;
    }
    List<Double> scores = new ArrayList<>(window);
    int half = scores.size() / 2;
    double older = median(scores.subList(0, half));
    double newer = median(scores.subList(scores.size() - half, scores.size()));
    return older > 0 && newer < LOWER * older;
  }

  /** The median; NaN if one of the numbers is. */
  static double median(Collection<Double> values) {
    double[] sorted = values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    int middle = sorted.length / 2;
    if (Double.isNaN(sorted[sorted.length - 1])) {
      return Double.NaN;
    }
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  @Override
  public String toString() {
    return "scores from " + first + " to " + Arrays.toString(window.toArray());
  }
}
