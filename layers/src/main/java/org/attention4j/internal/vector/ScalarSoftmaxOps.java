package org.attention4j.internal.vector;

/** {@link SoftmaxOps} in plain Java. */
final class ScalarSoftmaxOps implements SoftmaxOps {
  @Override
  public void max(float[] maxima, float[] x, int at, int length) {
    for (int c = 0; c < length; c++) {
      maxima[c] = Math.max(maxima[c], x[at + c]);
    }
  }

  @Override
  public void exp(float[] x, int at, int length, float[] maxima, float[] sums) {
    for (int c = 0; c < length; c++) {
      float e = FloatExp.exp(x[at + c] - maxima[c]);
      x[at + c] = e;
      sums[c] += e;
    }
  }

  @Override
  public void scale(float[] x, int at, int length, float[] factors, float shift) {
    for (int c = 0; c < length; c++) {
      x[at + c] = x[at + c] * factors[c] - shift;
    }
  }
}
