package org.attention4j.examples;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import javax.imageio.ImageIO;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;

/** What all charts share: the look and the way into a file. */
final class Charts {
  private Charts() {}

  /**
   * A chart without curves.
   *
   * @param width in pixels
   * @param height in pixels
   * @param xTitle below the horizontal axis
   * @param yTitle beside the vertical axis
   * @param theme the colours
   * @return the chart
   */
  static XYChart empty(int width, int height, String xTitle, String yTitle, Theme theme) {
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
   * Draws a chart.
   *
   * @param chart the chart
   * @return the picture as PNG
   */
  static byte[] png(XYChart chart) {
    try (ByteArrayOutputStream bytes = new ByteArrayOutputStream()) {
      ImageIO.write(BitmapEncoder.getBufferedImage(chart), "png", bytes);
      return bytes.toByteArray();
    } catch (IOException e) {
      throw new CommandFailure("The chart cannot be drawn.", e);
    }
  }
}
