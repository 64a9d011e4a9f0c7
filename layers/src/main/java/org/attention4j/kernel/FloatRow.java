package org.attention4j.kernel;

import java.util.Arrays;
import org.attention4j.internal.vector.FloatOps;
import org.attention4j.internal.vector.RowOps;

/** A row of {@code float}. {@link FloatOps} picks how its operations run. */
public final class FloatRow extends Row {

  /** In a whole row a bound is close enough if at most 2 k and so many more entries reach it. */
  private static final int SLACK = 32;

  /**
   * Classes for each entry that is wanted. Most then hold none of the k largest, and few hold two.
   */
  private static final int CLASSES_PER_ENTRY = 4;

  /** Entries from which on a {@link #sample} tells something of its row. */
  static final int SAMPLED = 1024;

  /** A sample has as many parts, and is so small a share of its row. */
  private static final int SAMPLED_PARTS = 8;

  /** Entries that are summed in FLOAT; sums of these are added in DOUBLE. */
  private static final int BLOCK = 512;

  /**
   * An upper limit of the roundings in a sum above a threshold: additions in vectors of four, and
   * the operations on each entry.
   */
  static final int SUMMED = BLOCK / 4 + 16;

  /** Enough for all but near ties. */
  private static final int MAX_HALVINGS = 24;

  private final RowWorkspace workspace;
  private float[] values = {};
  private int from;
  private int length;

  /** Makes an empty row; {@link #over} gives it entries. */
  public FloatRow() {
    this(new RowWorkspace());
  }

  FloatRow(RowWorkspace workspace) {
    this.workspace = workspace;
  }

  /**
   * Lays this row over part of an array.
   *
   * @param values the array
   * @param from where the row begins
   * @param length the number of entries
   * @return this
   */
  public FloatRow over(float[] values, int from, int length) {
    this.values = values;
    this.from = from;
    this.length = length;
    return this;
  }

  @Override
  public int length() {
    return length;
  }

  @Override
  public double get(int i) {
    return values[from + i];
  }

  @Override
  public void set(int i, double value) {
    values[from + i] = (float) value;
  }

  @Override
  public void fill(double value) {
    Arrays.fill(values, from, from + length, (float) value);
  }

  @Override
  public double max() {
    return FloatOps.ROWS.max(values, from, length);
  }

  @Override
  public double sum() {
    return FloatOps.ROWS.sum(values, from, length);
  }

  @Override
  public double dot(Row other) {
    FloatRow that = (FloatRow) other;
    return FloatOps.ROWS.dot(values, from, that.values, that.from, length);
  }

  @Override
  public void affine(double shift, double factor) {
    FloatOps.ROWS.affine(values, from, length, (float) shift, (float) factor);
  }

  @Override
  public void add(Row other, double factor) {
    FloatRow that = (FloatRow) other;
    FloatOps.ROWS.add(values, from, that.values, that.from, length, (float) factor);
  }

  @Override
  public void copy(Row other) {
    FloatRow that = (FloatRow) other;
    System.arraycopy(that.values, that.from, values, from, length);
  }

  @Override
  public double exp(double shift, double factor) {
    return FloatOps.ROWS.exp(values, from, length, (float) shift, (float) factor);
  }

  @Override
  public void center(Row weights, double mean, double factor) {
    FloatRow that = (FloatRow) weights;
    FloatOps.ROWS.center(
        values, from, that.values, that.from, length, (float) mean, (float) factor);
  }

  @Override
  public int atLeast(double threshold) {
    float rounded = (float) threshold;
    float below = rounded > threshold ? Math.nextDown(rounded) : rounded;
    return FloatOps.ROWS.atLeast(values, from, length, below, workspace.indices(length));
  }

  /** How many entries reach a threshold; perhaps also some that lie below it by its rounding. */
  int countAbout(double threshold) {
    float rounded = (float) threshold;
    float below = rounded > threshold ? Math.nextDown(rounded) : rounded;
    return FloatOps.ROWS.count(values, from, length, below);
  }

