package org.attention4j.examples.statistics;

import org.apache.commons.math3.stat.regression.SimpleRegression;
import org.attention4j.examples.support.Numbers;

/**
 * The slope of log y over log x by least squares: −1 where y is proportional to 1/x.
 *
 * @param slope the slope; NaN with fewer than three points
 * @param halfWidth half the width of its 95 % confidence interval
 * @param points how many points have a logarithm
 */
public record LogLogFit(double slope, double halfWidth, int points) {
  private static final int MIN_POINTS = 3;

  /**
   * Fits a line.
   *
   * @param x where
   * @param y how high; points where either is not positive are left out
   * @return the fit
   */
  public static LogLogFit of(double[] x, double[] y) {
    SimpleRegression regression = new SimpleRegression();
    for (int i = 0; i < x.length; i++) {
      if (x[i] > 0 && y[i] > 0) {
        regression.addData(Math.log(x[i]), Math.log(y[i]));
      }
    }
    int points = (int) regression.getN();
    return points < MIN_POINTS
        ? new LogLogFit(Double.NaN, Double.NaN, points)
        : new LogLogFit(regression.getSlope(), regression.getSlopeConfidenceInterval(), points);
  }

  /**
   * Whether the confidence interval holds a slope.
   *
   * @param other the slope
   * @return whether it does
   */
  public boolean isCompatibleWith(double other) {
    return Math.abs(slope - other) <= halfWidth;
  }

  /**
   * The slope and its interval for people.
   *
   * @return both with two decimals; a dash without a slope
   */
  public String text() {
    return Double.isNaN(slope)
        ? "\u2013"
        : Numbers.fixed(slope, 2) + " \u00b1 " + Numbers.fixed(halfWidth, 2);
  }
}
