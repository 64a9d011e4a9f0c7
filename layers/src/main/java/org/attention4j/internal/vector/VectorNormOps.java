package org.attention4j.internal.vector;

import static org.attention4j.internal.vector.VectorFloats.FLOATS;
import static org.attention4j.internal.vector.VectorFloats.V;
import static org.attention4j.internal.vector.VectorFloats.broadcast;
import static org.attention4j.internal.vector.VectorFloats.load;

import jdk.incubator.vector.FloatVector;

/** {@link NormOps} with the widest vectors of this CPU; what is left over runs in plain Java. */
final class VectorNormOps implements NormOps {
  @Override
  public void add(float[] sums, float[] x, int at, int length) {
    int bound = FLOATS.loopBound(length);
    for (int t = 0; t < bound; t += V) {
      load(sums, t).add(load(x, at + t)).intoArray(sums, t);
    }
    for (int t = bound; t < length; t++) {
      sums[t] += x[at + t];
    }
  }

  @Override
  public void addSquares(float[] sums, float[] means, float[] x, int at, int length) {
    int bound = FLOATS.loopBound(length);
    for (int t = 0; t < bound; t += V) {
      FloatVector centred = load(x, at + t).sub(load(means, t));
      centred.fma(centred, load(sums, t)).intoArray(sums, t);
    }
    for (int t = bound; t < length; t++) {
      float centred = x[at + t] - means[t];
      sums[t] = Math.fma(centred, centred, sums[t]);
    }
  }

  @Override
  public void normalize(
      float[] x,
      int at,
      float[] means,
      float[] scales,
      float gain,
      float bias,
      float[] y,
      int length) {
    int bound = FLOATS.loopBound(length);
    FloatVector biases = broadcast(bias);
    for (int t = 0; t < bound; t += V) {
      FloatVector normalized = load(x, at + t).sub(load(means, t)).mul(load(scales, t));
      normalized.fma(broadcast(gain), biases).intoArray(y, at + t);
    }
    for (int t = bound; t < length; t++) {
      y[at + t] = Math.fma((x[at + t] - means[t]) * scales[t], gain, bias);
    }
  }

  @Override
  public void addGradients(
      float[] x,
      float[] dy,
      int at,
      float[] means,
      float[] scales,
      float gain,
      float[] sums,
      float[] products,
      int length,
      double[] totals) {
    int bound = FLOATS.loopBound(length);
    FloatVector gainTotals = broadcast(0);
    FloatVector biasTotals = gainTotals;
    for (int t = 0; t < bound; t += V) {
      FloatVector gradient = load(dy, at + t);
      FloatVector normalized = load(x, at + t).sub(load(means, t)).mul(load(scales, t));
      FloatVector scaled = gradient.mul(gain);
      load(sums, t).add(scaled).intoArray(sums, t);
      scaled.fma(normalized, load(products, t)).intoArray(products, t);
      gainTotals = gradient.fma(normalized, gainTotals);
      biasTotals = gradient.add(biasTotals);
    }
    double gainTotal = VectorFloats.sum(gainTotals);
    double biasTotal = VectorFloats.sum(biasTotals);
    for (int t = bound; t < length; t++) {
      float gradient = dy[at + t];
      float normalized = (x[at + t] - means[t]) * scales[t];
      sums[t] += gain * gradient;
      products[t] = Math.fma(gain * gradient, normalized, products[t]);
      gainTotal += gradient * normalized;
      biasTotal += gradient;
    }
    totals[0] = gainTotal;
    totals[1] = biasTotal;
  }

  @Override
  public void inputGradient(
      float[] x,
      float[] dy,
      int at,
      float[] means,
      float[] scales,
      float gain,
      float[] sums,
      float[] products,
      float[] dx,
      int length) {
    int bound = FLOATS.loopBound(length);
    for (int t = 0; t < bound; t += V) {
      FloatVector scale = load(scales, t);
      FloatVector normalized = load(x, at + t).sub(load(means, t)).mul(scale);
      FloatVector own = load(dy, at + t).mul(gain).sub(load(sums, t));
      own.sub(normalized.mul(load(products, t))).mul(scale).intoArray(dx, at + t);
    }
    for (int t = bound; t < length; t++) {
      float normalized = (x[at + t] - means[t]) * scales[t];
      dx[at + t] = scales[t] * (gain * dy[at + t] - sums[t] - normalized * products[t]);
    }
  }
}
