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

/**
 * {@link ActivationOps} with the widest vectors of this CPU; what is left over runs in plain Java.
 *
 * <p>Most functions are three short loops over a block that stays in the first-level cache: the
 * arguments of the exponential, {@link RowOps#exp}, and the rest.
 */
final class VectorActivationOps implements ActivationOps {
  private static final RowOps ROWS = new VectorRowOps();
  private static final ActivationOps REST = new ScalarActivationOps();
  private static final int BLOCK = 512;

  @Override
  public void relu(float[] x, int from, float[] y, int length) {
    int bound = FLOATS.loopBound(length);
    for (int i = from; i < from + bound; i += V) {
      load(x, i).max(0).intoArray(y, i);
    }
    REST.relu(x, from + bound, y, length - bound);
  }

  @Override
  public void reluSlope(float[] x, int from, float[] dy, int length) {
    int bound = FLOATS.loopBound(length);
    FloatVector zero = broadcast(0);
    for (int i = from; i < from + bound; i += V) {
      FloatVector gradient = load(dy, i);
      zero.blend(gradient, load(x, i).compare(VectorOperators.GT, zero)).intoArray(dy, i);
    }
    REST.reluSlope(x, from + bound, dy, length - bound);
  }

  @Override
  public void logisticGate(float[] x, int from, float[] y, int length, float linear, float cubic) {
    int bound = FLOATS.loopBound(length);
    float[] e = new float[Math.min(BLOCK, bound)];
    for (int i = 0; i < bound; i += BLOCK) {
      int block = Math.min(BLOCK, bound - i);
      logisticExponents(x, from + i, e, block, linear, cubic);
      ROWS.exp(e, 0, block, 0, 1);
      finishLogisticGate(x, from + i, e, y, block);
    }
    REST.logisticGate(x, from + bound, y, length - bound, linear, cubic);
  }

  /** -|linear x + cubic x³|, so that e to its power never overflows. */
  private static void logisticExponents(
      float[] x, int from, float[] e, int length, float linear, float cubic) {
    for (int i = 0; i < length; i += V) {
      FloatVector near = near(load(x, from + i));
      argument(near, linear, cubic).abs().neg().intoArray(e, i);
    }
  }

  private static FloatVector near(FloatVector x) {
    return x.min(LOGISTIC_END).max(-LOGISTIC_END);
  }

  private static FloatVector argument(FloatVector near, float linear, float cubic) {
    return near.mul(near).fma(broadcast(cubic), broadcast(linear)).mul(near);
  }

  private static void finishLogisticGate(float[] x, int from, float[] e, float[] y, int length) {
    for (int i = 0; i < length; i += V) {
      FloatVector value = load(x, from + i);
      FloatVector exponential = load(e, i);
      FloatVector large = broadcast(1).div(exponential.add(1f));
      FloatVector gate =
          large.blend(large.mul(exponential), value.compare(VectorOperators.LT, broadcast(0)));
      value.max(-LOGISTIC_END).mul(gate).intoArray(y, from + i);
    }
  }

  @Override
  public void logisticGateSlope(
      float[] x, int from, float[] dy, int length, float linear, float cubic) {
    int bound = FLOATS.loopBound(length);
    float[] e = new float[Math.min(BLOCK, bound)];
    for (int i = 0; i < bound; i += BLOCK) {
      int block = Math.min(BLOCK, bound - i);
      logisticExponents(x, from + i, e, block, linear, cubic);
      ROWS.exp(e, 0, block, 0, 1);
      finishLogisticSlope(x, from + i, e, dy, block, linear, cubic);
    }
    REST.logisticGateSlope(x, from + bound, dy, length - bound, linear, cubic);
  }

  private static void finishLogisticSlope(
      float[] x, int from, float[] e, float[] dy, int length, float linear, float cubic) {
    for (int i = 0; i < length; i += V) {
      FloatVector near = near(load(x, from + i));
      FloatVector exponential = load(e, i);
      FloatVector large = broadcast(1).div(exponential.add(1f));
      FloatVector small = large.mul(exponential);
      FloatVector gate = large.blend(small, near.compare(VectorOperators.LT, broadcast(0)));
      FloatVector steepness = near.mul(near).fma(broadcast(3 * cubic), broadcast(linear));
      FloatVector slope = near.mul(large).mul(small).fma(steepness, gate);
      load(dy, from + i).mul(slope).intoArray(dy, from + i);
    }
  }

