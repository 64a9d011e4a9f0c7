package org.attention4j.examples.report;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.BiConsumer;
import java.util.function.DoubleFunction;
import java.util.stream.IntStream;
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
  private static final int TRACE_ALPHA = 80;
  private static final float[] DASHES = {7, 5};
  private static final float[] DOTS = {2, 4};

  private final String title;
  private final String xTitle;
  private final String yTitle;
  private final List<BiConsumer<XYChart, Theme>> layers = new ArrayList<>();
  private final List<BiConsumer<XYStyler, Theme>> styles = new ArrayList<>();
  private boolean logX;
  private boolean powersOfTwoX;
  private boolean logY;
  private boolean small;
  private int guides;
  private double lowestY = Double.POSITIVE_INFINITY;
  private double highestY = Double.NEGATIVE_INFINITY;

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
   * Makes the horizontal axis logarithmic. To be called before curves are added.
   *
   * @return this
   */
  public LineChart logX() {
    logX = true;
    return style((styler, theme) -> styler.setXAxisLogarithmic(true));
  }

  /**
   * Makes the horizontal axis logarithmic with a label at each power of two. To be called before
   * curves are added.
   *
   * @return this
   */
  public LineChart powersOfTwoX() {
    logX = true;
    powersOfTwoX = true;
    return style(
        (styler, theme) ->
            styler
                .setXAxisTickMarkSpacingHint(POWER_SPACING)
                .setXAxisTickLabelsFormattingFunction(LineChart::powerOfTwo));
  }

  /**
   * Makes the vertical axis logarithmic. To be called before curves are added.
   *
   * @return this
   */
  public LineChart logY() {
    logY = true;
    return style((styler, theme) -> styler.setYAxisLogarithmic(true));
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
   * Fixes what the vertical axis shows.
   *
   * @param lowest at the bottom
   * @param highest at the top
   * @return this
   */
  public LineChart yRange(double lowest, double highest) {
    return style((styler, theme) -> styler.setYAxisMin(lowest).setYAxisMax(highest));
  }

  /**
   * Fixes the top of the vertical axis.
   *
   * @param highest at the top
   * @return this
   */
  public LineChart yMax(double highest) {
    return style((styler, theme) -> styler.setYAxisMax(highest));
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
    return layer(
        name,
        x,
        y,
        (series, theme) -> {
          Color color = Color.decode(theme.curve(curve));
          series
              .setMarker(x.length > MAX_MARKERS ? SeriesMarkers.NONE : SeriesMarkers.CIRCLE)
              .setMarkerColor(color)
              .setLineColor(color)
              .setLineStyle(theme.isDashed(curve) ? stroke(2f, DASHES) : new BasicStroke(2f));
        });
  }

  /**
   * Adds a curve as measured, faint, behind another one that makes it legible.
   *
   * @param curve the number of its colour, from 0
   * @param x where its points are
   * @param y how high
   * @return this
   */
  public LineChart trace(int curve, double[] x, double[] y) {
    return layer(
        "trace " + layers.size(),
        x,
        y,
        (series, theme) ->
            series
                .setMarker(SeriesMarkers.NONE)
                .setLineColor(faint(theme, curve, TRACE_ALPHA))
                .setLineStyle(new BasicStroke(1f))
                .setShowInLegend(false));
  }

  /**
   * Fills what lies between two curves. To be added before the curve in its middle.
   *
   * @param curve the number of its colour, from 0
   * @param x where the points of both are
   * @param low the lower curve
   * @param high the upper curve
   * @return this
   */
  public LineChart band(int curve, double[] x, double[] low, double[] high) {
    int n = x.length;
    double[] aroundX = new double[2 * n];
    double[] aroundY = new double[2 * n];
    for (int i = 0; i < n; i++) {
      aroundX[i] = x[i];
      aroundY[i] = high[i];
      aroundX[n + i] = x[n - 1 - i];
      aroundY[n + i] = low[n - 1 - i];
    }
    return layer(
        "band " + layers.size(),
        aroundX,
        aroundY,
        (series, theme) -> {
          series.setXYSeriesRenderStyle(XYSeriesRenderStyle.PolygonArea);
          series.setFillColor(faint(theme, curve, BAND_ALPHA));
          series
              .setMarker(SeriesMarkers.NONE)
              .setLineColor(new Color(0, 0, 0, 0))
              .setShowInLegend(false);
        });
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
    float[] pattern = guides++ % 2 == 0 ? DASHES : DOTS;
    return layer(
        name,
        x,
        y,
        (series, theme) ->
            series
                .setMarker(SeriesMarkers.NONE)
                .setLineColor(Color.GRAY)
                .setLineStyle(stroke(1.6f, pattern)));
  }

  @Override
  public XYChart draw(Theme theme) {
    XYChart chart =
        Charts.empty(
            small ? SMALL_WIDTH : WIDTH, small ? SMALL_HEIGHT : HEIGHT, xTitle, yTitle, theme);
    chart.setTitle(title);
    int size = small ? 11 : 13;
    Font font = new Font(Font.SANS_SERIF, Font.PLAIN, size);
    XYStyler styler = chart.getStyler();
    styler
        .setAxisTickLabelsFont(font)
        .setAxisTitleFont(font)
        .setXAxisTickMarkSpacingHint(small ? 80 : 90)
        .setYAxisTickMarkSpacingHint(small ? 34 : 44)
        .setXAxisLogarithmicDecadeOnly(true)
        .setYAxisLogarithmicDecadeOnly(true)
        .setXAxisTickLabelsFormattingFunction(LineChart::label)
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
    styles.forEach(style -> style.accept(styler, theme));
    // A line for each ninth of a decade would be all there is to see.
    styler.setPlotGridHorizontalLinesVisible(!logY || highestY < MAX_RANGE * lowestY);
    layers.forEach(layer -> layer.accept(chart, theme));
    return chart;
  }

  private LineChart style(BiConsumer<XYStyler, Theme> style) {
    styles.add(style);
    return this;
  }

  private LineChart layer(
      String name, double[] x, double[] y, BiConsumer<XYSeries, Theme> appearance) {
    int[] drawn =
        IntStream.range(0, x.length)
            .filter(i -> isDrawn(x[i], logX) && isDrawn(y[i], logY))
            .toArray();
    if (drawn.length > 0) {
      double[] drawnX =
          IntStream.of(drawn).mapToDouble(i -> powersOfTwoX ? log2(x[i]) : x[i]).toArray();
      double[] drawnY = IntStream.of(drawn).mapToDouble(i -> y[i]).toArray();
      for (double height : drawnY) {
        lowestY = Math.min(lowestY, height);
        highestY = Math.max(highestY, height);
      }
      layers.add((chart, theme) -> appearance.accept(chart.addSeries(name, drawnX, drawnY), theme));
    }
    return this;
  }

  private static boolean isDrawn(double value, boolean logarithmic) {
    return Double.isFinite(value) && (!logarithmic || value > 0);
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

  private static Color faint(Theme theme, int curve, int alpha) {
    Color color = Color.decode(theme.curve(curve));
    return new Color(color.getRed(), color.getGreen(), color.getBlue(), alpha);
  }

  private static BasicStroke stroke(float width, float[] pattern) {
    return new BasicStroke(
        width, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 1, pattern.clone(), 0);
  }
}
