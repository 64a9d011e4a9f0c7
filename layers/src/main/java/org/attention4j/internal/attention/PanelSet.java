package org.attention4j.internal.attention;

import java.util.Arrays;
import org.attention4j.internal.vector.FloatOps;

/** A set of panels of the visible keys, such as those that hold a weight of a row. */
final class PanelSet {
  private static final int PANEL = AttentionTask.PANEL;

  private final int[] bits;

  /** Panels of columns, before they become panels of keys. */
  private final int[] ofColumns;

  /**
   * Makes an empty set.
   *
   * @param keys how many keys there are at most
   */
  PanelSet(int keys) {
    bits = new int[words(keys)];
    ofColumns = new int[bits.length];
  }

  /** How many numbers {@link #save} writes. */
  static int words(int keys) {
    return ceil(ceil(keys, PANEL), Integer.SIZE);
  }

  private static int ceil(int number, int divisor) {
    return (number + divisor - 1) / divisor;
  }

  void clear() {
    Arrays.fill(bits, 0);
  }

  /** Adds the panels of the columns in which a row has a number that is not zero. */
  void addNonZero(float[] x, int row, BlockKeys block) {
    Arrays.fill(ofColumns, 0);
    FloatOps.ROWS.nonZeroPanels(x, row, block.panels(), PANEL, ofColumns);
    for (int panel = 0; panel < block.panels(); panel++) {
      if (has(ofColumns, panel)) {
        set(bits, block.key(panel * PANEL) / PANEL);
      }
    }
  }

  /** Adds a set that {@link #save} wrote. */
  void add(int[] saved, int from) {
    for (int i = 0; i < bits.length; i++) {
      bits[i] |= saved[from + i];
    }
  }

  void save(int[] to, int from) {
    System.arraycopy(bits, 0, to, from, bits.length);
  }

  /** Whether the panel of a key is in the set. */
  boolean has(int key) {
    return has(bits, key / PANEL);
  }

  private static void set(int[] bits, int panel) {
    bits[panel / Integer.SIZE] |= 1 << panel % Integer.SIZE;
  }

  private static boolean has(int[] bits, int panel) {
    return (bits[panel / Integer.SIZE] >>> panel % Integer.SIZE & 1) != 0;
  }
}
