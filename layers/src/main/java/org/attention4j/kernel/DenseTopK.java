package org.attention4j.kernel;

/**
 * softmax over the k largest entries of rows of {@code float} where these are many: a threshold
 * that exactly k entries reach, and passes over the whole row in place of a list of indices.
 *
 * <p>The threshold is sought between two that at least k and that fewer entries reach, by
 * interpolation and by halving. Rows of a head are alike: the search begins where the last row's
 * ended. What it finds does not depend on that: it is the k-th largest entry.
 */
final class DenseTopK {
  /** With fewer wanted entries than this share of the row, their indices are worth a list. */
  private static final int SHARE = 6;

  /** The step away from the first guess grows by this factor. */
  private static final int GROWTH = 4;

  /** By how many entries a first guess may be wrong at least. */
  private static final int UNSURE = 8;

  /** Every third step halves. */
  private static final int HALVING = 3;

  /**
   * From here on every other step leaves out the lowest entries that are left, as among ties. The
   * others halve the floats between the thresholds, whose distances may differ much.
   */
  private static final int LATE = 12;

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
   * Finds the k-th largest entry.
   *
   * @param k below the length
   * @param max the largest entry; no entry is NaN
   * @return the entry; NaN if more than k entries reach it
   */
  static float threshold(FloatRow row, int k, double max) {
    return new DenseTopK(row, k).search((float) max);
  }

  private float search(float max) {
    RowWorkspace workspace = row.workspace();
    bracket(max, workspace);
    if (atLow > atHigh && high > low) {
      workspace.density = (atLow - atHigh) / (high - low);
    }
    for (int step = 1; atLow != k; step++) {
      boolean late = step >= LATE && step % 2 == 0;
      float next = late ? Math.nextUp(row.smallestAtLeast(low)) : middle(step);
      if (atLow < k || !(next > low && next < high)) {
        return Float.NaN;
      }
      int reached = row.count(next);
      if (reached >= k) {
        low = next;
        atLow = reached;
      } else if (late) {
        return Float.NaN; // what was left out are more than one k-th largest entry
      } else {
        high = next;
        atHigh = reached;
      }
    }
    float found = row.smallestAtLeast(low);
    workspace.keepDistance(max - found);
    return found;
  }

  /** Two thresholds, the lower of which at least k entries reach, and fewer the other one. */
  private void bracket(float max, RowWorkspace workspace) {
    low = Math.max(max - workspace.distance, -Float.MAX_VALUE);
    atLow = row.count(low);
    high = low;
    atHigh = atLow;
    float wanted = (Math.abs(atLow - k) + UNSURE) / workspace.density;
    float step = Math.max(Math.min(wanted, workspace.distance), Math.ulp(low));
    while (atLow < k && low > -Float.MAX_VALUE) {
      high = low;
      atHigh = atLow;
      low = Math.max(low - step, -Float.MAX_VALUE);
      atLow = row.count(low);
      step *= GROWTH;
    }
    float above = Math.nextUp(max);
    while (atHigh >= k && atLow != k) {
      low = high;
      atLow = atHigh;
      high = Math.min(high + step, above);
      atHigh = high == above ? 0 : row.count(high);
      step *= GROWTH;
    }
  }

  private float middle(int step) {
    if (step >= LATE) {
      int lowest = order(low);
      return ofOrder((int) (lowest + ((long) order(high) - lowest) / 2));
    }
    if (step % HALVING != 0) {
      float share = (atLow - k + 0.5f) / (atLow - atHigh);
      float middle = low + (high - low) * share;
      if (middle > low && middle < high) {
        return middle;
      }
    }
    return low / 2 + high / 2;
  }

  /** The bits of a float as an integer, of which the order is that of floats. */
  private static int order(float x) {
    return ofMagnitude(Float.floatToIntBits(x));
  }

  private static float ofOrder(int order) {
    return Float.intBitsToFloat(ofMagnitude(order));
  }

  /** Turns the magnitude of what is negative around, and back. */
  private static int ofMagnitude(int bits) {
    return bits < 0 ? bits ^ Integer.MAX_VALUE : bits;
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
