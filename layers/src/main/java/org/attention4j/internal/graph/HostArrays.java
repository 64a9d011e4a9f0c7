package org.attention4j.internal.graph;

import java.lang.ref.Reference;
import java.util.Arrays;
import org.attention4j.internal.memory.FloatArrays;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.indexer.FloatIndexer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Copies between arrays of the CPU backend and those of Java; what is not in C order, twice. */
public final class HostArrays {
  private HostArrays() {}

  /**
   * Copies an array.
   *
   * @param array of type FLOAT
   * @return its numbers in C order
   */
  public static float[] floats(INDArray array) {
    INDArray whole = contiguous(array);
    float[] values = FloatArrays.take(Math.toIntExact(whole.length()));
    try (FloatPointer pointer = new FloatPointer(address(whole))) {
      pointer.get(values);
    } finally {
      Reference.reachabilityFence(whole);
    }
    return values;
  }

  static double[] doubles(INDArray array) {
    INDArray whole = contiguous(array);
    double[] values = new double[Math.toIntExact(whole.length())];
    try (DoublePointer pointer = new DoublePointer(address(whole))) {
      pointer.get(values);
    } finally {
      Reference.reachabilityFence(whole);
    }
    return values;
  }

  static int[] ints(INDArray array) {
    INDArray whole = contiguous(array);
    int[] values = new int[Math.toIntExact(whole.length())];
    try (IntPointer pointer = new IntPointer(address(whole))) {
      pointer.get(values);
    } finally {
      Reference.reachabilityFence(whole);
    }
    return values;
  }

  /**
   * Fills an array in C order.
   *
   * @param values float[], double[] or int[]
   * @param array of the same type and length
   */
  public static void put(Object values, INDArray array) {
    if (array.isEmpty()) {
      return;
    }
    if (!inOrder(array)) {
      INDArray ordered = Nd4j.createUninitialized(array.dataType(), array.shape(), 'c');
      put(values, ordered);
      array.assign(ordered);
    } else if (values instanceof float[] floats) {
      try (FloatPointer pointer = new FloatPointer(address(array))) {
        pointer.put(floats);
      }
    } else if (values instanceof double[] doubles) {
      try (DoublePointer pointer = new DoublePointer(address(array))) {
        pointer.put(doubles);
      }
    } else if (values instanceof int[] ints) {
      try (IntPointer pointer = new IntPointer(address(array))) {
        pointer.put(ints);
      }
    } else {
      throw new IllegalArgumentException("No array of numbers but " + values.getClass() + ".");
    }
  }

  /**
   * Opens an array for reading and writing of single numbers.
   *
   * @param array of type FLOAT, with the memory of C order
   * @return its numbers by index, while the array itself is held
   */
  public static FloatIndexer open(INDArray array) {
    if (!inOrder(array)) {
      throw new IllegalArgumentException(
          "An array with strides %s is not in C order.".formatted(Arrays.toString(array.stride())));
    }
    FloatPointer pointer = new FloatPointer(address(array));
    return FloatIndexer.create(pointer.capacity(array.length()));
  }

  private static Pointer address(INDArray array) {
    return array.data().addressPointer();
  }

  private static INDArray contiguous(INDArray array) {
    return inOrder(array) ? array : array.dup('c');
  }

  /**
   * Whether the memory is that of C order; the framework's own question says yes to F order too.
   */
  private static boolean inOrder(INDArray array) {
    long stride = 1;
    for (int axis = array.rank() - 1; axis >= 0; axis--) {
      if (array.size(axis) != 1 && array.stride(axis) != stride) {
        return false;
      }
      stride *= array.size(axis);
    }
    return true;
  }
}
