package org.attention4j.kernel;

import org.attention4j.internal.vector.FloatOps;

/**
 * What {@link MassSelection} counts, for a row of {@code float} and at a fraction of its cost: all
 * in FLOAT, as long as its rounding cannot change the count.
 */
final class FloatMass {
  /** The rounding leaves the count open. */
  static final int OPEN = -1;

  /** Entries whose exponentials are summed in FLOAT; sums of blocks are added in DOUBLE. */
  private static final int BLOCK = 128;

  /**
   * The largest error of a sum of exponentials, relative to that of all of them, and of that one
   * itself: twice 2.4e-7 for an exponential, 8e-7 for its argument, a difference of the size of log
   * n where exponentials count, and 2e-6 for the sums of a block with vectors of four.
   */
  private static final double ERROR = 0x1p-17;

  /** So many scores are sorted in the end. */
  private static final int FEW = 24;

  private static final int MAX_HALVINGS = 24;

  /** Further below the largest score nothing has a weight that counts. */
  private static final float FARTHEST = 100;

  private final float[] x;
  private final int from;
  private final int length;
  private final float[] weights;

  private FloatMass(float[] x, int from, int length, float[] weights) {
    this.x = x;
    this.from = from;
    this.length = length;
    this.weights = weights;
  }

  /**
   * As {@link MassSelection#count}.
   *
   * @return k, or {@link #OPEN}
   */
  static int count(
      float[] x, int from, int length, float max, double share, RowWorkspace workspace) {
    float[] weights = workspace.floats(length);
    System.arraycopy(x, from, weights, 0, length);
    double total = 0;
    for (int i = 0; i < length; i += BLOCK) {
      total += FloatOps.ROWS.exp(weights, i, Math.min(BLOCK, length - i), max, 1);
    }
    return new FloatMass(x, from, length, weights)
        .count(max, share * total, ERROR * total, workspace);
  }

  /**
   * A threshold that what is wanted lies above steps down from the largest score, then it and the
   * one before are brought together until few scores lie between.
   */
  private int count(float max, double wanted, double error, RowWorkspace workspace) {
    float high = Math.nextUp(max);
    double above = 0;
    int countAbove = 0;
    float distance = workspace.massDistance;
    float low = max - distance;
    double reached = mass(low);
    while (reached < wanted) {
      high = low;
      above = reached;
      distance *= 2;
      if (distance > FARTHEST) {
        return OPEN;
      }
      low = max - distance;
      reached = mass(low);
    }
    if (above > 0) {
      countAbove = FloatOps.ROWS.count(x, from, length, high);
    }
    int count = FloatOps.ROWS.count(x, from, length, low);
    for (int i = 0; i < MAX_HALVINGS && count - countAbove > FEW; i++) {
      float middle = low + (high - low) / 2;
      double mass = mass(middle);
      if (mass < wanted) {
        high = middle;
        above = mass;
        countAbove = FloatOps.ROWS.count(x, from, length, middle);
      } else {
        low = middle;
        count = FloatOps.ROWS.count(x, from, length, middle);
      }
    }
    workspace.massDistance = Math.max(max - low, RowWorkspace.LEAST_DISTANCE);
    return count - countAbove > FEW || above > wanted - error
        ? OPEN
        : countBetween(low, high, countAbove, above, wanted, error, workspace);
  }

  /** Σ of the weights of the scores that reach a threshold. */
  private double mass(float threshold) {
    double sum = 0;
    for (int i = 0; i < length; i += BLOCK) {
      int block = Math.min(BLOCK, length - i);
      sum += FloatOps.ROWS.sumAtLeast(x, from + i, weights, i, block, threshold);
    }
    return sum;
  }

  /** Takes the scores between two thresholds one by one, the largest first. */
  private int countBetween(
      float low,
      float high,
      int countAbove,
      double above,
      double wanted,
      double error,
      RowWorkspace workspace) {
    int[] indices = workspace.indices(length);
    int found = FloatOps.ROWS.atLeast(x, from, length, low, indices);
    int few = 0;
    for (int j = 0; j < found; j++) {
      if (x[from + indices[j]] < high) {
        indices[few++] = indices[j];
      }
    }
    sortDescending(indices, few);
    double mass = above;
    for (int j = 0; j < few; j++) {
      mass += weights[indices[j]];
      if (mass > wanted - error) {
        return mass >= wanted + error ? countAbove + j + 1 : OPEN;
      }
    }
    return OPEN;
  }

  private void sortDescending(int[] indices, int count) {
    for (int i = 1; i < count; i++) {
      int index = indices[i];
      int j = i - 1;
      while (j >= 0 && x[from + indices[j]] < x[from + index]) {
        indices[j + 1] = indices[j--];
      }
      indices[j + 1] = index;
    }
  }
}
