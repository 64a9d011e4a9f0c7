package org.attention4j.layers.runtime;

import org.attention4j.dl4j.ExactVertexRuntime;

/** The running vertex behind {@link org.attention4j.layers.AttentionVertex}. */
public final class AttentionVertex extends ExactVertexRuntime {
  /**
   * Makes the running vertex.
   *
   * @param setup what it is made of
   */
  public AttentionVertex(Setup setup) {
    super(setup);
  }
}
