package org.attention4j.internal.attention;

import org.attention4j.kernel.RowKernel;

/**
 * What one attention operation computes, besides its arrays.
 *
 * <pre>
 *   z = scale Qᵀ K - slope |position of the query - position of the key| + decay   [Tq, Tk]
 *   p = kernel(z over the visible keys), times dropout                     [Tq, Tk]
 *   output = V pᵀ                                                          [dv, Tq]
 * </pre>
 *
 * <p>where the decay is that of {@link FloatAttention}, for each example and head, the letters
 * being those of {@link AttentionShape}.
 *
 * @param shape the sizes
 * @param kernel the normalizer of a row
 * @param parameters how many learnable parameters the normalizer has for each head
 * @param scale the factor on the scores
 * @param range which keys a query sees by their positions; for this, the last query has the
 *     position of the last key
 * @param linearBiases whether the distance lowers the scores, by the {@link AlibiSlopes}; 0 is the
 *     slope if not
 * @param queryOffset the position of the first query for linear biases; that of the first key is 0
 * @param dropout the probability of each weight to be dropped, from 0 to below 1; the others are
 *     divided by 1 - dropout
 * @param seed what the dropout is drawn from
 */
public record AttentionProblem(
    AttentionShape shape,
    RowKernel kernel,
    int parameters,
    double scale,
    KeyRange range,
    boolean linearBiases,
    int queryOffset,
    double dropout,
    long seed) {
  /** Where the keys that a query sees end, among those that are not masked. */
  int end(VisibleKeys keys, int query) {
    return range.end(keys, position(query));
  }

  /** Where they begin, apart from the first ones. */
  int start(VisibleKeys keys, int query) {
    return range.start(keys, position(query));
  }

  /** How many first keys a query sees besides, if the others begin there. */
  int first(int start) {
    return start == 0 ? 0 : range.first();
  }

  /** Where a query stands among the keys. */
  int position(int query) {
    return query + shape.keys() - shape.queries();
  }

  /**
   * Whether the forward pass keeps the weights of rows that have few, because the backward pass
   * needs no others.
   *
   * @return true if the kernel's zeros have no gradient
   */
  boolean keepsSupports() {
    return keepsSupports(kernel);
  }

  /** The same for a kernel. */
  static boolean keepsSupports(RowKernel kernel) {
    return kernel.sparsity() == RowKernel.Sparsity.WEIGHTS_AND_GRADIENT;
  }

  double slope(int head) {
    return AlibiSlopes.of(head, shape.heads());
  }
}
