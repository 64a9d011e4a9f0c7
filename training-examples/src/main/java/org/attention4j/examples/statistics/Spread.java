package org.attention4j.examples.statistics;

import org.apache.commons.math3.stat.descriptive.DescriptiveStatistics;
import org.attention4j.examples.support.Numbers;

/**
 * How a number varies from seed to seed.
 *
 * @param mean the mean
 * @param deviation the sample's standard deviation; NaN for a single number
 * @param min the smallest
 * @param max the largest
 */
public record Spread(double mean, double deviation, double min, double max) {
  /**
   * Describes numbers.
   *
   * @param values one for each seed; NaN is left out
   * @return their spread; all NaN if there is none
   */
  public static Spread of(double... values) {
    DescriptiveStatistics statistics = new DescriptiveStatistics();
    for (double value : values) {
      if (!Double.isNaN(value)) {
        statistics.addValue(value);
      }
    }
    return new Spread(
        statistics.getMean(),
        statistics.getN() < 2 ? Double.NaN : statistics.getStandardDeviation(),
        statistics.getMin(),
        statistics.getMax());
  }

  /**
   * The mean, and the standard deviation if there is one, with a fixed count of decimals.
   *
   * @param decimals how many
   * @return both; a dash without a mean
   */
  public String text(int decimals) {
    if (Double.isNaN(mean)) {
      return "\u2013";
    }
    String text = Numbers.fixed(mean, decimals);
    return Double.isNaN(deviation) ? text : text + " \u00b1 " + Numbers.fixed(deviation, decimals);
  }
}
