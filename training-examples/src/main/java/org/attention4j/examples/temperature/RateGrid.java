package org.attention4j.examples.temperature;

import java.util.function.DoublePredicate;
import org.attention4j.examples.support.Numbers;

/**
 * Learning rates at even distances on a logarithmic scale.
 *
 * @param lowest the decimal logarithm of the lowest rate
 * @param highest that of the highest
 */
record RateGrid(int lowest, int highest) {
  /** A step of 1.33, finer than the differences between seeds. */
  static final int PER_DECADE = 8;

  /** Half a decade: the search looks at each such rate from the top. */
  static final int STRIDE = 4;

  /** How many rates a search tries at most: all strides, and the halvings of one. */
  int maxTries() {
    return (highest - lowest) * PER_DECADE / STRIDE + 1 + Integer.numberOfTrailingZeros(STRIDE);
  }

  /** For people. */
  String text() {
    return "rates from %s to %s, %d a decade"
        .formatted(
            Numbers.plain(rate(0)),
            Numbers.plain(rate((highest - lowest) * PER_DECADE)),
            PER_DECADE);
  }

  /** A rate; those with whole logarithms are exact. */
  double rate(int index) {
    int decade = Math.floorDiv(index, PER_DECADE);
    double power = Double.parseDouble("1e" + (lowest + decade));
    return power * Math.pow(10, (double) (index - decade * PER_DECADE) / PER_DECADE);
  }

  /**
   * Searches for the largest rate that trains. That every rate below a threshold trains and none
   * above it cannot be assumed: too low a rate learns nothing in time, and above a rate that fails
   * another may succeed. So the search begins at the highest rate and goes down by half decades to
   * the first that trains. All half decades above it have failed then. Between the two it halves
   * the distance, with one end that trains and one that fails at all times. What trains only in
   * between, closer than half a decade to rates that fail, it may miss.
   *
   * @param trains tries a rate; asked once for each
   * @return what was found
   */
  LargestRate largest(DoublePredicate trains) {
    int top = (highest - lowest) * PER_DECADE;
    int good = top;
    while (good >= 0 && !trains.test(rate(good))) {
      good -= STRIDE;
    }
    if (good < 0) {
      return new LargestRate(Double.NaN, rate(0));
    }
    if (good == top) {
      return new LargestRate(rate(top), Double.NaN);
    }
    int bad = good + STRIDE;
    while (bad - good > 1) {
      int middle = (good + bad) / 2;
      if (trains.test(rate(middle))) {
        good = middle;
      } else {
        bad = middle;
      }
    }
    return new LargestRate(rate(good), rate(bad));
  }
}
