package org.attention4j.examples.report;

import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import javax.imageio.ImageIO;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.internal.chartpart.Chart;

/** What all charts share: the style and the way into a file. */
public final class Charts {
  private static final int PIXELS = 2;

  private Charts() {}

  /**
   * A chart without curves.
   *
   * @param width in units of the page
   * @param height in units of the page
   * @param xTitle below the horizontal axis
   * @param yTitle beside the vertical axis
   * @param theme the colours
   * @return the chart
   */
  public static XYChart empty(int width, int height, String xTitle, String yTitle, Theme theme) {
    XYChart chart =
        new XYChartBuilder()
            .width(width)
            .height(height)
            .xAxisTitle(xTitle)
            .yAxisTitle(yTitle)
            .build();
    chart
        .getStyler()
        .setLegendBackgroundColor(theme.paper())
        .setLegendBorderColor(theme.grid())
        .setChartBackgroundColor(theme.paper())
        .setChartFontColor(theme.text())
        .setPlotBackgroundColor(theme.paper())
        .setPlotBorderVisible(false);
    chart
        .getStyler()
        .setAxisTickLabelsColor(theme.text())
        .setPlotGridLinesColor(theme.grid())
        .setAxisTicksLineVisible(false);
    return chart;
  }

  /**
   * Draws a chart with two pixels for each unit of its size, so that it is sharp on fine screens
   * too.
   *
   * @param chart the chart
   * @return the picture as PNG
   */
  public static byte[] png(Chart<?, ?> chart) {
    BufferedImage image =
        new BufferedImage(
            PIXELS * chart.getWidth(), PIXELS * chart.getHeight(), BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = image.createGraphics();
    graphics.scale(PIXELS, PIXELS);
    chart.paint(graphics, chart.getWidth(), chart.getHeight());
    graphics.dispose();
    try (ByteArrayOutputStream bytes = new ByteArrayOutputStream()) {
      ImageIO.write(image, "png", bytes);
      return bytes.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException("The chart cannot be drawn.", e);
    }
  }
}
