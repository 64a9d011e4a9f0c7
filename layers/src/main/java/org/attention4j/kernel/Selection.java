package org.attention4j.kernel;

/** The k-th largest of some numbers without sorting them. */
final class Selection {
  /** Below this many, insertion beats another partition. */
  private static final int FEW = 16;

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

  private static double median(double a, double b, double c) {
    return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
  }
}
