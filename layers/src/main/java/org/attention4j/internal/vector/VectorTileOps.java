package org.attention4j.internal.vector;

import static org.attention4j.internal.vector.VectorFloats.PANEL;
import static org.attention4j.internal.vector.VectorFloats.V;
import static org.attention4j.internal.vector.VectorFloats.broadcast;
import static org.attention4j.internal.vector.VectorFloats.load;
import static org.attention4j.internal.vector.VectorFloats.store;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/**
 * Products by tiles with the widest vectors of this CPU.
 *
 * <p>The tile is 4 x 2 vectors: eight sums hide the latency of the multiply-add, and with the two
 * vectors of B and the four numbers of A they fit into sixteen registers. With more, the compiler
 * spills a sum in the innermost loop and halves the speed. The index in A counts the loop, and that
 * in B follows from it by one multiplication by a constant: fewer instructions than a step number
 * from which both follow. All steps are constants, so that the compiler can take the bounds checks
 * out of the loop.
 *
 * <p>For an A whose rows lie as they are (weights and their gradients): where the compiler knows
 * how far the rows of A are apart, one address serves all four of a tile. Where it does not, two
 * steps share the four addresses; that is worth it although Java 17 spills them where it does not
 * strip-mine loops, which is with the serial and the parallel collector.
 */
final class VectorTileOps implements TileOps {
  /** Numbers of B for each number of A in groups. */
  private static final int STEP = PANEL / TILE_ROWS;

  /** Rows of the tall tile: 12 sums fit only where there are 32 registers. */
  private static final int TALL_ROWS = V == 16 ? 6 : TILE_ROWS;

  /** From row to row of A where the compiler can know it. */
  private static final int NEAR = NEAR_COLUMNS + PANEL;

  /**
   * What a product begins with that adds to nothing: loaded like any other, so that the tiles have
   * no branch. One that the compiler has not yet seen taken would go out of the loop together with
   * the bounds checks, and come back with them when it is: Java 17 is three times as slow then.
   */
  private static final float[] ZEROS = new float[PANEL];

  @Override
  public int panel() {
    return PANEL;
  }

  @Override
  public void multiplyGroups(
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
    multiplyFours(
        tiles, a, a0, step, b, b0, depth, add ? c : ZEROS, add ? c0 : 0, add ? ldc : 0, c, c0, ldc);
  }

  @Override
  public int tallRows() {
    return TALL_ROWS;
  }

  @Override
  public void multiplyTallGroups(
      int tiles,
      float[] a,
      int a0,
      int step,
      float[] b,
      int b0,
      int depth,
      float[] s,
      int s0,
      int lds,
      float[] c,
      int c0,
      int ldc) {
    if (TALL_ROWS == TILE_ROWS) {
      multiplyFours(tiles, a, a0, step, b, b0, depth, s, s0, lds, c, c0, ldc);
      return;
    }
    for (int tile = 0; tile < tiles; tile++) {
      int row = tile * TALL_ROWS;
      multiplySix(
          a, a0 + tile * step, b, b0, depth, s, s0 + row * lds, lds, c, c0 + row * ldc, ldc);
    }
  }

