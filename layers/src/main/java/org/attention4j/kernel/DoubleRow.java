package org.attention4j.kernel;

import java.util.Arrays;

/** A row of {@code double}, in plain loops. */
public final class DoubleRow extends Row {
  private final RowWorkspace workspace = new RowWorkspace();
  private double[] values = {};
  private int from;
  private int length;

  /** Makes an empty row; {@link #over} gives it entries. */
  public DoubleRow() {}

  /**
   * Lays this row over part of an array.
   *
   * @param values the array
   * @param from where the row begins
   * @param length the number of entries
   * @return this
   */
  public DoubleRow over(double[] values, int from, int length) {
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
    values[from + i] = value;
  }

  @Override
  public void fill(double value) {
    Arrays.fill(values, from, from + length, value);
  }

  @Override
  public double max() {
    double max = Double.NEGATIVE_INFINITY;
    for (int i = from; i < from + length; i++) {
      if (!(values[i] <= max)) { // rare, so cheaper than Math.max; NaN is not below anything
        if (Double.isNaN(values[i])) {
          return values[i];
        }
        max = values[i];
      }
    }
    return max;
  }

  @Override
  public double sum() {
    double sum = 0;
    for (int i = 0; i < length; i++) {
      sum += values[from + i];
    }
    return sum;
  }

  @Override
  public double dot(Row other) {
    DoubleRow that = (DoubleRow) other;
    double sum = 0;
    for (int i = 0; i < length; i++) {
      sum += values[from + i] * that.values[that.from + i];
    }
    return sum;
  }

  @Override
  public void affine(double shift, double factor) {
    for (int i = 0; i < length; i++) {
      values[from + i] = factor * (values[from + i] - shift);
    }
  }

  @Override
  public void add(Row other, double factor) {
    DoubleRow that = (DoubleRow) other;
    for (int i = 0; i < length; i++) {
      values[from + i] += factor * that.values[that.from + i];
    }
  }

  @Override
  public void copy(Row other) {
    DoubleRow that = (DoubleRow) other;
    System.arraycopy(that.values, that.from, values, from, length);
  }

  @Override
  public double exp(double shift, double factor) {
    double sum = 0;
    for (int i = 0; i < length; i++) {
      double e = factor * Math.exp(values[from + i] - shift);
      values[from + i] = e;
      sum += e;
    }
    return sum;
  }

  @Override
  public void center(Row weights, double mean, double factor) {
    DoubleRow that = (DoubleRow) weights;
    for (int i = 0; i < length; i++) {
      values[from + i] = factor * that.values[that.from + i] * (values[from + i] - mean);
    }
  }

  @Override
  public int atLeast(double threshold) {
    int[] indices = workspace.indices(length);
    int count = 0;
    for (int i = 0; i < length; i++) {
      if (values[from + i] >= threshold) {
        indices[count++] = i;
      }
    }
    return count;
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
    for (int i = 0; i < length; i++) {
      values[from + i] = 1 / (1 + Math.exp(shift - values[from + i]));
    }
  }

  @Override
  void softCap(double cap) {
    for (int i = from; i < from + length; i++) {
      values[i] = cap * Math.tanh(values[i] / cap);
    }
  }

  /** As 4 e / (1 + e)² with e = e^(-2 |z / cap|), which is exact where the slope is small, too. */
  @Override
  void softCapSlope(Row scores, double cap) {
    DoubleRow that = (DoubleRow) scores;
    for (int i = 0; i < length; i++) {
      double e = Math.exp(-2 * Math.abs(that.values[that.from + i] / cap));
      values[from + i] *= 4 * e / ((1 + e) * (1 + e));
    }
  }

  @Override
  public Row spare(int length) {
    return new DoubleRow().over(new double[length], 0, length);
  }

  @Override
  void limit(double size) {
    for (int i = from; i < from + length; i++) {
      values[i] = Math.max(-size, Math.min(size, values[i]));
    }
  }

  @Override
  void limitedAffine(double shift, double factor) {
    limit();
    affine(shift, factor);
  }

  @Override
  Row detached() {
    return new DoubleRow().over(Arrays.copyOfRange(values, from, from + length), 0, length);
  }

  @Override
  Row largest(int k, double max) {
    int[] indices = workspace.indices(length);
    Selection.places(this::get, length, k, workspace.numbers(length), indices);
    Row kept = spare(k);
    for (int j = 0; j < k; j++) {
      kept.set(j, get(indices[j]));
    }
    return kept;
  }

  @Override
  int countOfShare(double share, double max) {
    return MassSelection.count(this::get, length, max, share, workspace.numbers(2 * length));
  }
}
