package org.attention4j.internal.vector;

/**
 * Activation functions of many numbers and their slopes. All are finite wherever x is, NaN where it
 * is NaN.
 */
public interface ActivationOps {
  /** Beyond ±this the logistic function is 0 or 1 to the last bit of a float. */
  float LOGISTIC_END = 80;

  /** Below minus this the normal distribution function is 0 beside any float that matters. */
  float NORMAL_END = 12.5f;

  /**
   * {@code y = max(0, x)}.
   *
   * @param x the array of x
   * @param from where the numbers begin in both arrays
   * @param y where the results go
   * @param length how many numbers
   */
  void relu(float[] x, int from, float[] y, int length);

  /**
   * {@code dy *= 1} where x is positive, {@code 0} elsewhere.
   *
   * @param x the array of x
   * @param from where the numbers begin in both arrays
   * @param dy the gradients, changed in place
   * @param length how many numbers
   */
  void reluSlope(float[] x, int from, float[] dy, int length);

  /**
   * * {@code y = x σ(linear x + cubic x³)} with the logistic function σ: SiLU for 1 and 0, the
   * approximations of GELU for other factors.
   *
   * @param x the array of x
   * @param from where the numbers begin in both arrays
   * @param y where the results go
   * @param length how many numbers
   * @param linear the linear factor
   * @param cubic the cubic factor
   */
  void logisticGate(float[] x, int from, float[] y, int length, float linear, float cubic);

  /**
   * {@code dy *= d/dx x σ(linear x + cubic x³)}.
   *
   * @param x the array of x
   * @param from where the numbers begin in both arrays
   * @param dy the gradients, changed in place
   * @param length how many numbers
   * @param linear the linear factor
   * @param cubic the cubic factor
   */
  void logisticGateSlope(float[] x, int from, float[] dy, int length, float linear, float cubic);

  /**
   * {@code y = x Φ(x)} with the normal distribution function Φ: GELU.
   *
   * @param x the array of x
   * @param from where the numbers begin in both arrays
   * @param y where the results go
   * @param length how many numbers
   */
  void normalGate(float[] x, int from, float[] y, int length);

  /**
   * {@code dy *= Φ(x) + x φ(x)}.
   *
   * @param x the array of x
   * @param from where the numbers begin in both arrays
   * @param dy the gradients, changed in place
   * @param length how many numbers
   */
  void normalGateSlope(float[] x, int from, float[] dy, int length);

  /**
   * {@code y *= x}.
   *
   * @param x the array of x
   * @param y where the results go
   * @param from where the numbers begin in both arrays
   * @param length how many numbers
   */
  void multiply(float[] x, float[] y, int from, int length);
}
