package org.attention4j.examples;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The loss curves in the coordinates of the report's SVG picture, which takes its colours from the
 * page and so follows its light and dark looks.
 */
final class LossPlot {
  private static final double LEFT = 46;
  private static final double RIGHT = 884;
  private static final double TOP = 14;
  private static final double BOTTOM = 380;

  /** More points than this are finer than a screen shows. */
  private static final int MOST_POINTS = 420;

  private static final int TICKS = 5;

  private final int steps;
  private final double least;
  private final double most;

  private LossPlot(int steps, double least, double most) {
    this.steps = steps;
    this.least = least;
    this.most = most;
  }

  /**
   * Lays out a picture.
   *
   * @param results the models whose losses are drawn
   * @param baseline a level to draw across, in bits per character
   * @return the values that the report's template asks for
   */
  static Map<String, Object> of(List<ModelResult> results, double baseline) {
    double least = baseline;
    double most = baseline;
    int steps = 1;
    for (ModelResult result : results) {
      steps = Math.max(steps, result.losses().size());
      for (double loss : result.losses()) {
        least = Math.min(least, loss);
        most = Math.max(most, loss);
      }
    }
    return new LossPlot(steps, Math.floor(2 * least) / 2, Math.ceil(2 * most) / 2)
        .model(results, baseline);
  }

  private Map<String, Object> model(List<ModelResult> results, double baseline) {
    List<Map<String, Object>> curves = new ArrayList<>();
    for (int i = 0; i < results.size(); i++) {
      List<Double> losses = results.get(i).losses();
      curves.add(
          Map.of(
              "label", results.get(i).normalizer().label(),
              "index", Integer.toString(i),
              "dashed", Palette.isDashed(i),
              "light", Palette.onLight(i),
              "dark", Palette.onDark(i),
              "raw", points(losses),
              "smoothed", points(Smoothing.smooth(losses))));
    }
    return Map.of(
        "curves", curves,
        "baseline", coordinate(y(baseline)),
        "xTicks", stepTicks(),
        "yTicks", bitTicks());
  }

  private List<Map<String, String>> stepTicks() {
    List<Map<String, String>> ticks = new ArrayList<>();
    int distance = Math.max(1, roundUp(steps / (double) TICKS));
    for (int step = distance; step <= steps; step += distance) {
      ticks.add(Map.of("at", coordinate(x(step)), "label", Integer.toString(step)));
    }
    return ticks;
  }

  private List<Map<String, String>> bitTicks() {
    List<Map<String, String>> ticks = new ArrayList<>();
    for (int bits = (int) Math.ceil(least); bits <= most; bits++) {
      ticks.add(Map.of("at", coordinate(y(bits)), "label", Integer.toString(bits)));
    }
    return ticks;
  }

  /** The next of 1, 2, 5, 10, 20, 50 and so on. */
  private static int roundUp(double distance) {
    int power = (int) Math.pow(10, Math.floor(Math.log10(Math.max(1, distance))));
    for (int factor : new int[] {1, 2, 5}) {
      if (distance <= factor * power) {
        return factor * power;
      }
    }
    return 10 * power;
  }

  private String points(List<Double> losses) {
    int stride = Math.max(1, (losses.size() + MOST_POINTS - 1) / MOST_POINTS);
    StringBuilder points = new StringBuilder();
    for (int i = 0; i < losses.size(); i += stride) {
      points.append(coordinate(x(i + 1))).append(',').append(coordinate(y(losses.get(i))));
      points.append(' ');
    }
    return points.toString().strip();
  }

  private double x(int step) {
    return LEFT + (RIGHT - LEFT) * (step - 1) / Math.max(1, steps - 1);
  }

  private double y(double bits) {
    return BOTTOM - (BOTTOM - TOP) * (bits - least) / Math.max(0.5, most - least);
  }

  private static String coordinate(double value) {
    return String.format(Locale.ROOT, "%.1f", value);
  }
}
