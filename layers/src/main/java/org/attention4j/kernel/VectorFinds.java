package org.attention4j.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Counting and finding entries of a row.
 *
 * <p>What is found in eight entries is a number of eight bits, and a table knows the places of its
 * ones: no branch has to guess which entries are found. The bits are summed from powers of two,
 * since {@link VectorMask#toLong()} makes an array in Java 17.
 */
abstract class VectorFinds extends VectorRows {
  private static final VectorSpecies<Float> FLOATS_AT_ONCE =
      V >= 8 ? FloatVector.SPECIES_256 : FloatVector.SPECIES_128;
  private static final VectorSpecies<Integer> INTS_AT_ONCE =
      VectorSpecies.of(int.class, FLOATS_AT_ONCE.vectorShape());
  private static final int AT_ONCE = FLOATS_AT_ONCE.length();
  private static final int[] PLACES = places();
  private static final float[] POWERS = powers();

  /** For each set of bits the places of those that are set; what stands after them is zero. */
  private static int[] places() {
    int[] places = new int[(1 << AT_ONCE) * AT_ONCE];
    for (int bits = 0; bits < 1 << AT_ONCE; bits++) {
      int found = 0;
      for (int i = 0; i < AT_ONCE; i++) {
        if ((bits >> i & 1) != 0) {
          places[bits * AT_ONCE + found++] = i;
        }
      }
    }
    return places;
  }

  /** Floats whose bits are the integers 1, 2, 4, .. */
  private static float[] powers() {
    float[] powers = new float[AT_ONCE];
    for (int i = 0; i < AT_ONCE; i++) {
      powers[i] = Float.intBitsToFloat(1 << i);
    }
    return powers;
  }

  /** Puts the places of what was found after the others; tells how many there are then. */
  private static int put(VectorMask<Float> found, int first, int[] indices, int count) {
    FloatVector powers = FloatVector.fromArray(FLOATS_AT_ONCE, POWERS, 0);
    int bits =
        FloatVector.zero(FLOATS_AT_ONCE)
            .blend(powers, found)
            .reinterpretAsInts()
            .reduceLanes(VectorOperators.ADD);
    IntVector.fromArray(INTS_AT_ONCE, PLACES, bits * AT_ONCE).add(first).intoArray(indices, count);
    return count + Integer.bitCount(bits);
  }

  /** Four counts at a time, which do not wait for each other. */
  @Override
  int count(float[] x, int from, int length, float threshold) {
    int bound = FLOATS.loopBound(length);
    int fours = bound - bound % (4 * V);
    FloatVector zero = FloatVector.zero(FLOATS);
    FloatVector one = broadcast(1);
    FloatVector least = broadcast(threshold);
    FloatVector c0 = zero;
    FloatVector c1 = zero;
    FloatVector c2 = zero;
    FloatVector c3 = zero;
    for (int i = 0; i < fours; i += 4 * V) {
      int at = from + i;
      c0 = c0.add(zero.blend(one, load(x, at).compare(VectorOperators.GE, least)));
      c1 = c1.add(zero.blend(one, load(x, at + V).compare(VectorOperators.GE, least)));
      c2 = c2.add(zero.blend(one, load(x, at + 2 * V).compare(VectorOperators.GE, least)));
      c3 = c3.add(zero.blend(one, load(x, at + 3 * V).compare(VectorOperators.GE, least)));
    }
    for (int i = fours; i < bound; i += V) {
      c0 = c0.add(zero.blend(one, load(x, from + i).compare(VectorOperators.GE, least)));
    }
    int count = (int) c0.add(c1).add(c2.add(c3)).reduceLanes(VectorOperators.ADD);
    for (int i = bound; i < length; i++) {
      count += x[from + i] >= threshold ? 1 : 0;
    }
    return count;
  }

  @Override
  int atLeast(float[] x, int from, int length, float threshold, int[] indices) {
    int bound = FLOATS_AT_ONCE.loopBound(length);
    FloatVector least = FloatVector.broadcast(FLOATS_AT_ONCE, threshold);
    int count = 0;
    for (int i = 0; i < bound; i += AT_ONCE) {
      FloatVector numbers = FloatVector.fromArray(FLOATS_AT_ONCE, x, from + i);
      VectorMask<Float> found = numbers.compare(VectorOperators.GE, least);
      if (found.anyTrue()) {
        count = put(found, i, indices, count);
      }
    }
    for (int i = bound; i < length; i++) {
      if (x[from + i] >= threshold) {
        indices[count++] = i;
      }
    }
    return count;
  }

  @Override
  int nonZero(float[] x, int from, int length, int[] indices) {
    int bound = FLOATS_AT_ONCE.loopBound(length);
    FloatVector zero = FloatVector.zero(FLOATS_AT_ONCE);
    int count = 0;
    for (int i = 0; i < bound; i += AT_ONCE) {
      FloatVector numbers = FloatVector.fromArray(FLOATS_AT_ONCE, x, from + i);
      VectorMask<Float> found = numbers.compare(VectorOperators.NE, zero);
      if (found.anyTrue()) {
        count = put(found, i, indices, count);
      }
    }
    for (int i = bound; i < length; i++) {
      if (x[from + i] != 0) {
        indices[count++] = i;
      }
    }
    return count;
  }
}
