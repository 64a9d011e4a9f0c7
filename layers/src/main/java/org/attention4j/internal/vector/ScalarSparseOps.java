package org.attention4j.internal.vector;

/** Products with chosen rows in plain Java. */
final class ScalarSparseOps implements SparseOps {
  @Override
  public void gather(
      float[] w,
      int w0,
      int[] indices,
      int i0,
      int count,
      float[] b,
      int b0,
      int stride,
      int width,
      float[] y,
      int y0) {
    for (int j = 0; j < count; j++) {
      float weight = w[w0 + j];
      int row = b0 + indices[i0 + j] * stride;
      for (int c = 0; c < width; c++) {
        y[y0 + c] += weight * b[row + c];
      }
    }
  }

  @Override
  public void scatter(
      float[] w,
      int w0,
      int[] indices,
      int i0,
      int count,
      float[] x,
      int x0,
      float[] b,
      int b0,
      int stride,
      int width) {
    for (int j = 0; j < count; j++) {
      float weight = w[w0 + j];
      int row = b0 + indices[i0 + j] * stride;
      for (int c = 0; c < width; c++) {
        b[row + c] += weight * x[x0 + c];
      }
    }
  }

  @Override
  public void gatherDots(
      float[] b,
      int b0,
      int stride,
      int width,
      int[] indices,
      int i0,
      int count,
      float[] x,
      int x0,
      float[] g,
      int g0) {
    for (int j = 0; j < count; j++) {
      int row = b0 + indices[i0 + j] * stride;
      float sum = 0;
      for (int c = 0; c < width; c++) {
        sum += b[row + c] * x[x0 + c];
      }
      g[g0 + j] += sum;
    }
  }
}
