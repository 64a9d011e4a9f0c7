package org.attention4j.monitor;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Deque;
import java.util.List;

/**
 * How the network's score has gone so far, from one scheduled iteration to the next. A score is
 * taken as a loss: less is better.
 *
 * <p>Single heads that attend to one key, to all alike, or with large scores are a fault where the
 * training suffers, and what a head is to come to where it succeeds. The metrics of a head are the
 * same in both; the score tells them apart.
 */
public final class ScoreTrend {
  /** The first scores, whose median is the start. */
  private static final int FIRST = 5;

  /** The newest scores, whose median is the end: a bad batch or two do not count. */
  private static final int NEWEST = 5;

  /** The scores whose two halves are compared. */
  private static final int WINDOW = 40;

  /** With fewer scores no two halves are compared. */
  private static final int ENOUGH = 10;

  /** At or below this share of the start a score has fallen far. */
  private static final double FAR = 0.5;

  /** Below this share of the older half the newer half is lower. */
  private static final double LOWER = 0.99;

  private final List<Double> first = new ArrayList<>();
  private final Deque<Double> window = new ArrayDeque<>();

  ScoreTrend() {}

  void add(double score) {
    if (first.size() < FIRST) {
      first.add(score);
    }
    if (window.size() == WINDOW) {
      window.removeFirst();
    }
    window.addLast(score);
  }

  /**
   * Whether most has been learned.
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
   * Whether something is being learned.
   *
   * @return true if among the last 40 scores, or all if these are fewer but at least ten, the
   *     median of the newer half is more than a hundredth below that of the older half
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
