package org.attention4j.kernel;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/**
 * Products with the widest vectors of this CPU.
 *
 * <p>The tile is 4 x 2 vectors: eight sums hide the latency of the multiply-add, and with the two
 * vectors of B and the four numbers of A they fit into sixteen registers. With more, the compiler
 * spills a sum in the innermost loop and halves the speed. The place in A counts the loop, and that
 * in B follows from it by one multiplication by a constant: fewer instructions than a step number
 * from which both follow. All steps are constants, so that the compiler can take the bounds checks
 * out of the loop.
 */
abstract class VectorTiles extends VectorRowTiles {
  /** Numbers of B for each number of A in groups. */
  private static final int STEP = PANEL / TILE_ROWS;

  @Override
  int panel() {
    return PANEL;
  }

  @Override
  void multiplyGroups(
      int tiles,
      float[] a,
      int a0,
      int step,
      float[] b,
      int b0,
      int depth,
      float[] c,
      int c0,
      int ldc,
      boolean add) {
    float[] sums = add ? c : ZEROS;
    int sumStep = add ? ldc : 0;
    int sum = add ? c0 : 0;
    for (int tile = 0; tile < tiles; tile++) {
      int ai = a0 + tile * step;
      int ci = c0 + tile * TILE_ROWS * ldc;
      int si = sum + tile * TILE_ROWS * sumStep;
      int c1 = ci + ldc;
      int c2 = c1 + ldc;
      int c3 = c2 + ldc;
      int s1 = si + sumStep;
      int s2 = s1 + sumStep;
      int s3 = s2 + sumStep;
      FloatVector c00 = load(sums, si);
      FloatVector c01 = load(sums, si + V);
      FloatVector c10 = load(sums, s1);
      FloatVector c11 = load(sums, s1 + V);
      FloatVector c20 = load(sums, s2);
      FloatVector c21 = load(sums, s2 + V);
      FloatVector c30 = load(sums, s3);
      FloatVector c31 = load(sums, s3 + V);
      int shift = b0 - STEP * ai;
      int end = ai + TILE_ROWS * depth;
      for (int column = ai; column < end; column += TILE_ROWS) {
        int row = shift + STEP * column;
        FloatVector x = load(b, row);
        FloatVector y = load(b, row + V);
        FloatVector s = FloatVector.broadcast(FLOATS, a[column]);
        c00 = s.fma(x, c00);
        c01 = s.fma(y, c01);
        s = FloatVector.broadcast(FLOATS, a[column + 1]);
        c10 = s.fma(x, c10);
        c11 = s.fma(y, c11);
        s = FloatVector.broadcast(FLOATS, a[column + 2]);
        c20 = s.fma(x, c20);
        c21 = s.fma(y, c21);
        s = FloatVector.broadcast(FLOATS, a[column + 3]);
        c30 = s.fma(x, c30);
        c31 = s.fma(y, c31);
      }
      c00.intoArray(c, ci);
      c01.intoArray(c, ci + V);
      c10.intoArray(c, c1);
      c11.intoArray(c, c1 + V);
      c20.intoArray(c, c2);
      c21.intoArray(c, c2 + V);
      c30.intoArray(c, c3);
      c31.intoArray(c, c3 + V);
    }
  }

  @Override
  void cut(float[] x, int from, int length, float[] panels, int to, int step) {
    int whole = length - length % PANEL;
    int at = to;
    for (int i = 0; i < whole; i += PANEL) {
      load(x, from + i).intoArray(panels, at);
      load(x, from + i + V).intoArray(panels, at + V);
      at += step;
    }
    if (whole < length) {
      System.arraycopy(x, from + whole, panels, at, length - whole);
      Arrays.fill(panels, at + length - whole, at + PANEL, 0);
    }
  }

  @Override
  void copyPanel(float[] rows, int from, int stride, int count, float[] panel, int to) {
    for (int row = 0; row < count; row++) {
      int at = from + row * stride;
      load(rows, at).intoArray(panel, to + row * PANEL);
      load(rows, at + V).intoArray(panel, to + row * PANEL + V);
    }
  }
}
