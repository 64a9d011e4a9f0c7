package org.attention4j.internal.attention;

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
}
