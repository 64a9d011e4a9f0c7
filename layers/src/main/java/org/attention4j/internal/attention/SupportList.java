package org.attention4j.internal.attention;

import java.util.Arrays;

/** The weights that are not zero of those rows that have few, in the order of one task. */
final class SupportList {
  /** A row with more weights is computed again: that is cheaper than keeping them. */
  private static final int WEIGHTS_PER_FEATURE = 4;

  private static final int MIN_LIMIT = 256;

  private final boolean wanted;
  private final int limit;
  private final int[] counts;
  private int[] keys = {};
  private float[] weights = {};
  private int size;
  private int copied;

  /**
   * Makes an empty list.
   *
   * @param wanted whether anything is to be kept
   * @param counts where the number of weights of each row goes
   */
  SupportList(boolean wanted, AttentionShape shape, int[] counts) {
    this.wanted = wanted;
    this.counts = counts;
    limit = Math.max(MIN_LIMIT, WEIGHTS_PER_FEATURE * (shape.headSize() + shape.valueSize()));
  }

  void addEmpty(int row) {
    if (wanted) {
      counts[row] = 0;
    }
  }

  /**
   * Adds a row.
   *
   * @param indices the columns of its weights in a block
   * @param count how many weights there are; {@link ForwardState#RECOMPUTE} for many
   * @return false if the backward pass will compute the row again
   */
  boolean add(int row, float[] values, int from, BlockKeys block, int[] indices, int count) {
    if (!wanted) {
      return true;
    }
    if (count > limit || count == ForwardState.RECOMPUTE) {
      counts[row] = ForwardState.RECOMPUTE;
      return false;
    }
    if (size + count > keys.length) {
      int larger = Math.max(size + count, keys.length + keys.length / 2);
      keys = Arrays.copyOf(keys, larger);
      weights = Arrays.copyOf(weights, larger);
    }
    counts[row] = count;
    block.keys(indices, count, keys, size);
    for (int j = 0; j < count; j++) {
      weights[size + j] = values[from + indices[j]];
    }
    size += count;
    return true;
  }

  /** Copies the weights of rows from .. to - 1, which were added next, to where each begins. */
  void copyTo(int[] toKeys, float[] toWeights, int[] starts, int from, int to) {
    int length = starts[to] - starts[from];
    System.arraycopy(keys, copied, toKeys, starts[from], length);
    System.arraycopy(weights, copied, toWeights, starts[from], length);
    copied += length;
  }
}
