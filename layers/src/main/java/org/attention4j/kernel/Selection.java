package org.attention4j.kernel;

import java.util.function.IntToDoubleFunction;

/** The k-th largest of some numbers, and where the k largest stand, without sorting them. */
final class Selection {
  /** Below this many, insertion beats another partition. */
  static final int FEW = 16;

  private Selection() {}

  /**
   * The k-th largest of the first numbers, which are reordered (Hoare's quickselect).
   *
   * @param numbers none of them NaN
   * @param count how many of them count
   * @param k from 1 to count
   */
  static double largest(double[] numbers, int count, int k) {
    int low = 0;
    int high = count - 1;
    int wanted = k - 1;
    while (high - low > FEW) {
      double pivot = median(numbers[low], numbers[(low + high) >>> 1], numbers[high]);
      int i = low;
      int j = high;
      while (i <= j) {
        while (numbers[i] > pivot) {
          i++;
        }
        while (numbers[j] < pivot) {
          j--;
        }
        if (i <= j) {
          double swapped = numbers[i];
          numbers[i++] = numbers[j];
          numbers[j--] = swapped;
        }
      }
      if (wanted <= j) {
        high = j;
      } else if (wanted >= i) {
        low = i;
      } else {
        return numbers[wanted];
      }
    }
    sortDescending(numbers, low, high);
    return numbers[wanted];
  }

  /**
   * The places of the k largest numbers, ascending; of those equal to the smallest of them the last
   * are left out.
   *
   * @param number the number at a place; none of them NaN
   * @param count how many places there are
   * @param k from 1 to count
   * @param scratch room for count numbers
   * @param places gets the k places
   */
  static void places(IntToDoubleFunction number, int count, int k, double[] scratch, int[] places) {
    for (int i = 0; i < count; i++) {
      scratch[i] = number.applyAsDouble(i);
    }
    double threshold = largest(scratch, count, k);
    int ties = k;
    for (int i = 0; i < count; i++) {
      ties -= number.applyAsDouble(i) > threshold ? 1 : 0;
    }
    int found = 0;
    for (int i = 0; i < count; i++) {
      double x = number.applyAsDouble(i);
      if (x > threshold || (x == threshold && ties-- > 0)) {
        places[found++] = i;
      }
    }
  }

  private static void sortDescending(double[] numbers, int low, int high) {
    for (int i = low + 1; i <= high; i++) {
      double number = numbers[i];
      int j = i - 1;
      while (j >= low && numbers[j] < number) {
        numbers[j + 1] = numbers[j--];
      }
      numbers[j + 1] = number;
    }
  }

  static double median(double a, double b, double c) {
    return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
  }
}
