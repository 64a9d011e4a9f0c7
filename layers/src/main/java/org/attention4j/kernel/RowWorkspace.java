package org.attention4j.kernel;

/** The scratch memory of a row, which its spare rows share: arrays that grow as needed. */
final class RowWorkspace {
  private int[] indices = new int[0];
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

  double[] numbers(int length) {
    if (numbers.length < length) {
      numbers = new double[length];
    }
    return numbers;
  }
}
