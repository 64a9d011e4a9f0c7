package org.attention4j.internal.vector;

import java.util.Arrays;

/**
 * Products by tiles in plain Java: sums of rows over small arrays of their own, which the compiler
 * turns into vector instructions where it can.
 */
final class ScalarTileOps implements TileOps {
  private static final int PANEL = 16;
  private static final int HALF = PANEL / 2;

  /** What a product begins with that adds to nothing. */
  private static final float[] ZEROS = new float[PANEL];

  @Override
  public int panel() {
    return PANEL;
  }

  @Override
  public int tallRows() {
    return TILE_ROWS;
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
    multiplyTallGroups( // whose rows are as many here
        tiles, a, a0, step, b, b0, depth, add ? c : ZEROS, add ? c0 : 0, add ? ldc : 0, c, c0, ldc);
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
    for (int row = 0; row < tiles * TILE_ROWS; row++) {
      int at = a0 + row / TILE_ROWS * step + row % TILE_ROWS;
      multiplyRow(a, at, TILE_ROWS, b, b0, depth, PANEL, s, s0 + row * lds, c, c0 + row * ldc);
    }
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
    for (int row = 0; row < tiles * TILE_ROWS; row++) {
      int to = c0 + row * ldc;
      multiplyRow(a, a0 + row * lda, 1, b, b0, depth, PANEL, add ? c : ZEROS, add ? to : 0, c, to);
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
    for (int row = 0; row < tiles * NARROW_TILE_ROWS; row++) {
      int to = c0 + row * ldc;
      multiplyRow(a, a0 + row * lda, 1, b, b0, depth, HALF, add ? c : ZEROS, add ? to : 0, c, to);
    }
  }

  /** Four columns at a time, so that their sums stay in registers. */
  private static void multiplyRow(
      float[] a,
      int a0,
      int step,
      float[] b,
      int b0,
      int depth,
      int width,
      float[] sums,
      int sum,
      float[] c,
      int c0) {
    for (int j = 0; j < width; j += 8) {
      float s0 = sums[sum + j];
      float s1 = sums[sum + j + 1];
      float s2 = sums[sum + j + 2];
      float s3 = sums[sum + j + 3];
      float s4 = sums[sum + j + 4];
      float s5 = sums[sum + j + 5];
      float s6 = sums[sum + j + 6];
      float s7 = sums[sum + j + 7];
      for (int t = 0, row = b0 + j; t < depth; t++, row += width) {
        float x = a[a0 + t * step];
        s0 += x * b[row];
        s1 += x * b[row + 1];
        s2 += x * b[row + 2];
        s3 += x * b[row + 3];
        s4 += x * b[row + 4];
        s5 += x * b[row + 5];
        s6 += x * b[row + 6];
        s7 += x * b[row + 7];
      }
      int at = c0 + j;
      c[at] = s0;
      c[at + 1] = s1;
      c[at + 2] = s2;
      c[at + 3] = s3;
      c[at + 4] = s4;
      c[at + 5] = s5;
      c[at + 6] = s6;
      c[at + 7] = s7;
    }
  }

  @Override
  public void copyPanel(float[] rows, int from, int stride, int count, float[] panel, int to) {
    for (int row = 0; row < count; row++) {
      System.arraycopy(rows, from + row * stride, panel, to + row * PANEL, PANEL);
    }
  }

  @Override
  public void cut(float[] x, int from, int length, float[] panels, int to, int step) {
    int at = to;
    for (int i = 0; i < length; i += PANEL) {
      int width = Math.min(PANEL, length - i);
      System.arraycopy(x, from + i, panels, at, width);
      Arrays.fill(panels, at + width, at + PANEL, 0);
      at += step;
    }
  }

  @Override
  public void uncut(float[] panels, int from, int step, float[] x, int to, int length) {
    int at = from;
    for (int i = 0; i < length; i += PANEL) {
      System.arraycopy(panels, at, x, to + i, Math.min(PANEL, length - i));
      at += step;
    }
  }
}
