package org.attention4j.internal.linear;

import org.attention4j.internal.vector.FloatOps;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a matrix in groups for the tiles, and their products with panels of columns.
 *
 * <p>A product goes block by block: some rows of the matrix, and so many of its columns that the
 * matching rows of a panel fit into the first-level cache. A block meets all panels while it is in
 * the second-level cache; so a matrix that is larger than that is read once for all panels. The
 * sums wait in the result meanwhile. They do not depend on the blocks, since each still adds its
 * products in order.
 *
 * @param groups the array with the groups: {@link RowGroups#OF_TALL_TILES}
 * @param start where the first group begins
 * @param depth columns of the matrix
 */
record PackedRows(float[] groups, int start, int depth) {
  private static final RowGroups GROUPS = RowGroups.OF_TALL_TILES;
  private static final int TILE_ROWS = GROUPS.size();

  /**
   * Columns of a block at most: about 32 KiB of a panel. A multiple of the rows of a tile, so that
   * the rows of one product can be the columns of the next.
   */
  static final int BLOCK_DEPTH =
      GROUPS.roundUp((32 << 10) / (Float.BYTES * FloatOps.TILES.panel()));

  /** Rows of a block. */
  private static final int BLOCK_ROWS = GROUPS.roundUp(64);

  /**
   * Panels of columns, with a row for each column of the matrix that is multiplied, or of the
   * result, with its rows.
   *
   * @param numbers the array
   * @param start where the first panel begins
   * @param step from one panel to the next
   * @param count how many
   * @param stride from one row of a panel to the next
   */
  record Panels(float[] numbers, int start, int step, int count, int stride) {
    /** Panels whose rows lie one after the other. */
    static Panels of(float[] numbers, int start, int step, int count) {
      return new Panels(numbers, start, step, count, FloatOps.TILES.panel());
    }
  }

  /**
   * Multiplies all columns of some rows with panels.
   *
   * @param row the first one, of a whole tile
   * @param rows how many, whole tiles
   * @param columns what to multiply with
   * @param result where the sums go
   * @param first what they begin with; null if the product is added to what is there
   */
  void multiply(int row, int rows, Panels columns, Panels result, @Nullable StartingSums first) {
    multiply(row, rows, 0, depth, columns, result, first);
  }

  /** The same for {@code count} columns of the rows from {@code from} on. */
  void multiply(
      int row,
      int rows,
      int from,
      int count,
      Panels columns,
      Panels result,
      @Nullable StartingSums first) {
    int blocks = Math.max(1, (count + BLOCK_DEPTH - 1) / BLOCK_DEPTH);
    for (int block = 0; block < blocks; block++) {
      int skipped = (int) ((long) count * block / blocks);
      int length = (int) ((long) count * (block + 1) / blocks) - skipped;
      StartingSums start = block == 0 ? first : null;
      multiplyBlocks(row, rows, from + skipped, length, columns, skipped, result, start);
    }
  }

  private void multiplyBlocks(
      int row,
      int rows,
      int from,
      int count,
      Panels columns,
      int skipped,
      Panels result,
      @Nullable StartingSums first) {
    for (int i = 0; i < rows; i += BLOCK_ROWS) {
      int tiles = Math.min(BLOCK_ROWS, rows - i) / TILE_ROWS;
      int a = start + (row + i) * depth + from * TILE_ROWS;
      int b = columns.start() + skipped * columns.stride();
      int c = result.start() + i * result.stride();
      for (int panel = 0; panel < columns.count(); panel++) {
        float[] sums = first == null ? result.numbers() : first.sums();
        FloatOps.TILES.multiplyTallGroups(
            tiles,
            groups,
            a,
            depth * TILE_ROWS,
            columns.numbers(),
            b + panel * columns.step(),
            count,
            sums,
            first == null ? c + panel * result.step() : first.start() + (row + i) * first.step(),
            first == null ? result.stride() : first.step(),
            result.numbers(),
            c + panel * result.step(),
            result.stride());
      }
    }
  }
}
