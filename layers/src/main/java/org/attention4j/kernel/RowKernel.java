package org.attention4j.kernel;

/**
 * A normalizer on one row of scores, in place, with its gradient: what the fused path calls for
 * each query of each head.
 *
 * <pre>
 *   p = f(z; θ)                                         forward
 *   dL/dz_i = Σ_j dL/dp_j ∂p_j/∂z_i,    i, j = 1 .. n   backward
 *   dL/dθ_k = Σ_rows Σ_j dL/dp_j ∂p_j/∂θ_k
 * </pre>
 *
 * <p><b>Rows.</b> z, p and their gradients are rows of n entries, one for each key that the query
 * sees, n ≥ 1. Masked keys, and keys at later positions of a causal layer, are not in the row. A
 * query that sees no key gets no call. θ are the learnable parameters of the row's head.
 *
 * <p><b>Order of the calls.</b> {@link #forward} comes first, for all rows. Scores and weights are
 * not kept. For the backward pass the scores of a row are computed again, {@link #restore} turns
 * them into weights, and {@link #backward} follows at once with the same context. (In DOUBLE,
 * {@code forward} takes the place of {@code restore}.) Two types of kernel may be given less than a
 * row in the backward pass: see {@link Sparsity#WEIGHTS_AND_GRADIENT} and {@link #worksOnSlices()}.
 * Dropout is applied outside of the kernel: p is without dropout, and dL/dp contains it.
 *
 * <p><b>Memory.</b> A kernel is shared between threads and has no state of its own. What it may use
 * instead:
 *
 * <ul>
 *   <li><i>Saved values</i>, {@link #savedValues()} numbers for each row: {@code forward} writes
 *       them with {@link RowContext#save}, {@code restore} and {@code backward} read them with
 *       {@link RowContext#saved}. The caller owns them and keeps them from the forward to the
 *       backward pass of the same step. They are not zero before {@code forward} writes them, so it
 *       writes all of them.
 *   <li><i>Scratch memory</i> of a row: {@link Row#scratch()}, {@link Row#spare} and {@link
 *       Row#indices()}. It is not zero. It is the kernel's until the method returns; then the next
 *       row uses it.
 * </ul>
 *
 * <p>Written once, a kernel serves FLOAT and DOUBLE: a {@link Row} hides the array.
 */
public interface RowKernel {
  /**
   * Replaces the scores by the weights.
   *
   * @param row on entry the scores z, on return the weights p = f(z)
   * @param context n, the learnable parameters, and where to save {@link #savedValues()} numbers
   */
  void forward(Row row, RowContext context);

  /**
   * Replaces dL/dp by dL/dz, dL/dz_i = Σ_j dL/dp_j ∂p_j/∂z_i, and adds Σ_j dL/dp_j ∂p_j/∂θ_k to the
   * gradient of each learnable parameter θ_k with {@link RowContext#addGradient}.
   *
   * @param scores the scores z if {@link #readsScores()}; the kernel may then overwrite them.
   *     Otherwise not to be used: it may be the same row as the weights
   * @param weights the weights p. The caller reads them afterwards, so they are the same on return
   * @param gradient on entry dL/dp, on return dL/dz
   * @param context n, the learnable parameters, and what {@link #forward} saved for this row
   */
  void backward(Row scores, Row weights, Row gradient, RowContext context);

  /**
   * Computes the weights again for the backward pass. What {@link #forward} saved, for example the
   * maximum and the sum, need not be computed again. By default this is {@code forward}.
   *
   * @param row on entry the same scores z as in {@code forward}, on return the same weights p
   * @param context n, the learnable parameters, and what {@code forward} saved for this row
   */
  default void restore(Row row, RowContext context) {
    forward(row, context);
  }

  /**
   * How many numbers {@link #forward} saves for each row.
   *
   * @return the number of values, 0 by default
   */
  default int savedValues() {
    return 0;
  }

  /**
   * Whether {@link #backward} reads the scores. If not, they need not be copied.
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
   * Whether {@link #restore} and {@link #backward} may be called for one slice of a row after the
   * other: rows of the entries i = a .. b alone. The backward pass then works on tiles that stay in
   * the cache. It takes three things:
   *
   * <ul>
   *   <li>in {@code restore}, p_i depends on z_i, n, the saved values and the parameters alone;
   *   <li>in {@code backward}, dL/dz_i depends on these, on p_i, on dL/dp_i and on Σ_j p_j dL/dp_j
   *       over the whole row, which {@link RowContext#mean} gives;
   *   <li>what {@code backward} adds to the parameters' gradients for the slices of a row sums to
   *       what it would add for the row.
   * </ul>
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
     * Weights are often exactly zero, and dL/dz_i = 0 wherever p_i = 0. Weights may then be kept
     * from the forward pass: {@link RowKernel#backward} is called without {@link
     * RowKernel#restore}, on rows that hold the entries with p_i ≠ 0 alone, and gives the same
     * there. {@code restore} may be called on rows that lack entries with p_i = 0, and gives the
     * same weights, up to rounding, for the others: what depends on all scores is a saved value.
     * {@link RowContext#visibleCount()} still counts all visible keys.
     */
    WEIGHTS_AND_GRADIENT
  }
}
