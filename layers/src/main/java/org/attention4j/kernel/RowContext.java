package org.attention4j.kernel;

/**
 * What a {@link RowKernel} may ask and keep besides the row itself: the number of visible keys, the
 * learnable parameters of the row's head, and what the forward pass of the row saves for its
 * backward pass.
 *
 * <p>A context belongs to one row at a time and to the thread that works on it. A kernel does not
 * keep it after its method has returned.
 */
public interface RowContext {
  /**
   * The number of keys that the query of this row sees. It counts all of them, also where the row
   * at hand is a {@linkplain RowKernel#worksOnSlices() slice} or only the {@linkplain
   * RowKernel.Sparsity#WEIGHTS_AND_GRADIENT support}.
   *
   * @return n, at least 1
   */
  int visibleCount();

  /**
   * A learnable parameter of this head.
   *
   * @param index its index in the normalizer's list of parameters
   * @return the value
   */
  double parameter(int index);

  /**
   * Adds to the gradient of a learnable parameter of this head. The gradients of all rows of the
   * head are summed.
   *
   * @param index its index in the normalizer's list of parameters
   * @param gradient dL/dparameter of this row
   */
  void addGradient(int index, double gradient);

  /**
   * Saves a value of this row for {@link RowKernel#restore} and {@link RowKernel#backward}. In
   * FLOAT it is rounded to FLOAT.
   *
   * @param index from 0 to {@link RowKernel#savedValues()} - 1
   * @param value the value
   */
  void save(int index, double value);

  /**
   * A value that the forward pass of this row has saved.
   *
   * @param index from 0 to {@link RowKernel#savedValues()} - 1
   * @return the value
   */
  double saved(int index);

  /**
   * Says which weights are not zero, for kernels that know it at the end of {@link
   * RowKernel#forward}. Spares a search; a kernel need not call it.
   *
   * @param count how many there are: the first {@code count} of {@link Row#indices()} are their
   *     indices, ascending
   */
  void support(int count);

  /**
   * ⟨dL/dp, p⟩ of the whole row, also where the kernel is given a {@linkplain
   * RowKernel#worksOnSlices() slice} of it.
   *
   * @param weights the weights p at hand
   * @param gradient dL/dp at hand
   * @return Σ_i p_i dL/dp_i over all visible keys
   */
  double mean(Row weights, Row gradient);
}
