package org.attention4j.internal.attention;

import org.attention4j.internal.memory.FloatArena;
import org.jspecify.annotations.Nullable;

/**
 * The features of each visible key together, [keys, columns], for products weight by weight. All
 * tasks of a pass that have the same keys share them; the first one that needs them lays them out.
 */
final class KeyRows {
  private final int length;
  private @Nullable FloatArena arena;
  private int start;

  KeyRows(VisibleKeys keys, int features) {
    length = keys.count() * AttentionTask.columns(features);
  }

  /** The array with these rows, of [features, T] that begin somewhere in x. */
  synchronized float[] of(AttentionTask task, float[] x, int from, int features) {
    FloatArena memory = arena;
    if (memory == null) {
      memory = FloatArena.borrow();
      arena = memory;
      start = memory.take(length);
      task.packKeyRows(x, from, features, memory.floats(), start);
    }
    return memory.floats();
  }

  /** Where the first row begins in that array. */
  synchronized int start() {
    return start;
  }

  /** Gives the memory back, if any was used; the rows are gone. */
  synchronized void close() {
    if (arena != null) {
      arena.close();
      arena = null;
    }
  }
}
