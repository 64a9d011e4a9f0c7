package org.attention4j.layers;

/**
 * Whether what a query has attended passes a gate before it is projected to the output:
 *
 * <pre>
 *   gate   = σ(Wgate x + bgate)      x being what the query is projected from
 *   output = Woᵀ (gate ⊙ V pᵀ) + bo
 * </pre>
 *
 * <p>A gate lets a head add nothing for a query, so that it needs no token to put its weight on.
 *
 * @see <a href="https://arxiv.org/abs/2505.06708">Qiu et al. 2025, "Gated Attention for Large
 *     Language Models" (NeurIPS)</a>, there without bgate
 */
public enum OutputGate {
  /** No gate, as in the stock layers. */
  NONE,

  /** One number for each head and query: Wgate [h, nIn], bgate [h]. */
  PER_HEAD,

  /** One for each feature of each head: Wgate [h * d, nIn], bgate [h * d]. Best in the source. */
  PER_ELEMENT;

  /**
   * Gates of each head.
   *
   * @param headSize d
   */
  long gates(long headSize) {
    return switch (this) {
      case NONE -> 0;
      case PER_HEAD -> 1;
      case PER_ELEMENT -> headSize;
    };
  }
}
