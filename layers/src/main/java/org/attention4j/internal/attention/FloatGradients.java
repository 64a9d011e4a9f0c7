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

  /** Clears what belongs to the keys and values of a head, just before the same task adds to it. */
  void clearKeys(AttentionShape shape, int example, int head) {
    int d = shape.headSize();
    int dv = shape.valueSize();
    Arrays.fill(k, shape.key(example, head, d), shape.key(example, head + 1, d), 0);
    Arrays.fill(v, shape.key(example, head, dv), shape.key(example, head + 1, dv), 0);
  }
}
