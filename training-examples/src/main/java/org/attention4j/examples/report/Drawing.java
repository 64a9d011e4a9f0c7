package org.attention4j.examples.report;

import org.knowm.xchart.internal.chartpart.Chart;

/** A chart that can be drawn in any colours. */
@FunctionalInterface
public interface Drawing {
  /**
   * Draws the chart.
   *
   * @param theme the colours
   * @return the chart
   */
  Chart<?, ?> draw(Theme theme);
}
