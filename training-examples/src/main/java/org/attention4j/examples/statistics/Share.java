package org.attention4j.examples.statistics;

import org.apache.commons.math3.stat.interval.ConfidenceInterval;
import org.apache.commons.math3.stat.interval.WilsonScoreInterval;
import org.attention4j.examples.support.Numbers;

/**
 * How many of some trials had something, and what share of all trials may have it: Wilson's score
 * interval of 95 %, which keeps a width where none or all of the trials had it.
 *
 * @param hits how many had it
 * @param trials how many there were, at least one
 */
public record Share(int hits, int trials) {
  private static final double CONFIDENCE = 0.95;

  /**
   * The share among these trials.
   *
   * @return from 0 to 1
   */
  public double value() {
    return (double) hits / trials;
  }

  /**
   * The lower end of the interval.
   *
   * @return from 0 to 1
   */
  public double low() {
    return hits == 0 ? 0 : interval().getLowerBound();
  }

  /**
   * The upper end of the interval.
   *
   * @return from 0 to 1
   */
  public double high() {
    return hits == trials ? 1 : interval().getUpperBound();
  }

  private ConfidenceInterval interval() {
    return new WilsonScoreInterval().createInterval(trials, hits, CONFIDENCE);
  }

  /**
   * The trials and the interval for people.
   *
   * @return the number of trials, then the interval with two decimals
   */
  public String text() {
    return "%d [%s, %s]".formatted(trials, Numbers.fixed(low(), 2), Numbers.fixed(high(), 2));
  }
}
