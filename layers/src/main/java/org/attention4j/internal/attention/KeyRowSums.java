package org.attention4j.internal.attention;

import java.util.Arrays;
import org.attention4j.internal.memory.FloatArrays;
import org.attention4j.internal.vector.FloatOps;

/** The share of rows with few weights in dK or dV, the features of each key together. */
final class KeyRowSums {
  /** Features that are added together: as many rows as the first-level cache has ways. */
  private static final int TOGETHER = 8;

  private final VisibleKeys keys;
  private final int features;
  private final int columns;
  private final float[] sums;
  private boolean used;

  /** Takes the memory; the same thread gives it back. */
  KeyRowSums(VisibleKeys keys, int features) {
    this.keys = keys;
    this.features = features;
    columns = AttentionTask.columns(features);
    sums = FloatArrays.take(keys.count() * columns);
  }

  /** The sums, [keys, columns]; zeros at first. */
  float[] sums() {
    if (!used) {
      used = true;
      Arrays.fill(sums, 0);
    }
    return sums;
  }

  void add(KeyRowSums other) {
    if (other.used) {
      FloatOps.ROWS.add(sums(), 0, other.sums, 0, sums.length, 1);
    }
  }

  /**
   * Adds the sums to a gradient.
   *
   * @param gradient [features, T]
   * @param start where it begins
   * @param stride T
   */
  void addTo(float[] gradient, int start, int stride) {
    if (!used) {
      return;
    }
    int whole = features - features % TOGETHER;
    for (int c = 0; c < whole; c += TOGETHER) {
      addEight(gradient, start + c * stride, stride, c);
    }
    for (int c = whole; c < features; c++) {
      for (int key = 0; key < keys.count(); key++) {
        gradient[start + c * stride + keys.position(key)] += sums[key * columns + c];
      }
    }
  }

  private void addEight(float[] gradient, int start, int stride, int column) {
    for (int key = 0; key < keys.count(); key++) {
      int from = key * columns + column;
      int to = start + keys.position(key);
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

  void giveBack() {
    FloatArrays.giveBack(sums);
  }
}
