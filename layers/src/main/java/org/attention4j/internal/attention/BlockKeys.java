package org.attention4j.internal.attention;

import org.attention4j.internal.linear.MatrixPacking;

/**
 * The keys that a block of queries sees, and the columns of its scores. The columns before {@link
 * #lead} are for the first keys, those that every query of a window sees. The columns after it
 * leave out the keys that are before the windows of all these queries. Each row sees two ranges of
 * columns, {@code 0 .. first - 1} and {@code start .. end - 1}. Starts and ends ascend from row to
 * row.
 */
final class BlockKeys {
  private static final int PANEL = AttentionTask.PANEL;

  private int[] firsts = {};
  private int[] starts = {};
  private int[] ends = {};
  private int rows;
  private int lead;
  private int shift;

  /** Takes some queries. */
  BlockKeys over(AttentionProblem problem, VisibleKeys keys, int query, int count) {
    if (starts.length < count) {
      firsts = new int[count];
      starts = new int[count];
      ends = new int[count];
    }
    rows = count;
    lead = lead(problem, keys);
    shift = Math.max(0, problem.start(keys, query) / PANEL * PANEL - lead);
    for (int r = 0; r < count; r++) {
      int start = problem.start(keys, query + r);
      firsts[r] = problem.first(start);
      starts[r] = start - shift;
      ends[r] = problem.end(keys, query + r) - shift;
    }
    return this;
  }

  /** How many columns so many queries need at most, in whole panels. */
  static int mostColumns(AttentionProblem problem, VisibleKeys keys, int queries) {
    long most = lead(problem, keys) + problem.range().most(queries) + 2L * PANEL;
    return MatrixPacking.roundUp((int) Math.min(most, keys.count()), PANEL);
  }

  private static int lead(AttentionProblem problem, VisibleKeys keys) {
    return MatrixPacking.roundUp(Math.min(problem.range().first(), keys.count()), PANEL);
  }

  int rows() {
    return rows;
  }

  /** The number of columns for the first keys, in whole panels. */
  int lead() {
    return lead;
  }

  /** The key of a column, its index among those that are not masked. */
  int key(int column) {
    return column < lead ? column : column + shift;
  }

  int first(int row) {
    return firsts[row];
  }

  int start(int row) {
    return starts[row];
  }

  int end(int row) {
    return ends[row];
  }

  /** Where the columns of all rows end. */
  int end() {
    return ends[rows - 1];
  }

  /** How many keys a row sees. */
  int count(int row) {
    return firsts[row] + ends[row] - starts[row];
  }

  /** The column of an entry of a row whose two ranges lie side by side. */
  int column(int row, int entry) {
    return entry < firsts[row] ? entry : entry - firsts[row] + starts[row];
  }

  /** The first tile of rows that does not end before this column; nor do those after it. */
  int firstTile(int column) {
    return AttentionTask.firstTile(ends, rows, column);
  }

  /** The tile from which on every row starts at this column or later; all tiles for first keys. */
  int endTile(int column) {
    return column <= lead ? AttentionTask.tiles(rows) : AttentionTask.endTile(starts, rows, column);
  }
}