  /**
   * max(x, 0) - |x| Φ(-|x|), with {@link FloatExp} and {@link NormalTail} in one loop: their chains
   * of operations run beside each other. Both polynomials are summed in pairs, and comparisons take
   * the place of {@code min} and {@code max}, which are slow for what Java asks of NaN and -0. The
   * method is too long to be inlined, for what {@link VectorRowOps#exp} says.
   */
  @Override
  public void normalGate(float[] x, int from, float[] y, int length) {
    int bound = FLOATS.loopBound(length);
    FloatVector zero = broadcast(0);
    FloatVector one = broadcast(1);
    FloatVector end = broadcast(NORMAL_END);
    FloatVector minusHalf = broadcast(-0.5f);
    FloatVector log2e = broadcast(FloatExp.LOG2_E);
    FloatVector rounding = broadcast(FloatExp.ROUNDING);
    FloatVector minusHigh = broadcast(-FloatExp.LN2_HIGH);
    FloatVector minusLow = broadcast(-FloatExp.LN2_LOW);
    FloatVector e4 = broadcast(FloatExp.C4);
    FloatVector e3 = broadcast(FloatExp.C3);
    FloatVector e2 = broadcast(FloatExp.C2);
    FloatVector e1 = broadcast(FloatExp.C1);
    FloatVector e0 = broadcast(FloatExp.C0);
    FloatVector scale = broadcast(NormalTail.SCALE);
    FloatVector c6 = broadcast(NormalTail.C6);
    FloatVector c5 = broadcast(NormalTail.C5);
    FloatVector c4 = broadcast(NormalTail.C4);
    FloatVector c3 = broadcast(NormalTail.C3);
    FloatVector c2 = broadcast(NormalTail.C2);
    FloatVector c1 = broadcast(NormalTail.C1);
    FloatVector c0 = broadcast(NormalTail.C0);
    for (int i = from; i < from + bound; i += V) {
      FloatVector value = load(x, i);
      FloatVector a = value.abs();
      a = a.blend(end, a.compare(VectorOperators.GT, end));
      FloatVector t = one.div(a.fma(scale, one));
      FloatVector exponent = a.mul(minusHalf).mul(a);
      FloatVector rounded = exponent.fma(log2e, rounding);
      FloatVector n = rounded.sub(rounding);
      FloatVector r = n.fma(minusLow, n.fma(minusHigh, exponent));
      FloatVector rr = r.mul(r);
      FloatVector e = r.fma(e4, e3).fma(r, e2).fma(rr, r.fma(e1, e0)).fma(rr, r.add(one));
      IntVector bits = exactBits(rounded.reinterpretAsInts());
      FloatVector power =
          exact(bits.lanewise(VectorOperators.LSHL, FloatExp.EXPONENT).reinterpretAsFloats());
      FloatVector tt = t.mul(t);
      FloatVector high = t.fma(c6, c5).fma(tt, t.fma(c4, c3));
      FloatVector p = high.fma(tt, t.fma(c2, c1)).fma(t, c0);
      FloatVector tail = e.mul(power.mul(t).mul(a)).mul(p);
      value.blend(zero, value.compare(VectorOperators.LT, zero)).sub(tail).intoArray(y, i);
    }
    REST.normalGate(x, from + bound, y, length - bound);
  }

  private static void normalExponents(float[] x, int from, float[] e, int length) {
    for (int i = 0; i < length; i += V) {
      FloatVector a = distance(load(x, from + i));
      a.mul(-0.5f).mul(a).intoArray(e, i);
    }
  }

  private static FloatVector distance(FloatVector x) {
    return x.abs().min(NORMAL_END);
  }

  /** {@link NormalTail#of} of a vector. */
  private static FloatVector tail(FloatVector a, FloatVector exponential) {
    FloatVector t = broadcast(1).div(a.mul(NormalTail.SCALE).add(1f));
    FloatVector p = broadcast(NormalTail.C6).fma(t, broadcast(NormalTail.C5));
    p = p.fma(t, broadcast(NormalTail.C4));
    p = p.fma(t, broadcast(NormalTail.C3));
    p = p.fma(t, broadcast(NormalTail.C2));
    p = p.fma(t, broadcast(NormalTail.C1));
    p = p.fma(t, broadcast(NormalTail.C0));
    return p.mul(t).mul(exponential);
  }

  @Override
  public void normalGateSlope(float[] x, int from, float[] dy, int length) {
    int bound = FLOATS.loopBound(length);
    float[] e = new float[Math.min(BLOCK, bound)];
    for (int i = 0; i < bound; i += BLOCK) {
      int block = Math.min(BLOCK, bound - i);
      normalExponents(x, from + i, e, block);
      ROWS.exp(e, 0, block, 0, 1);
      finishNormalSlope(x, from + i, e, dy, block);
    }
    REST.normalGateSlope(x, from + bound, dy, length - bound);
  }

  private static void finishNormalSlope(float[] x, int from, float[] e, float[] dy, int length) {
    for (int i = 0; i < length; i += V) {
      FloatVector value = load(x, from + i);
      FloatVector a = distance(value);
      FloatVector exponential = load(e, i);
      // Φ(-a) - a φ(a), which Φ(x) + x φ(x) is for negative x, and one minus it for others.
      FloatVector low = tail(a, exponential).sub(a.mul(exponential).mul(NormalTail.DENSITY));
      FloatVector slope =
          broadcast(1).sub(low).blend(low, value.compare(VectorOperators.LT, broadcast(0)));
      load(dy, from + i).mul(slope).intoArray(dy, from + i);
    }
  }

  @Override
  public void multiply(float[] x, float[] y, int from, int length) {
    int bound = FLOATS.loopBound(length);
    for (int i = from; i < from + bound; i += V) {
      load(y, i).mul(load(x, i)).intoArray(y, i);
    }
    REST.multiply(x, y, from + bound, length - bound);
  }
}
