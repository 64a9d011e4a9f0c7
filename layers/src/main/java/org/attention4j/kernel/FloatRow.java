package org.attention4j.kernel;

import java.util.Arrays;

/** A row of {@code float}, on whichever road {@link Lanes} has chosen. */
public final class FloatRow extends Row {
  private static final Lanes LANES = Lanes.LANES;

  /** Of so many too many entries the smallest are quickly taken out. */
  static final int CLOSE = 16;

  /** Enough for all but near ties. */
  private static final int MOST_HALVINGS = 24;

  private final RowPad pad;
  private float[] values = {};
  private int from;
  private int length;

  /** Makes a row that is yet to be laid over an array. */
  public FloatRow() {
    this(new RowPad());
  }

  FloatRow(RowPad pad) {
    this.pad = pad;
  }

  /**
   * Lays this row over a stretch of an array.
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
    return LANES.max(values, from, length);
  }

  @Override
  public double sum() {
    return LANES.sum(values, from, length);
  }

  @Override
  public double dot(Row other) {
    FloatRow that = (FloatRow) other;
    return LANES.dot(values, from, that.values, that.from, length);
  }

  @Override
  public void affine(double shift, double factor) {
    LANES.affine(values, from, length, (float) shift, (float) factor);
  }

  @Override
  public void add(Row other, double factor) {
    FloatRow that = (FloatRow) other;
    LANES.add(values, from, that.values, that.from, length, (float) factor);
  }

  @Override
  public void copy(Row other) {
    FloatRow that = (FloatRow) other;
    System.arraycopy(that.values, that.from, values, from, length);
  }

  @Override
  public double exp(double shift, double factor) {
    return LANES.exp(values, from, length, (float) shift, (float) factor);
  }

  @Override
  public void center(Row weights, double mean, double factor) {
    FloatRow that = (FloatRow) weights;
    LANES.center(values, from, that.values, that.from, length, (float) mean, (float) factor);
  }

  @Override
  public int atLeast(double threshold) {
    float rounded = (float) threshold;
    float below = rounded > threshold ? Math.nextDown(rounded) : rounded;
    return LANES.atLeast(values, from, length, below, pad.indices(length));
  }

  @Override
  public int[] indices() {
    return pad.indices(length);
  }

  @Override
  public double[] scratch() {
    return pad.numbers(length);
  }

  @Override
  public void sigmoid(double shift) {
    LANES.sigmoid(values, from, length, (float) shift);
  }

  @Override
  public Row spare(int length) {
    return new FloatRow(pad).over(pad.floats(length), 0, length);
  }

  @Override
  Row detached() {
    float[] copy = Arrays.copyOfRange(values, from, from + length);
    return new FloatRow(pad).over(copy, 0, length);
  }

  /** Steps down from the largest entry until k are reached, then halves the last step. */
  @Override
  double lowerBound(int k) {
    float high = LANES.max(values, from, length);
    float low = high;
    float step = 1;
    while (LANES.count(values, from, length, low) < k) {
      high = low;
      low -= step;
      step *= 2;
      if (!(low > -Float.MAX_VALUE)) {
        return Float.NEGATIVE_INFINITY;
      }
    }
    for (int i = 0; i < MOST_HALVINGS; i++) {
      float middle = low + (high - low) / 2;
      if (middle <= low || middle >= high) {
        break;
      }
      int reached = LANES.count(values, from, length, middle);
      if (reached < k) {
        high = middle;
      } else {
        low = middle;
        if (reached - k <= CLOSE) {
          break;
        }
      }
    }
    return low;
  }
}
