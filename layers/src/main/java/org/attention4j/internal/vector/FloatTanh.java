package org.attention4j.internal.vector;

/**
 * c tanh(z / c) for {@code float}, as z r((z / c)²) with r(s) = tanh(√s) / √s, and the slope of it.
 * Every r is 1 at s = 0: what is small beside c stays as it is.
 *
 * <p>Up to |z| = c, where scores of a cap should be, r is a polynomial of degree 7, and the slope
 * one of degree 8: no division, no exponential. Beyond it r is a quotient of two polynomials of
 * degree 4, and the slope has an exponential. The error is below four units in the last place.
 * {@code src/test/generators/float_functions.py} computes the coefficients and says how.
 */
@SuppressWarnings("FloatingPointLiteralPrecision") // nine digits say which float is meant
final class FloatTanh {
  /** Up to here, in units of the cap, a polynomial is enough. */
  static final float NEAR = 1;

  /** From here on tanh is 1 to half a unit in the last place. */
  static final float END = 9;

  static final float P1 = 1.33839279e-01f;
  static final float P2 = 3.49892792e-03f;
  static final float P3 = 2.06598779e-05f;
  static final float P4 = 1.34174458e-08f;
  static final float Q1 = 4.67172503e-01f;
  static final float Q2 = 2.58899648e-02f;
  static final float Q3 = 3.29091534e-04f;
  static final float Q4 = 7.80385221e-07f;

  static final float T1 = -3.33332956e-01f;
  static final float T2 = 1.33323446e-01f;
  static final float T3 = -5.38797900e-02f;
  static final float T4 = 2.14866102e-02f;
  static final float T5 = -7.94602651e-03f;
  static final float T6 = 2.30129901e-03f;
  static final float T7 = -3.58431309e-04f;

  static final float S1 = -9.99999225e-01f;
  static final float S2 = 6.66641593e-01f;
  static final float S3 = -3.77502024e-01f;
  static final float S4 = 1.95323214e-01f;
  static final float S5 = -9.28279608e-02f;
  static final float S6 = 3.78332809e-02f;
  static final float S7 = -1.11764399e-02f;
  static final float S8 = 1.68187299e-03f;

  /** Above what {@link FloatExp} gives for all exponents that it takes for -80. */
  static final float LEAST = 2e-35f;

  private FloatTanh() {}

  /** c tanh(z / c). NaN stays NaN. */
  static float capped(float z, float cap) {
    if (Math.abs(z) <= NEAR * cap) {
      float u = z * (1 / cap);
      float s = u * u;
      float t = ((((((T7 * s + T6) * s + T5) * s + T4) * s + T3) * s + T2) * s + T1) * s + 1;
      return z * t;
    }
    float within = Math.max(-END * cap, Math.min(z, END * cap));
    float u = within * (1 / cap);
    float s = u * u;
    float p = (((P4 * s + P3) * s + P2) * s + P1) * s + 1;
    float q = (((Q4 * s + Q3) * s + Q2) * s + Q1) * s + 1;
    return within * (p / q);
  }

  /**
   * 1 - tanh²(z / c). Beyond c it is 4 e / (1 + e)² with e = e^(-2 |z / c|): exact to a few units
   * in the last place, also where it is small. Zero where e is about e^-80 or less: multiplied by a
   * score of 1e36, that would still count.
   */
  static float slope(float z, float cap) {
    if (Math.abs(z) <= NEAR * cap) {
      float u = z * (1 / cap);
      float s = u * u;
      float high = (((S8 * s + S7) * s + S6) * s + S5) * s + S4;
      return (((high * s + S3) * s + S2) * s + S1) * s + 1;
    }
    float e = FloatExp.exp(-2 / cap * Math.abs(z));
    float sum = 1 + e;
    return e <= LEAST ? 0 : 4 * e / (sum * sum);
  }
}
