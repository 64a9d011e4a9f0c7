package org.attention4j.kernel;

/**
 * A normalizer on one row of scores, in place: what the fused operation calls for each query.
 *
 * <p>A row holds the visible keys of one query and nothing else, at least one; a query without a
 * visible key never gets here. Kernels are shared between threads and keep nothing of their own;
 * what a row leaves for its backward pass goes through the {@link RowContext}.
 *
 * <p>Written once, a kernel serves FLOAT and DOUBLE: a {@link Row} hides the array.
 */
public interface RowKernel {
  /**
   * Replaces scores by weights.
   *
   * @param row on entry the scores z, on return the weights p
   * @param context learnable parameters, and room for {@link #savedValues()} numbers
   */
  void forward(Row row, RowContext context);

  /**
   * Replaces the gradient by the weights by the gradient by the scores, and adds the gradients of
   * the learnable parameters to the context.
   *
   * @param scores the scores z; meaningful only if {@link #readsScores()}
   * @param weights the weights p; may be used as a scratch pad only if {@link #readsScores()} is
   *     false and the kernel leaves it as it was
   * @param gradient on entry dL/dp, on return dL/dz
   * @param context what {@link #forward} was given, with what it saved
   */
  void backward(Row scores, Row weights, Row gradient, RowContext context);

  /**
   * Computes the weights again for the backward pass, with what the forward pass saved.
   *
   * @param row on entry the scores z, on return the weights p
   * @param context what {@link #forward} was given, with what it saved
   */
  default void restore(Row row, RowContext context) {
    forward(row, context);
  }

  /**
   * How many numbers {@link #forward} saves for {@link #restore} and {@link #backward}.
   *
   * @return the number of values, 0 by default
   */
  default int savedValues() {
    return 0;
  }

  /**
   * Whether {@link #backward} reads the scores.
   *
   * @return false by default
   */
  default boolean readsScores() {
    return false;
  }

  /**
   * What the zeros among the weights allow to be left out.
   *
   * @return {@link Sparsity#NONE} by default
   */
  default Sparsity sparsity() {
    return Sparsity.NONE;
  }

  /**
   * Whether {@link #restore} and {@link #backward} may be called for one stretch of a row after
   * another: with what was saved, weights depend on nothing but their own scores, the gradient asks
   * no more of the rest of the row than {@link RowContext#mean}, and the gradients of the
   * parameters are sums over the row. The backward pass then works on tiles that stay in the cache.
   *
   * @return false by default
   */
  default boolean worksOnSlices() {
    return false;
  }

  /** What the zeros among the weights allow to be left out. */
  enum Sparsity {
    /** Zeros are rare or come by rounding. */
    NONE,
    /** Weights are often exactly zero, but the scores of such keys have a gradient. */
    WEIGHTS,
    /**
     * Weights are often exactly zero, and then so is the gradient by their scores; {@link
     * RowKernel#backward} is right on the rows cut down to the support, with {@link
     * RowContext#visibleCount()} still counting all visible keys.
     */
    WEIGHTS_AND_GRADIENT
  }
}
