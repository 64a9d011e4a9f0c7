package org.attention4j.examples.report;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.DoubleFunction;
import java.util.stream.IntStream;
import org.apache.commons.math3.stat.descriptive.rank.Percentile;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.XYSeries.XYSeriesRenderStyle;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.XYStyler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * Curves over a common axis, with the spread around them and lines to compare them with. What
 * cannot be drawn, NaN or a number that has no logarithm, is left out.
 */
public final class LineChart implements Drawing {
  /** The size of a picture that has the page's width for itself. */
  private static final int WIDTH = 900;

  private static final int HEIGHT = 500;

  /** The size of one of several pictures side by side. */
  private static final int SMALL_WIDTH = 560;

  private static final int SMALL_HEIGHT = 340;

  /** With more points than this, markers would hide the curve. */
  private static final int MAX_MARKERS = 24;

  /** Between its lowest and its highest point, for a grid to help. */
  private static final double MAX_RANGE = 1e6;

  private static final int POWER_SPACING = 50;
  private static final int BAND_ALPHA = 45;
  private static final int BOX_ALPHA = 110;
  private static final float BOX = 11;
  private static final float WHISKER = 1.5f;
  private static final float[] DASHES = {7, 5};
  private static final float[] DOTS = {2, 4};

  private final String title;
  private final String xTitle;
  private final String yTitle;
  private final List<Plot.Curve> curves = new ArrayList<>();
  private Plot.Scale xScale = Plot.Scale.LINEAR;
  private Plot.Scale yScale = Plot.Scale.LINEAR;
  private double[] leastY = {};
  private boolean small;

  /**
   * Begins a chart.
   *
   * @param title above it
   * @param xTitle below the horizontal axis
   * @param yTitle beside the vertical axis
   */
  public LineChart(String title, String xTitle, String yTitle) {
    this.title = title;
    this.xTitle = xTitle;
    this.yTitle = yTitle;
  }

  /**
   * Makes the horizontal axis logarithmic.
   *
   * @return this
   */
  public LineChart logX() {
    xScale = Plot.Scale.LOG10;
    return this;
  }

  /**
   * Makes the horizontal axis logarithmic with a label at each power of two.
   *
   * @return this
   */
  public LineChart powersOfTwoX() {
    xScale = Plot.Scale.LOG2;
    return this;
  }

  /**
   * Makes the vertical axis logarithmic.
   *
   * @return this
   */
  public LineChart logY() {
    yScale = Plot.Scale.LOG10;
    return this;
  }

  /**
   * Draws it smaller, for several side by side.
   *
   * @return this
   */
  public LineChart small() {
    small = true;
    return this;
  }

  /**
   * Sets what the vertical axis shows at least; points beyond are shown as well.
   *
   * @param lowest at the bottom or above
   * @param highest at the top or below
   * @return this
   */
  public LineChart yRange(double lowest, double highest) {
    leastY = new double[] {lowest, highest};
    return this;
  }

  /**
   * Adds a curve, with markers if its points are few.
   *
   * @param name in the legend
   * @param curve the number of its colour, from 0
   * @param x where its points are
   * @param y how high
   * @return this
   */
  public LineChart line(String name, int curve, double[] x, double[] y) {
    return line(name, curve, x, y, new double[0], new double[0]);
  }

  /**
   * Adds a curve and fills the spread around it.
   *
   * @param name in the legend
   * @param curve the number of its colour, from 0
   * @param x where its points are
   * @param y how high
   * @param low where the spread begins
   * @param high where the spread ends
   * @return this
   */
  public LineChart line(
      String name, int curve, double[] x, double[] y, double[] low, double[] high) {
    curves.add(new Plot.Curve(name, Plot.Style.LINE, OptionalInt.of(curve), x, y, low, high));
    return this;
  }

  /**
   * Adds a box for each position: the median, a box from the first to the third quartile, and a
   * line from the 5th to the 95th percentile.
   *
   * @param name in the legend
   * @param curve the number of its colour, from 0
   * @param x where the boxes are
   * @param samples the numbers at each position; NaN is left out
   * @return this
   */
  public LineChart boxes(String name, int curve, double[] x, List<double[]> samples) {
    OptionalInt color = OptionalInt.of(curve);
    double[] median = percentile(samples, 50);
    curves.add(
        new Plot.Curve(
            name + ", 5 % to 95 %",
            Plot.Style.POINTS,
            color,
            x,
            median,
            percentile(samples, 5),
            percentile(samples, 95)));
    curves.add(
        new Plot.Curve(
            name + ", quartiles",
            Plot.Style.POINTS,
            color,
            x,
            median,
            percentile(samples, 25),
            percentile(samples, 75)));
    return this;
  }

