package org.attention4j.internal.attention;

import org.attention4j.kernel.RowKernel;

/**
 * What one attention operation computes, besides its arrays.
 *
 * <pre>
 *   z = scale Qᵀ K - slope |position of the query - position of the key|
 *   p = kernel(z over the visible keys), times dropout
 *   output = V pᵀ
 * </pre>
 *
 * @param shape the sizes
 * @param kernel the normalizer of a row
 * @param parameters how many learnable parameters the normalizer has for each head
 * @param scale the factor on the scores
 * @param causal whether a query sees only keys that do not stand behind it; the last query stands
 *     beside the last key
 * @param linearBiases whether the distance counts, with the {@link AlibiSlopes}
 * @param queryOffset the position of the first query; that of the first key is 0
 * @param dropout the chance of each weight to be dropped, below 1; the others are divided by the
 *     rest
 * @param seed what the dropout is drawn from
 */
public record AttentionProblem(
    AttentionShape shape,
    RowKernel kernel,
    int parameters,
    double scale,
    boolean causal,
    boolean linearBiases,
    int queryOffset,
    double dropout,
    long seed) {
  /** How many keys the query sees, of those that are not masked. */
  int visible(VisibleKeys keys, int query) {
    return causal ? keys.upTo(query + shape.keys() - shape.queries()) : keys.count();
  }

  /**
   * Whether the forward pass keeps the weights of rows that have few, because the backward pass
   * needs no others.
   *
   * @return true if the kernel's zeros have no gradient
   */
  boolean keepsSupports() {
    return kernel.sparsity() == RowKernel.Sparsity.WEIGHTS_AND_GRADIENT;
  }

  double slope(int head) {
    return AlibiSlopes.of(head, shape.heads());
  }
}
