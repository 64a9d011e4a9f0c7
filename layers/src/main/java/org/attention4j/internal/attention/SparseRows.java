package org.attention4j.internal.attention;

import org.attention4j.internal.vector.FloatOps;
import org.attention4j.internal.vector.SparseOps;

/**
 * The places of the weights of some rows that have few, and products with the keys at those places,
 * whose features lie together: keyRows[key, columns]. Numbers that belong to the places, such as
 * the weights, stand in arrays that begin with the first place of the first row.
 */
final class SparseRows {
  private static final int PANEL = FloatOps.TILES.panel();
  private static final int WIDE = SparseOps.WIDE * PANEL;

  private int[] places = {};
  private int[] starts = {};
  private int first;
  private int count;

  /**
   * Lays these rows over arrays.
   *
   * @param places the places of the rows' weights, row after row
   * @param starts for each row where its places begin; one more for where those of the last end
   * @param first the first row
   * @param count how many rows
   */
  SparseRows over(int[] places, int[] starts, int first, int count) {
    this.places = places;
    this.starts = starts;
    this.first = first;
    this.count = count;
    return this;
  }

  /** How many weights they have together. */
  int size() {
    return starts[first + count] - starts[first];
  }

  /** to[row, :] += Σ_j weights_j keyRows[place_j, :], the rows of to beginning somewhere. */
  void gather(float[] weights, float[] keyRows, int columns, float[] to, int start) {
    forEach(
        columns,
        (at, places0, length, weight0, column, width) ->
            FloatOps.SPARSE.gather(
                weights,
                weight0,
                places,
                places0,
                length,
                keyRows,
                column,
                columns,
                width,
                to,
                start + at));
  }

  /** keyRows[place_j, :] += weights_j vectors[row, :]. */
  void scatter(float[] weights, float[] vectors, int columns, float[] keyRows) {
    forEach(
        columns,
        (at, places0, length, weight0, column, width) ->
            FloatOps.SPARSE.scatter(
                weights, weight0, places, places0, length, vectors, at, keyRows, column, columns,
                width));
  }

  /** to_j += Σ_c keyRows[place_j, c] vectors[row, c]. */
  void dots(float[] keyRows, float[] vectors, int columns, float[] to) {
    forEach(
        columns,
        (at, places0, length, weight0, column, width) ->
            FloatOps.SPARSE.gatherDots(
                keyRows, column, columns, width, places, places0, length, vectors, at, to,
                weight0));
  }

  private interface Action {
    void run(int at, int places0, int length, int weight0, int column, int width);
  }

  private void forEach(int columns, Action action) {
    int width;
    for (int column = 0; column < columns; column += width) {
      width = columns - column < WIDE ? Math.min(PANEL, columns - column) : WIDE;
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
