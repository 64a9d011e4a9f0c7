package org.attention4j.internal.attention;

import org.attention4j.internal.vector.FloatOps;
import org.attention4j.internal.vector.SparseOps;

/**
 * Some rows that have few weights: the indices of the keys that have one, and products with these
 * keys, whose features lie together: keyRows[key, columns]. Numbers that belong to the indices,
 * such as the weights, stand in arrays that begin with the first index of the first row.
 *
 * <p>Many keys are cut into parts. All rows go over one part before the next, whose features stay
 * in a cache near the processor meanwhile. Each row still meets its keys, and each key its rows, in
 * ascending order: no sum depends on the parts.
 */
final class SparseRows {
  /** Weights that suffice, in many rows, to read a key often while it is in the cache. */
  static final int ENOUGH_WEIGHTS = 1 << 16;

  /** Rows that are taken together at most. */
  static final int MOST_ROWS = 512;

  /**
   * A row with at most so many weights in a hundred keys is multiplied weight by weight. At 4096
   * keys of 64 features that is twice as fast as whole rows with 10, and no faster with 20.
   */
  private static final int SPARSE_PERCENT = 15;

  private static final int PERCENT = 100;

  /** Numbers of a part of the keys: a quarter of a second-level cache. */
  private static final int PART_NUMBERS = 1 << 16;

  private static final int PANEL = FloatOps.TILES.panel();
  private static final int PAIR = SparseOps.PAIR * PANEL;
  private static final int WIDEST = SparseOps.WIDE * PANEL;

  private int[] indices = {};
  private int[] starts = {};
  private int first;
  private int count;
  private int parts;

  /** Where the indices of each row begin that belong to a part, [parts + 1, rows]. */
  private int[] cuts = {};

  /**
   * Lays these rows over arrays.
   *
   * @param indices the indices of the rows' weights, row after row, ascending in each
   * @param starts for each row where its indices begin; one more for where those of the last end
   * @param first the first row
   * @param count how many rows
   * @param keys above all indices
   * @param columns the larger number of columns that the keys and the values have
   */
  SparseRows over(int[] indices, int[] starts, int first, int count, int keys, int columns) {
    this.indices = indices;
    this.starts = starts;
    this.first = first;
    this.count = count;
    cut(keys, Math.max(1, PART_NUMBERS / columns));
    return this;
  }

  private void cut(int keys, int keysOfPart) {
    parts = Math.max(1, (keys + keysOfPart - 1) / keysOfPart);
    if (cuts.length < (parts + 1) * count) {
      cuts = new int[(parts + 1) * count];
    }
    for (int r = 0; r < count; r++) {
      int at = starts[first + r];
      int end = starts[first + r + 1];
      cuts[r] = at;
      for (int part = 1; part < parts; part++) {
        while (at < end && indices[at] < part * keysOfPart) {
          at++;
        }
        cuts[part * count + r] = at;
      }
      cuts[parts * count + r] = end;
    }
  }

  /** Whether a row with so many weights is best multiplied weight by weight. */
  static boolean isSparse(int weights, int visible) {
    return (long) PERCENT * weights <= (long) SPARSE_PERCENT * visible;
  }

  /** How many weights they have together. */
  int size() {
    return starts[first + count] - starts[first];
  }

  /** to[row, :] += Σ_j weights_j keyRows[index_j, :]; the rows of both begin somewhere. */
  void gather(float[] weights, float[] keyRows, int keyStart, int columns, float[] to, int start) {
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
                keyStart + column,
                columns,
                width,
                to,
                start + at));
  }

  /** keyRows[index_j, :] += weights_j vectors[row, :]; keyRows begin somewhere. */
  void scatter(float[] weights, float[] vectors, int columns, float[] keyRows, int keyStart) {
    forEach(
        columns,
        PAIR,
        (at, index0, length, weight0, column, width) ->
            FloatOps.SPARSE.scatter(
                weights,
                weight0,
                indices,
                index0,
                length,
                vectors,
                at,
                keyRows,
                keyStart + column,
                columns,
                width));
  }

  /** to_j += Σ_c keyRows[index_j, c] vectors[row, c]; keyRows begin somewhere. */
  void dots(float[] keyRows, int keyStart, float[] vectors, int columns, float[] to) {
    forEach(
        columns,
        WIDEST,
        (at, index0, length, weight0, column, width) ->
            FloatOps.SPARSE.gatherDots(
                keyRows,
                keyStart + column,
                columns,
                width,
                indices,
                index0,
                length,
                vectors,
                at,
                to,
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
      for (int cut = 0; cut < parts * count; cut += count) {
        for (int r = 0; r < count; r++) {
          int from = cuts[cut + r];
          int length = cuts[cut + count + r] - from;
          if (length > 0) {
            action.run(r * columns + column, from, length, from - starts[first], column, width);
          }
        }
      }
    }
  }
}
