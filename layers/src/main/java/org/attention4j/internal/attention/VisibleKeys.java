package org.attention4j.internal.attention;

import org.jspecify.annotations.Nullable;

/**
 * The keys of one example that are not masked, in their order. All later steps know these alone:
 * what stands at a masked key is never read.
 */
final class VisibleKeys {
  private final int[] positions;
  private final int count;

  /** For each key, how many visible ones have an earlier position. */
  private final int[] before;

  private final float[] floatPositions;

  /**
   * Finds the keys that are not masked.
   *
   * @param mask zero for a masked key; null if none is
   * @param from where the mask of this example begins
   * @param keys the number of keys
   */
  VisibleKeys(float @Nullable [] mask, int from, int keys) {
    positions = new int[keys];
    before = new int[keys + 1];
    floatPositions = new float[keys];
    int found = 0;
    for (int i = 0; i < keys; i++) {
      before[i] = found;
      if (mask == null || mask[from + i] != 0) {
        floatPositions[found] = i;
        positions[found++] = i;
      }
    }
    before[keys] = found;
    count = found;
  }

  /**
   * Finds the keys of each example; without a mask all share one object.
   *
   * @param mask zero for a masked key, [examples, keys]; null if none is
   * @param examples the number of examples
   * @param keys the number of keys
   */
  static VisibleKeys[] ofExamples(float @Nullable [] mask, int examples, int keys) {
    VisibleKeys[] all = new VisibleKeys[examples];
    for (int b = 0; b < examples; b++) {
      all[b] = mask == null && b > 0 ? all[0] : new VisibleKeys(mask, b * keys, keys);
    }
    return all;
  }

  int count() {
    return count;
  }

  /** How many visible keys have this position or an earlier one. */
  int upTo(long position) {
    return position < 0 ? 0 : before[(int) Math.min(position + 1, before.length - 1)];
  }

  int position(int index) {
    return positions[index];
  }

  float[] positions() {
    return floatPositions;
  }

  /** Whether these are the first keys of all, with no masked one between them. */
  boolean leading() {
    return count == 0 || positions[count - 1] == count - 1;
  }
}
