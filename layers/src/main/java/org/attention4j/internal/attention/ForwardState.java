package org.attention4j.internal.attention;

/**
 * What a forward pass keeps for its backward pass. Its size grows with the number of rows: what the
 * kernel saved for each, and the weights of those rows that have few.
 *
 * @param saved what the kernel saved, [rows, {@link org.attention4j.kernel.RowKernel#savedValues}]
 * @param counts for each row, the number of its weights that are kept, or -1 if the backward pass
 *     computes the row again; empty if no weights are kept
 * @param keys the indices of the kept weights among the visible keys, row after row
 * @param weights the kept weights, before dropout
 */
public record ForwardState(float[] saved, int[] counts, int[] keys, float[] weights) {
  /** The count of a row that is to be computed again. */
  static final int RECOMPUTE = -1;
}
