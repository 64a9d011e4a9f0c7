package org.attention4j.internal.attention;

import org.attention4j.internal.linear.MatrixPacking;

/**
 * The keys that a block of queries sees, and the columns of its scores. The columns before {@link
 * #lead} are for the first keys, those that every query of a window sees. The columns after it
 * leave out the keys that are before the windows of all these queries, and {@link #keep} leaves out
 * more. Each row sees two ranges of columns, {@code 0 .. first - 1} and {@code start .. end - 1}.
 * Starts and ends ascend from row to row.
 */
final class BlockKeys {
  private static final int PANEL = AttentionTask.PANEL;

  private int[] firsts = {};
  private int[] starts = {};
  private int[] ends = {};
  private int[] visible = {};
  private int rows;
  private int lead;

  /** Of each panel of columns: its first key, and where its run of neighbouring keys ends. */
  private int[] panelKeys = {};

  private int[] runEnds = {};

  /** Of each panel of columns which panel it was before {@link #keep}. */
  private int[] sources = {};

  private int panels;

  /** Takes some queries. */
  BlockKeys over(AttentionProblem problem, VisibleKeys keys, int query, int count) {
    if (starts.length < count) {
      firsts = new int[count];
      starts = new int[count];
      ends = new int[count];
      visible = new int[count];
    }
    rows = count;
    lead = lead(problem, keys);
    int shift = Math.max(0, problem.start(keys, query) / PANEL * PANEL - lead);
    for (int r = 0; r < count; r++) {
      int start = problem.start(keys, query + r);
      firsts[r] = problem.first(start);
      starts[r] = start - shift;
      ends[r] = problem.end(keys, query + r) - shift;
      visible[r] = firsts[r] + ends[r] - starts[r];
    }
    panels = (end() + PANEL - 1) / PANEL;
    if (panelKeys.length < panels) {
      panelKeys = new int[panels];
      runEnds = new int[panels];
      sources = new int[panels];
    }
    for (int panel = 0; panel < panels; panel++) {
      int column = panel * PANEL;
      panelKeys[panel] = column < lead ? column : column + shift;
    }
    findRuns();
    return this;
  }

  private void findRuns() {
    int end = panels * PANEL;
    for (int panel = panels - 1; panel >= 0; panel--) {
      runEnds[panel] = end;
      if (panel > 0 && panelKeys[panel] != panelKeys[panel - 1] + PANEL) {
        end = panel * PANEL;
      }
    }
  }

  /** How many columns so many queries need at most, in whole panels. */
  static int mostColumns(AttentionProblem problem, VisibleKeys keys, int queries) {
    long most = lead(problem, keys) + problem.range().most(queries) + 2L * PANEL;
    return MatrixPacking.roundUp((int) Math.min(most, keys.count()), PANEL);
  }

  private static int lead(AttentionProblem problem, VisibleKeys keys) {
    return MatrixPacking.roundUp(Math.min(problem.range().first(), keys.count()), PANEL);
  }

  /** How many panels of columns these keys take of those that are in a set. */
  int count(PanelSet set) {
    int count = 0;
    for (int panel = 0; panel < panels; panel++) {
      count += set.has(panelKeys[panel]) ? 1 : 0;
    }
    return count;
  }

  /** How many panels of columns there are. */
  int panels() {
    return panels;
  }

  /** Leaves out the panels that are not in a set. The columns move together. */
  void keep(PanelSet set) {
    int leading = 0;
    int kept = 0;
    // For each panel before: how many of those before it are kept, and whether it is itself.
    int[] before = runEnds;
    for (int panel = 0; panel < panels; panel++) {
      boolean stays = set.has(panelKeys[panel]);
      before[panel] = stays ? kept : -kept - 1;
      if (stays) {
        sources[kept] = panel;
        panelKeys[kept++] = panelKeys[panel];
      }
      if ((panel + 1) * PANEL <= lead) {
        leading = kept;
      }
    }
    for (int r = 0; r < rows; r++) {
      firsts[r] = moved(firsts[r], before, kept);
      starts[r] = moved(starts[r], before, kept);
      ends[r] = moved(ends[r], before, kept);
    }
    lead = leading * PANEL;
    panels = kept;
    findRuns();
  }

  /** Where a column goes; the next one that stays if it does not. */
  private int moved(int column, int[] before, int kept) {
    int panel = column / PANEL;
    if (panel >= panels) {
      return kept * PANEL;
    }
    return before[panel] >= 0
        ? before[panel] * PANEL + column % PANEL
        : (-before[panel] - 1) * PANEL;
  }

  /** The first column that a panel of columns had before {@link #keep}. */
  int source(int panel) {
    return sources[panel] * PANEL;
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
    return panelKeys[column / PANEL] + column % PANEL;
  }

  /** The keys of some columns. */
  void keys(int[] columns, int count, int[] to, int at) {
    if (panels > 0 && panelKeys[0] == 0 && runEnds[0] == panels * PANEL) {
      System.arraycopy(columns, 0, to, at, count);
      return;
    }
    for (int j = 0; j < count; j++) {
      to[at + j] = key(columns[j]);
    }
  }

  /** Where the columns end whose keys follow each other from this column on, in whole panels. */
  int runEnd(int column) {
    return runEnds[column / PANEL];
  }

  /** Some neighbouring columns of a row, whose keys are neighbours too. */
  interface Run {
    void take(int column, int key, int count);
  }

  /** Visits the columns that a row sees, run by run. */
  void forEachRun(int row, Run run) {
    forEachRun(0, firsts[row], run);
    forEachRun(starts[row], ends[row], run);
  }

  private void forEachRun(int from, int to, Run run) {
    int end;
    for (int column = from; column < to; column = end) {
      end = Math.min(to, runEnd(column));
      run.take(column, key(column), end - column);
    }
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

  /** How many columns a row has. */
  int count(int row) {
    return firsts[row] + ends[row] - starts[row];
  }

  /** How many keys a row sees: {@link #count}, and those that {@link #keep} left out. */
  int visible(int row) {
    return visible[row];
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
