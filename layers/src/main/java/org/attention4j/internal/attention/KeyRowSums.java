package org.attention4j.internal.attention;

import java.util.Arrays;
import org.attention4j.internal.memory.FloatArena;
import org.attention4j.internal.vector.FloatOps;
import org.jspecify.annotations.Nullable;

/** The share of rows with few weights in dK or dV, the features of each key together. */
final class KeyRowSums {
  /** Features that are added together: as many rows as the first-level cache has ways. */
  private static final int TOGETHER = 8;

  private final VisibleKeys keys;
  private final int features;
  private final int columns;
  private final int length;
  private @Nullable FloatArena arena;
  private int start;

  KeyRowSums(VisibleKeys keys, int features) {
    this.keys = keys;
    this.features = features;
    columns = AttentionTask.columns(features);
    length = keys.count() * columns;
  }

  /** The array with the sums, [keys, columns]; zeros at first. */
  float[] sums() {
    FloatArena memory = arena;
    if (memory == null) {
      memory = FloatArena.borrow();
      arena = memory;
      start = memory.take(length);
      Arrays.fill(memory.floats(), start, start + length, 0);
    }
    return memory.floats();
  }

  /** Where the first sum is in that array. */
  int start() {
    return start;
  }

  /** Adds the sums of another task, which gives its memory back. */
  void take(KeyRowSums other) {
    if (other.arena != null) {
      float[] sums = sums();
      FloatOps.ROWS.add(sums, start, other.sums(), other.start, length, 1);
      other.close();
    }
  }

  /**
   * Adds the sums to a gradient and gives their memory back.
   *
   * @param gradient [features, T]
   * @param at where it begins
   * @param stride T
   */
  void addTo(float[] gradient, int at, int stride) {
    if (arena == null) {
      return;
    }
    float[] sums = sums();
    int whole = features - features % TOGETHER;
    for (int c = 0; c < whole; c += TOGETHER) {
      addEight(sums, c, gradient, at + c * stride, stride);
    }
    for (int c = whole; c < features; c++) {
      for (int key = 0; key < keys.count(); key++) {
        gradient[at + c * stride + keys.position(key)] += sums[start + key * columns + c];
      }
    }
    close();
  }

  private void addEight(float[] sums, int column, float[] gradient, int at, int stride) {
    for (int key = 0; key < keys.count(); key++) {
      int from = start + key * columns + column;
      int to = at + keys.position(key);
      gradient[to] += sums[from];
      gradient[to + stride] += sums[from + 1];
      gradient[to + 2 * stride] += sums[from + 2];
      gradient[to + 3 * stride] += sums[from + 3];
      gradient[to + 4 * stride] += sums[from + 4];
      gradient[to + 5 * stride] += sums[from + 5];
      gradient[to + 6 * stride] += sums[from + 6];
      gradient[to + 7 * stride] += sums[from + 7];
    }
  }

  private void close() {
    if (arena != null) {
      arena.close();
      arena = null;
    }
  }
}
