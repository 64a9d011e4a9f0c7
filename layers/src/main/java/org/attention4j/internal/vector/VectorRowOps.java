package org.attention4j.internal.vector;

import static org.attention4j.internal.vector.VectorFloats.FLOATS;
import static org.attention4j.internal.vector.VectorFloats.V;
import static org.attention4j.internal.vector.VectorFloats.broadcast;
import static org.attention4j.internal.vector.VectorFloats.exact;
import static org.attention4j.internal.vector.VectorFloats.exactBits;
import static org.attention4j.internal.vector.VectorFloats.load;
import static org.attention4j.internal.vector.VectorFloats.store;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Operations on a row with the widest vectors of this CPU.
 *
 * <p>Finding entries compresses: what is found in 32 entries are the bits of a number, and a table
 * knows the indices of the ones of each of its bytes, so that no branch has to guess which entries
 * are found. The bits are powers of two, each in one lane, and summed once for all 32, since {@link
 * VectorMask#toLong()} makes an array in Java 17.
 */
final class VectorRowOps implements RowOps {
  /** Entries whose bits are looked at together. */
  private static final int WORD = Integer.SIZE;

  private static final int BYTE = (1 << Byte.SIZE) - 1;

  private static final VectorSpecies<Integer> INTS_AT_ONCE =
      V >= Byte.SIZE ? IntVector.SPECIES_256 : IntVector.SPECIES_128;
  private static final Class<?> INTS_CLASS = INTS_AT_ONCE.vectorType();
  private static final int AT_ONCE = INTS_AT_ONCE.length();

  /** How many neighbours of a score beyond the cap are capped in the slower way. */
  private static final int SLICE = 256;

  private static final RowOps REST = new ScalarRowOps();

  private static final int[] INDEX_TABLE = indexTable();
  private static final float[] POWERS = powers();

  /** Four maxima at a time: what Java asks of NaN and -0 makes a chain of them slow. */
  @Override
  public float max(float[] x, int from, int length) {
    int bound = FLOATS.loopBound(length);
    int fours = bound - bound % (4 * V);
    FloatVector m0 = broadcast(Float.NEGATIVE_INFINITY);
    FloatVector m1 = m0;
    FloatVector m2 = m0;
    FloatVector m3 = m0;
    for (int i = 0; i < fours; i += 4 * V) {
      m0 = load(x, from + i).max(m0);
      m1 = load(x, from + i + V).max(m1);
      m2 = load(x, from + i + 2 * V).max(m2);
      m3 = load(x, from + i + 3 * V).max(m3);
    }
    for (int i = fours; i < bound; i += V) {
      m0 = load(x, from + i).max(m0);
    }
    float max = exact(m0).max(m1).max(exact(m2).max(m3)).reduceLanes(VectorOperators.MAX);
    for (int i = bound; i < length; i++) {
      max = Math.max(max, x[from + i]);
    }
    return max;
  }

  /** Compares, since the maximum of two vectors takes care of NaN, in four instructions more. */
  @Override
  public void classMaxima(float[] x, int from, int length, int classes, float[] y) {
    int whole = length - length % classes;
    for (int j = 0; j < classes; j += 4 * V) {
      FloatVector m0 = load(x, from + j);
      FloatVector m1 = load(x, from + j + V);
      FloatVector m2 = load(x, from + j + 2 * V);
      FloatVector m3 = load(x, from + j + 3 * V);
      for (int i = j + classes; i < whole; i += classes) {
        FloatVector x0 = load(x, from + i);
        FloatVector x1 = load(x, from + i + V);
        FloatVector x2 = load(x, from + i + 2 * V);
        FloatVector x3 = load(x, from + i + 3 * V);
        m0 = x0.blend(m0, x0.compare(VectorOperators.LE, m0));
        m1 = x1.blend(m1, x1.compare(VectorOperators.LE, m1));
        m2 = x2.blend(m2, x2.compare(VectorOperators.LE, m2));
        m3 = x3.blend(m3, x3.compare(VectorOperators.LE, m3));
      }
      store(m0, y, j);
      store(m1, y, j + V);
      store(m2, y, j + 2 * V);
      store(m3, y, j + 3 * V);
    }
    for (int i = whole; i < length; i++) {
      y[i - whole] = Math.max(y[i - whole], x[from + i]);
    }
  }

  /** Magnitudes are compared as integers: they have the same order, and NaN is above all. */
  @Override
  public float largestMagnitude(float[] x, int from, int length) {
    int bound = FLOATS.loopBound(length);
    int pairs = bound - bound % (2 * V);
    IntVector even = magnitudes(broadcast(0));
    IntVector odd = even;
    for (int i = 0; i < pairs; i += 2 * V) {
      even = magnitudes(load(x, from + i)).max(even);
      odd = magnitudes(load(x, from + i + V)).max(odd);
    }
    if (pairs < bound) {
      even = magnitudes(load(x, from + pairs)).max(even);
    }
    int bits = exactBits(even).max(odd).reduceLanes(VectorOperators.MAX);
    float largest = Float.intBitsToFloat(bits);
    for (int i = bound; i < length; i++) {
      largest = Math.max(largest, Math.abs(x[from + i]));
    }
    return largest;
  }

  @Override
  public double sum(float[] x, int from, int length) {
    int bound = FLOATS.loopBound(length);
    FloatVector sums = broadcast(0);
    for (int i = 0; i < bound; i += V) {
      sums = load(x, from + i).add(sums);
    }
    double sum = VectorFloats.sum(sums);
    for (int i = bound; i < length; i++) {
      sum += x[from + i];
    }
    return sum;
  }

  @Override
  public double dot(float[] x, int from, float[] y, int yFrom, int length) {
    int bound = FLOATS.loopBound(length);
    int pairs = bound - bound % (2 * V);
    FloatVector even = broadcast(0);
    FloatVector odd = even;
    for (int i = 0; i < pairs; i += 2 * V) {
      even = load(x, from + i).fma(load(y, yFrom + i), even);
      odd = load(x, from + i + V).fma(load(y, yFrom + i + V), odd);
    }
    if (pairs < bound) {
      even = load(x, from + pairs).fma(load(y, yFrom + pairs), even);
    }
    double sum = VectorFloats.sum(exact(even).add(odd));
    for (int i = bound; i < length; i++) {
      sum += x[from + i] * y[yFrom + i];
    }
    return sum;
  }

  @Override
  public void affine(float[] x, int from, int length, float shift, float factor) {
    int bound = FLOATS.loopBound(length);
    for (int i = 0; i < bound; i += V) {
      load(x, from + i).sub(shift).mul(factor).intoArray(x, from + i);
    }
    for (int i = bound; i < length; i++) {
      x[from + i] = factor * (x[from + i] - shift);
    }
  }

  @Override
  public void limitedAffine(
      float[] x, int from, int length, float size, float shift, float factor) {
    int bound = FLOATS.loopBound(length);
    FloatVector highest = broadcast(size);
    FloatVector lowest = broadcast(-size);
    for (int i = 0; i < bound; i += V) {
      FloatVector y = load(x, from + i);
      y = y.blend(highest, y.compare(VectorOperators.GT, highest));
      y = y.blend(lowest, y.compare(VectorOperators.LT, lowest));
      y.sub(shift).mul(factor).intoArray(x, from + i);
    }
    for (int i = bound; i < length; i++) {
      x[from + i] = factor * (Math.max(-size, Math.min(size, x[from + i])) - shift);
    }
  }

  @Override
  public void sigmoid(float[] x, int from, int length, float shift) {
    int bound = FLOATS.loopBound(length);
    FloatVector highest = broadcast(-FloatExp.LOWEST);
    for (int i = 0; i < bound; i += V) {
      FloatVector y = broadcast(shift).sub(load(x, from + i));
      y.blend(highest, y.compare(VectorOperators.GT, highest)).intoArray(x, from + i);
    }
    for (int i = bound; i < length; i++) {
      x[from + i] = Math.min(shift - x[from + i], -FloatExp.LOWEST);
    }
    exp(x, from, length, 0, 1);
    for (int i = 0; i < bound; i += V) {
      broadcast(1).div(load(x, from + i).add(1f)).intoArray(x, from + i);
    }
    for (int i = bound; i < length; i++) {
      x[from + i] = 1 / (1 + x[from + i]);
    }
  }

  @Override
  public void add(float[] x, int from, float[] y, int yFrom, int length, float factor) {
    int bound = FLOATS.loopBound(length);
    FloatVector f = broadcast(factor);
    for (int i = 0; i < bound; i += V) {
      f.fma(load(y, yFrom + i), load(x, from + i)).intoArray(x, from + i);
    }
    for (int i = bound; i < length; i++) {
      x[from + i] += factor * y[yFrom + i];
    }
  }

  /**
   * Longer than what HotSpot inlines, 325 bytes of code, and it has to be: inlined into a long
   * method, Java 17 makes an object of every vector, which takes two to three times as long.
   */
  @Override
  public double exp(float[] x, int from, int length, float shift, float factor) {
    int bound = FLOATS.loopBound(length);
    FloatVector shifts = broadcast(shift);
    FloatVector factors = broadcast(factor);
    FloatVector lowest = broadcast(FloatExp.LOWEST);
    FloatVector log2e = broadcast(FloatExp.LOG2_E);
    FloatVector rounding = broadcast(FloatExp.ROUNDING);
    FloatVector minusHigh = broadcast(-FloatExp.LN2_HIGH);
    FloatVector minusLow = broadcast(-FloatExp.LN2_LOW);
    FloatVector c4 = broadcast(FloatExp.C4);
    FloatVector c3 = broadcast(FloatExp.C3);
    FloatVector c2 = broadcast(FloatExp.C2);
    FloatVector c1 = broadcast(FloatExp.C1);
    FloatVector c0 = broadcast(FloatExp.C0);
    FloatVector one = broadcast(1);
    FloatVector sums = broadcast(0);
    for (int i = 0; i < bound; i += V) {
      FloatVector y = load(x, from + i).sub(shifts);
      y = y.blend(lowest, y.compare(VectorOperators.LT, lowest));
      FloatVector rounded = y.fma(log2e, rounding);
      FloatVector n = rounded.sub(rounding);
      FloatVector r = n.fma(minusHigh, y);
      r = n.fma(minusLow, r);
      FloatVector square = r.mul(r);
      FloatVector p = r.fma(c4, c3).fma(r, c2).fma(square, r.fma(c1, c0));
      IntVector bits = exactBits(rounded.reinterpretAsInts());
      FloatVector power =
          exact(bits.lanewise(VectorOperators.LSHL, FloatExp.EXPONENT).reinterpretAsFloats());
      FloatVector e = p.fma(square, r.add(one)).mul(power.mul(factors));
      e.intoArray(x, from + i);
      sums = e.add(sums);
    }
    double sum = VectorFloats.sum(sums);
    for (int i = bound; i < length; i++) {
      float e = FloatExp.exp(x[from + i] - shift) * factor;
      x[from + i] = e;
      sum += e;
    }
    return sum;
  }

  /** Not inlined, for what {@link #exp} says: two vectors at a time make it long enough. */
  @Override
  public void softCap(float[] x, int from, int length, float cap) {
    FloatVector inverse = broadcast(1 / cap);
    FloatVector t7 = broadcast(FloatTanh.T7);
    FloatVector t6 = broadcast(FloatTanh.T6);
    FloatVector t5 = broadcast(FloatTanh.T5);
    FloatVector t4 = broadcast(FloatTanh.T4);
    FloatVector t3 = broadcast(FloatTanh.T3);
    FloatVector t2 = broadcast(FloatTanh.T2);
    FloatVector t1 = broadcast(FloatTanh.T1);
    FloatVector one = broadcast(1);
    for (int start = from; start < from + length; start += SLICE) {
      int slice = Math.min(SLICE, from + length - start);
      if (!(largestMagnitude(x, start, slice) <= FloatTanh.NEAR * cap)) {
        softCapFar(x, start, slice, cap);
        continue;
      }
      int end = start + slice;
      int i = start;
      for (; i <= end - 2 * V; i += 2 * V) {
        FloatVector z = load(x, i);
        FloatVector u = z.mul(inverse);
        FloatVector s = u.mul(u);
        FloatVector t = s.fma(t7, t6).fma(s, t5).fma(s, t4).fma(s, t3).fma(s, t2).fma(s, t1);
        t.fma(s, one).mul(z).intoArray(x, i);
        z = load(x, i + V);
        u = z.mul(inverse);
        s = u.mul(u);
        t = s.fma(t7, t6).fma(s, t5).fma(s, t4).fma(s, t3).fma(s, t2).fma(s, t1);
        t.fma(s, one).mul(z).intoArray(x, i + V);
      }
      if (i <= end - V) {
        FloatVector z = load(x, i);
        FloatVector u = z.mul(inverse);
        FloatVector s = u.mul(u);
        FloatVector t = s.fma(t7, t6).fma(s, t5).fma(s, t4).fma(s, t3).fma(s, t2).fma(s, t1);
        t.fma(s, one).mul(z).intoArray(x, i);
        i += V;
      }
      for (; i < end; i++) {
        x[i] = FloatTanh.capped(x[i], cap);
      }
    }
  }

  private static IntVector magnitudes(FloatVector x) {
    return exactBits(x.abs().reinterpretAsInts());
  }

  private static void softCapFar(float[] x, int from, int length, float cap) {
    int bound = FLOATS.loopBound(length);
    FloatVector end = broadcast(FloatTanh.END * cap);
    FloatVector minusEnd = broadcast(-FloatTanh.END * cap);
    FloatVector inverse = broadcast(1 / cap);
    FloatVector p4 = broadcast(FloatTanh.P4);
    FloatVector p3 = broadcast(FloatTanh.P3);
    FloatVector p2 = broadcast(FloatTanh.P2);
    FloatVector p1 = broadcast(FloatTanh.P1);
    FloatVector q4 = broadcast(FloatTanh.Q4);
    FloatVector q3 = broadcast(FloatTanh.Q3);
    FloatVector q2 = broadcast(FloatTanh.Q2);
    FloatVector q1 = broadcast(FloatTanh.Q1);
    FloatVector one = broadcast(1);
    for (int i = from; i < from + bound; i += V) {
      FloatVector z = load(x, i);
      z = z.blend(end, z.compare(VectorOperators.GT, end));
      z = z.blend(minusEnd, z.compare(VectorOperators.LT, minusEnd));
      FloatVector u = z.mul(inverse);
      FloatVector s = u.mul(u);
      FloatVector p = s.fma(p4, p3).fma(s, p2).fma(s, p1).fma(s, one);
      FloatVector q = s.fma(q4, q3).fma(s, q2).fma(s, q1).fma(s, one);
      p.div(q).mul(z).intoArray(x, i);
    }
    for (int i = from + bound; i < from + length; i++) {
      x[i] = FloatTanh.capped(x[i], cap);
    }
  }

  /** As {@link #softCap}. */
  @Override
  public void softCapSlope(float[] x, int from, float[] z, int zFrom, int length, float cap) {
    FloatVector inverse = broadcast(1 / cap);
    FloatVector s8 = broadcast(FloatTanh.S8);
    FloatVector s7 = broadcast(FloatTanh.S7);
    FloatVector s6 = broadcast(FloatTanh.S6);
    FloatVector s5 = broadcast(FloatTanh.S5);
    FloatVector s4 = broadcast(FloatTanh.S4);
    FloatVector s3 = broadcast(FloatTanh.S3);
    FloatVector s2 = broadcast(FloatTanh.S2);
    FloatVector s1 = broadcast(FloatTanh.S1);
    FloatVector one = broadcast(1);
    for (int start = 0; start < length; start += SLICE) {
      int slice = Math.min(SLICE, length - start);
      if (!(largestMagnitude(z, zFrom + start, slice) <= FloatTanh.NEAR * cap)) {
        softCapSlopeFar(x, from + start, z, zFrom + start, slice, cap);
        continue;
      }
      int end = start + slice;
      int i = start;
      for (; i <= end - 2 * V; i += 2 * V) {
        FloatVector u = load(z, zFrom + i).mul(inverse);
        FloatVector s = u.mul(u);
        FloatVector high = s.fma(s8, s7).fma(s, s6).fma(s, s5).fma(s, s4);
        FloatVector slope = high.fma(s, s3).fma(s, s2).fma(s, s1).fma(s, one);
        load(x, from + i).mul(slope).intoArray(x, from + i);
        u = load(z, zFrom + i + V).mul(inverse);
        s = u.mul(u);
        high = s.fma(s8, s7).fma(s, s6).fma(s, s5).fma(s, s4);
        slope = high.fma(s, s3).fma(s, s2).fma(s, s1).fma(s, one);
        load(x, from + i + V).mul(slope).intoArray(x, from + i + V);
      }
      if (i <= end - V) {
        FloatVector u = load(z, zFrom + i).mul(inverse);
        FloatVector s = u.mul(u);
        FloatVector high = s.fma(s8, s7).fma(s, s6).fma(s, s5).fma(s, s4);
        FloatVector slope = high.fma(s, s3).fma(s, s2).fma(s, s1).fma(s, one);
        load(x, from + i).mul(slope).intoArray(x, from + i);
        i += V;
      }
      for (; i < end; i++) {
        x[from + i] *= FloatTanh.slope(z[zFrom + i], cap);
      }
    }
  }

  private void softCapSlopeFar(float[] x, int from, float[] z, int zFrom, int length, float cap) {
    int bound = FLOATS.loopBound(length);
    FloatVector factor = broadcast(-2 / cap);
    for (int i = zFrom; i < zFrom + bound; i += V) {
      load(z, i).abs().mul(factor).intoArray(z, i);
    }
    exp(z, zFrom, bound, 0, 1);
    FloatVector zero = broadcast(0);
    FloatVector least = broadcast(FloatTanh.LEAST);
    for (int i = 0; i < bound; i += V) {
      FloatVector e = load(z, zFrom + i);
      FloatVector sum = e.add(1f);
      FloatVector slope = e.mul(4f).div(sum.mul(sum));
      slope = slope.blend(zero, e.compare(VectorOperators.LE, least));
      load(x, from + i).mul(slope).intoArray(x, from + i);
    }
    for (int i = bound; i < length; i++) {
      x[from + i] *= FloatTanh.slope(z[zFrom + i], cap);
    }
  }

  @Override
  public void center(
      float[] x, int from, float[] w, int wFrom, int length, float mean, float factor) {
    int bound = FLOATS.loopBound(length);
    for (int i = 0; i < bound; i += V) {
      FloatVector scaled = load(w, wFrom + i).mul(factor);
      load(x, from + i).sub(mean).mul(scaled).intoArray(x, from + i);
    }
    for (int i = bound; i < length; i++) {
      x[from + i] = factor * w[wFrom + i] * (x[from + i] - mean);
    }
  }

  @Override
  public void subtractDistances(
      float[] x,
      int from,
      int length,
      float slope,
      float position,
      float[] keyPositions,
      int keyFrom) {
    int bound = FLOATS.loopBound(length);
    FloatVector minusSlope = broadcast(-slope);
    for (int i = 0; i < bound; i += V) {
      FloatVector distance = load(keyPositions, keyFrom + i).sub(position).abs();
      distance.fma(minusSlope, load(x, from + i)).intoArray(x, from + i);
    }
    for (int i = bound; i < length; i++) {
      // Rounded as in a vector: where a row is cut must not change a score.
      x[from + i] = Math.fma(Math.abs(keyPositions[keyFrom + i] - position), -slope, x[from + i]);
    }
  }

  @Override
  public void addDifferences(
      float[] x,
      int from,
      int length,
      float high,
      float low,
      float[] highs,
      float[] lows,
      int keyFrom) {
    int bound = FLOATS.loopBound(length);
    FloatVector ofHigh = broadcast(high);
    FloatVector ofLow = broadcast(low);
    for (int i = 0; i < bound; i += V) {
      FloatVector difference =
          ofHigh.sub(load(highs, keyFrom + i)).add(ofLow.sub(load(lows, keyFrom + i)));
      load(x, from + i).add(difference).intoArray(x, from + i);
    }
    for (int i = bound; i < length; i++) {
      x[from + i] += (high - highs[keyFrom + i]) + (low - lows[keyFrom + i]);
    }
  }

  @Override
  public void sumsAbove(float[] x, int from, int length, float high, float low, double[] sums) {
    int bound = FLOATS.loopBound(length);
    FloatVector zero = broadcast(0);
    FloatVector one = broadcast(1);
    FloatVector counts = zero;
    FloatVector totals = zero;
    FloatVector squares = zero;
    for (int i = 0; i < bound; i += V) {
      FloatVector d = load(x, from + i).sub(high).sub(low);
      VectorMask<Float> above = d.compare(VectorOperators.GT, zero);
      FloatVector positive = zero.blend(d, above);
      counts = zero.blend(one, above).add(counts);
      totals = positive.add(totals);
      squares = positive.fma(positive, squares);
    }
    double count = VectorFloats.sum(counts);
    double sum = VectorFloats.sum(totals);
    double square = VectorFloats.sum(squares);
    for (int i = bound; i < length; i++) {
      float d = x[from + i] - high - low;
      if (d > 0) {
        count++;
        sum += d;
        square += d * d;
      }
    }
    sums[0] = count;
    sums[1] = sum;
    sums[2] = square;
  }

  @Override
  public double squaredExcess(float[] x, int from, int length, float high, float low) {
    int bound = FLOATS.loopBound(length);
    FloatVector zero = broadcast(0);
    FloatVector sums = zero;
    for (int i = 0; i < bound; i += V) {
      FloatVector d = load(x, from + i).sub(high).sub(low);
      FloatVector positive = zero.blend(d, d.compare(VectorOperators.GT, zero));
      FloatVector y = positive.mul(positive);
      y.intoArray(x, from + i);
      sums = y.add(sums);
    }
    double sum = VectorFloats.sum(sums);
    for (int i = bound; i < length; i++) {
      float d = Math.max(0, x[from + i] - high - low);
      x[from + i] = d * d;
      sum += x[from + i];
    }
    return sum;
  }

  @Override
  public double excess(float[] x, int from, int length, float high, float low) {
    int bound = FLOATS.loopBound(length);
    FloatVector zero = broadcast(0);
    FloatVector sums = zero;
    for (int i = 0; i < bound; i += V) {
      FloatVector d = load(x, from + i).sub(high).sub(low);
      FloatVector positive = zero.blend(d, d.compare(VectorOperators.GT, zero));
      positive.intoArray(x, from + i);
      sums = positive.add(sums);
    }
    double sum = VectorFloats.sum(sums);
    return sum + REST.excess(x, from + bound, length - bound, high, low);
  }

  @Override
  public void root(float[] x, int from, float[] y, int yFrom, int length) {
    int bound = FLOATS.loopBound(length);
    for (int i = 0; i < bound; i += V) {
      load(y, yFrom + i).sqrt().intoArray(x, from + i);
    }
    for (int i = bound; i < length; i++) {
      x[from + i] = (float) Math.sqrt(y[yFrom + i]);
    }
  }

  @Override
  public void support(float[] x, int from, float[] y, int yFrom, int length) {
    int bound = FLOATS.loopBound(length);
    FloatVector zero = broadcast(0);
    FloatVector one = broadcast(1);
    for (int i = 0; i < bound; i += V) {
      VectorMask<Float> positive = load(y, yFrom + i).compare(VectorOperators.GT, zero);
      zero.blend(one, positive).intoArray(x, from + i);
    }
    for (int i = bound; i < length; i++) {
      x[from + i] = y[yFrom + i] > 0 ? 1 : 0;
    }
  }

  /** Four counts at a time, which do not wait for each other. */
  @Override
  public int count(float[] x, int from, int length, float threshold) {
    int bound = FLOATS.loopBound(length);
    int fours = bound - bound % (4 * V);
    FloatVector zero = broadcast(0);
    FloatVector one = broadcast(1);
    FloatVector limit = broadcast(threshold);
    FloatVector c0 = zero;
    FloatVector c1 = zero;
    FloatVector c2 = zero;
    FloatVector c3 = zero;
    for (int i = 0; i < fours; i += 4 * V) {
      int at = from + i;
      c0 = zero.blend(one, load(x, at).compare(VectorOperators.GE, limit)).add(c0);
      c1 = zero.blend(one, load(x, at + V).compare(VectorOperators.GE, limit)).add(c1);
      c2 = zero.blend(one, load(x, at + 2 * V).compare(VectorOperators.GE, limit)).add(c2);
      c3 = zero.blend(one, load(x, at + 3 * V).compare(VectorOperators.GE, limit)).add(c3);
    }
    for (int i = fours; i < bound; i += V) {
      c0 = zero.blend(one, load(x, from + i).compare(VectorOperators.GE, limit)).add(c0);
    }
    int count = (int) exact(c0).add(c1).add(exact(c2).add(c3)).reduceLanes(VectorOperators.ADD);
    for (int i = bound; i < length; i++) {
      count += x[from + i] >= threshold ? 1 : 0;
    }
    return count;
  }

  /** Compares, for what {@link #classMaxima} says. */
  @Override
  public float smallestAtLeast(float[] x, int from, int length, float threshold) {
    int bound = FLOATS.loopBound(length);
    FloatVector limit = broadcast(threshold);
    FloatVector smallest = broadcast(Float.POSITIVE_INFINITY);
    for (int i = 0; i < bound; i += V) {
      FloatVector y = load(x, from + i);
      VectorMask<Float> found = y.compare(VectorOperators.GE, limit);
      smallest = exact(smallest.blend(y, found.and(y.compare(VectorOperators.LT, smallest))));
    }
    float ofVectors = smallest.reduceLanes(VectorOperators.MIN);
    float ofRest = REST.smallestAtLeast(x, from + bound, length - bound, threshold);
    return Math.min(ofVectors, ofRest);
  }

  @Override
  public double sumAtLeast(float[] x, int from, float[] w, int wFrom, int length, float threshold) {
    int bound = FLOATS.loopBound(length);
    int pairs = bound - bound % (2 * V);
    FloatVector zero = broadcast(0);
    FloatVector limit = broadcast(threshold);
    FloatVector even = zero;
    FloatVector odd = zero;
    for (int i = 0; i < pairs; i += 2 * V) {
      VectorMask<Float> first = load(x, from + i).compare(VectorOperators.GE, limit);
      VectorMask<Float> second = load(x, from + i + V).compare(VectorOperators.GE, limit);
      even = zero.blend(load(w, wFrom + i), first).add(even);
      odd = zero.blend(load(w, wFrom + i + V), second).add(odd);
    }
    if (pairs < bound) {
      VectorMask<Float> reaching = load(x, from + pairs).compare(VectorOperators.GE, limit);
      even = zero.blend(load(w, wFrom + pairs), reaching).add(even);
    }
    double sum = VectorFloats.sum(exact(even).add(odd));
    for (int i = bound; i < length; i++) {
      sum += x[from + i] >= threshold ? w[wFrom + i] : 0;
    }
    return sum;
  }

  @Override
  public double keepAtLeast(
      float[] x, int from, float[] y, int yFrom, int length, float threshold) {
    int bound = FLOATS.loopBound(length);
    FloatVector zero = broadcast(0);
    FloatVector limit = broadcast(threshold);
    FloatVector sums = zero;
    for (int i = 0; i < bound; i += V) {
      VectorMask<Float> reaching = load(y, yFrom + i).compare(VectorOperators.GE, limit);
      FloatVector kept = zero.blend(load(x, from + i), reaching);
      kept.intoArray(x, from + i);
      sums = kept.add(sums);
    }
    double sum = VectorFloats.sum(sums);
    int rest = length - bound;
    return sum + REST.keepAtLeast(x, from + bound, y, yFrom + bound, rest, threshold);
  }

  @Override
  public int atLeast(float[] x, int from, int length, float threshold, int[] indices) {
    int bound = length - length % WORD;
    FloatVector zero = broadcast(0);
    FloatVector limit = broadcast(threshold);
    int count = 0;
    for (int i = 0; i < bound; i += WORD) {
      IntVector bits = exactBits(zero.reinterpretAsInts());
      for (int j = 0; j < WORD; j += V) {
        VectorMask<Float> found = load(x, from + i + j).compare(VectorOperators.GE, limit);
        bits = exactBits(zero.blend(load(POWERS, j), found).reinterpretAsInts()).or(bits);
      }
      count = put(bits, i, indices, count);
    }
    for (int i = bound; i < length; i++) {
      if (x[from + i] >= threshold) {
        indices[count++] = i;
      }
    }
    return count;
  }

  @Override
  public int nonZero(float[] x, int from, int length, int[] indices) {
    int bound = length - length % WORD;
    FloatVector zero = broadcast(0);
    int count = 0;
    for (int i = 0; i < bound; i += WORD) {
      IntVector bits = exactBits(zero.reinterpretAsInts());
      for (int j = 0; j < WORD; j += V) {
        VectorMask<Float> found = load(x, from + i + j).compare(VectorOperators.NE, zero);
        bits = exactBits(zero.blend(load(POWERS, j), found).reinterpretAsInts()).or(bits);
      }
      count = put(bits, i, indices, count);
    }
    for (int i = bound; i < length; i++) {
      if (x[from + i] != 0) {
        indices[count++] = i;
      }
    }
    return count;
  }

  /** As {@link #count}. */
  @Override
  public int countNonZero(float[] x, int from, int length) {
    int bound = FLOATS.loopBound(length);
    int pairs = bound - bound % (2 * V);
    FloatVector zero = broadcast(0);
    FloatVector one = broadcast(1);
    FloatVector even = zero;
    FloatVector odd = zero;
    for (int i = 0; i < pairs; i += 2 * V) {
      even = zero.blend(one, load(x, from + i).compare(VectorOperators.NE, zero)).add(even);
      odd = zero.blend(one, load(x, from + i + V).compare(VectorOperators.NE, zero)).add(odd);
    }
    if (pairs < bound) {
      even = zero.blend(one, load(x, from + pairs).compare(VectorOperators.NE, zero)).add(even);
    }
    int count = (int) exact(even).add(odd).reduceLanes(VectorOperators.ADD);
    return count + REST.countNonZero(x, from + bound, length - bound);
  }

  @Override
  public void nonZeroPanels(float[] x, int from, int panels, int width, int[] bits) {
    FloatVector zero = broadcast(0);
    for (int panel = 0; panel < panels; panel++) {
      int start = from + panel * width;
      VectorMask<Float> found = load(x, start).compare(VectorOperators.NE, zero);
      for (int i = V; i < width; i += V) {
        found = found.or(load(x, start + i).compare(VectorOperators.NE, zero));
      }
      if (found.anyTrue()) {
        bits[panel / Integer.SIZE] |= 1 << panel % Integer.SIZE;
      }
    }
  }

  @Override
  public void rotate(
      float[] x,
      int first,
      int second,
      float[] cosines,
      float[] sines,
      int at,
      float[] y,
      int length) {
    int bound = FLOATS.loopBound(length);
    for (int i = 0; i < bound; i += V) {
      FloatVector x1 = load(x, first + i);
      FloatVector x2 = load(x, second + i);
      FloatVector cosine = load(cosines, at + i);
      FloatVector sine = load(sines, at + i);
      cosine.mul(x1).sub(sine.mul(x2)).intoArray(y, first + i);
      sine.mul(x1).add(cosine.mul(x2)).intoArray(y, second + i);
    }
    int rest = length - bound;
    REST.rotate(x, first + bound, second + bound, cosines, sines, at + bound, y, rest);
  }

  /**
   * Puts the indices of what was found in a word of entries after the others; returns how many
   * there are then. Up to four are written without a branch, which the processor could not predict.
   *
   * @param lanes the bits of the word, each in one lane
   */
  private static int put(IntVector lanes, int first, int[] indices, int count) {
    int bits = exactBits(lanes).reduceLanes(VectorOperators.ADD);
    int second = bits & (bits - 1);
    int third = second & (second - 1);
    int fourth = third & (third - 1);
    indices[count] = first + Integer.numberOfTrailingZeros(bits);
    indices[count + 1] = first + Integer.numberOfTrailingZeros(second);
    indices[count + 2] = first + Integer.numberOfTrailingZeros(third);
    indices[count + 3] = first + Integer.numberOfTrailingZeros(fourth);
    if ((fourth & (fourth - 1)) != 0) {
      putMany(bits, first, indices, count);
    }
    return count + Integer.bitCount(bits);
  }

  private static void putMany(int bits, int first, int[] indices, int count) {
    int next = count;
    for (int shift = 0; shift < WORD; shift += Byte.SIZE) {
      int found = bits >>> shift & BYTE;
      for (int j = 0; j < Byte.SIZE; j += AT_ONCE) {
        exactInts(IntVector.fromArray(INTS_AT_ONCE, INDEX_TABLE, found * Byte.SIZE + j))
            .add(first + shift)
            .intoArray(indices, next + j);
      }
      next += Integer.bitCount(found);
    }
  }

  private static IntVector exactInts(IntVector x) {
    return (IntVector) INTS_CLASS.cast(x);
  }

  /** For each byte the indices of its ones; what stands after them is zero. */
  private static int[] indexTable() {
    int[] table = new int[(BYTE + 1) * Byte.SIZE];
    for (int bits = 0; bits <= BYTE; bits++) {
      int found = 0;
      for (int i = 0; i < Byte.SIZE; i++) {
        if ((bits >> i & 1) != 0) {
          table[bits * Byte.SIZE + found++] = i;
        }
      }
    }
    return table;
  }

  /** Floats whose bits are the integers 1, 2, 4, .. */
  private static float[] powers() {
    float[] powers = new float[WORD];
    for (int i = 0; i < WORD; i++) {
      powers[i] = Float.intBitsToFloat(1 << i);
    }
    return powers;
  }
}
