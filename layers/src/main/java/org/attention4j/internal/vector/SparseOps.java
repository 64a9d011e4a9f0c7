package org.attention4j.internal.vector;

/**
 * Products with chosen rows of a matrix B: the keys to which a sparse row gives a weight. All
 * concern a part of {@code width} columns of B.
 *
 * <p>A number beside an array is the index where its part begins. Below, w_j is w[w0 + j], B_j the
 * part of row indices[i0 + j] of B, which begins at b0 + indices[i0 + j] · stride; j runs from 0 to
 * count - 1.
 */
public interface SparseOps {
  /** Panels of the widest part that one call takes: eight vectors. */
  int WIDE = 4;

  /** Panels of a narrower part: four vectors. */
  int PAIR = 2;

  /**
   * y += Σ_j w_j B_j.
   *
   * @param w the weights
   * @param w0 where they begin
   * @param indices which rows of B
   * @param i0 where they begin
   * @param count how many rows
   * @param b the matrix
   * @param b0 where the part of its row 0 begins
   * @param stride from one row of B to the next
   * @param width columns: {@value #WIDE} or {@value #PAIR} panels, one panel or half a panel
   * @param y the sum
   * @param y0 where it begins
   */
  void gather(
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
      int y0);

  /**
   * B_j += w_j x for each j.
   *
   * @param w the weights
   * @param w0 where they begin
   * @param indices which rows of B
   * @param i0 where they begin
   * @param count how many rows
   * @param x the vector
   * @param x0 where it begins
   * @param b the matrix
   * @param b0 where the part of its row 0 begins
   * @param stride from one row of B to the next
   * @param width columns: {@value #PAIR} panels, one panel or half a panel
   */
  void scatter(
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
      int width);

  /**
   * g_j += ⟨B_j, x⟩ for each j.
   *
   * @param b the matrix
   * @param b0 where the part of its row 0 begins
   * @param stride from one row of B to the next
   * @param width columns: {@value #WIDE} or {@value #PAIR} panels, one panel or half a panel
   * @param indices which rows of B
   * @param i0 where they begin
   * @param count how many rows
   * @param x the vector
   * @param x0 where it begins
   * @param g the sums
   * @param g0 where they begin
   */
  void gatherDots(
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
      int g0);
}
