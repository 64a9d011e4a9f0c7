package org.attention4j.examples.report;

import org.knowm.xchart.internal.chartpart.Chart;

/** A chart that can be drawn in any colours, or handed to a page that draws it. */
public interface Drawing {
  /**
   * Draws the chart.
   *
   * @param theme the colours
   * @return the chart
   */
  Chart<?, ?> draw(Theme theme);

  /**
   * What it shows.
   *
   * @return axes and curves
   */
  Plot plot();
}