  private static void multiplyFours(
      int tiles,
      float[] a,
      int a0,
      int step,
      float[] b,
      int b0,
      int depth,
      float[] sums,
      int sum,
      int sumStep,
      float[] c,
      int c0,
      int ldc) {
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
        FloatVector s = broadcast(a[column]);
        c00 = s.fma(x, c00);
        c01 = s.fma(y, c01);
        s = broadcast(a[column + 1]);
        c10 = s.fma(x, c10);
        c11 = s.fma(y, c11);
        s = broadcast(a[column + 2]);
        c20 = s.fma(x, c20);
        c21 = s.fma(y, c21);
        s = broadcast(a[column + 3]);
        c30 = s.fma(x, c30);
        c31 = s.fma(y, c31);
      }
      store(c00, c, ci);
      store(c01, c, ci + V);
      store(c10, c, c1);
      store(c11, c, c1 + V);
      store(c20, c, c2);
      store(c21, c, c2 + V);
      store(c30, c, c3);
      store(c31, c, c3 + V);
    }
  }

  /**
   * A tile of 6 x 2 vectors. The loop has two counters, and the bounds check of one of them stays
   * in it. That costs little, and keeps the compiler from loading all numbers of A before it
   * computes, for which it would spill a sum.
   */
  private static void multiplySix(
      float[] a,
      int a0,
      float[] b,
      int b0,
      int depth,
      float[] sums,
      int s0,
      int lds,
      float[] c,
      int c0,
      int ldc) {
    FloatVector c00 = load(sums, s0);
    FloatVector c01 = load(sums, s0 + V);
    FloatVector c10 = load(sums, s0 + lds);
    FloatVector c11 = load(sums, s0 + lds + V);
    FloatVector c20 = load(sums, s0 + 2 * lds);
    FloatVector c21 = load(sums, s0 + 2 * lds + V);
    FloatVector c30 = load(sums, s0 + 3 * lds);
    FloatVector c31 = load(sums, s0 + 3 * lds + V);
    FloatVector c40 = load(sums, s0 + 4 * lds);
    FloatVector c41 = load(sums, s0 + 4 * lds + V);
    FloatVector c50 = load(sums, s0 + 5 * lds);
    FloatVector c51 = load(sums, s0 + 5 * lds + V);
    int row = b0;
    int end = a0 + TALL_ROWS * depth;
    for (int column = a0; column < end; column += TALL_ROWS) {
      FloatVector x = load(b, row);
      FloatVector y = load(b, row + V);
      FloatVector s = broadcast(a[column]);
      c00 = s.fma(x, c00);
      c01 = s.fma(y, c01);
      s = broadcast(a[column + 1]);
      c10 = s.fma(x, c10);
      c11 = s.fma(y, c11);
      s = broadcast(a[column + 2]);
      c20 = s.fma(x, c20);
      c21 = s.fma(y, c21);
      s = broadcast(a[column + 3]);
      c30 = s.fma(x, c30);
      c31 = s.fma(y, c31);
      s = broadcast(a[column + 4]);
      c40 = s.fma(x, c40);
      c41 = s.fma(y, c41);
      s = broadcast(a[column + 5]);
      c50 = s.fma(x, c50);
      c51 = s.fma(y, c51);
      row += PANEL;
    }
    store(c00, c, c0);
    store(c01, c, c0 + V);
    store(c10, c, c0 + ldc);
    store(c11, c, c0 + ldc + V);
    store(c20, c, c0 + 2 * ldc);
    store(c21, c, c0 + 2 * ldc + V);
    store(c30, c, c0 + 3 * ldc);
    store(c31, c, c0 + 3 * ldc + V);
    store(c40, c, c0 + 4 * ldc);
    store(c41, c, c0 + 4 * ldc + V);
    store(c50, c, c0 + 5 * ldc);
    store(c51, c, c0 + 5 * ldc + V);
  }

  @Override
  public void multiplyTiles(
      int tiles,
      float[] a,
      int a0,
      int lda,
      float[] b,
      int b0,
      int depth,
      float[] c,
      int c0,
      int ldc,
      boolean add) {
    if (lda == NEAR) {
      multiplyNear(tiles, a, a0, b, b0, depth, c, c0, ldc, add);
      return;
    }
    float[] sums = add ? c : ZEROS;
    int sumStep = add ? ldc : 0;
    int sum = add ? c0 : 0;
    for (int tile = 0; tile < tiles; tile++) {
      int ai = a0 + tile * TILE_ROWS * lda;
      int ci = c0 + tile * TILE_ROWS * ldc;
      int si = sum + tile * TILE_ROWS * sumStep;
      int a1 = ai + lda;
      int a2 = a1 + lda;
      int a3 = a2 + lda;
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
      for (int t = 0; t < depth; t += 2) {
        int row = b0 + t * PANEL;
        FloatVector x = load(b, row);
        FloatVector y = load(b, row + V);
        FloatVector s = broadcast(a[ai + t]);
        c00 = s.fma(x, c00);
        c01 = s.fma(y, c01);
        s = broadcast(a[a1 + t]);
        c10 = s.fma(x, c10);
        c11 = s.fma(y, c11);
        s = broadcast(a[a2 + t]);
        c20 = s.fma(x, c20);
        c21 = s.fma(y, c21);
        s = broadcast(a[a3 + t]);
        c30 = s.fma(x, c30);
        c31 = s.fma(y, c31);
        x = load(b, row + PANEL);
        y = load(b, row + PANEL + V);
        s = broadcast(a[ai + t + 1]);
        c00 = s.fma(x, c00);
        c01 = s.fma(y, c01);
        s = broadcast(a[a1 + t + 1]);
        c10 = s.fma(x, c10);
        c11 = s.fma(y, c11);
        s = broadcast(a[a2 + t + 1]);
        c20 = s.fma(x, c20);
        c21 = s.fma(y, c21);
        s = broadcast(a[a3 + t + 1]);
        c30 = s.fma(x, c30);
        c31 = s.fma(y, c31);
      }
      store(c00, c, ci);
      store(c01, c, ci + V);
      store(c10, c, c1);
      store(c11, c, c1 + V);
      store(c20, c, c2);
      store(c21, c, c2 + V);
      store(c30, c, c3);
      store(c31, c, c3 + V);
    }
  }

  /** The same for rows of A that are {@link #NEAR} apart: one address serves all four. */
  private static void multiplyNear(
      int tiles,
      float[] a,
      int a0,
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
      int ai = a0 + tile * TILE_ROWS * NEAR;
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
      int shift = b0 - PANEL * ai;
      int end = ai + depth;
      for (int column = ai; column < end; column++) {
        int row = shift + PANEL * column;
        FloatVector x = load(b, row);
        FloatVector y = load(b, row + V);
        FloatVector s = broadcast(a[column]);
        c00 = s.fma(x, c00);
        c01 = s.fma(y, c01);
        s = broadcast(a[column + NEAR]);
        c10 = s.fma(x, c10);
        c11 = s.fma(y, c11);
        s = broadcast(a[column + 2 * NEAR]);
        c20 = s.fma(x, c20);
        c21 = s.fma(y, c21);
        s = broadcast(a[column + 3 * NEAR]);
        c30 = s.fma(x, c30);
        c31 = s.fma(y, c31);
      }
      store(c00, c, ci);
      store(c01, c, ci + V);
      store(c10, c, c1);
      store(c11, c, c1 + V);
      store(c20, c, c2);
      store(c21, c, c2 + V);
      store(c30, c, c3);
      store(c31, c, c3 + V);
    }
  }

  @Override
  public void multiplyNarrowTiles(
      int tiles,
      float[] a,
      int a0,
      int lda,
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
      int ai = a0 + tile * NARROW_TILE_ROWS * lda;
      int ci = c0 + tile * NARROW_TILE_ROWS * ldc;
      int si = sum + tile * NARROW_TILE_ROWS * sumStep;
      multiplyNarrowTile(a, ai, lda, b, b0, depth, sums, si, sumStep, c, ci, ldc);
    }
  }

  private static void multiplyNarrowTile(
      float[] a,
      int a0,
      int lda,
      float[] b,
      int b0,
      int depth,
      float[] sums,
      int sum,
      int sumStep,
      float[] c,
      int c0,
      int ldc) {
    int a1 = a0 + lda;
    int a2 = a1 + lda;
    int a3 = a2 + lda;
    int a4 = a3 + lda;
    int a5 = a4 + lda;
    int a6 = a5 + lda;
    int a7 = a6 + lda;
    FloatVector s0 = load(sums, sum);
    FloatVector s1 = load(sums, sum + sumStep);
    FloatVector s2 = load(sums, sum + 2 * sumStep);
    FloatVector s3 = load(sums, sum + 3 * sumStep);
    FloatVector s4 = load(sums, sum + 4 * sumStep);
    FloatVector s5 = load(sums, sum + 5 * sumStep);
    FloatVector s6 = load(sums, sum + 6 * sumStep);
    FloatVector s7 = load(sums, sum + 7 * sumStep);
    for (int t = 0; t < depth; t++) {
      FloatVector x = load(b, b0 + t * V);
      s0 = broadcast(a[a0 + t]).fma(x, s0);
      s1 = broadcast(a[a1 + t]).fma(x, s1);
      s2 = broadcast(a[a2 + t]).fma(x, s2);
      s3 = broadcast(a[a3 + t]).fma(x, s3);
      s4 = broadcast(a[a4 + t]).fma(x, s4);
      s5 = broadcast(a[a5 + t]).fma(x, s5);
      s6 = broadcast(a[a6 + t]).fma(x, s6);
      s7 = broadcast(a[a7 + t]).fma(x, s7);
    }
    store(s0, c, c0);
    store(s1, c, c0 + ldc);
    store(s2, c, c0 + 2 * ldc);
    store(s3, c, c0 + 3 * ldc);
    store(s4, c, c0 + 4 * ldc);
    store(s5, c, c0 + 5 * ldc);
    store(s6, c, c0 + 6 * ldc);
    store(s7, c, c0 + 7 * ldc);
  }

  @Override
  public void copyPanel(float[] rows, int from, int stride, int count, float[] panel, int to) {
    for (int row = 0; row < count; row++) {
      int at = from + row * stride;
      load(rows, at).intoArray(panel, to + row * PANEL);
      load(rows, at + V).intoArray(panel, to + row * PANEL + V);
    }
  }

  @Override
  public void cut(float[] x, int from, int length, float[] panels, int to, int step) {
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
  public void uncut(float[] panels, int from, int step, float[] x, int to, int length) {
    int whole = length - length % PANEL;
    int at = from;
    for (int i = 0; i < whole; i += PANEL) {
      load(panels, at).intoArray(x, to + i);
      load(panels, at + V).intoArray(x, to + i + V);
      at += step;
    }
    if (whole < length) {
      System.arraycopy(panels, at, x, to + whole, length - whole);
    }
  }
}
