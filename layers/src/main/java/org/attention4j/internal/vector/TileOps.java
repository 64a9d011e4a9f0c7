package org.attention4j.internal.vector;

/**
 * Dense products C = A B by tiles of C whose sums stay in registers, and the copies that lay out B.
 *
 * <p>A number beside an array is the index where its part begins: A is {@code a} from {@code a0}
 * on.
 */
public interface TileOps {
  /** Rows of the tiles of {@link #multiplyGroups} and {@link #multiplyTiles}. */
  int TILE_ROWS = 4;

  /** Rows of the tile of {@link #multiplyNarrowTiles}. */
  int NARROW_TILE_ROWS = 8;

  /** Columns up to which rows get the one stride that the vector tiles know at compile time. */
  int NEAR_COLUMNS = 512;

  /**
   * Columns of a tile: two vectors. The narrow one has half of them.
   *
   * @return the number of columns, even
   */
  int panel();

  /**
   * From row to row of a matrix with that many columns; not a power of two, because such rows would
   * share the lines of the cache.
   *
   * @param columns the number of columns
   * @return at least that number
   */
  default int stride(int columns) {
    return Math.max(columns, NEAR_COLUMNS) + panel();
  }

  /**
   * C = A B, or C += A B, for a C of {@link #panel()} columns and 4 rows for each tile. The rows of
   * A lie in groups of 4, whose columns come one after the other: group[t, row] for t = 0 .. depth
   * - 1. A single address then serves all four.
   *
   * @param tiles how many tiles of {@value #TILE_ROWS} rows
   * @param a the groups of A at a0, a0 + step, ..
   * @param a0 where the first group begins
   * @param step from one group to the next
   * @param b the rows of B one after the other, each of panel columns
   * @param b0 where the first one begins
   * @param depth columns of A and rows of B
   * @param c rows of C at c0, c0 + ldc, ..
   * @param c0 where the first one begins
   * @param ldc from one row of C to the next
   * @param add whether to add to what is there
   */
  void multiplyGroups(
      int tiles,
      float[] a,
      int a0,
      int step,
      float[] b,
      int b0,
      int depth,
      float[] c,
      int c0,
      int ldc,
      boolean add);

  /**
   * Rows of the tile of {@link #multiplyTallGroups}: more than {@value #TILE_ROWS} where the CPU
   * has the registers for their sums.
   *
   * @return the number of rows, even
   */
  int tallRows();

  /**
   * As {@link #multiplyGroups}, with groups of {@link #tallRows()} rows, and with sums that begin
   * from other numbers: C = S + A B. For products of many rows.
   *
   * @param tiles how many tiles of so many rows
   * @param a the groups of A at a0, a0 + step, ..
   * @param a0 where the first group begins
   * @param step from one group to the next
   * @param b the rows of B one after the other, each of panel columns
   * @param b0 where the first one begins
   * @param depth columns of A and rows of B
   * @param s rows of S at s0, s0 + lds, ..; it may be C itself
   * @param s0 where the first one begins
   * @param lds from one row of S to the next; 0 if all are the same
   * @param c rows of C at c0, c0 + ldc, ..
   * @param c0 where the first one begins
   * @param ldc from one row of C to the next
   */
  void multiplyTallGroups(
      int tiles,
      float[] a,
      int a0,
      int step,
      float[] b,
      int b0,
      int depth,
      float[] s,
      int s0,
      int lds,
      float[] c,
      int c0,
      int ldc);

  /**
   * As {@link #multiplyGroups}, for an A whose rows lie at a0, a0 + lda, .. as they are, and an
   * even depth. Fastest if lda is the {@link #stride} of at most {@value #NEAR_COLUMNS} columns.
   *
   * @param tiles how many tiles of {@value #TILE_ROWS} rows
   * @param a the rows of A
   * @param a0 where the first one begins
   * @param lda from one row of A to the next
   * @param b the rows of B one after the other, each of panel columns
   * @param b0 where the first one begins
   * @param depth columns of A and rows of B, even
   * @param c rows of C at c0, c0 + ldc, ..
   * @param c0 where the first one begins
   * @param ldc from one row of C to the next
   * @param add whether to add to what is there
   */
  void multiplyTiles(
      int tiles,
      float[] a,
      int a0,
      int lda,
      float[] b,
      int b0,
      int depth,
      float[] c,
      int c0,
      int ldc,
      boolean add);

  /**
   * As {@link #multiplyTiles}, for tiles of 8 rows and half as many columns, and any depth.
   *
   * @param tiles how many tiles of {@value #NARROW_TILE_ROWS} rows
   * @param a the rows of A
   * @param a0 where the first one begins
   * @param lda from one row of A to the next
   * @param b the rows of B one after the other, each of half a panel of columns
   * @param b0 where the first one begins
   * @param depth columns of A and rows of B
   * @param c rows of C at c0, c0 + ldc, ..
   * @param c0 where the first one begins
   * @param ldc from one row of C to the next
   * @param add whether to add to what is there
   */
  void multiplyNarrowTiles(
      int tiles,
      float[] a,
      int a0,
      int lda,
      float[] b,
      int b0,
      int depth,
      float[] c,
      int c0,
      int ldc,
      boolean add);

  /**
   * Copies one panel of columns of some rows, and puts them one after the other.
   *
   * @param rows the array
   * @param from where the panel's part of the first row begins
   * @param stride from one row to the next
   * @param count how many rows
   * @param panel where they go
   * @param to where the first one goes
   */
  void copyPanel(float[] rows, int from, int stride, int count, float[] panel, int to);

  /**
   * Cuts a row into slices of {@link #panel()} entries. The last one is filled up with zeros.
   *
   * @param x the array
   * @param from where the row begins
   * @param length the number of entries
   * @param panels where the slices go
   * @param to where the first one goes
   * @param step from one slice to the next
   */
  void cut(float[] x, int from, int length, float[] panels, int to, int step);

  /**
   * The inverse of {@link #cut}: puts slices of {@link #panel()} entries together to a row.
   *
   * @param panels the array with the slices
   * @param from where the first one begins
   * @param step from one slice to the next
   * @param x where the row goes
   * @param to where it begins
   * @param length the number of entries
   */
  void uncut(float[] panels, int from, int step, float[] x, int to, int length);
}
