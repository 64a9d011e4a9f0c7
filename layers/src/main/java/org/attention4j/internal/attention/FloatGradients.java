package org.attention4j.internal.attention;

import java.util.Arrays;

/**
 * Where the gradients of an attention operation go; each array as long as what it belongs to.
 *
 * @param q dL/dQ
 * @param k dL/dK
 * @param v dL/dV
 * @param decays dL/dC of the sums of the decays; empty if there are none
 */
public record FloatGradients(float[] q, float[] k, float[] v, double[] decays) {
  /**
   * Of attention without decays.
   *
   * @param q dL/dQ
   * @param k dL/dK
   * @param v dL/dV
   */
  public FloatGradients(float[] q, float[] k, float[] v) {
    this(q, k, v, new double[0]);
  }

  /** Zeros for the keys and values of a head. */
  void clearKeys(AttentionShape shape, int example, int head) {
    int d = shape.headSize();
    int dv = shape.valueSize();
    Arrays.fill(k, shape.key(example, head, d), shape.key(example, head + 1, d), 0);
    Arrays.fill(v, shape.key(example, head, dv), shape.key(example, head + 1, dv), 0);
  }

  /** Zeros for the queries of a head in [from, to). */
  void clearQueries(AttentionShape shape, int example, int head, int from, int to) {
    int d = shape.headSize();
    int row = shape.query(example, head, d);
    for (int c = 0; c < d; c++) {
      Arrays.fill(q, row + from, row + to, 0);
      row += shape.queries();
    }
  }
}
