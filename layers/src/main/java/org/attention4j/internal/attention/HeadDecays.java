package org.attention4j.internal.attention;

import org.attention4j.internal.vector.FloatOps;

/**
 * How the scores of one head fall with what lies between query and key: {@code bias = C_i - C_j}
 * for the query at position i and the key at position j, with the sums C of {@link FloatAttention}.
 *
 * <p>The sums grow with the length, and a float has no digits left for a difference of two of them.
 * Each is held as two floats, whose differences have the error of the result alone.
 */
final class HeadDecays {
  private double[] sums = {};
  private int from;
  private float[] highs = {};
  private float[] lows = {};

  /** Takes a head whose sums begin there; what stands at masked keys is left out. */
  HeadDecays over(double[] sumsOfAll, int start, VisibleKeys keys) {
    sums = sumsOfAll;
    from = start;
    if (highs.length < keys.count()) {
      highs = new float[keys.count()];
      lows = new float[keys.count()];
    }
    for (int key = 0; key < keys.count(); key++) {
      double sum = sums[from + keys.position(key)];
      highs[key] = (float) sum;
      lows[key] = (float) (sum - highs[key]);
    }
    return this;
  }

  /** Adds the bias to a part of a row of scores, from some visible key on. */
  void addTo(float[] x, int at, int count, int position, int key) {
    double sum = sums[from + position];
    float high = (float) sum;
    FloatOps.ROWS.addDifferences(x, at, count, high, (float) (sum - high), highs, lows, key);
  }

  /** The bias of one key. */
  double bias(int position, int keyPosition) {
    return sums[from + position] - sums[from + keyPosition];
  }
}
