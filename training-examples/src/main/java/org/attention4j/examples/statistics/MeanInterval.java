package org.attention4j.examples.statistics;

import java.util.Arrays;
import org.apache.commons.math3.distribution.TDistribution;
import org.apache.commons.math3.stat.descriptive.DescriptiveStatistics;
import org.attention4j.examples.support.Numbers;

/**
 * A mean and its 95 % confidence interval by Student's t.
 *
 * @param mean the mean; NaN of nothing
 * @param halfWidth half the width of the interval; infinite for fewer than two numbers
 * @param count how many numbers there are
 */
public record MeanInterval(double mean, double halfWidth, int count) {
  private static final double UPPER = 0.975;

  /**
   * Describes numbers.
   *
   * @param values what is not finite is left out
   * @return the mean and its interval
   */
  public static MeanInterval of(double... values) {
    DescriptiveStatistics numbers =
        new DescriptiveStatistics(Arrays.stream(values).filter(Double::isFinite).toArray());
    int count = (int) numbers.getN();
    double halfWidth =
        count < 2
            ? Double.POSITIVE_INFINITY
            : new TDistribution(count - 1.0).inverseCumulativeProbability(UPPER)
                * numbers.getStandardDeviation()
                / Math.sqrt(count);
    return new MeanInterval(numbers.getMean(), halfWidth, count);
  }

  /**
   * The lower end.
   *
   * @return the mean less half the width
   */
  public double low() {
    return mean - halfWidth;
  }

  /**
   * The upper end.
   *
   * @return the mean plus half the width
   */
  public double high() {
    return mean + halfWidth;
  }

  /**
   * The mean and its interval for people.
   *
   * @param decimals how many
   * @return both; a dash without a mean
   */
  public String text(int decimals) {
    if (Double.isNaN(mean)) {
      return "\u2013";
    }
    return Double.isInfinite(halfWidth)
        ? Numbers.fixed(mean, decimals)
        : "%s [%s, %s]"
            .formatted(
                Numbers.fixed(mean, decimals),
                Numbers.fixed(low(), decimals),
                Numbers.fixed(high(), decimals));
  }
}
