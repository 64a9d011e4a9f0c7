package org.attention4j.monitor;

/** Whose distances are measured where a metric speaks of token vectors x_i. */
public enum Geometry {
  /** The layer's input at the keys, as in the paper; for a vertex its keys. */
  INPUT,
  /** The value vectors of each head. */
  VALUES
}
