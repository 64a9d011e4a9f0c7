package org.attention4j.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/** Passes over a row with the widest vectors of this CPU. */
final class VectorLanes extends VectorFinds {
  /** Four maxima at a time: what Java asks of NaN and -0 makes a chain of them slow. */
  @Override
  float max(float[] x, int from, int length) {
    int bound = FLOATS.loopBound(length);
    int fours = bound - bound % (4 * V);
    FloatVector m0 = broadcast(Float.NEGATIVE_INFINITY);
    FloatVector m1 = m0;
    FloatVector m2 = m0;
    FloatVector m3 = m0;
    for (int i = 0; i < fours; i += 4 * V) {
      m0 = m0.max(load(x, from + i));
      m1 = m1.max(load(x, from + i + V));
      m2 = m2.max(load(x, from + i + 2 * V));
      m3 = m3.max(load(x, from + i + 3 * V));
    }
    for (int i = fours; i < bound; i += V) {
      m0 = m0.max(load(x, from + i));
    }
    float max = m0.max(m1).max(m2.max(m3)).reduceLanes(VectorOperators.MAX);
    for (int i = bound; i < length; i++) {
      max = Math.max(max, x[from + i]);
    }
    return max;
  }

  @Override
  double sum(float[] x, int from, int length) {
    int bound = FLOATS.loopBound(length);
    FloatVector sums = FloatVector.zero(FLOATS);
    for (int i = 0; i < bound; i += V) {
      sums = sums.add(load(x, from + i));
    }
    double sum = sums.reduceLanes(VectorOperators.ADD);
    for (int i = bound; i < length; i++) {
      sum += x[from + i];
    }
    return sum;
  }

  @Override
  double dot(float[] x, int from, float[] y, int yFrom, int length) {
    int bound = FLOATS.loopBound(length);
    int pairs = bound - bound % PANEL;
    FloatVector even = FloatVector.zero(FLOATS);
    FloatVector odd = even;
    for (int i = 0; i < pairs; i += PANEL) {
      even = load(x, from + i).fma(load(y, yFrom + i), even);
      odd = load(x, from + i + V).fma(load(y, yFrom + i + V), odd);
    }
    if (pairs < bound) {
      even = load(x, from + pairs).fma(load(y, yFrom + pairs), even);
    }
    double sum = even.add(odd).reduceLanes(VectorOperators.ADD);
    for (int i = bound; i < length; i++) {
      sum += x[from + i] * y[yFrom + i];
    }
    return sum;
  }

  @Override
  void affine(float[] x, int from, int length, float shift, float factor) {
    int bound = FLOATS.loopBound(length);
    for (int i = 0; i < bound; i += V) {
      load(x, from + i).sub(shift).mul(factor).intoArray(x, from + i);
    }
    for (int i = bound; i < length; i++) {
      x[from + i] = factor * (x[from + i] - shift);
    }
  }

  @Override
  void sigmoid(float[] x, int from, int length, float shift) {
    int bound = FLOATS.loopBound(length);
    FloatVector most = broadcast(-FloatExp.LOWEST);
    for (int i = 0; i < bound; i += V) {
      FloatVector y = broadcast(shift).sub(load(x, from + i));
      y.blend(most, y.compare(VectorOperators.GT, most)).intoArray(x, from + i);
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
  void add(float[] x, int from, float[] y, int yFrom, int length, float factor) {
    int bound = FLOATS.loopBound(length);
    FloatVector f = FloatVector.broadcast(FLOATS, factor);
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
  double exp(float[] x, int from, int length, float shift, float factor) {
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
    FloatVector sums = FloatVector.zero(FLOATS);
    for (int i = 0; i < bound; i += V) {
      FloatVector y = load(x, from + i).sub(shifts);
      y = y.blend(lowest, y.compare(VectorOperators.LT, lowest));
      FloatVector rounded = y.fma(log2e, rounding);
      FloatVector n = rounded.sub(rounding);
      FloatVector r = n.fma(minusHigh, y);
      r = n.fma(minusLow, r);
      FloatVector square = r.mul(r);
      FloatVector p = r.fma(c4, c3).fma(r, c2).fma(square, r.fma(c1, c0));
      FloatVector power =
          rounded
              .reinterpretAsInts()
              .lanewise(VectorOperators.LSHL, FloatExp.EXPONENT)
              .reinterpretAsFloats();
      FloatVector e = p.fma(square, r.add(one)).mul(power.mul(factors));
      e.intoArray(x, from + i);
      sums = sums.add(e);
    }
    double sum = sums.reduceLanes(VectorOperators.ADD);
    for (int i = bound; i < length; i++) {
      float e = FloatExp.exp(x[from + i] - shift) * factor;
      x[from + i] = e;
      sum += e;
    }
    return sum;
  }

  @Override
  void center(float[] x, int from, float[] w, int wFrom, int length, float mean, float factor) {
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
  void subtractDistances(
      float[] x,
      int from,
      int length,
      float slope,
      float position,
      float[] keyPositions,
      int keyFrom) {
    int bound = FLOATS.loopBound(length);
    FloatVector minusSlope = FloatVector.broadcast(FLOATS, -slope);
    for (int i = 0; i < bound; i += V) {
      FloatVector distance = load(keyPositions, keyFrom + i).sub(position).abs();
      distance.fma(minusSlope, load(x, from + i)).intoArray(x, from + i);
    }
    for (int i = bound; i < length; i++) {
      x[from + i] -= slope * Math.abs(keyPositions[keyFrom + i] - position);
    }
  }
}
