package org.attention4j.internal.vector;

/**
 * Operations on a row: the entries x[from], .. x[from + length - 1] of an array. Below, x_i is the
 * entry x[from + i].
 */
public interface RowOps {
  /** The number of classes of {@link #classMaxima} is a multiple of this. */
  int CLASSES = 64;

  /**
   * The largest entry.
   *
   * @param x the array
   * @param from where the row begins
   * @param length the number of entries
   * @return max x_i, minus infinity of no entries, NaN if one is
   */
  float max(float[] x, int from, int length);

  /**
   * The largest entries of classes: y_j is the largest x_i with i mod m = j.
   *
   * @param x the array
   * @param from where the row begins
   * @param length the number of entries, none of which is NaN
   * @param classes m, a positive multiple of {@value #CLASSES} and at most length
   * @param y where the m results go, from 0 on
   */
  void classMaxima(float[] x, int from, int length, int classes, float[] y);

  /**
   * The largest magnitude.
   *
   * @param x the array
   * @param from where the row begins
   * @param length the number of entries
   * @return max |x_i|, zero of no entries, NaN if one is
   */
  float largestMagnitude(float[] x, int from, int length);

  /**
   * The sum of the entries.
   *
   * @param x the array
   * @param from where the row begins
   * @param length the number of entries
   * @return Σ x_i
   */
  double sum(float[] x, int from, int length);

  /**
   * The inner product of two rows.
   *
   * @param x the array
   * @param from where its row begins
   * @param y the other array
   * @param yFrom where its row begins
   * @param length the number of entries of each
   * @return Σ x_i y_i
   */
  double dot(float[] x, int from, float[] y, int yFrom, int length);

  /**
   * x_i = factor · (x_i - shift).
   *
   * @param x the array
   * @param from where the row begins
   * @param length the number of entries
   * @param shift what is subtracted first
   * @param factor the factor
   */
  void affine(float[] x, int from, int length, float shift, float factor);

  /**
   * x_i = σ(x_i - shift), the logistic function.
   *
   * @param x the array
   * @param from where the row begins
   * @param length the number of entries
   * @param shift what is subtracted first
   */
  void sigmoid(float[] x, int from, int length, float shift);

  /**
   * x_i += factor · y_i.
   *
   * @param x the array
   * @param from where its row begins
   * @param y the other array
   * @param yFrom where its row begins
   * @param length the number of entries of each
   * @param factor the factor
   */
  void add(float[] x, int from, float[] y, int yFrom, int length, float factor);

  /**
   * x_i = factor · (y_i - shift), y_i being x_i brought between -size and size. NaN stays NaN.
   *
   * @param x the array
   * @param from where the row begins
   * @param length the number of entries
   * @param size the largest magnitude of y_i
   * @param shift s
   * @param factor f
   */
  void limitedAffine(float[] x, int from, int length, float size, float shift, float factor);

  /**
   * x_i = factor · e^(x_i - shift), with an error of less than two units in the last place of the
   * exponential. An exponent below -80 counts as -80.
   *
   * @param x the array
   * @param from where the row begins
   * @param length the number of entries
   * @param shift at least max x_i - 88
   * @param factor the factor
   * @return the sum of the new entries
   */
  double exp(float[] x, int from, int length, float shift, float factor);

  /**
   * x_i = cap · tanh(x_i / cap), with an error of less than four units in the last place.
   *
   * @param x the array
   * @param from where the row begins
   * @param length the number of entries
   * @param cap the bound, from 1e-6 to 1e6
   */
  void softCap(float[] x, int from, int length, float cap);

  /**
   * x_i *= 1 - tanh²(z_i / cap): the slope of {@link #softCap}. It is zero where it is below 1e-34.
   *
   * @param x the array
   * @param from where its row begins
   * @param z the scores; overwritten
   * @param zFrom where they begin
   * @param length the number of entries of each
   * @param cap the bound, from 1e-6 to 1e6
   */
  void softCapSlope(float[] x, int from, float[] z, int zFrom, int length, float cap);

  /**
   * x_i = factor · w_i (x_i - mean).
   *
   * @param x the array
   * @param from where its row begins
   * @param w the weights
   * @param wFrom where they begin
   * @param length the number of entries of each
   * @param mean what is subtracted first
   * @param factor the factor
   */
  void center(float[] x, int from, float[] w, int wFrom, int length, float mean, float factor);

  /**
   * x_i -= slope · |position - keyPosition_i|: linear biases.
   *
   * @param x the array of scores
   * @param from where the row begins
   * @param length the number of entries
   * @param slope by how much each step lowers a score
   * @param position that of the query
   * @param keyPositions those of the keys
   * @param keyFrom where the position of the key of x_0 is
   */
  void subtractDistances(
      float[] x,
      int from,
      int length,
      float slope,
      float position,
      float[] keyPositions,
      int keyFrom);

  /**
   * x_i += (high - highs_i) + (low - lows_i): the difference of two numbers that are each the sum
   * of a float and of what it left over. Its error is that of the difference, however large the two
   * are.
   *
   * @param x the array of scores
   * @param from where the row begins
   * @param length the number of entries
   * @param high the first number as a float
   * @param low what it left over
   * @param highs the other numbers, one for each key
   * @param lows what they left over
   * @param keyFrom where those of the key of x_0 are
   */
  void addDifferences(
      float[] x,
      int from,
      int length,
      float high,
      float low,
      float[] highs,
      float[] lows,
      int keyFrom);

