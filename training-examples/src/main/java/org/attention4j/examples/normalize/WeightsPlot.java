package org.attention4j.examples.normalize;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.attention4j.examples.report.Charts;
import org.attention4j.examples.report.Theme;
import org.attention4j.examples.support.AtomicFile;
import org.attention4j.examples.support.BadArgument;
import org.attention4j.examples.support.NamedNormalizer;
import org.attention4j.normalizer.Normalizers;
import org.attention4j.normalizer.RowEvaluation;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler.LegendLayout;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.XYStyler;
import org.knowm.xchart.style.markers.SeriesMarkers;
import org.nd4j.linalg.api.buffer.DataType;

/** One row as a picture: the weight of each visible key over its score, softmax behind it. */
final class WeightsPlot {
  private static final int WIDTH = 420;
  private static final int HEIGHT = 260;
  private static final int SCORE_LABELS = 9;
  private static final int WEIGHT_LABEL_DISTANCE = 40;
  private static final String SOFTMAX = "softmax";
  private static final Font FONT = new Font(Font.SANS_SERIF, Font.PLAIN, 12);
  private static final BasicStroke LINE = new BasicStroke(1.2f);
  private static final BasicStroke DASHES =
      new BasicStroke(1.2f, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 1, new float[] {4, 3}, 0);

  private WeightsPlot() {}

  /**
   * Checks what can be known before anything is computed.
   *
   * @param file where the picture shall go
   * @param scores the row; NaN for a masked key
   * @throws BadArgument if the picture cannot be written there or would be empty
   */
  static void check(Path file, double[] scores) {
    if (!file.toString().toLowerCase(Locale.ROOT).endsWith(".png")) {
      throw new BadArgument("--plot %s must end in .png.".formatted(file));
    }
    if (Files.isDirectory(file)) {
      throw new BadArgument("--plot %s is a directory, not a file.".formatted(file));
    }
    Path directory = file.toAbsolutePath().getParent();
    if (directory == null || !Files.isDirectory(directory)) {
      throw new BadArgument("--plot %s: there is no directory %s.".formatted(file, directory));
    }
    if (!Files.isWritable(directory)) {
      throw new BadArgument(
          "--plot %s: the directory %s cannot be written to.".formatted(file, directory));
    }
    if (visible(scores).isEmpty()) {
      throw new BadArgument("--plot has nothing to draw: every key of --scores is masked.");
    }
  }

  /**
   * Draws the row and writes it as PNG.
   *
   * @param file the picture
   * @param named the normalizer
   * @param scores the row; NaN for a masked key
   * @param weights what the normalizer made of it
   */
  static void write(Path file, NamedNormalizer named, double[] scores, List<Double> weights) {
    AtomicFile.write(file, Charts.png(draw(named, scores, weights)));
  }

  private static XYChart draw(NamedNormalizer named, double[] scores, List<Double> weights) {
    XYChart chart = Charts.empty(WIDTH, HEIGHT, "score", "weight", Theme.LIGHT);
    style(chart.getStyler());
    if (!named.label().equals(SOFTMAX)) {
      RowEvaluation softmax =
          RowEvaluation.of(
              Normalizers.softmax(), scores, new double[scores.length], DataType.DOUBLE);
      XYSeries comparison = series(chart, SOFTMAX, scores, softmax.weights(), Color.GRAY);
      comparison.setMarker(SeriesMarkers.NONE).setLineStyle(DASHES);
    }
    Color color = Color.decode(Theme.LIGHT.curve(0));
    XYSeries series = series(chart, named.label(), scores, weights, color);
    series.setMarker(SeriesMarkers.CIRCLE).setMarkerColor(color).setLineStyle(LINE);
    return chart;
  }

  private static void style(XYStyler styler) {
    styler
        .setXAxisMaxLabelCount(SCORE_LABELS)
        .setYAxisTickMarkSpacingHint(WEIGHT_LABEL_DISTANCE)
        .setYAxisDecimalPattern("0.######")
        .setAxisTickLabelsFont(FONT)
        .setAxisTitleFont(FONT)
        .setMarkerSize(7)
        .setLegendFont(FONT)
        .setLegendPosition(LegendPosition.OutsideS)
        .setLegendLayout(LegendLayout.Horizontal)
        .setLegendBorderColor(Theme.LIGHT.paper());
  }

  private static XYSeries series(
      XYChart chart, String name, double[] scores, List<Double> weights, Color color) {
    List<Integer> keys = visible(scores);
    double[] x = keys.stream().mapToDouble(key -> scores[key]).toArray();
    double[] y = keys.stream().mapToDouble(weights::get).toArray();
    XYSeries series = chart.addSeries(name, x, y);
    series.setLineColor(color);
    return series;
  }

  /** The visible keys, by rising score. */
  private static List<Integer> visible(double[] scores) {
    return IntStream.range(0, scores.length)
        .filter(key -> !Double.isNaN(scores[key]))
        .boxed()
        .sorted(Comparator.comparingDouble(key -> scores[key]))
        .toList();
  }
}
