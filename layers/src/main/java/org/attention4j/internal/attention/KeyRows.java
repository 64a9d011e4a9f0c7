package org.attention4j.internal.attention;

import org.attention4j.internal.memory.FloatArrays;

/**
 * The features of each visible key together, [keys, columns], for products weight by weight. All
 * tasks of a pass that have the same keys share them; the first one that needs them lays them out.
 */
final class KeyRows {
  private final float[] rows;
  private boolean packed;

  /** Takes the memory; the same thread gives it back. */
  KeyRows(VisibleKeys keys, int features) {
    rows = FloatArrays.take(keys.count() * AttentionTask.columns(features));
  }

  /** These rows, of [features, T] that begin somewhere in x. */
  synchronized float[] of(AttentionTask task, float[] x, int from, int features) {
    if (!packed) {
      packed = true;
      task.packKeyRows(x, from, features, rows);
    }
    return rows;
  }

  void giveBack() {
    FloatArrays.giveBack(rows);
  }
}
