package org.attention4j.internal.vector;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * The widest vectors of {@code float} that this CPU has.
 *
 * <p><b>The compiler has to know the class of each receiver.</b> While it reads the code, a vector
 * that was just loaded, that a loop carries or whose bits were taken as those of another type is
 * any {@link FloatVector} to it. For a method called on such a vector it relies on the classes that
 * the method has met so far, anywhere in the JVM. Once vectors of another width have been used, by
 * this library or by other code, Java 17 compiles the method to a call and makes an object of every
 * vector around it, and a tile is ten times as slow. {@link #exact} tells the class and costs no
 * instruction. {@link #load}, {@link #broadcast} and {@link #store} do so; what arithmetic returns
 * is exact already. A loop therefore computes {@code sum = load(..).add(sum)}, not {@code
 * sum.add(load(..))}.
 */
final class VectorFloats {
  static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;

  /** Numbers in a vector. */
  static final int V = FLOATS.length();

  /** Columns of a tile. */
  static final int PANEL = 2 * V;

  private static final VectorShuffle<Float> BY_EIGHT = by(8);
  private static final VectorShuffle<Float> BY_FOUR = by(4);
  private static final VectorShuffle<Float> BY_TWO = by(2);
  private static final VectorShuffle<Float> BY_ONE = by(1);

  private static final Class<?> FLOATS_CLASS = FLOATS.vectorType();

  /** Of as many integers. */
  private static final Class<?> INTS_CLASS =
      VectorSpecies.of(int.class, FLOATS.vectorShape()).vectorType();

  private VectorFloats() {}

  static FloatVector load(float[] x, int from) {
    return exact(FloatVector.fromArray(FLOATS, x, from));
  }

  static FloatVector broadcast(float x) {
    return exact(FloatVector.broadcast(FLOATS, x));
  }

  /** The same vector, its class known to the compiler. */
  static FloatVector exact(FloatVector x) {
    return (FloatVector) FLOATS_CLASS.cast(x);
  }

  /** The same for the bits of such a vector. */
  static IntVector exactBits(IntVector x) {
    return (IntVector) INTS_CLASS.cast(x);
  }

  /** Stores a vector that a loop may have carried. */
  static void store(FloatVector x, float[] to, int at) {
    exact(x).intoArray(to, at);
  }

  /**
   * The sum of the lanes, always in the same order: Java leaves that of its own reduction open, and
   * Java 25 takes another one once the code is compiled.
   */
  static float sum(FloatVector x) {
    FloatVector sums = exact(x);
    if (V > 8) {
      sums = sums.add(sums.rearrange(BY_EIGHT));
    }
    if (V > 4) {
      sums = sums.add(sums.rearrange(BY_FOUR));
    }
    if (V > 2) {
      sums = sums.add(sums.rearrange(BY_TWO));
    }
    return sums.add(sums.rearrange(BY_ONE)).lane(0);
  }

  /** Brings lane i + distance to lane i. */
  private static VectorShuffle<Float> by(int distance) {
    return VectorShuffle.fromOp(FLOATS, i -> (i + distance) % V);
  }
}
