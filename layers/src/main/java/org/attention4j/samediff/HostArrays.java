package org.attention4j.samediff;

import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.Pointer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.shape.Shape;

/** Copies between arrays of the CPU backend and those of Java, in one sweep each. */
final class HostArrays {
  private HostArrays() {}

  static float[] floats(INDArray array) {
    INDArray whole = contiguous(array);
    float[] values = new float[Math.toIntExact(whole.length())];
    try (FloatPointer pointer = new FloatPointer(address(whole))) {
      pointer.get(values);
    }
    return values;
  }

  static double[] doubles(INDArray array) {
    INDArray whole = contiguous(array);
    double[] values = new double[Math.toIntExact(whole.length())];
    try (DoublePointer pointer = new DoublePointer(address(whole))) {
      pointer.get(values);
    }
    return values;
  }

  static int[] ints(INDArray array) {
    INDArray whole = contiguous(array);
    int[] values = new int[Math.toIntExact(whole.length())];
    try (IntPointer pointer = new IntPointer(address(whole))) {
      pointer.get(values);
    }
    return values;
  }

  /** Fills the beginning of an array in C order. */
  static void put(float[] values, INDArray array) {
    try (FloatPointer pointer = new FloatPointer(address(array))) {
      pointer.put(values);
    }
  }

  /** Fills the beginning of an array in C order. */
  static void put(double[] values, INDArray array) {
    try (DoublePointer pointer = new DoublePointer(address(array))) {
      pointer.put(values);
    }
  }

  /** Fills the beginning of an array in C order. */
  static void put(int[] values, INDArray array) {
    try (IntPointer pointer = new IntPointer(address(array))) {
      pointer.put(values);
    }
  }

  private static Pointer address(INDArray array) {
    return array.data().addressPointer();
  }

  private static INDArray contiguous(INDArray array) {
    return Shape.hasDefaultStridesForShape(array) ? array : array.dup('c');
  }
}
