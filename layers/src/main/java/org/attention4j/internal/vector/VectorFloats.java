package org.attention4j.internal.vector;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** The widest vectors of {@code float} that this CPU has. */
final class VectorFloats {
  static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;

  /** Numbers in a vector. */
  static final int V = FLOATS.length();

  /** Columns of a tile. */
  static final int PANEL = 2 * V;

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
   *
   * @param lanes scratch memory of a vector's length
   */
  static float sum(FloatVector x, float[] lanes) {
    x.intoArray(lanes, 0);
    for (int half = V / 2; half > 0; half /= 2) {
      for (int i = 0; i < half; i++) {
        lanes[i] += lanes[i + half];
      }
    }
    return lanes[0];
  }
}
