package org.attention4j.bench.compare;

/** What of an attention operation is timed. */
public enum Pass {
  /** The output alone, as at inference. */
  FORWARD("fwd"),

  /** The output, and from a given gradient of it those of Q, K and V. */
  FORWARD_BACKWARD("fwdbwd");

  private final String label;

  Pass(String label) {
    this.label = label;
  }

  /** Whether the gradients are computed. */
  boolean backward() {
    return this == FORWARD_BACKWARD;
  }

  /**
   * The name in results.
   *
   * @return {@code fwd} or {@code fwdbwd}
   */
  public String label() {
    return label;
  }
}
