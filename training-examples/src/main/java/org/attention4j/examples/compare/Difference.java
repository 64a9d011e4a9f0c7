package org.attention4j.examples.compare;

/**
 * How far two normalizers are apart.
 *
 * @param label the one
 * @param reference the other, which it is held against
 * @param mean its mean less the other's, in bits per character; below zero it is better
 * @param low the lower end of the 95 % confidence interval of that
 * @param high the upper end
 * @param p how likely seed noise alone gives a difference at least this large, Holm's correction
 *     for the number of comparisons included
 */
record Difference(String label, String reference, double mean, double low, double high, double p) {
  private static final double LEVEL = 0.05;

  /** Whether it is larger than seed noise, at a level of 5 % for all comparisons together. */
  boolean isLarge() {
    return p < LEVEL;
  }

  Difference withP(double other) {
    return new Difference(label, reference, mean, low, high, other);
  }
}
