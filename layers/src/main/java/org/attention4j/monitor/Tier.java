package org.attention4j.monitor;

/** How much a metric costs. */
public enum Tier {
  /** At most about n log n steps for a row of n keys: entropy, logits, masses, gradient norms. */
  CHEAP,
  /** Also what looks at every token's vector or at the normalizer's Jacobian. */
  FULL
}
