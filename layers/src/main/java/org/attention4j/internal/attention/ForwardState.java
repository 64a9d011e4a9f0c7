package org.attention4j.internal.attention;

/**
 * What a forward pass leaves for its backward pass, in size proportional to the rows: what the
 * kernel saved for each, and the weights of those rows that have few.
 *
 * @param saved values of the kernel, [rows, saved values]
 * @param counts for each row, the number of its weights that are kept, or -1 if the backward pass
 *     has to compute the row again
 * @param keys the places of the kept weights among the visible keys, row after row
 * @param weights the kept weights, before dropout
 */
@SuppressWarnings("ArrayRecordComponent") // arrays are what a kernel works on
public record ForwardState(float[] saved, int[] counts, int[] keys, float[] weights) {
  /** Marks a row that is to be computed again. */
  static final int AGAIN = -1;
}