  /** The number of the x_i above t, Σ (x_i - t) and Σ (x_i - t)² over them. */
  void sumsAbove(double t, double[] sums) {
    float high = (float) t;
    sumsAbove(high, (float) (t - high), sums);
  }

  /** The same for the rounded x_i - s above t, and what these are more than t. */
  void sumsAbove(float s, float t, double[] sums) {
    double count = 0;
    double sum = 0;
    double squares = 0;
    for (int at = 0; at < length; at += BLOCK) {
      FloatOps.ROWS.sumsAbove(values, from + at, Math.min(BLOCK, length - at), s, t, sums);
      count += sums[0];
      sum += sums[1];
      squares += sums[2];
    }
    sums[0] = count;
    sums[1] = sum;
    sums[2] = squares;
  }

  /** Replaces x_i by max(0, x_i - t)², t = high + low; returns the sum of the new entries. */
  double squaredExcess(float high, float low) {
    double sum = 0;
    for (int at = 0; at < length; at += BLOCK) {
      int block = Math.min(BLOCK, length - at);
      sum += FloatOps.ROWS.squaredExcess(values, from + at, block, high, low);
    }
    return sum;
  }

  /** Replaces x_i by max(0, x_i - t), t = high + low; returns the sum of the new entries. */
  double excess(float high, float low) {
    double sum = 0;
    for (int at = 0; at < length; at += BLOCK) {
      sum += FloatOps.ROWS.excess(values, from + at, Math.min(BLOCK, length - at), high, low);
    }
    return sum;
  }

  /** Zeros where another row of the same length does not reach a threshold; returns the sum. */
  double keepAtLeast(FloatRow other, float threshold) {
    return FloatOps.ROWS.keepAtLeast(values, from, other.values, other.from, length, threshold);
  }

  /** How many entries reach a threshold. */
  int count(float threshold) {
    return FloatOps.ROWS.count(values, from, length, threshold);
  }

  /** The smallest entry that reaches a threshold; infinity if none does. */
  float smallestAtLeast(float threshold) {
    return FloatOps.ROWS.smallestAtLeast(values, from, length, threshold);
  }

  /** Takes over the roots of the entries of another row of the same length. */
  void root(FloatRow other) {
    FloatOps.ROWS.root(values, from, other.values, other.from, length);
  }

  /** Ones where the entries of another row of the same length are positive, zeros elsewhere. */
  void support(FloatRow other) {
    FloatOps.ROWS.support(values, from, other.values, other.from, length);
  }

  @Override
  public int[] indices() {
    return workspace.indices(length);
  }

  @Override
  public double[] scratch() {
    return workspace.numbers(length);
  }

  @Override
  public void sigmoid(double shift) {
    FloatOps.ROWS.sigmoid(values, from, length, (float) shift);
  }

  @Override
  void softCap(double cap) {
    FloatOps.ROWS.softCap(values, from, length, (float) cap);
  }

  @Override
  void softCapSlope(Row scores, double cap) {
    FloatRow that = (FloatRow) scores;
    FloatOps.ROWS.softCapSlope(values, from, that.values, that.from, length, (float) cap);
  }

  /**
   * About an eighth of the entries, from all over the row, for a first guess of what the whole row
   * will need.
   *
   * @return a spare row
   */
  FloatRow sample() {
    int part = length / (SAMPLED_PARTS * SAMPLED_PARTS);
    float[] sample = workspace.floats(SAMPLED_PARTS * part);
    for (int i = 0; i < SAMPLED_PARTS; i++) {
      int start = from + (int) ((long) length * i / SAMPLED_PARTS);
      System.arraycopy(values, start, sample, i * part, part);
    }
    return new FloatRow(workspace).over(sample, 0, SAMPLED_PARTS * part);
  }

  /** What rows of this thread share. */
  RowWorkspace workspace() {
    return workspace;
  }

  @Override
  public Row spare(int length) {
    return new FloatRow(workspace).over(workspace.floats(length), 0, length);
  }

  @Override
  void limit(double size) {
    float bound = (float) size;
    for (int i = from; i < from + length; i++) {
      values[i] = Math.max(-bound, Math.min(bound, values[i]));
    }
  }

