package org.attention4j.internal.attention;

import java.util.Arrays;

/**
 * The weights of neighbouring rows that are not zero, and their keys. Whole blocks of rows gather
 * here, so that many rows read a key while it is in the cache.
 */
final class SupportRows {
  private final Workspace workspace;
  private int[] starts = {0};
  private int[] keys = {};
  private float[] weights = {};
  private int rows;
  private int query;

  /** Makes an empty list, whose arrays are the workspace's. */
  SupportRows(Workspace workspace) {
    this.workspace = workspace;
  }

  /** Forgets all rows but the first ones. */
  void keep(int count) {
    rows = count;
  }

  /** How many rows there are. */
  int rows() {
    return rows;
  }

  /** The query of the first row. */
  int query() {
    return query;
  }

  /** The keys' indices among the visible keys, row after row, ascending in each. */
  int[] keys() {
    return keys;
  }

  /** The weights of these keys. */
  float[] weights() {
    return weights;
  }

  /** Where the weights of each row begin; one more for where those of the last end. */
  int[] starts() {
    return starts;
  }

  /** Whether so many rows and weights are together that more would gain nothing. */
  boolean isFull() {
    return rows >= SparseRows.MOST_ROWS || starts[rows] >= SparseRows.ENOUGH_WEIGHTS;
  }

  /**
   * Adds the next row.
   *
   * @param next its query, for the first row
   * @param x its weights, column by column
   * @param row where they begin
   * @param columns the columns of those that are not zero
   * @param count how many these are
   */
  void add(int next, float[] x, int row, BlockKeys block, int[] columns, int count) {
    if (rows == 0) {
      query = next;
    }
    if (rows + 1 == starts.length) {
      starts = Arrays.copyOf(starts, starts.length + SparseRows.MOST_ROWS);
    }
    int start = starts[rows];
    keys = workspace.supportKeys(start + count);
    weights = workspace.supportWeights(start + count);
    block.keys(columns, count, keys, start);
    for (int j = 0; j < count; j++) {
      weights[start + j] = x[row + columns[j]];
    }
    starts[++rows] = start + count;
  }
}