  /**
   * Sums over the entries above a threshold t, of which a float holds the most and another one what
   * is left: with d_i = max(0, x_i - t),
   *
   * @param x the array
   * @param from where the row begins
   * @param length the number of entries, at most 2²⁴
   * @param high t rounded
   * @param low t - high
   * @param sums where the number of d_i above 0, Σ d_i and Σ d_i² go
   */
  void sumsAbove(float[] x, int from, int length, float high, float low, double[] sums);

  /**
   * x_i = max(0, x_i - t)².
   *
   * @param x the array
   * @param from where the row begins
   * @param length the number of entries
   * @param high t rounded
   * @param low t - high
   * @return the sum of the new entries
   */
  double squaredExcess(float[] x, int from, int length, float high, float low);

  /**
   * x_i = max(0, x_i - t).
   *
   * @param x the array
   * @param from where the row begins
   * @param length the number of entries
   * @param high t rounded
   * @param low t - high
   * @return the sum of the new entries
   */
  double excess(float[] x, int from, int length, float high, float low);

  /**
   * x_i = √y_i.
   *
   * @param x the array of the roots
   * @param from where its row begins
   * @param y the array
   * @param yFrom where its row begins
   * @param length the number of entries of each
   */
  void root(float[] x, int from, float[] y, int yFrom, int length);

  /**
   * x_i = 1 where y_i is positive, 0 elsewhere.
   *
   * @param x the array of ones and zeros
   * @param from where its row begins
   * @param y the array
   * @param yFrom where its row begins
   * @param length the number of entries of each
   */
  void support(float[] x, int from, float[] y, int yFrom, int length);

  /**
   * How many entries reach a threshold.
   *
   * @param x the array
   * @param from where the row begins
   * @param length the number of entries, at most 2²⁴
   * @param threshold t
   * @return the number of i with x_i ≥ t
   */
  int count(float[] x, int from, int length, float threshold);

  /**
   * The smallest of the entries that reach a threshold.
   *
   * @param x the array
   * @param from where the row begins
   * @param length the number of entries, none of which is NaN
   * @param threshold t
   * @return min x_i over the i with x_i ≥ t; infinity if there is none
   */
  float smallestAtLeast(float[] x, int from, int length, float threshold);

  /**
   * The sum of the weights of those entries that reach a threshold.
   *
   * @param x the array
   * @param from where its row begins
   * @param w the weights
   * @param wFrom where they begin
   * @param length the number of entries of each
   * @param threshold t
   * @return Σ w_i over the i with x_i ≥ t
   */
  double sumAtLeast(float[] x, int from, float[] w, int wFrom, int length, float threshold);

  /**
   * x_i = 0 where y_i does not reach a threshold.
   *
   * @param x the array
   * @param from where its row begins
   * @param y what is compared, none of it NaN
   * @param yFrom where it begins
   * @param length the number of entries of each
   * @param threshold t
   * @return Σ x_i over the i with y_i ≥ t
   */
  double keepAtLeast(float[] x, int from, float[] y, int yFrom, int length, float threshold);

  /**
   * Which entries reach a threshold.
   *
   * @param x the array
   * @param from where the row begins
   * @param length the number of entries
   * @param threshold t
   * @param indices where the i with x_i ≥ t go, ascending; as long as the row. What stands after
   *     them is overwritten
   * @return how many there are
   */
  int atLeast(float[] x, int from, int length, float threshold, int[] indices);

  /**
   * Which entries are not zero.
   *
   * @param x the array
   * @param from where the row begins
   * @param length the number of entries
   * @param indices where the i with x_i ≠ 0 go, ascending; as long as the row. What stands after
   *     them is overwritten
   * @return how many there are
   */
  int nonZero(float[] x, int from, int length, int[] indices);

  /**
   * How many entries are not zero.
   *
   * @param x the array
   * @param from where the row begins
   * @param length the number of entries
   * @return how many there are
   */
  int countNonZero(float[] x, int from, int length);

  /**
   * Which panels of neighbouring entries hold one that is not zero.
   *
   * @param x the array
   * @param from where the row begins
   * @param panels how many panels there are
   * @param width entries of a panel, a multiple of {@link TileOps#panel()}
   * @param bits gets a one for each such panel, 32 in a number; ones already there stay
   */
  void nonZeroPanels(float[] x, int from, int panels, int width, int[] bits);

  /**
   * Turns two rows against each other, {@code y1 = cos x1 - sin x2, y2 = sin x1 + cos x2}. With the
   * rows exchanged it turns them back.
   *
   * @param x the array of both rows
   * @param first where x1 begins in x, and y1 in y
   * @param second where x2 begins in x, and y2 in y
   * @param cosines the array of cosines
   * @param sines the array of sines
   * @param at where those of the rows begin
   * @param y where the results go
   * @param length the number of entries of a row
   */
  void rotate(
      float[] x,
      int first,
      int second,
      float[] cosines,
      float[] sines,
      int at,
      float[] y,
      int length);
}
