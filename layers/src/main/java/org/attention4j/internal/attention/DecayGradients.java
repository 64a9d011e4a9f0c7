package org.attention4j.internal.attention;

import org.attention4j.internal.vector.FloatOps;

/**
 * The share of some queries in the gradient by the sums C of {@link HeadDecays}. A bias is {@code
 * C_i - C_j}, so each score's gradient counts at the query's position and, with the other sign, at
 * the key's.
 *
 * <p>Rows of scores are added up by key in FLOAT, as many as a tile has, and those sums in DOUBLE.
 */
final class DecayGradients {
  private final AttentionShape shape;
  private final VisibleKeys keys;

  /** By head of the group and position. */
  private final double[][] sums;

  /** By visible key, of the rows since the last {@link #flush}. */
  private final float[] columns;

  private int low;
  private int high;
  private int head;

  DecayGradients(AttentionShape shape, VisibleKeys keys) {
    this.shape = shape;
    this.keys = keys;
    sums = new double[shape.group()][shape.keys()];
    columns = new float[keys.count()];
    low = columns.length;
  }

  /** Goes on with a head of the group. */
  void head(int index) {
    head = index;
  }

  /** Adds the gradient of neighbouring scores of a row, those of the keys from {@code key} on. */
  void add(float[] x, int at, int count, int position, int key) {
    if (count > 0) {
      sums[head][position] += FloatOps.ROWS.sum(x, at, count);
      FloatOps.ROWS.add(columns, key, x, at, count, 1);
      low = Math.min(low, key);
      high = Math.max(high, key + count);
    }
  }

  /** Adds the gradient of one score. */
  void add(double gradient, int position, int keyPosition) {
    sums[head][position] += gradient;
    sums[head][keyPosition] -= gradient;
  }

  /** Ends a tile. */
  void flush() {
    for (int key = low; key < high; key++) {
      sums[head][keys.position(key)] -= columns[key];
      columns[key] = 0;
    }
    low = columns.length;
    high = 0;
  }

  /** Adds the share to those of other queries. */
  void addTo(double[] gradient, int example, int keyValueHead) {
    for (int i = 0; i < sums.length; i++) {
      int to = shape.decays(example, keyValueHead * shape.group() + i);
      for (int position = 0; position < shape.keys(); position++) {
        gradient[to + position] += sums[i][position];
      }
    }
  }
}