  @Override
  void limitedAffine(double shift, double factor) {
    FloatOps.ROWS.limitedAffine(
        values, from, length, (float) LARGEST_SCORE, (float) shift, (float) factor);
  }

  @Override
  Row detached() {
    float[] copy = Arrays.copyOfRange(values, from, from + length);
    return new FloatRow(workspace).over(copy, 0, length);
  }

  /**
   * First those above a lower bound, and of these few the exact ones: a pass over the whole row
   * costs much more than one over what is left.
   */
  @Override
  Row largest(int k, double max) {
    float low = lowerBound(k, (float) max);
    int[] indices = workspace.indices(length);
    int found = FloatOps.ROWS.atLeast(values, from, length, low, indices);
    float[] kept = workspace.floats(found);
    for (int j = 0; j < found; j++) {
      kept[j] = values[from + indices[j]];
    }
    if (found > k) {
      float threshold = halved(kept, 0, found, k, k, low, (float) max);
      int[] places = workspace.places(found);
      if (FloatOps.ROWS.atLeast(kept, 0, found, threshold, places) > k) {
        Selection.places(j -> kept[j], found, k, workspace.numbers(found), places);
      }
      for (int j = 0; j < k; j++) {
        kept[j] = kept[places[j]];
        indices[j] = indices[places[j]];
      }
    }
    return new FloatRow(workspace).over(kept, 0, k);
  }

  @Override
  int countOfShare(double share, double max) {
    int count = FloatMass.count(values, from, length, (float) max, share, workspace);
    return count == FloatMass.OPEN
        ? MassSelection.count(this::get, length, max, share, workspace.numbers(2 * length))
        : count;
  }

  /**
   * A value that at least k entries reach, and not many more as a rule. If the row is long, it is
   * sought among the largest entries of up to 4 k classes: each that reaches it holds an entry.
   */
  private float lowerBound(int k, float max) {
    int wanted = (CLASSES_PER_ENTRY * k + RowOps.CLASSES - 1) / RowOps.CLASSES;
    int classes = Math.min(wanted, length / 2 / RowOps.CLASSES) * RowOps.CLASSES;
    if (classes < 2 * k) {
      return lowerBound(values, from, length, k, 2 * k + SLACK, max);
    }
    float[] maxima = workspace.maxima(classes);
    FloatOps.ROWS.classMaxima(values, from, length, classes, maxima);
    return lowerBound(maxima, 0, classes, k, k + k / 4, max);
  }

  /**
   * A value that at least k of these entries reach, and at most {@code enough} unless there are
   * ties. Rows of a head are alike: the first guess is as far below the largest entry as the last
   * row's was. What is found in the end does not depend on it.
   */
  private float lowerBound(float[] x, int start, int count, int k, int enough, float max) {
    float distance = workspace.distance;
    float high = max;
    float low = max - distance;
    int reached = FloatOps.ROWS.count(x, start, count, low);
    while (reached < k) {
      high = low;
      distance *= 2;
      low = max - distance;
      reached = FloatOps.ROWS.count(x, start, count, low);
    }
    if (reached > enough) {
      low = halved(x, start, count, k, enough, low, high);
    }
    if (low > Float.NEGATIVE_INFINITY) {
      workspace.keepDistance(max - low);
    }
    return low;
  }

  /**
   * A value that at least k entries reach, and at most {@code most} if halving finds one.
   *
   * @param low a value that at least k entries reach
   * @param high at least the k-th largest entry
   */
  private static float halved(
      float[] x, int from, int length, int k, int most, float low, float high) {
    float lower = low;
    float upper = high;
    for (int i = 0; i < MAX_HALVINGS; i++) {
      float middle = lower + (upper - lower) / 2;
      if (middle <= lower || middle >= upper) {
        break;
      }
      int reached = FloatOps.ROWS.count(x, from, length, middle);
      if (reached < k) {
        upper = middle;
      } else {
        lower = middle;
        if (reached <= most) {
          break;
        }
      }
    }
    return lower;
  }
}
