package org.attention4j.kernel;

/** The scratch memory of a row, which its spare rows share: arrays that grow as needed. */
final class RowWorkspace {
  /** The least {@link #distance}: small, but doubled soon enough. */
  static final float LEAST_DISTANCE = 1e-3f;

  private static final float LARGEST_DISTANCE = 1e37f;

  /**
   * About how far the k-th largest entry of the last row lay below its largest one: the first guess
   * for the next row.
   */
  float distance = 1;

  /** The same for the score that completes a share of the exponentials. */
  float massDistance = 4;

  /** Entries of the last row around the k-th largest one for each unit of their scores. */
  float density = 1;

  /** Notes how far the k-th largest entry of a row lies below its largest one. */
  void keepDistance(float found) {
    distance = Math.max(LEAST_DISTANCE, Math.min(found, LARGEST_DISTANCE));
  }

  private int[] indices = new int[0];
  private int[] places = new int[0];
  private double[] numbers = new double[0];
  private float[] floats = new float[0];
  private float[] maxima = new float[0];

  float[] floats(int length) {
    if (floats.length < length) {
      floats = new float[length];
    }
    return floats;
  }

  /** Beside {@link #floats}. */
  float[] maxima(int length) {
    if (maxima.length < length) {
      maxima = new float[length];
    }
    return maxima;
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
