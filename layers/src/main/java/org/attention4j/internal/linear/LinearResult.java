package org.attention4j.internal.linear;

import org.attention4j.internal.linear.PackedRows.Panels;
import org.attention4j.internal.memory.FloatArena;
import org.attention4j.internal.vector.FloatOps;

/**
 * Some steps of the result of linear maps, [b, features, T]. They are summed beside it and then
 * written row by row: panel by panel each line of the cache would be waited for.
 */
final class LinearResult {
  private static final int PANEL = FloatOps.TILES.panel();
  private static final RowGroups GROUPS = RowGroups.OF_TALL_TILES;

  /** Steps that are computed before they are written. */
  static final int SPAN = 4 * PANEL;

  /** From one row of them to the next; not a power of two, which the cache would trip over. */
  private static final int STRIDE = SPAN + PANEL;

  private final float[] result;
  private final int start;
  private final int features;
  private final int steps;
  private final StartingSums first;
  private final FloatArena arena;
  private final int sums;
  private int step;
  private int width;
  private boolean begun;

  LinearResult(
      float[] result, int example, int features, int steps, StartingSums first, FloatArena arena) {
    this.result = result;
    this.features = features;
    this.steps = steps;
    this.first = first;
    start = example * features * steps;
    this.arena = arena;
    sums = arena.take(GROUPS.roundUp(features) * STRIDE);
  }

  void over(int firstStep, int count) {
    step = firstStep;
    width = count;
    begun = false;
  }

  /** Adds the product of all rows and the panels of the span, step apart. */
  void add(PackedRows rows, int panels, int step) {
    add(rows, 0, rows.depth(), panels, step);
  }

  /** The same for some columns of the rows, and panels that hold no more than these need. */
  void add(PackedRows rows, int from, int count, int panels, int step) {
    float[] x = arena.floats();
    int number = (width + PANEL - 1) / PANEL;
    rows.multiply(
        0,
        GROUPS.roundUp(features),
        from,
        count,
        Panels.of(x, panels, step, number),
        new Panels(x, sums, PANEL, number, STRIDE),
        begun ? null : first);
    begun = true;
  }

  void finish() {
    for (int c = 0; c < features; c++) {
      int at = start + c * steps + step;
      System.arraycopy(arena.floats(), sums + c * STRIDE, result, at, width);
    }
  }
}
