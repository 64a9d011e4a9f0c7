package org.attention4j.kernel;

import java.util.function.IntToDoubleFunction;

/** How many of the largest scores have a share of the exponentials of all, without sorting them. */
final class MassSelection {
  private MassSelection() {}

  /**
   * The smallest k for which the k largest scores z have {@code Σ e^(z - max)} of at least the
   * share of that of all. As quickselect ({@link Selection#largest}), which goes on in that part
   * where the sum is reached.
   *
   * @param score the score at a place; none of them NaN
   * @param count how many places there are
   * @param max the largest score
   * @param share above 0 and below 1 by more than the rounding of the sums
   * @param scratch room for 2 count numbers
   */
  static int count(
      IntToDoubleFunction score, int count, double max, double share, double[] scratch) {
    double total = 0;
    for (int i = 0; i < count; i++) {
      scratch[i] = score.applyAsDouble(i) - max;
      scratch[count + i] = Math.exp(scratch[i]);
      total += scratch[count + i];
    }
    double wanted = share * total;
    int low = 0;
    int high = count - 1;
    double mass = 0;
    while (high - low > Selection.FEW) {
      double pivot = Selection.median(scratch[low], scratch[(low + high) >>> 1], scratch[high]);
      int i = low;
      int j = high;
      while (i <= j) {
        while (scratch[i] > pivot) {
          i++;
        }
        while (scratch[j] < pivot) {
          j--;
        }
        if (i <= j) {
          swap(scratch, count, i++, j--);
        }
      }
      double above = mass;
      for (int m = low; m <= j; m++) {
        above += scratch[count + m];
      }
      if (above >= wanted) {
        high = j;
        continue;
      }
      // Between j and i there is at most one, the pivot itself.
      for (int m = j + 1; m < i; m++) {
        above += scratch[count + m];
        if (above >= wanted) {
          return m + 1;
        }
      }
      mass = above;
      low = i;
    }
    sortDescending(scratch, count, low, high);
    for (int m = low; m < high; m++) {
      mass += scratch[count + m];
      if (mass >= wanted) {
        return m + 1;
      }
    }
    return high + 1;
  }

  private static void swap(double[] scratch, int count, int i, int j) {
    double score = scratch[i];
    scratch[i] = scratch[j];
    scratch[j] = score;
    double weight = scratch[count + i];
    scratch[count + i] = scratch[count + j];
    scratch[count + j] = weight;
  }

  private static void sortDescending(double[] scratch, int count, int low, int high) {
    for (int i = low + 1; i <= high; i++) {
      for (int j = i; j > low && scratch[j - 1] < scratch[j]; j--) {
        swap(scratch, count, j - 1, j);
      }
    }
  }
}
