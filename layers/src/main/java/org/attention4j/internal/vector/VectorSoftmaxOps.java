package org.attention4j.internal.vector;

import static org.attention4j.internal.vector.VectorFloats.FLOATS;
import static org.attention4j.internal.vector.VectorFloats.V;
import static org.attention4j.internal.vector.VectorFloats.broadcast;
import static org.attention4j.internal.vector.VectorFloats.exact;
import static org.attention4j.internal.vector.VectorFloats.exactBits;
import static org.attention4j.internal.vector.VectorFloats.load;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/** {@link SoftmaxOps} with the widest vectors of this CPU; what is left over runs in plain Java. */
final class VectorSoftmaxOps implements SoftmaxOps {
  @Override
  public void max(float[] maxima, float[] x, int at, int length) {
    int bound = FLOATS.loopBound(length);
    for (int c = 0; c < bound; c += V) {
      load(maxima, c).max(load(x, at + c)).intoArray(maxima, c);
    }
    for (int c = bound; c < length; c++) {
      maxima[c] = Math.max(maxima[c], x[at + c]);
    }
  }

  /** As {@link VectorRowOps#exp}, which says why it is one long method. */
  @Override
  public void exp(float[] x, int at, int length, float[] maxima, float[] sums) {
    int bound = FLOATS.loopBound(length);
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
    for (int c = 0; c < bound; c += V) {
      FloatVector y = load(x, at + c).sub(load(maxima, c));
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
      FloatVector e = p.fma(square, r.add(one)).mul(power);
      e.intoArray(x, at + c);
      load(sums, c).add(e).intoArray(sums, c);
    }
    for (int c = bound; c < length; c++) {
      float e = FloatExp.exp(x[at + c] - maxima[c]);
      x[at + c] = e;
      sums[c] += e;
    }
  }

  @Override
  public void scale(float[] x, int at, int length, float[] factors, float shift) {
    int bound = FLOATS.loopBound(length);
    FloatVector shifts = broadcast(shift);
    for (int c = 0; c < bound; c += V) {
      load(x, at + c).mul(load(factors, c)).sub(shifts).intoArray(x, at + c);
    }
    for (int c = bound; c < length; c++) {
      x[at + c] = x[at + c] * factors[c] - shift;
    }
  }
}
