package org.attention4j.kernel;

import java.util.Arrays;
import org.attention4j.internal.vector.FloatOps;

/** A row of {@code float}. {@link FloatOps} picks how its operations run. */
public final class FloatRow extends Row {

  /** A lower bound of the k-th largest entry may let k / 4 + 16 more entries pass. */
  private static final int SLACK = 16;

  private static final int SLACK_SHARE = 4;

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
  int count(double threshold) {
    float rounded = (float) threshold;
    float below = rounded > threshold ? Math.nextDown(rounded) : rounded;
    return FloatOps.ROWS.count(values, from, length, below);
  }

  /** The number of the x_i above t, Σ (x_i - t) and Σ (x_i - t)² over them. */
  void sumsAbove(double t, double[] sums) {
    float high = (float) t;
    FloatOps.ROWS.sumsAbove(values, from, length, high, (float) (t - high), sums);
  }

  /** Replaces x_i by max(0, x_i - t)²; returns the sum of the new entries. */
  double excess(double t) {
    float high = (float) t;
    return FloatOps.ROWS.squaredExcess(values, from, length, high, (float) (t - high));
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
  public Row spare(int length) {
    return new FloatRow(workspace).over(workspace.floats(length), 0, length);
  }

  @Override
  Row first(int length) {
    return new FloatRow(workspace).over(values, from, length);
  }

  @Override
  void limit(double size) {
    float bound = (float) size;
    for (int i = from; i < from + length; i++) {
      values[i] = Math.max(-bound, Math.min(bound, values[i]));
    }
  }

  @Override
  Row detached() {
    float[] copy = Arrays.copyOfRange(values, from, from + length);
    return new FloatRow(workspace).over(copy, 0, length);
  }

  @Override
  double lowerBound(int k) {
    return reachedBy(k, k + k / SLACK_SHARE + SLACK);
  }

  @Override
  double threshold(int k) {
    float bound = reachedBy(k, k);
    if (FloatOps.ROWS.count(values, from, length, bound) == k) {
      return bound;
    }
    double[] numbers = workspace.numbers(length);
    for (int i = 0; i < length; i++) {
      numbers[i] = values[from + i];
    }
    return Selection.largest(numbers, length, k);
  }

  /**
   * A value that at least k entries reach, and at most max if halving finds one: steps down from
   * the largest entry until k entries reach the value, then halves the last step.
   */
  private float reachedBy(int k, int max) {
    float high = FloatOps.ROWS.max(values, from, length);
    float low = high;
    float step = 1;
    int reached = FloatOps.ROWS.count(values, from, length, low);
    while (reached < k) {
      high = low;
      low -= step;
      step *= 2;
      if (!(low > -Float.MAX_VALUE)) {
        return Float.NEGATIVE_INFINITY;
      }
      reached = FloatOps.ROWS.count(values, from, length, low);
    }
    for (int i = 0; i < MAX_HALVINGS && reached > max; i++) {
      float middle = low + (high - low) / 2;
      if (middle <= low || middle >= high) {
        break;
      }
      int more = FloatOps.ROWS.count(values, from, length, middle);
      if (more < k) {
        high = middle;
      } else {
        low = middle;
        reached = more;
      }
    }
    return low;
  }
}
