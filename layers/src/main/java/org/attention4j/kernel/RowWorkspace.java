package org.attention4j.kernel;

/** The scratch memory of a row, which its spare rows share: arrays that grow as needed. */
final class RowWorkspace {
  /** So near lie the scores of a row at least, as a first guess. */
  static final float LEAST_DISTANCE = 1e-3f;

  /** How far below its largest entry the last row's largest k ended, about; never zero. */
  float distance = 1;

  private int[] indices = new int[0];
  private int[] places = new int[0];
  private double[] numbers = new double[0];
  private float[] floats = new float[0];

  float[] floats(int length) {
    if (floats.length < length) {
      floats = new float[length];
    }
    return floats;
  }

  int[] indices(int length) {
    if (indices.length < length) {
      indices = new int[length];
    }
    return indices;
  }

  /** Indices into what {@link #floats} holds. */
  int[] places(int length) {
    if (places.length < length) {
      places = new int[length];
    }
    return places;
  }

  double[] numbers(int length) {
    if (numbers.length < length) {
      numbers = new double[length];
    }
    return numbers;
  }
}
