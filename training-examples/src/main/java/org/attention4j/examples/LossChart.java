package org.attention4j.examples;

import java.util.List;
import java.util.stream.IntStream;
import org.attention4j.examples.report.Figure;
import org.attention4j.examples.report.LineChart;

/** The loss curves as a picture: each curve faint as measured and strong as smoothed. */
final class LossChart {
  private static final double BITS_ABOVE_BASELINE = 0.5;

  private LossChart() {}

  /**
   * Draws the curves.
   *
   * @param results the models whose losses are drawn
   * @param unigramEntropy the baseline, in bits per character
   * @return the picture
   */
  static Figure of(List<ModelResult> results, double unigramEntropy) {
    LineChart chart = new LineChart("Training loss", "step", "bits per character");
    // The first few steps lie far above all that tells the models apart.
    chart.yMax(unigramEntropy + BITS_ABOVE_BASELINE);
    for (int i = 0; i < results.size(); i++) {
      List<Double> losses = results.get(i).losses();
      chart.trace(i, steps(losses.size()), values(losses));
    }
    for (int i = 0; i < results.size(); i++) {
      List<Double> losses = results.get(i).losses();
      chart.line(
          results.get(i).normalizer().label(),
          i,
          steps(losses.size()),
          values(Smoothing.smooth(losses)));
    }
    int steps = results.stream().mapToInt(result -> result.losses().size()).max().orElse(1);
    chart.guide(
        "unigram entropy",
        new double[] {1, Math.max(2, steps)},
        new double[] {unigramEntropy, unigramEntropy});
    return new Figure(
        "losses",
        "Training loss in bits per character against the step: faint as measured, strong as"
            + " averaged over the steps before.",
        chart);
  }

  private static double[] steps(int count) {
    return IntStream.rangeClosed(1, count).asDoubleStream().toArray();
  }

  private static double[] values(List<Double> list) {
    return list.stream().mapToDouble(Double::doubleValue).toArray();
  }
}
