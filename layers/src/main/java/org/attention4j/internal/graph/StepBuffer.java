package org.attention4j.internal.graph;

import java.util.Arrays;
import org.attention4j.internal.memory.FloatArrays;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Numbers of the steps that a layer has seen, to be read by the steps that follow: an array [..,
 * steps] that grows by its last axis. Its room doubles when it is full, so that a step costs what
 * it adds.
 *
 * <p>New steps are appended after the kept ones, and are kept once {@link #keep} says so: a pass
 * that fails leaves nothing.
 */
public final class StepBuffer {
  /** Steps that there is room for at the start. */
  private static final int FIRST_ROOM = 16;

  /** The longest array that every JVM makes. */
  private static final long LONGEST = Integer.MAX_VALUE - 8L;

  private final String owner;
  private final DataType type;
  private long[] leading = {};
  private int rows;
  private int room;
  private int kept;

  /** A float[] or double[], [rows, room]. */
  private Object numbers = new float[0];

  /**
   * Makes an empty one.
   *
   * @param owner the layer, as the subject of a sentence
   * @param type FLOAT or DOUBLE
   */
  public StepBuffer(String owner, DataType type) {
    this.owner = owner;
    this.type = type;
  }

  /**
   * Fills it.
   *
   * @param values what {@link #array} gave
   */
  public void fill(INDArray values) {
    INDArray typed = values.castTo(type);
    kept = 0;
    append(
        type == DataType.DOUBLE ? HostArrays.doubles(typed) : HostArrays.floats(typed),
        values.shape());
    keep(Math.toIntExact(values.size(-1)));
  }

  /** Writes steps after the kept ones: a float[] or double[] of the given shape. */
  void append(Object values, long[] shape) {
    int steps = Math.toIntExact(shape[shape.length - 1]);
    if (kept == 0) {
      leading = Arrays.copyOf(shape, shape.length - 1);
      rows = Math.toIntExact(Arrays.stream(leading).reduce(1, (a, b) -> a * b));
      room = 0;
    }
    makeRoom((long) kept + steps);
    for (int row = 0; row < rows; row++) {
      System.arraycopy(values, row * steps, numbers, row * room + kept, steps);
    }
  }

  private void makeRoom(long steps) {
    if (steps <= room) {
      return;
    }
    long most = LONGEST / rows;
    if (steps > most) {
      throw new IllegalStateException(
          "%s: the cache is full, since %d steps of %d numbers are more than the %d that fit into an array; call rnnClearPreviousState before the next sequence."
              .formatted(owner, steps, rows, most));
    }
    int larger = (int) Math.min(most, Math.max(Math.max(steps, 2L * room), FIRST_ROOM));
    Object copy = type == DataType.DOUBLE ? new double[rows * larger] : new float[rows * larger];
    for (int row = 0; row < rows && kept > 0; row++) {
      System.arraycopy(numbers, row * room, copy, row * larger, kept);
    }
    numbers = copy;
    room = larger;
  }

  /**
   * Keeps steps that were appended.
   *
   * @param steps how many
   */
  public void keep(int steps) {
    kept += steps;
  }

  /**
   * Forgets the first steps.
   *
   * @param steps how many
   */
  public void forget(int steps) {
    kept -= steps;
    for (int row = 0; row < rows; row++) {
      System.arraycopy(numbers, row * room + steps, numbers, row * room, kept);
    }
  }

  /** Forgets all steps and frees their memory. */
  public void clear() {
    kept = 0;
    room = 0;
    numbers = new float[0];
  }

  /**
   * The number of steps that are kept.
   *
   * @return at least 0
   */
  public int kept() {
    return kept;
  }

  /** The kept steps and those appended after them, [.., kept + appended]; copied if asked for. */
  Value whole(int appended) {
    long[] shape = Arrays.copyOf(leading, leading.length + 1);
    shape[leading.length] = (long) kept + appended;
    return Value.of(this, type, shape);
  }

  /** A float[] or double[] of the first steps in C order. */
  Object copy(int steps) {
    Object copy =
        type == DataType.DOUBLE ? new double[rows * steps] : FloatArrays.take(rows * steps);
    for (int row = 0; row < rows; row++) {
      System.arraycopy(numbers, row * room, copy, row * steps, steps);
    }
    return copy;
  }

  /** The numbers themselves, [.., {@link #room}]. */
  float[] floats() {
    return (float[]) numbers;
  }

  /** The steps that there is room for. */
  int room() {
    return room;
  }

  /**
   * A copy of what is kept.
   *
   * @return shape [.., kept], in memory of the backend
   */
  public INDArray array() {
    Value whole = whole(0);
    INDArray array = Nd4j.createUninitialized(type, whole.shape(), 'c');
    whole.copyTo(array);
    whole.release();
    return array;
  }
}
