package org.attention4j.internal.vector;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/** The widest vectors of {@code float} that this CPU has. */
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

  private VectorFloats() {}

  static FloatVector load(float[] x, int from) {
    return FloatVector.fromArray(FLOATS, x, from);
  }

  static FloatVector broadcast(float x) {
    return FloatVector.broadcast(FLOATS, x);
  }

  /**
   * The sum of the lanes, always in the same order: Java leaves that of its own reduction open, and
   * Java 25 takes another one once the code is compiled.
   */
  static float sum(FloatVector x) {
    FloatVector sums = x;
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
