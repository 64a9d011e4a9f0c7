package org.attention4j.monitor.metrics;

/** Which vectors are the token vectors x_i of the metrics that measure distances. */
public enum Geometry {
  /** The layer's input at the keys, as in the paper; for a vertex its input for the keys. */
  INPUT,
  /** The value vectors of each head. */
  VALUES
}
