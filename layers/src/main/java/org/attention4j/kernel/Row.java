package org.attention4j.kernel;

/**
 * One row of scores, weights or gradients: a part of an array of {@code float} or {@code double}.
 *
 * <p>Operations on the whole row are fast; {@link #get} and {@link #set} are for what they lack.
 * Sums are taken in the row's own precision or wider.
 *
 * <p>A row has scratch memory: {@link #scratch()}, {@link #indices()} and {@link #spare}. It is
 * reused from row to row and holds whatever was left there. A row and the spare rows that came from
 * it share it: a second call of one of these methods may give the same memory again. So a kernel
 * takes each of them once, and {@link #atLeast} on a spare row overwrites the indices.
 */
public abstract sealed class Row permits FloatRow, DoubleRow {
  /**
   * The largest size of a score, 1.3e36: what lies beyond, infinities too, counts as this.
   * Differences of such scores are within FLOAT.
   */
  public static final double LARGEST_SCORE = 0x1p120;

  /**
   * A score so far below the largest one has no weight. What FLOAT leaves of its exponential,
   * e^-80, would still count when multiplied by a score of -1e36.
   */
  static final double FAR = 1e6;

  /** For the two types of row. */
  Row() {}

  /**
   * The number of entries.
   *
   * @return the length
   */
  public abstract int length();

  /**
   * One entry.
   *
   * @param i from 0 to length - 1
   * @return x_i
   */
  public abstract double get(int i);

  /**
   * Sets one entry.
   *
   * @param i from 0 to length - 1
   * @param value the new x_i
   */
  public abstract void set(int i, double value);

  /**
   * Sets all entries.
   *
   * @param value the new x_i for every i
   */
  public abstract void fill(double value);

  /**
   * The largest entry.
   *
   * @return max x
   */
  public abstract double max();

  /**
   * The sum of the entries.
   *
   * @return Σ x_i
   */
  public abstract double sum();

  /**
   * The inner product with another row of the same length and type.
   *
   * @param other y
   * @return Σ x_i y_i
   */
  public abstract double dot(Row other);

  /**
   * Replaces x_i by factor · (x_i - shift).
   *
   * @param shift what is subtracted first
   * @param factor f
   */
  public abstract void affine(double shift, double factor);

  /**
   * Multiplies all entries.
   *
   * @param factor f
   */
  public final void multiply(double factor) {
    affine(0, factor);
  }

  /**
   * Adds a multiple of another row of the same length and type.
   *
   * @param other y
   * @param factor f in x_i + f y_i
   */
  public abstract void add(Row other, double factor);

  /**
   * Takes over the entries of another row of the same length and type.
   *
   * @param other y
   */
  public abstract void copy(Row other);

  /**
   * Replaces x_i by factor · e^(x_i - shift). In FLOAT an exponent below -80 counts as -80: e^-80
   * is zero beside one.
   *
   * @param shift at least the largest entry, so that nothing overflows
   * @param factor f
   * @return the sum of the new entries
   */
  public abstract double exp(double shift, double factor);

  /**
   * Replaces x_i by factor · w_i (x_i - mean): the Jacobian of softmax, if mean is Σ w_i x_i.
   *
   * @param weights w
   * @param mean m
   * @param factor f
   */
  public abstract void center(Row weights, double mean, double factor);

  /**
   * Finds the entries that reach a threshold.
   *
   * @param threshold t
   * @return how many i have x_i >= t; their indices, ascending, are in {@link #indices()}
   */
  public abstract int atLeast(double threshold);

  /**
   * Where {@link #atLeast} left the indices. A kernel may reorder or overwrite them, and it leaves
   * here what it tells {@link RowContext#support} of.
   *
   * @return an array at least as long as the row; the first entries are the indices
   */
  public abstract int[] indices();

  /**
   * Scratch memory for as many numbers as the row has entries. It is not zero.
   *
   * @return an array at least as long as the row
   */
  public abstract double[] scratch();

  /**
   * Replaces x_i by the logistic function of x_i - shift.
   *
   * @param shift what is subtracted first
   */
  public abstract void sigmoid(double shift);

  /**
   * Another row of this type in scratch memory. It is not zero.
   *
   * @param length the number of entries
   * @return the row
   */
  public abstract Row spare(int length);

  /**
   * Replaces x_i by cap · tanh(x_i / cap).
   *
   * @param cap the bound, from 1e-6 to 1e6
   */
  abstract void softCap(double cap);

  /**
   * Multiplies x_i by 1 - tanh²(z_i / cap), the slope of {@link #softCap}.
   *
   * @param scores z, of the same length and type; overwritten
   * @param cap the bound
   */
  abstract void softCapSlope(Row scores, double cap);

  /** Entries beyond a size, infinities too, become that size; NaN stays NaN. */
  abstract void limit(double size);

  /** Brings scores into {@link #LARGEST_SCORE}. */
  final void limit() {
    limit(LARGEST_SCORE);
  }

  /** {@link #limit} and {@link #affine} in one pass. */
  abstract void limitedAffine(double shift, double factor);

  /**
   * The largest score, for kernels that only want to know how far the others lie below it. The row
   * is brought into range if its largest score is out of range, which is rare; what is then still
   * out of range is too low to have a weight.
   */
  final double largestScore() {
    double max = max();
    if (Math.abs(max) < LARGEST_SCORE) {
      return max;
    }
    limit();
    return max();
  }

  /** As {@link #largestScore} left the row, if that is what it returned. */
  final void limitAsFor(double largestScore) {
    if (Math.abs(largestScore) >= LARGEST_SCORE) {
      limit();
    }
  }

  /** A copy in an array of its own, which no other row overwrites. */
  abstract Row detached();

  /**
   * The largest entries in the order of their indices, which are then in {@link #indices()}; of
   * equal ones those with the lowest index. This row stays as it is.
   *
   * @param k how many, from 1 to length
   * @param max the largest entry
   * @return them, as a spare row
   */
  abstract Row largest(int k, double max);

  /**
   * How many of the largest entries it takes to have a share of the exponentials of all.
   *
   * @param share above 0 and at most 0.999999
   * @param max the largest entry; no entry is NaN
   * @return the smallest k, at least 1, for which the e^x_i of the k largest entries sum to the
   *     share of the sum of all, in double precision
   */
  abstract int countOfShare(double share, double max);
}