  private static double[] percentile(List<double[]> samples, double percent) {
    return samples.stream()
        .map(sample -> Arrays.stream(sample).filter(v -> !Double.isNaN(v)).toArray())
        .mapToDouble(sample -> new Percentile(percent).evaluate(sample))
        .toArray();
  }

  /**
   * Adds a grey line to compare with, dashed for the first, dotted for the next and so on.
   *
   * @param name in the legend
   * @param x where its points are
   * @param y how high
   * @return this
   */
  public LineChart guide(String name, double[] x, double[] y) {
    curves.add(
        new Plot.Curve(
            name, Plot.Style.GUIDE, OptionalInt.empty(), x, y, new double[0], new double[0]));
    return this;
  }

  @Override
  public Plot plot() {
    return new Plot(
        title,
        Plot.Axis.of(xTitle, xScale),
        new Plot.Axis(yTitle, yScale, leastY, List.of()),
        curves);
  }

  @Override
  public XYChart draw(Theme theme) {
    XYChart chart =
        Charts.empty(
            small ? SMALL_WIDTH : WIDTH, small ? SMALL_HEIGHT : HEIGHT, xTitle, yTitle, theme);
    chart.setTitle(title);
    style(chart.getStyler(), theme);
    curves.stream()
        .filter(curve -> curve.style() == Plot.Style.LINE && curve.hasSpread())
        .forEach(curve -> band(chart, theme, curve));
    int guides = 0;
    int points = 0;
    for (Plot.Curve curve : curves) {
      switch (curve.style()) {
        case GUIDE -> guide(chart, curve, guides++ % 2 == 0 ? DASHES : DOTS);
        case POINTS -> points(chart, theme, curve, points++ % 2 == 0 ? WHISKER : BOX);
        case LINE -> line(chart, theme, curve);
      }
    }
    return chart;
  }

  private void style(XYStyler styler, Theme theme) {
    int size = small ? 11 : 13;
    Font font = new Font(Font.SANS_SERIF, Font.PLAIN, size);
    styler
        .setAxisTickLabelsFont(font)
        .setAxisTitleFont(font)
        .setXAxisTickMarkSpacingHint(small ? 80 : 90)
        .setYAxisTickMarkSpacingHint(small ? 34 : 44)
        .setXAxisLogarithmic(xScale == Plot.Scale.LOG10)
        .setYAxisLogarithmic(yScale == Plot.Scale.LOG10)
        .setXAxisLogarithmicDecadeOnly(true)
        .setYAxisLogarithmicDecadeOnly(true)
        .setYAxisTickLabelsFormattingFunction(LineChart::label)
        .setMarkerSize(small ? 5 : 7)
        .setLegendFont(font)
        .setLegendBorderColor(theme.paper())
        .setLegendPosition(LegendPosition.OutsideE)
        .setLegendSeriesLineLength(18)
        .setLegendPadding(10)
        .setChartTitleFont(new Font(Font.SANS_SERIF, Font.BOLD, size + 1))
        .setChartTitleBoxVisible(false)
        .setChartPadding(6);
    switch (xScale) {
      case LOG2 ->
          styler
              .setXAxisTickMarkSpacingHint(POWER_SPACING)
              .setXAxisTickLabelsFormattingFunction(LineChart::powerOfTwo);
      case LOG10 -> styler.setXAxisTickLabelsFormattingFunction(LineChart::label);
      // With a function of its own, labels would be at any number and run into one another.
      default -> styler.setXAxisDecimalPattern("0.######");
    }
    double[] heights = plot().heights();
    if (heights.length > 0) {
      double lowest = heights[0];
      double highest = heights[heights.length - 1];
      if (leastY.length > 0) {
        styler.setYAxisMin(lowest).setYAxisMax(highest);
      }
      // A line for each ninth of a decade would be all there is to see.
      styler.setPlotGridHorizontalLinesVisible(
          yScale != Plot.Scale.LOG10 || highest < MAX_RANGE * lowest);
    }
  }

  private void line(XYChart chart, Theme theme, Plot.Curve curve) {
    int number = curve.color().orElseThrow();
    Color color = Color.decode(theme.curve(number));
    series(chart, curve.name(), curve.x(), curve.y())
        .ifPresent(
            series ->
                series
                    .setMarker(
                        curve.x().length > MAX_MARKERS ? SeriesMarkers.NONE : SeriesMarkers.CIRCLE)
                    .setMarkerColor(color)
                    .setLineColor(color)
                    .setLineStyle(
                        theme.isDashed(number) ? stroke(2f, DASHES) : new BasicStroke(2f)));
  }

