package org.attention4j.examples.compare;

import java.awt.Color;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.attention4j.examples.report.Drawing;
import org.attention4j.examples.report.Plot;
import org.attention4j.examples.report.Theme;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.CategorySeries;
import org.knowm.xchart.CategorySeries.CategorySeriesRenderStyle;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * Means with their standard deviations, one group beside the other.
 *
 * @param title above the chart
 * @param yTitle beside the vertical axis
 * @param categories what stands below the horizontal axis
 * @param groups each with one colour
 */
record SpreadChart(String title, String yTitle, List<String> categories, List<Group> groups)
    implements Drawing {
  private static final int WIDTH = 900;
  private static final int HEIGHT = 420;
  private static final int LABEL_ROTATION = 20;
  private static final double MARGIN = 0.1;

  /**
   * What has one colour.
   *
   * @param name in the legend
   * @param means one for each category; NaN where there is none
   * @param deviations of these
   */
  record Group(String name, List<Double> means, List<Double> deviations) {
    /** The means less or plus their deviations. */
    private double[] ends(int sign) {
      return IntStream.range(0, means.size())
          .mapToDouble(i -> means.get(i) + sign * orZero(deviations.get(i)))
          .toArray();
    }
  }

  @Override
  public CategoryChart draw(Theme theme) {
    CategoryChart chart =
        new CategoryChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title(title)
            .yAxisTitle(yTitle)
            .build();
    style(chart, theme);
    for (int i = 0; i < groups.size(); i++) {
      Group group = groups.get(i);
      Color color = Color.decode(theme.curve(i));
      List<Double> errors = new ArrayList<>();
      group.deviations().forEach(deviation -> errors.add(orZero(deviation)));
      CategorySeries series =
          chart.addSeries(group.name(), categories, nullForNaN(group.means()), errors);
      series
          .setChartCategorySeriesRenderStyle(CategorySeriesRenderStyle.Scatter)
          .setMarker(SeriesMarkers.CIRCLE)
          .setMarkerColor(color);
    }
    return chart;
  }

  @Override
  public Plot plot() {
    double[] positions = IntStream.range(0, categories.size()).asDoubleStream().toArray();
    List<Plot.Curve> curves = new ArrayList<>();
    for (int i = 0; i < groups.size(); i++) {
      Group group = groups.get(i);
      curves.add(
          new Plot.Curve(
              group.name(),
              Plot.Style.POINTS,
              OptionalInt.of(i),
              positions,
              group.means().stream().mapToDouble(mean -> mean).toArray(),
              group.ends(-1),
              group.ends(1)));
    }
    return new Plot(
        title,
        new Plot.Axis("", Plot.Scale.NAMES, new double[0], categories),
        Plot.Axis.of(yTitle, Plot.Scale.LINEAR),
        curves);
  }

  private void style(CategoryChart chart, Theme theme) {
    double[] heights = plot().heights();
    double low = heights.length == 0 ? 0 : heights[0];
    double high = heights.length == 0 ? 1 : heights[heights.length - 1];
    double margin = Math.max((high - low) * MARGIN, 1e-3);
    chart
        .getStyler()
        .setLegendVisible(groups.size() > 1)
        .setLegendBackgroundColor(theme.paper())
        .setLegendBorderColor(theme.paper())
        .setChartBackgroundColor(theme.paper())
        .setChartFontColor(theme.text())
        .setPlotBackgroundColor(theme.paper())
        .setPlotBorderVisible(false)
        .setChartTitleBoxVisible(false);
    chart
        .getStyler()
        .setAxisTickLabelsColor(theme.text())
        .setPlotGridLinesColor(theme.grid())
        .setAxisTicksLineVisible(false)
        .setXAxisLabelRotation(LABEL_ROTATION)
        .setYAxisMin(low - margin)
        .setYAxisMax(high + margin)
        .setYAxisDecimalPattern("0.00")
        .setErrorBarsColor(theme.text());
  }

  private static List<Double> nullForNaN(List<Double> values) {
    List<Double> drawn = new ArrayList<>();
    values.forEach(value -> drawn.add(value.isNaN() ? null : value));
    return drawn;
  }

  private static double orZero(double deviation) {
    return Double.isFinite(deviation) ? deviation : 0;
  }
}
