package org.attention4j.internal.vector;

import static org.attention4j.internal.vector.VectorFloats.PANEL;
import static org.attention4j.internal.vector.VectorFloats.V;
import static org.attention4j.internal.vector.VectorFloats.broadcast;
import static org.attention4j.internal.vector.VectorFloats.load;
import static org.attention4j.internal.vector.VectorFloats.store;

import jdk.incubator.vector.FloatVector;

/**
 * Products with chosen rows, with the widest vectors of this CPU. Eight or four vectors at a time
 * where there are so many features: they share the address, the weight and the sum over the lanes,
 * and their sums do not wait for each other.
 */
final class VectorSparseOps implements SparseOps {
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
    if (width == WIDE * PANEL) {
      gatherWide(w, w0, indices, i0, count, b, b0, stride, y, y0);
    } else if (width == PAIR * PANEL) {
      gatherPair(w, w0, indices, i0, count, b, b0, stride, y, y0);
    } else if (width == PANEL) {
      gatherPanel(w, w0, indices, i0, count, b, b0, stride, y, y0);
    } else {
      FloatVector sum = load(y, y0);
      for (int j = 0; j < count; j++) {
        sum = broadcast(w[w0 + j]).fma(load(b, b0 + indices[i0 + j] * stride), sum);
      }
      store(sum, y, y0);
    }
  }

  private static void gatherWide(
      float[] w,
      int w0,
      int[] indices,
      int i0,
      int count,
      float[] b,
      int b0,
      int stride,
      float[] y,
      int y0) {
    FloatVector sum0 = load(y, y0);
    FloatVector sum1 = load(y, y0 + V);
    FloatVector sum2 = load(y, y0 + 2 * V);
    FloatVector sum3 = load(y, y0 + 3 * V);
    FloatVector sum4 = load(y, y0 + 4 * V);
    FloatVector sum5 = load(y, y0 + 5 * V);
    FloatVector sum6 = load(y, y0 + 6 * V);
    FloatVector sum7 = load(y, y0 + 7 * V);
    for (int j = 0; j < count; j++) {
      FloatVector s = broadcast(w[w0 + j]);
      int row = b0 + indices[i0 + j] * stride;
      sum0 = s.fma(load(b, row), sum0);
      sum1 = s.fma(load(b, row + V), sum1);
      sum2 = s.fma(load(b, row + 2 * V), sum2);
      sum3 = s.fma(load(b, row + 3 * V), sum3);
      sum4 = s.fma(load(b, row + 4 * V), sum4);
      sum5 = s.fma(load(b, row + 5 * V), sum5);
      sum6 = s.fma(load(b, row + 6 * V), sum6);
      sum7 = s.fma(load(b, row + 7 * V), sum7);
    }
    store(sum0, y, y0);
    store(sum1, y, y0 + V);
    store(sum2, y, y0 + 2 * V);
    store(sum3, y, y0 + 3 * V);
    store(sum4, y, y0 + 4 * V);
    store(sum5, y, y0 + 5 * V);
    store(sum6, y, y0 + 6 * V);
    store(sum7, y, y0 + 7 * V);
  }

  private static void gatherPair(
      float[] w,
      int w0,
      int[] indices,
      int i0,
      int count,
      float[] b,
      int b0,
      int stride,
      float[] y,
      int y0) {
    FloatVector sum0 = load(y, y0);
    FloatVector sum1 = load(y, y0 + V);
    FloatVector sum2 = load(y, y0 + 2 * V);
    FloatVector sum3 = load(y, y0 + 3 * V);
    for (int j = 0; j < count; j++) {
      FloatVector s = broadcast(w[w0 + j]);
      int row = b0 + indices[i0 + j] * stride;
      sum0 = s.fma(load(b, row), sum0);
      sum1 = s.fma(load(b, row + V), sum1);
      sum2 = s.fma(load(b, row + 2 * V), sum2);
      sum3 = s.fma(load(b, row + 3 * V), sum3);
    }
    store(sum0, y, y0);
    store(sum1, y, y0 + V);
    store(sum2, y, y0 + 2 * V);
    store(sum3, y, y0 + 3 * V);
  }

  private static void gatherPanel(
      float[] w,
      int w0,
      int[] indices,
      int i0,
      int count,
      float[] b,
      int b0,
      int stride,
      float[] y,
      int y0) {
    FloatVector even = load(y, y0);
    FloatVector odd = load(y, y0 + V);
    for (int j = 0; j < count; j++) {
      FloatVector s = broadcast(w[w0 + j]);
      int row = b0 + indices[i0 + j] * stride;
      even = s.fma(load(b, row), even);
      odd = s.fma(load(b, row + V), odd);
    }
    store(even, y, y0);
    store(odd, y, y0 + V);
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
    if (width == PAIR * PANEL) {
      scatterPair(w, w0, indices, i0, count, x, x0, b, b0, stride);
    } else if (width == PANEL) {
      scatterPanel(w, w0, indices, i0, count, x, x0, b, b0, stride);
    } else {
      FloatVector vector = load(x, x0);
      for (int j = 0; j < count; j++) {
        int row = b0 + indices[i0 + j] * stride;
        broadcast(w[w0 + j]).fma(vector, load(b, row)).intoArray(b, row);
      }
    }
  }

  private static void scatterPair(
      float[] w,
      int w0,
      int[] indices,
      int i0,
      int count,
      float[] x,
      int x0,
      float[] b,
      int b0,
      int stride) {
    FloatVector first = load(x, x0);
    FloatVector x1 = load(x, x0 + V);
    FloatVector x2 = load(x, x0 + 2 * V);
    FloatVector x3 = load(x, x0 + 3 * V);
    for (int j = 0; j < count; j++) {
      FloatVector s = broadcast(w[w0 + j]);
      int row = b0 + indices[i0 + j] * stride;
      s.fma(first, load(b, row)).intoArray(b, row);
      s.fma(x1, load(b, row + V)).intoArray(b, row + V);
      s.fma(x2, load(b, row + 2 * V)).intoArray(b, row + 2 * V);
      s.fma(x3, load(b, row + 3 * V)).intoArray(b, row + 3 * V);
    }
  }

  private static void scatterPanel(
      float[] w,
      int w0,
      int[] indices,
      int i0,
      int count,
      float[] x,
      int x0,
      float[] b,
      int b0,
      int stride) {
    FloatVector even = load(x, x0);
    FloatVector odd = load(x, x0 + V);
    for (int j = 0; j < count; j++) {
      FloatVector s = broadcast(w[w0 + j]);
      int row = b0 + indices[i0 + j] * stride;
      s.fma(even, load(b, row)).intoArray(b, row);
      s.fma(odd, load(b, row + V)).intoArray(b, row + V);
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
    if (width == WIDE * PANEL) {
      dotsWide(b, b0, stride, indices, i0, count, x, x0, g, g0);
    } else if (width == PAIR * PANEL) {
      dotsPair(b, b0, stride, indices, i0, count, x, x0, g, g0);
    } else if (width == PANEL) {
      dotsPanel(b, b0, stride, indices, i0, count, x, x0, g, g0);
    } else {
      FloatVector vector = load(x, x0);
      for (int j = 0; j < count; j++) {
        FloatVector product = vector.mul(load(b, b0 + indices[i0 + j] * stride));
        g[g0 + j] += VectorFloats.sum(product);
      }
    }
  }

  private static void dotsWide(
      float[] b,
      int b0,
      int stride,
      int[] indices,
      int i0,
      int count,
      float[] x,
      int x0,
      float[] g,
      int g0) {
    FloatVector first = load(x, x0);
    FloatVector x1 = load(x, x0 + V);
    FloatVector x2 = load(x, x0 + 2 * V);
    FloatVector x3 = load(x, x0 + 3 * V);
    FloatVector x4 = load(x, x0 + 4 * V);
    FloatVector x5 = load(x, x0 + 5 * V);
    FloatVector x6 = load(x, x0 + 6 * V);
    FloatVector x7 = load(x, x0 + 7 * V);
    for (int j = 0; j < count; j++) {
      int row = b0 + indices[i0 + j] * stride;
      FloatVector even = first.mul(load(b, row));
      FloatVector odd = x1.mul(load(b, row + V));
      even = x2.fma(load(b, row + 2 * V), even);
      odd = x3.fma(load(b, row + 3 * V), odd);
      even = x4.fma(load(b, row + 4 * V), even);
      odd = x5.fma(load(b, row + 5 * V), odd);
      even = x6.fma(load(b, row + 6 * V), even);
      odd = x7.fma(load(b, row + 7 * V), odd);
      g[g0 + j] += VectorFloats.sum(even.add(odd));
    }
  }

  private static void dotsPair(
      float[] b,
      int b0,
      int stride,
      int[] indices,
      int i0,
      int count,
      float[] x,
      int x0,
      float[] g,
      int g0) {
    FloatVector first = load(x, x0);
    FloatVector x1 = load(x, x0 + V);
    FloatVector x2 = load(x, x0 + 2 * V);
    FloatVector x3 = load(x, x0 + 3 * V);
    for (int j = 0; j < count; j++) {
      int row = b0 + indices[i0 + j] * stride;
      FloatVector even = first.fma(load(b, row), x2.mul(load(b, row + 2 * V)));
      FloatVector odd = x1.fma(load(b, row + V), x3.mul(load(b, row + 3 * V)));
      g[g0 + j] += VectorFloats.sum(even.add(odd));
    }
  }

  private static void dotsPanel(
      float[] b,
      int b0,
      int stride,
      int[] indices,
      int i0,
      int count,
      float[] x,
      int x0,
      float[] g,
      int g0) {
    FloatVector even = load(x, x0);
    FloatVector odd = load(x, x0 + V);
    for (int j = 0; j < count; j++) {
      int row = b0 + indices[i0 + j] * stride;
      FloatVector product = even.fma(load(b, row), odd.mul(load(b, row + V)));
      g[g0 + j] += VectorFloats.sum(product);
    }
  }
}
