package org.attention4j.internal.attention;

/**
 * Where the gradients of an attention operation go; each array as long as what it belongs to.
 *
 * @param q dL/dQ
 * @param k dL/dK
 * @param v dL/dV
 */
public record FloatGradients(float[] q, float[] k, float[] v) {}
