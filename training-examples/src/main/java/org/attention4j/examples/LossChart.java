package org.attention4j.examples;

import java.awt.BasicStroke;
import java.awt.Color;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** The loss curves as a picture: each curve faint as measured and strong as smoothed. */
final class LossChart {
  private static final int WIDTH = 1200;
  private static final int HEIGHT = 700;
  private static final int STEP_LABELS = 11;
  private static final double BITS_ABOVE_BASELINE = 0.5;
  private static final int FAINT_ALPHA = 70;

  private LossChart() {}

  /**
   * Draws the curves and writes them as PNG.
   *
   * @param file the picture
   * @param results the models whose losses are drawn
   * @param unigramEntropy the baseline, in bits per character
   */
  static void write(Path file, List<ModelResult> results, double unigramEntropy) {
    AtomicFile.write(file, Charts.png(draw(results, unigramEntropy, Theme.LIGHT)));
  }

  /**
   * Draws the curves for a page that carries its pictures inside.
   *
   * @param results the models whose losses are drawn
   * @param unigramEntropy the baseline, in bits per character
   * @param theme the page's colours
   * @return a PNG as a data URI
   */
  static String dataUri(List<ModelResult> results, double unigramEntropy, Theme theme) {
    byte[] picture = Charts.png(draw(results, unigramEntropy, theme));
    return "data:image/png;base64," + Base64.getEncoder().encodeToString(picture);
  }

  private static XYChart draw(List<ModelResult> results, double unigramEntropy, Theme theme) {
    XYChart chart = empty(theme);
    // The first few steps lie far above all that tells the models apart.
    chart.getStyler().setYAxisMax(unigramEntropy + BITS_ABOVE_BASELINE);
    for (int i = 0; i < results.size(); i++) {
      ModelResult result = results.get(i);
      Color color = Color.decode(theme.curve(i));
      Color faint = new Color(color.getRed(), color.getGreen(), color.getBlue(), FAINT_ALPHA);
      String label = result.normalizer().label();
      curve(chart, label + " as measured", result.losses(), faint, 1f).setShowInLegend(false);
      XYSeries smoothed = curve(chart, label, Smoothing.smooth(result.losses()), color, 2.5f);
      if (theme.isDashed(i)) {
        smoothed.setLineStyle(dashes(2.5f));
      }
    }
    int steps = results.stream().mapToInt(result -> result.losses().size()).max().orElse(1);
    chart
        .addSeries(
            "unigram entropy",
            new double[] {1, Math.max(2, steps)},
            new double[] {unigramEntropy, unigramEntropy})
        .setMarker(SeriesMarkers.NONE)
        .setLineColor(Color.GRAY)
        .setLineStyle(dashes(1.5f));
    return chart;
  }

  private static XYChart empty(Theme theme) {
    XYChart chart = Charts.empty(WIDTH, HEIGHT, "step", "bits per character", theme);
    chart.setTitle("Training loss");
    chart
        .getStyler()
        .setXAxisMaxLabelCount(STEP_LABELS)
        .setYAxisDecimalPattern("0.0")
        .setLegendPosition(LegendPosition.InsideNE);
    return chart;
  }

  private static XYSeries curve(
      XYChart chart, String name, List<Double> losses, Color color, float width) {
    double[] steps = new double[losses.size()];
    double[] values = new double[losses.size()];
    for (int i = 0; i < steps.length; i++) {
      steps[i] = i + 1;
      values[i] = losses.get(i);
    }
    XYSeries series = chart.addSeries(name, steps, values);
    series.setMarker(SeriesMarkers.NONE).setLineColor(color).setLineStyle(new BasicStroke(width));
    return series;
  }

  private static BasicStroke dashes(float width) {
    return new BasicStroke(
        width, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 1, new float[] {8, 6}, 0);
  }
}
