package org.attention4j.internal.vector;

/** {@link NormOps} in plain Java. */
final class ScalarNormOps implements NormOps {
  @Override
  public void add(float[] sums, float[] x, int at, int length) {
    for (int t = 0; t < length; t++) {
      sums[t] += x[at + t];
    }
  }

  @Override
  public void addSquares(float[] sums, float[] means, float[] x, int at, int length) {
    for (int t = 0; t < length; t++) {
      float centred = x[at + t] - means[t];
      sums[t] += centred * centred;
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
    for (int t = 0; t < length; t++) {
      y[at + t] = (x[at + t] - means[t]) * scales[t] * gain + bias;
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
    double gainTotal = 0;
    double biasTotal = 0;
    for (int t = 0; t < length; t++) {
      float gradient = dy[at + t];
      float normalized = (x[at + t] - means[t]) * scales[t];
      sums[t] += gain * gradient;
      products[t] += gain * gradient * normalized;
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
    for (int t = 0; t < length; t++) {
      float normalized = (x[at + t] - means[t]) * scales[t];
      dx[at + t] = scales[t] * (gain * dy[at + t] - sums[t] - normalized * products[t]);
    }
  }
}
