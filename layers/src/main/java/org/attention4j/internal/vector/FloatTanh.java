package org.attention4j.internal.vector;

/**
 * c tanh(z / c) for {@code float}, as z r((z / c)²) with r(s) = tanh(√s) / √s, a quotient of two
 * polynomials of degree 4 that are 1 at s = 0: what is small beside c stays as it is. The error is
 * below four units in the last place. {@code src/test/generators/float_functions.py} computes the
 * coefficients and says how.
 */
@SuppressWarnings("FloatingPointLiteralPrecision") // nine digits say which float is meant
final class FloatTanh {
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

  /** Above what {@link FloatExp} gives for all exponents that it takes for -80. */
  static final float LEAST = 2e-35f;

  private FloatTanh() {}

  /** c tanh(z / c). NaN stays NaN. */
  static float capped(float z, float cap) {
    float near = Math.max(-END * cap, Math.min(z, END * cap));
    float u = near * (1 / cap);
    float s = u * u;
    float p = (((P4 * s + P3) * s + P2) * s + P1) * s + 1;
    float q = (((Q4 * s + Q3) * s + Q2) * s + Q1) * s + 1;
    return near * (p / q);
  }

  /**
   * 1 - tanh²(z / c), as 4 e / (1 + e)² with e = e^(-2 |z / c|): exact to a few units in the last
   * place, also where it is small. Zero where e is about e^-80 or less: multiplied by a score of
   * 1e36, that would still count.
   */
  static float slope(float z, float cap) {
    float e = FloatExp.exp(-2 / cap * Math.abs(z));
    float sum = 1 + e;
    return e <= LEAST ? 0 : 4 * e / (sum * sum);
  }
}
