package org.attention4j.internal.attention;

import org.attention4j.internal.vector.FloatOps;
import org.attention4j.internal.vector.SparseOps;

/**
 * Some rows that have few weights: the indices of the keys that have one, and products with these
 * keys, whose features lie together: keyRows[key, columns]. Numbers that belong to the indices,
 * such as the weights, stand in arrays that begin with the first index of the first row.
 */
final class SparseRows {
  private static final int PANEL = FloatOps.TILES.panel();
  private static final int PAIR = SparseOps.PAIR * PANEL;
  private static final int WIDEST = SparseOps.WIDE * PANEL;

  private int[] indices = {};
  private int[] starts = {};
  private int first;
  private int count;

  /**
   * Lays these rows over arrays.
   *
   * @param indices the indices of the rows' weights, row after row
   * @param starts for each row where its indices begin; one more for where those of the last end
   * @param first the first row
   * @param count how many rows
   */
  SparseRows over(int[] indices, int[] starts, int first, int count) {
    this.indices = indices;
    this.starts = starts;
    this.first = first;
    this.count = count;
    return this;
  }

  /** How many weights they have together. */
  int size() {
    return starts[first + count] - starts[first];
  }

  /** to[row, :] += Σ_j weights_j keyRows[index_j, :], the rows of to beginning somewhere. */
  void gather(float[] weights, float[] keyRows, int columns, float[] to, int start) {
    forEach(
        columns,
        WIDEST,
        (at, index0, length, weight0, column, width) ->
            FloatOps.SPARSE.gather(
                weights,
                weight0,
                indices,
                index0,
                length,
                keyRows,
                column,
                columns,
                width,
                to,
                start + at));
  }

  /**
   * keyRows[index_j, :] += weights_j vectors[row, :]. In narrow parts: a part of all keys' sums, to
   * which the rows add here and there, then stays in a cache near the processor.
   */
  void scatter(float[] weights, float[] vectors, int columns, float[] keyRows) {
    forEach(
        columns,
        PANEL,
        (at, index0, length, weight0, column, width) ->
            FloatOps.SPARSE.scatter(
                weights, weight0, indices, index0, length, vectors, at, keyRows, column, columns,
                width));
  }

  /** to_j += Σ_c keyRows[index_j, c] vectors[row, c]. */
  void dots(float[] keyRows, float[] vectors, int columns, float[] to) {
    forEach(
        columns,
        WIDEST,
        (at, index0, length, weight0, column, width) ->
            FloatOps.SPARSE.gatherDots(
                keyRows, column, columns, width, indices, index0, length, vectors, at, to,
                weight0));
  }

  private interface Action {
    void run(int at, int index0, int length, int weight0, int column, int width);
  }

  /** The widest part that one call takes. */
  private static int width(int columns) {
    if (columns >= WIDEST) {
      return WIDEST;
    }
    return columns >= PAIR ? PAIR : Math.min(PANEL, columns);
  }

  private void forEach(int columns, int widest, Action action) {
    int width;
    for (int column = 0; column < columns; column += width) {
      width = Math.min(widest, width(columns - column));
      for (int r = 0; r < count; r++) {
        int from = starts[first + r];
        int length = starts[first + r + 1] - from;
        if (length > 0) {
          action.run(r * columns + column, from, length, from - starts[first], column, width);
        }
      }
    }
  }
}
