package org.attention4j.internal.linear;

/** A matrix of FLOAT in memory that may be the backend's. */
public interface StoredMatrix {
  /**
   * Copies some numbers.
   *
   * @param from the index of the first one, in C order
   * @param length how many
   * @param to where they go
   * @param at the index of the first one there
   */
  void read(int from, int length, float[] to, int at);

  /**
   * All numbers as an array, in C order.
   *
   * @return the array, not to be changed
   */
  float[] whole();

  /**
   * A matrix in an array of Java.
   *
   * @param values the array
   * @return its numbers
   */
  static StoredMatrix of(float[] values) {
    return new StoredMatrix() {
      @Override
      public void read(int from, int length, float[] to, int at) {
        System.arraycopy(values, from, to, at, length);
      }

      @Override
      public float[] whole() {
        return values;
      }
    };
  }
}
