package org.attention4j.kernel;

/**
 * softmax over the k largest entries of rows of {@code float} where these are many: a threshold
 * that exactly k entries reach, and passes over the whole row in place of a list of indices.
 *
 * <p>The threshold is sought between two that at least k and that fewer entries reach, by
 * interpolation and by halving. Rows of a head are alike: the search begins where the last row's
 * ended. That changes no weight: any number between the k-th largest entry and the next one is
 * found if there is one, and they all give the same weights.
 */
final class DenseTopK {
  /** With fewer wanted entries than this share of the row, their indices are worth a list. */
  private static final int SHARE = 6;

  /** The step away from the first guess grows by this factor. */
  private static final int GROWTH = 4;

  /** By how many entries a first guess may be wrong at least. */
  private static final int UNSURE = 8;

  /** Every third step halves, and later, as among ties, every second one. */
  private static final int HALVING = 3;

  private static final int LATER = 9;

  private final FloatRow row;
  private final int k;
  private float low;
  private float high;

  /** How many entries reach the two. */
  private int atLow;

  private int atHigh;

  private DenseTopK(FloatRow row, int k) {
    this.row = row;
    this.k = k;
  }

  /** Whether so many wanted entries are better found by passes over the whole row. */
  static boolean suits(int k, int length) {
    return k < length && k > length / SHARE;
  }

  /**
   * Finds a threshold.
   *
   * @param k below the length
   * @param max the largest entry; no entry is NaN
   * @return what exactly k entries reach; NaN if there is no such number
   */
  static float threshold(FloatRow row, int k, double max) {
    return new DenseTopK(row, k).search((float) max);
  }

  private float search(float max) {
    RowWorkspace workspace = row.workspace();
    bracket(max, workspace);
    if (atLow < k) {
      return Float.NaN;
    }
    for (int step = 1; atLow != k; step++) {
      float middle = middle(step);
      if (!(middle > low && middle < high)) {
        return Float.NaN;
      }
      int reached = row.countAtLeast(middle);
      if (reached >= k) {
        low = middle;
        atLow = reached;
      } else {
        high = middle;
        atHigh = reached;
      }
      if (step == 1) {
        workspace.density = (atLow - atHigh) / (high - low);
      }
    }
    workspace.distance = Math.max(max - low, RowWorkspace.LEAST_DISTANCE);
    return low;
  }

  /** Two thresholds, the lower of which at least k entries reach, and fewer the other one. */
  private void bracket(float max, RowWorkspace workspace) {
    low = Math.max(max - workspace.distance, -Float.MAX_VALUE);
    atLow = row.countAtLeast(low);
    high = low;
    atHigh = atLow;
    float step = Math.min((Math.abs(atLow - k) + UNSURE) / workspace.density, workspace.distance);
    while (atLow < k && low > -Float.MAX_VALUE) {
      high = low;
      atHigh = atLow;
      low = Math.max(low - step, -Float.MAX_VALUE);
      atLow = row.countAtLeast(low);
      step *= GROWTH;
    }
    float above = Math.nextUp(max);
    while (atHigh >= k && atLow != k) {
      low = high;
      atLow = atHigh;
      high = Math.min(high + step, above);
      atHigh = high == above ? 0 : row.countAtLeast(high);
      step *= GROWTH;
    }
  }

  private float middle(int step) {
    if (step % (step < LATER ? HALVING : 2) != 0) {
      float share = (atLow - k + 0.5f) / (atLow - atHigh);
      float middle = low + (high - low) * share;
      if (middle > low && middle < high) {
        return middle;
      }
    }
    return low / 2 + high / 2;
  }

  /**
   * Replaces the entries that reach a threshold by factor · e^(x_i - max), the others by zero.
   *
   * @return the sum of the new entries
   */
  static double weights(FloatRow row, float threshold, double max, double factor) {
    FloatRow scores = (FloatRow) row.spare(row.length());
    scores.copy(row);
    row.exp(max, factor);
    return row.keepAtLeast(scores, threshold);
  }
}
