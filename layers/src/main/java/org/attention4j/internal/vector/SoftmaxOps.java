package org.attention4j.internal.vector;

/**
 * Passes over rows of logits [classes, columns], for a softmax down each column.
 *
 * <p>A row begins at {@code at} in its array. What there is one number of for each column (maxima,
 * sums, factors) begins at 0 in an array of its own.
 */
public interface SoftmaxOps {
  /**
   * {@code maxima = max(maxima, x)}; NaN stays NaN.
   *
   * @param maxima one maximum for each column
   * @param x the array of x
   * @param at where the row begins
   * @param length the number of columns
   */
  void max(float[] maxima, float[] x, int at, int length);

  /**
   * {@code x = e^(x - maxima)}, {@code sums += x}. The exponential is that of {@link RowOps#exp}.
   *
   * @param x the array of x
   * @param at where the row begins
   * @param length the number of columns
   * @param maxima one number for each column, at least x - 88
   * @param sums one sum for each column
   */
  void exp(float[] x, int at, int length, float[] maxima, float[] sums);

  /**
   * {@code x = factors x - shift}.
   *
   * @param x the array of x
   * @param at where the row begins
   * @param length the number of columns
   * @param factors one factor for each column
   * @param shift what is subtracted
   */
  void scale(float[] x, int at, int length, float[] factors, float shift);
}
