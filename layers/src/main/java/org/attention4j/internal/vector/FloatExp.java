package org.attention4j.internal.vector;

/**
 * e^x for {@code float}: x = n ln 2 + r with |r| at most half of ln 2, then 1 + r + r² p(r), times
 * 2ⁿ. The error is below two units in the last place.
 *
 * <p>p has degree four and an error of less than 4e-9 of e^r. {@code
 * src/test/generators/float_functions.py} computes its coefficients and says how. It is summed in
 * pairs: what takes time is the chain of operations, not their number.
 */
@SuppressWarnings("FloatingPointLiteralPrecision") // nine digits say which float is meant
final class FloatExp {
  /** Below this e^x is zero beside one, and far from the slow denormal numbers. */
  static final float LOWEST = -80;

  static final float LOG2_E = 1.44269504f;

  /**
   * 1.5 · 2²³ + 127: adding it rounds to a whole number, which then stands in the low bits, with
   * the 127 that a float adds to its exponent.
   */
  static final float ROUNDING = 12583039f;

  /** The high part of ln 2, whose product with n is exact. */
  static final float LN2_HIGH = 0.693359375f;

  static final float LN2_LOW = -2.12194440e-4f;
  static final float C4 = 1.38145988e-3f;
  static final float C3 = 8.36871658e-3f;
  static final float C2 = 4.16683890e-2f;
  static final float C1 = 1.66665211e-1f;
  static final float C0 = 4.99999940e-1f;

  /** Where the exponent begins among the bits of a float. */
  static final int EXPONENT = 23;

  private FloatExp() {}

  /** e^x for x at most 88; below -80 as at -80. NaN stays NaN. */
  static float exp(float exponent) {
    float x = Math.max(exponent, LOWEST);
    float rounded = x * LOG2_E + ROUNDING;
    float n = rounded - ROUNDING;
    float r = x - n * LN2_HIGH - n * LN2_LOW;
    float square = r * r;
    float p = ((C4 * r + C3) * r + C2) * square + (C1 * r + C0);
    float e = p * square + (r + 1);
    // Multiplied, not added to the bits: a NaN whose bits are not Java's would become a number.
    return e * Float.intBitsToFloat(Float.floatToRawIntBits(rounded) << EXPONENT);
  }

  /** 1 / (1 + e^-x), without overflow. */
  static float sigmoid(float x) {
    float e = exp(-Math.abs(x));
    float large = 1 / (1 + e);
    return x < 0 ? large * e : large;
  }
}