  /** A line at each position as long as its spread: thin for a whisker, thick for a box. */
  private void points(XYChart chart, Theme theme, Plot.Curve curve, float width) {
    Color color = Color.decode(theme.curve(curve.color().orElseThrow()));
    Color drawn =
        width == BOX
            ? new Color(color.getRed(), color.getGreen(), color.getBlue(), BOX_ALPHA)
            : color;
    for (int i = 0; i < curve.x().length; i++) {
      double[] at = {curve.x()[i], curve.x()[i]};
      series(
              chart,
              curve.name() + " at " + curve.x()[i],
              at,
              new double[] {curve.low()[i], curve.high()[i]})
          .ifPresent(
              series -> {
                series.setMarker(SeriesMarkers.NONE).setLineColor(drawn);
                series.setLineStyle(
                    new BasicStroke(width, BasicStroke.CAP_BUTT, BasicStroke.JOIN_MITER));
                series.setShowInLegend(false);
              });
    }
    if (width == BOX) {
      series(chart, curve.name(), curve.x(), curve.y())
          .ifPresent(
              series -> {
                series.setXYSeriesRenderStyle(XYSeriesRenderStyle.Scatter);
                series.setMarker(SeriesMarkers.CIRCLE).setMarkerColor(color);
              });
    }
  }

  private void guide(XYChart chart, Plot.Curve curve, float[] pattern) {
    series(chart, curve.name(), curve.x(), curve.y())
        .ifPresent(
            series ->
                series
                    .setMarker(SeriesMarkers.NONE)
                    .setLineColor(Color.GRAY)
                    .setLineStyle(stroke(1.6f, pattern)));
  }

  /** Fills what lies between the ends of the spread. */
  private void band(XYChart chart, Theme theme, Plot.Curve curve) {
    int n = curve.x().length;
    double[] aroundX = new double[2 * n];
    double[] aroundY = new double[2 * n];
    for (int i = 0; i < n; i++) {
      aroundX[i] = curve.x()[i];
      aroundY[i] = curve.high()[i];
      aroundX[n + i] = curve.x()[n - 1 - i];
      aroundY[n + i] = curve.low()[n - 1 - i];
    }
    Color color = Color.decode(theme.curve(curve.color().orElseThrow()));
    series(chart, "spread of " + curve.name(), aroundX, aroundY)
        .ifPresent(
            series -> {
              series.setXYSeriesRenderStyle(XYSeriesRenderStyle.PolygonArea);
              series.setFillColor(
                  new Color(color.getRed(), color.getGreen(), color.getBlue(), BAND_ALPHA));
              series
                  .setMarker(SeriesMarkers.NONE)
                  .setLineColor(new Color(0, 0, 0, 0))
                  .setShowInLegend(false);
            });
  }

  /** Adds the points that have a position on both axes; nothing if there is none. */
  private Optional<XYSeries> series(XYChart chart, String name, double[] x, double[] y) {
    int[] drawn =
        IntStream.range(0, x.length).filter(i -> xScale.has(x[i]) && yScale.has(y[i])).toArray();
    return drawn.length == 0
        ? Optional.empty()
        : Optional.of(
            chart.addSeries(
                name,
                IntStream.of(drawn)
                    .mapToDouble(i -> xScale == Plot.Scale.LOG2 ? log2(x[i]) : x[i])
                    .toArray(),
                IntStream.of(drawn).mapToDouble(i -> y[i]).toArray()));
  }

  /** A number as short as it can be. */
  private static String label(double value) {
    double size = Math.abs(value);
    if (size != 0 && (size < 1e-3 || size >= 1e5)) {
      return String.format(Locale.ROOT, "%.0e", value).replaceAll("e([+-])0*(\\d)", "e$1$2");
    }
    DoubleFunction<String> shortest = v -> String.format(Locale.ROOT, "%.6g", v);
    String text = shortest.apply(value);
    return text.contains(".") ? text.replaceAll("0+$", "").replaceAll("\\.$", "") : text;
  }

  private static double log2(double x) {
    return Math.log(x) / Math.log(2);
  }

  private static String powerOfTwo(double exponent) {
    return exponent == Math.rint(exponent) ? label(Math.scalb(1.0, (int) exponent)) : "";
  }

  private static BasicStroke stroke(float width, float[] pattern) {
    return new BasicStroke(
        width, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 1, pattern.clone(), 0);
  }
}
