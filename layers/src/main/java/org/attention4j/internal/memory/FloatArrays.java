package org.attention4j.internal.memory;

import java.lang.ref.SoftReference;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Arrays of the size of activations, used again from one operation and one training step to the
 * next. Without that each step fills tens of megabytes with zeros, only to overwrite them, and
 * leaves them to the collector.
 *
 * <p>Each thread has arrays of its own. Those in use and those that lie idle together have at most
 * twice as many numbers as were in use at once a short while ago; idle ones of the length that was
 * used least recently go first. Less would not do: a backward pass needs other lengths than the
 * forward pass before it, whose arrays lie idle meanwhile. The collector may take all that is idle
 * before it runs out of memory.
 *
 * <p>An array that is never given back is an ordinary array. One that is given back must have no
 * other reader.
 */
public final class FloatArrays {
  private static final ThreadLocal<@Nullable SoftReference<FloatArrays>> OF_THREAD =
      new ThreadLocal<>();

  /** Takes after which the largest use so far is forgotten. */
  private static final int WINDOW = 1 << 12;

  /** By length; the length that was used least recently comes first. */
  private final Map<Integer, Deque<float[]>> idle = new LinkedHashMap<>(64, 0.75f, true);

  private long idleNumbers;
  private long inUse;
  private long mostInUse;
  private long mostBefore;
  private long leastInUse;
  private int takes;

  FloatArrays() {}

  private static FloatArrays ofThread() {
    SoftReference<FloatArrays> reference = OF_THREAD.get();
    FloatArrays arrays = reference == null ? null : reference.get();
    if (arrays == null) {
      arrays = new FloatArrays();
      OF_THREAD.set(new SoftReference<>(arrays));
    }
    return arrays;
  }

  /**
   * An array with arbitrary content.
   *
   * @param length how many numbers, exactly
   * @return an array that no one else has
   */
  public static float[] take(int length) {
    return ofThread().taken(length);
  }

  /**
   * An array of zeros.
   *
   * @param length how many numbers, exactly
   * @return an array that no one else has
   */
  public static float[] zeros(int length) {
    float[] array = ofThread().reused(length);
    if (array == null) {
      return new float[length];
    }
    Arrays.fill(array, 0);
    return array;
  }

  /**
   * Gives an array back, to be used again by the same thread.
   *
   * @param array any array that nobody reads or writes any more
   */
  public static void giveBack(float[] array) {
    ofThread().add(array);
  }

  float[] taken(int length) {
    float[] array = reused(length);
    return array == null ? new float[length] : array;
  }

  private float @Nullable [] reused(int length) {
    inUse += length;
    mostInUse = Math.max(mostInUse, inUse);
    if (++takes == WINDOW) {
      takes = 0;
      inUse -= leastInUse; // never given back, and none of ours any more
      mostBefore = mostInUse;
      mostInUse = inUse;
      leastInUse = inUse;
    }
    Deque<float[]> arrays = idle.get(length);
    float[] array = arrays == null ? null : arrays.pollLast();
    if (array != null) {
      idleNumbers -= length;
    }
    return array;
  }

  void add(float[] array) {
    if (array.length == 0) {
      return;
    }
    assert isSpoilt(
        array); // with assertions on, as in tests, whoever still reads it sees no number
    // What another thread has taken counts there.
    inUse = Math.max(0, inUse - array.length);
    leastInUse = Math.min(leastInUse, inUse);
    idle.computeIfAbsent(array.length, length -> new ArrayDeque<>()).addLast(array);
    idleNumbers += array.length;
    drop(2 * Math.max(mostInUse, mostBefore) - inUse);
  }

  private static boolean isSpoilt(float[] array) {
    Arrays.fill(array, Float.NaN);
    return true;
  }

  private void drop(long limit) {
    Iterator<Deque<float[]>> oldest = idle.values().iterator();
    while (idleNumbers > limit && oldest.hasNext()) {
      Deque<float[]> arrays = oldest.next();
      while (idleNumbers > limit && !arrays.isEmpty()) {
        idleNumbers -= arrays.removeFirst().length;
      }
      if (arrays.isEmpty()) {
        oldest.remove();
      }
    }
  }

  /** How many numbers lie idle. */
  long idleNumbers() {
    return idleNumbers;
  }
}
