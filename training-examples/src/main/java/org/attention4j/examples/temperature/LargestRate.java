package org.attention4j.examples.temperature;

/**
 * The largest learning rate that trains, as far as a grid can show it.
 *
 * @param trains the largest rate found to train; NaN if none on the grid did
 * @param fails the next rate of the grid, which fails; NaN if even the highest rate trains
 */
record LargestRate(double trains, double fails) {
  /** Whether there is a rate that trains, and a higher one that does not. */
  boolean isBracketed() {
    return !Double.isNaN(trains) && !Double.isNaN(fails);
  }

  /** The rate for comparisons: below all others if none trains, above all if the highest does. */
  double ordered() {
    return Double.isNaN(trains)
        ? Double.NEGATIVE_INFINITY
        : Double.isNaN(fails) ? Double.POSITIVE_INFINITY : trains;
  }
}
