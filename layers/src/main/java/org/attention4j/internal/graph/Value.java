package org.attention4j.internal.graph;

import java.util.Objects;
import java.util.function.Supplier;
import org.attention4j.internal.linear.StoredMatrix;
import org.attention4j.internal.memory.FloatArrays;
import org.jspecify.annotations.Nullable;
import org.nd4j.autodiff.samediff.internal.SessionMemMgr;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.shape.LongShapeDescriptor;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A value in a {@link GraphProgram}: an array of the backend, one of Java, or both once someone has
 * asked for the other. Operations in Java hand theirs on to each other without the backend, for
 * which every array is a native object and a copy.
 *
 * <p>Nobody writes to either once the value is made. Its array of Java is its own; one of floats is
 * used again once the value is {@link #release}d.
 */
public final class Value {
  private final DataType type;
  private final long[] shape;
  private @Nullable INDArray array;

  /** A float[], double[] or int[] in C order. */
  private @Nullable Object host;

  /** Where the numbers are if nobody has asked for an array. */
  private final @Nullable StepBuffer steps;

  private Value(DataType type, long[] shape, @Nullable INDArray array, @Nullable Object host) {
    this(type, shape, array, host, null);
  }

  private Value(
      DataType type,
      long[] shape,
      @Nullable INDArray array,
      @Nullable Object host,
      @Nullable StepBuffer steps) {
    this.type = type;
    this.shape = shape;
    this.array = array;
    this.host = host;
    this.steps = steps;
  }

  /**
   * An array of the backend.
   *
   * @param array the array
   * @return its value
   */
  public static Value of(INDArray array) {
    return new Value(array.dataType(), array.shape(), array, null);
  }

  static Value of(float[] values, long... shape) {
    return new Value(DataType.FLOAT, shape, null, values);
  }

  /** The first steps of a buffer, which changes after the pass. */
  static Value of(StepBuffer steps, DataType type, long... shape) {
    return new Value(type, shape, null, null, steps);
  }

  static Value of(double[] values, long... shape) {
    return new Value(DataType.DOUBLE, shape, null, values);
  }

  static Value of(int[] values) {
    return new Value(DataType.INT32, new long[] {values.length}, null, values);
  }

  DataType type() {
    return type;
  }

  long[] shape() {
    return shape.clone();
  }

  /** The size of an axis, which is counted from the end if negative. */
  int size(int axis) {
    return Math.toIntExact(shape[axis < 0 ? axis + shape.length : axis]);
  }

  int length() {
    long length = 1;
    for (long size : shape) {
      length *= size;
    }
    return Math.toIntExact(length);
  }

  /** The buffer that this value is in; null if it is an array. */
  @Nullable StepBuffer steps() {
    return steps;
  }

  private void copySteps() {
    if (steps != null && host == null) {
      host = steps.copy(size(-1));
    }
  }

  float[] floats() {
    copySteps();
    if (!(host instanceof float[])) {
      host = HostArrays.floats(Objects.requireNonNull(array));
    }
    return (float[]) host;
  }

  /**
   * The floats of this value, of which parts are read where they are. Several threads may read
   * parts at the same time.
   *
   * @return the numbers, as long as this value is not released
   */
  public StoredMatrix matrix() {
    INDArray backend = array;
    if (backend == null || host != null || !HostArrays.isReadInPlace(backend)) {
      return StoredMatrix.of(floats());
    }
    return new StoredMatrix() {
      @Override
      public void read(int from, int length, float[] to, int at) {
        HostArrays.read(backend, from, length, to, at);
      }

      @Override
      public float[] whole() {
        return floats();
      }
    };
  }

  /**
   * The floats of this value, if they are in Java already.
   *
   * @return the numbers in C order, not to be changed; null if they are not there
   */
  public float @Nullable [] existingFloats() {
    return host instanceof float[] floats ? floats : null;
  }

  double[] doubles() {
    copySteps();
    if (!(host instanceof double[])) {
      host = HostArrays.doubles(Objects.requireNonNull(array));
    }
    return (double[]) host;
  }

  int[] ints() {
    if (!(host instanceof int[])) {
      host = HostArrays.ints(Objects.requireNonNull(array));
    }
    return (int[]) host;
  }

  /** The only number of an array of the backend. */
  long integer() {
    return Objects.requireNonNull(array).getLong(0);
  }

  /**
   * The array of the backend, if this value has one already.
   *
   * @return the array, or null
   */
  public @Nullable INDArray existingArray() {
    return array;
  }

  /**
   * The array of the backend.
   *
   * @param memory where it is allocated if there is none yet, as a result
   * @return the array
   */
  public INDArray array(SessionMemMgr memory) {
    return array(() -> memory.allocate(true, type, shape));
  }

  /** The same; as a result of the whole run or as one that the pool may hand out again. */
  INDArray array(ArrayPool pool, boolean result) {
    return array(() -> pool.allocate(LongShapeDescriptor.fromShape(shape, type), type, result));
  }

  private INDArray array(Supplier<INDArray> room) {
    if (array == null) {
      copySteps();
      INDArray copy = room.get();
      HostArrays.put(Objects.requireNonNull(host), copy);
      array = copy;
    }
    return array;
  }

  /**
   * Gives the array of Java back, if there is one. Nobody reads it any more; the array of the
   * backend stays.
   */
  public void release() {
    if (host instanceof float[] floats) {
      host = null;
      FloatArrays.giveBack(floats);
    }
  }

  /**
   * Copies this value into an array.
   *
   * @param target of the same shape
   */
  public void copyTo(INDArray target) {
    if (array == null && target.dataType() == type && target.length() == length()) {
      copySteps();
      HostArrays.put(Objects.requireNonNull(host), target);
    } else {
      target.assign(array(() -> Nd4j.createUninitialized(type, shape, 'c')));
    }
  }
}
