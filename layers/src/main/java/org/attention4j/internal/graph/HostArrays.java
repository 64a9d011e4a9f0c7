package org.attention4j.internal.graph;

import java.lang.ref.Reference;
import java.util.Arrays;
import org.attention4j.internal.memory.FloatArena;
import org.attention4j.internal.memory.FloatArrays;
import org.attention4j.internal.threads.Workers;
import org.attention4j.internal.vector.FloatOps;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.indexer.FloatIndexer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Copies between arrays of the CPU backend and those of Java. */
public final class HostArrays {
  /** Numbers that a thread reads at a time: 256 KiB. */
  private static final int PART = 1 << 16;

  private static final boolean ON_CPU =
      "CPU".equals(Nd4j.getExecutioner().getEnvironmentInformation().get("backend"));

  private HostArrays() {}

  /**
   * Whether the backend computes on the CPU, so that Java sees its results.
   *
   * @return false on a GPU
   */
  public static boolean onCpu() {
    return ON_CPU;
  }

  /**
   * Views that reach over more memory than this many times their own numbers are put in order by
   * the backend, as most of what is read would not belong to them.
   */
  private static final int MOST_READ = 8;

  /**
   * Copies an array.
   *
   * @param array of type FLOAT
   * @return its numbers in C order
   */
  public static float[] floats(INDArray array) {
    INDArray readable = readable(array);
    float[] memory = FloatArrays.take(extent(readable));
    forEachPart(memory.length, (from, to) -> read(readable, from, to - from, memory, from));
    if (inOrder(readable)) {
      return memory;
    }
    float[] values = FloatArrays.take(Math.toIntExact(readable.length()));
    eachRow(
        readable,
        (to, from, stride, count) -> {
          for (int i = 0; i < count; i++) {
            values[to + i] = memory[from + i * stride];
          }
        });
    FloatArrays.giveBack(memory);
    return values;
  }

  /**
   * Whether parts of an array can be read where it is.
   *
   * @param array of type FLOAT
   */
  static boolean isReadInPlace(INDArray array) {
    return inOrder(array) && array.length() <= Integer.MAX_VALUE - PART;
  }

  /**
   * Whether the 2-norm of an array is certainly below a limit, which for usual numbers is known
   * much faster than the norm.
   *
   * @param array of any type
   * @param limit the limit
   * @return false also if it is not known
   */
  public static boolean normIsBelow(INDArray array, double limit) {
    if (!ON_CPU || array.dataType() != DataType.FLOAT || !isReadInPlace(array)) {
      return false;
    }
    int length = extent(array);
    float[] largest = new float[(length + PART - 1) / PART];
    forEachPart(
        length,
        (from, to) -> {
          try (FloatArena arena = FloatArena.borrow()) {
            int at = arena.take(to - from);
            read(array, from, to - from, arena.floats(), at);
            largest[from / PART] = FloatOps.ROWS.largestMagnitude(arena.floats(), at, to - from);
          }
        });
    double magnitude = FloatOps.ROWS.largestMagnitude(largest, 0, largest.length);
    return magnitude * Math.sqrt(length) < limit;
  }

  /** Copies numbers from the memory behind an array of type FLOAT. */
  static void read(INDArray array, int from, int length, float[] to, int at) {
    try (FloatPointer pointer = new FloatPointer(address(array))) {
      pointer.position(from).get(to, at, length);
    } finally {
      Reference.reachabilityFence(array);
    }
  }

  private static void write(float[] values, int from, int length, INDArray array) {
    try (FloatPointer pointer = new FloatPointer(address(array))) {
      pointer.position(from).put(values, from, length);
    } finally {
      Reference.reachabilityFence(array);
    }
  }

  private static void forEachPart(int length, Workers.Range range) {
    Workers.runRanges(length, PART, length > PART, range);
  }

  static double[] doubles(INDArray array) {
    INDArray readable = readable(array);
    double[] memory = new double[extent(readable)];
    try (DoublePointer pointer = new DoublePointer(address(readable))) {
      pointer.get(memory);
    } finally {
      Reference.reachabilityFence(readable);
    }
    if (inOrder(readable)) {
      return memory;
    }
    double[] values = new double[Math.toIntExact(readable.length())];
    eachRow(
        readable,
        (to, from, stride, count) -> {
          for (int i = 0; i < count; i++) {
            values[to + i] = memory[from + i * stride];
          }
        });
    return values;
  }

  /**
   * Copies an array of any type. FLOAT, DOUBLE and INT in C order do not need the backend, for
   * which a small array is as much work as a large one.
   *
   * @param array the array
   * @return its numbers in C order
   */
  public static double[] numbers(INDArray array) {
    if (array.isEmpty()) {
      return new double[0];
    }
    try (MemoryWorkspace none = Nd4j.getWorkspaceManager().scopeOutOfWorkspaces()) {
      return switch (array.dataType()) {
        case FLOAT -> ofFloats(array);
        case INT -> Arrays.stream(ints(array)).asDoubleStream().toArray();
        default -> doubles(array.castTo(DataType.DOUBLE)); // itself if it is DOUBLE
      };
    }
  }

  private static double[] ofFloats(INDArray array) {
    float[] values = floats(array);
    double[] numbers = new double[values.length];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = values[i];
    }
    FloatArrays.giveBack(values);
    return numbers;
  }

  static int[] ints(INDArray array) {
    INDArray whole = inOrder(array) ? array : array.dup('c');
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
      forEachPart(floats.length, (from, to) -> write(floats, from, to - from, array));
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

  /**
   * Fills an array with zeros. The backend would wake its own threads for a small one too.
   *
   * @param array of type FLOAT, with the memory of C order
   */
  public static void clear(INDArray array) {
    if (array.length() > PART) {
      array.assign(0);
      return;
    }
    try (FloatIndexer numbers = open(array)) {
      Pointer.memset(numbers.pointer(), 0, Float.BYTES * array.length());
    } finally {
      Reference.reachabilityFence(array);
    }
  }

  private static Pointer address(INDArray array) {
    return array.data().addressPointer();
  }

  /** The array, or a copy in C order if too much of the memory it reaches over is not its own. */
  private static INDArray readable(INDArray array) {
    return reach(array) > MOST_READ * array.length() ? array.dup('c') : array;
  }

  private static int extent(INDArray array) {
    return Math.toIntExact(reach(array));
  }

  /** From its first number to its last, in numbers. */
  private static long reach(INDArray array) {
    long last = 0;
    for (int axis = 0; axis < array.rank(); axis++) {
      last += (array.size(axis) - 1) * array.stride(axis);
    }
    return last + 1;
  }

  /** Takes numbers along the last axis from where they are in memory to where C order has them. */
  private interface Move {
    void move(int to, int from, int stride, int count);
  }

  private static void eachRow(INDArray array, Move move) {
    int rank = array.rank();
    int[] sizes = new int[rank];
    int[] strides = new int[rank];
    for (int axis = 0; axis < rank; axis++) {
      sizes[axis] = Math.toIntExact(array.size(axis));
      strides[axis] = Math.toIntExact(array.stride(axis));
    }
    int[] index = new int[rank];
    int count = Math.toIntExact(array.length());
    int row = sizes[rank - 1];
    int stride = strides[rank - 1];
    int start = 0;
    for (int to = 0; to < count; to += row) {
      move.move(to, start, stride, row);
      for (int axis = rank - 2; axis >= 0; axis--) {
        start += strides[axis];
        if (++index[axis] < sizes[axis]) {
          break;
        }
        start -= sizes[axis] * strides[axis];
        index[axis] = 0;
      }
    }
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
