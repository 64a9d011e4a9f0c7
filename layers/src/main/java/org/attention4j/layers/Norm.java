package org.attention4j.layers;

/** How a transformer normalizes the features of each step. */
public enum Norm {
  /** {@code gain * (x - mean) / sqrt(variance + epsilon) + bias}, as {@link LayerNorm}. */
  LAYER,

  /** {@code gain * x / sqrt(mean of x² + epsilon)}, as {@link RmsNorm}. */
  RMS
}
