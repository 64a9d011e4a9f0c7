package org.attention4j.monitor.metrics;

/** How much a metric costs. */
public enum Tier {
  /**
   * At most about n log n operations for a row of n keys: entropy, logits, masses, gradient norms.
   */
  CHEAP,
  /** Also metrics that need the vector of every token or the normalizer's Jacobian. */
  FULL
}
