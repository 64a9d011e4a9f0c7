package org.attention4j.theory;

/** The n-th largest number of a row, without sorting the row: C. A. R. Hoare's quickselect. */
final class Selection {
  private Selection() {}

  /**
   * The n-th largest in the order of {@link Double#compare}, in which NaN is largest.
   *
   * @param row the numbers, which stay as they are
   * @param n from 1 to their count
   */
  static double largest(double[] row, int n) {
    long[] keys = new long[row.length];
    for (int i = 0; i < keys.length; i++) {
      keys[i] = key(Double.doubleToLongBits(row[i]));
    }
    return Double.longBitsToDouble(key(smallest(keys, keys.length - n)));
  }

  /** Orders the bits of doubles as their values; the map is its own inverse. */
  private static long key(long bits) {
    return bits ^ (bits >> 63 & Long.MAX_VALUE);
  }

  /** What would stand at the index if the keys were sorted; reorders them. */
  private static long smallest(long[] keys, int index) {
    int from = 0;
    int to = keys.length - 1;
    while (from < to) {
      long pivot = keys[(from + to) >>> 1];
      int left = from;
      int right = to;
      while (left <= right) {
        while (keys[left] < pivot) {
          left++;
        }
        while (keys[right] > pivot) {
          right--;
        }
        if (left <= right) {
          long key = keys[left];
          keys[left++] = keys[right];
          keys[right--] = key;
        }
      }
      if (index <= right) {
        to = right;
      } else if (index >= left) {
        from = left;
      } else {
        return keys[index];
      }
    }
    return keys[index];
  }
}
