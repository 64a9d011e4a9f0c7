package org.attention4j.internal.linear;

import java.util.Arrays;
import org.attention4j.internal.vector.FloatOps;
import org.attention4j.internal.vector.TileOps;

/**
 * How [features, T] is laid out for products: cut into panels of {@link TileOps#panel()} columns
 * that lie one after the other.
 *
 * <p>A row of x is read from end to end, so that the processor fetches ahead: from one row to the
 * next is often a power of two, and going down a column would wait for the memory at each step.
 */
public final class MatrixPacking {
  private static final int WIDTH = FloatOps.TILES.panel();

  /** Rows that are transposed together; as many lines as the first-level cache has ways. */
  private static final int TOGETHER = 8;

  private MatrixPacking() {}

  /**
   * Rounds up.
   *
   * @param x what to round, not negative
   * @param multiple of which number the result is a multiple
   * @return the smallest multiple that is at least x
   */
  public static int roundUp(int x, int multiple) {
    return (x + multiple - 1) / multiple * multiple;
  }

  /**
   * Rows as panels of their entries, the last one filled up with zeros.
   *
   * @param x the array with the rows
   * @param from where the first row begins
   * @param stride from one row to the next
   * @param rows how many rows
   * @param length the entries of each
   * @param panels where the panels go
   * @param start where the first one goes
   */
  public static void cut(
      float[] x, int from, int stride, int rows, int length, float[] panels, int start) {
    int step = rows * WIDTH;
    for (int row = 0; row < rows; row++) {
      FloatOps.TILES.cut(x, from + row * stride, length, panels, start + row * WIDTH, step);
    }
  }

  /**
   * The inverse of {@link #cut}: panels of entries as rows.
   *
   * @param panels the array with the panels
   * @param start where the first one begins
   * @param step from one panel to the next
   * @param rows how many rows
   * @param length the entries of each
   * @param x where the rows go
   * @param to where the first one goes
   * @param stride from one row to the next
   */
  static void uncut(
      float[] panels, int start, int step, int rows, int length, float[] x, int to, int stride) {
    for (int row = 0; row < rows; row++) {
      FloatOps.TILES.uncut(panels, start + row * WIDTH, step, x, to + row * stride, length);
    }
  }

  /**
   * Rows as panels of rows, transposed: an entry of all rows of a panel lies together.
   *
   * @param x the array with the rows
   * @param from where the first row begins
   * @param stride from one row to the next
   * @param rows how many rows
   * @param length the entries of each
   * @param panels where the panels go
   * @param to where the first one goes
   * @param columns the columns of all panels together; those beyond x are zero, and the last panel
   *     is half as wide if that is enough
   * @param depth the rows of a panel; those beyond x are zero
   */
  public static void cutAcross(
      float[] x,
      int from,
      int stride,
      int rows,
      int length,
      float[] panels,
      int to,
      int columns,
      int depth) {
    for (int first = 0; first < columns; first += WIDTH) {
      int width = Math.min(WIDTH, columns - first);
      int filled = Math.min(width, rows - first);
      int start = to + first * depth;
      rows(x, from + first * stride, stride, filled, length, panels, start, width, 1);
      Arrays.fill(panels, start + length * width, start + depth * width, 0);
    }
  }

  /**
   * Transposes: to[i, row] = factor x[row, i]. The rows of the result are as long as {@code
   * columns} says, with zeros at their end.
   *
   * @param x the array with the rows
   * @param from where the first row begins
   * @param stride from one row to the next
   * @param rows how many rows
   * @param length the entries of each
   * @param to where the result goes
   * @param start where its first row goes
   * @param columns the entries of each row of the result
   * @param factor the factor
   */
  public static void rows(
      float[] x,
      int from,
      int stride,
      int rows,
      int length,
      float[] to,
      int start,
      int columns,
      float factor) {
    transpose(x, from, stride, rows, length, to, start, columns, factor);
    for (int i = 0; rows < columns && i < length; i++) {
      Arrays.fill(to, start + i * columns + rows, start + (i + 1) * columns, 0);
    }
  }

  /** to[i, row] = factor x[row, i], rows of x being {@code stride} apart and those of to, step. */
  static void transpose(
      float[] x,
      int from,
      int stride,
      int rows,
      int length,
      float[] to,
      int start,
      int step,
      float factor) {
    int whole = rows - rows % TOGETHER;
    for (int row = 0; row < whole; row += TOGETHER) {
      int x0 = from + row * stride;
      int x1 = x0 + stride;
      int x2 = x1 + stride;
      int x3 = x2 + stride;
      int x4 = x3 + stride;
      int x5 = x4 + stride;
      int x6 = x5 + stride;
      int x7 = x6 + stride;
      int at = start + row;
      for (int i = 0; i < length; i++) {
        to[at] = factor * x[x0 + i];
        to[at + 1] = factor * x[x1 + i];
        to[at + 2] = factor * x[x2 + i];
        to[at + 3] = factor * x[x3 + i];
        to[at + 4] = factor * x[x4 + i];
        to[at + 5] = factor * x[x5 + i];
        to[at + 6] = factor * x[x6 + i];
        to[at + 7] = factor * x[x7 + i];
        at += step;
      }
    }
    for (int row = whole; row < rows; row++) {
      for (int i = 0; i < length; i++) {
        to[start + i * step + row] = factor * x[from + row * stride + i];
      }
    }
  }

  /**
   * to[column, i] = factor x[i, column]: the inverse of {@link #rows}, which writes from end to
   * end.
   *
   * @param x the array with the rows
   * @param from where the first row begins
   * @param stride from one row to the next
   * @param columns how many entries of each row to take
   * @param length how many rows
   * @param to where the result goes
   * @param start where its first row goes
   * @param step from one row of the result to the next
   * @param factor the factor
   */
  public static void columns(
      float[] x,
      int from,
      int stride,
      int columns,
      int length,
      float[] to,
      int start,
      int step,
      float factor) {
    for (int column = 0; column < columns; column++) {
      int at = start + column * step;
      for (int i = 0; i < length; i++) {
        to[at + i] = factor * x[from + i * stride + column];
      }
    }
  }
}
