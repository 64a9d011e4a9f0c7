package org.attention4j.examples.statistics;

import java.util.ArrayList;
import java.util.List;

/** Makes a noisy loss curve legible. */
public final class Smoothing {
  /** The window is this share of the curve: a twentieth hides noise and keeps bends. */
  private static final int WINDOWS_PER_CURVE = 20;

  private Smoothing() {}

  /**
   * Averages each value with those before it, in a window of a fixed share of the curve.
   *
   * @param values a curve
   * @return a curve of the same length
   */
  public static List<Double> smooth(List<Double> values) {
    int window = Math.max(1, values.size() / WINDOWS_PER_CURVE);
    List<Double> smoothed = new ArrayList<>(values.size());
    double sum = 0;
    for (int i = 0; i < values.size(); i++) {
      sum += values.get(i);
      if (i >= window) {
        sum -= values.get(i - window);
      }
      smoothed.add(sum / Math.min(window, i + 1));
    }
    return smoothed;
  }
}
