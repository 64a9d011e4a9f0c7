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
}
