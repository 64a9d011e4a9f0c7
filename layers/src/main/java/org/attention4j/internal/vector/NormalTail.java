package org.attention4j.internal.vector;

/**
 * Φ(-a) for {@code a >= 0}, the tail of the normal distribution: {@code e^(-a²/2) t p(t)} with
 * {@code t = 1 / (1 + a/4)}. The error is below 3e-9 before rounding, that of a Φ(-a) below 1e-7 in
 * float.
 *
 * <p>p has degree six; its coefficients are those of weighted least squares with the weights grown
 * where the error was large. {@code layers/src/test/generators/normal_tail.py} computes them.
 */
@SuppressWarnings("FloatingPointLiteralPrecision") // nine digits say which float is meant
final class NormalTail {
  static final float SCALE = 0.25f;
  static final float C0 = 0.101051577f;
  static final float C1 = 0.0957750454f;
  static final float C2 = 0.0747836596f;
  static final float C3 = 0.200534269f;
  static final float C4 = -0.194230891f;
  static final float C5 = 0.306770791f;
  static final float C6 = -0.0846844517f;

  /** 1 / √(2π), the density at zero. */
  static final float DENSITY = 0.39894228f;

  private NormalTail() {}

  /**
   * Φ(-a).
   *
   * @param a at least 0
   * @param exponential e^(-a²/2)
   */
  static float of(float a, float exponential) {
    float t = 1 / (1 + SCALE * a);
    float p = C6;
    p = p * t + C5;
    p = p * t + C4;
    p = p * t + C3;
    p = p * t + C2;
    p = p * t + C1;
    p = p * t + C0;
    return p * t * exponential;
  }
}
