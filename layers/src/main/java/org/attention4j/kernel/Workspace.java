package org.attention4j.kernel;

/** The arrays that one thread works with; they grow as needed and are used again. */
final class Workspace {
  /** Arrays that only rows with few weights need, in either pass. */
  static final int KEY_ROWS = 0;

  static final int VALUE_ROWS = 1;
  static final int KEY_ROW_SUMS = 2;
  static final int VALUE_ROW_SUMS = 3;

  /** The features of keys between which masked ones stood. */
  static final int VISIBLE = 4;

  /** The weights of a block of rows that has few. */
  static final int SUPPORT = 5;

  private static final int SLOTS = 6;

  final Arena arena = new Arena();
  private final float[][] floats = new float[SLOTS][0];
  final SparseRows sparseRows = new SparseRows();
  final RowWorkspace pad = new RowWorkspace();
  final FloatRow row = new FloatRow(pad);
  final FloatRow scoreRow = new FloatRow(pad);
  final FloatRow gradientRow = new FloatRow(pad);
  private static final int SPARSE_SLOTS = 8;

  private final float[][] sparse = new float[SPARSE_SLOTS][0];
  private int[] indices = {};
  private int[] places = {};
  private int[] seen = {};

  /** An array of at least this length, with whatever was left in it. */
  float[] floats(int slot, int length) {
    if (floats[slot].length < length) {
      floats[slot] = new float[length];
    }
    return floats[slot];
  }

  /** An array for a block of rows with few weights. */
  float[] sparse(int slot, int length) {
    if (sparse[slot].length < length) {
      sparse[slot] = new float[length + length / 2];
    }
    return sparse[slot];
  }

  int[] seen(int length) {
    if (seen.length < length) {
      seen = new int[length];
    }
    return seen;
  }

  int[] places(int length) {
    if (places.length < length) {
      places = new int[length];
    }
    return places;
  }

  int[] indices(int length) {
    if (indices.length < length) {
      indices = new int[length];
    }
    return indices;
  }
}
