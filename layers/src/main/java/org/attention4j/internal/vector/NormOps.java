package org.attention4j.internal.vector;

/**
 * Passes over rows [T] of a sequence [features, T] that normalize each step over its features.
 *
 * <p>A row of x or y begins at {@code at} in its array. What there is one number of for each step
 * (means, scales, sums) begins at 0 in an array of its own.
 */
public interface NormOps {
  /**
   * {@code sums += x}.
   *
   * @param sums one sum for each step
   * @param x the array of x
   * @param at where the row begins in x, y, dy and dx
   * @param length the number of steps
   */
  void add(float[] sums, float[] x, int at, int length);

  /**
   * {@code sums += (x - means)²}.
   *
   * @param sums one sum for each step
   * @param means the mean of each step
   * @param x the array of x
   * @param at where the row begins in x, y, dy and dx
   * @param length the number of steps
   */
  void addSquares(float[] sums, float[] means, float[] x, int at, int length);

  /**
   * {@code y = gain (x - means) scales + bias}.
   *
   * @param x the array of x
   * @param at where the row begins in x, y, dy and dx
   * @param means the mean of each step
   * @param scales the scale of each step
   * @param gain the gain of the feature
   * @param bias the bias of the feature
   * @param y where the row of y goes
   * @param length the number of steps
   */
  void normalize(
      float[] x,
      int at,
      float[] means,
      float[] scales,
      float gain,
      float bias,
      float[] y,
      int length);

  /**
   * * The share of one feature in the sums of the backward pass, with {@code h = (x - means)
   * scales}: {@code sums += gain dy}, {@code products += gain dy h}.
   *
   * @param x the array of x
   * @param dy the array of dL/dy
   * @param at where the row begins in x, y, dy and dx
   * @param means the mean of each step
   * @param scales the scale of each step
   * @param gain the gain of the feature
   * @param sums one sum for each step
   * @param products one sum of products for each step
   * @param length the number of steps
   * @param totals gets Σ dy h and Σ dy over the steps, the gradients of gain and bias
   */
  void addGradients(
      float[] x,
      float[] dy,
      int at,
      float[] means,
      float[] scales,
      float gain,
      float[] sums,
      float[] products,
      int length,
      double[] totals);

  /**
   * {@code dx = scales (gain dy - sums - h products)}, with h as in {@link #addGradients}.
   *
   * @param x the array of x
   * @param dy the array of dL/dy
   * @param at where the row begins in x, y, dy and dx
   * @param means the mean of each step
   * @param scales the scale of each step
   * @param gain the gain of the feature
   * @param sums one sum for each step
   * @param products one sum of products for each step
   * @param dx where the row of dL/dx goes
   * @param length the number of steps
   */
  void inputGradient(
      float[] x,
      float[] dy,
      int at,
      float[] means,
      float[] scales,
      float gain,
      float[] sums,
      float[] products,
      float[] dx,
      int length);
}
