package org.attention4j.internal.linear;

import java.util.Arrays;
import org.attention4j.internal.vector.FloatOps;
import org.attention4j.internal.vector.TileOps;

/**
 * How the left matrix of a product is laid out: its rows in groups of as many as a tile has. In a
 * group all rows of one column lie together, so that a single address serves them.
 *
 * @param size rows of a group, 4 or 6
 */
public record RowGroups(int size) {
  /**
   * Refuses sizes for which there is no tile.
   *
   * @param size rows of a group
   */
  public RowGroups {
    if (size != 4 && size != 6) {
      throw new IllegalArgumentException("No tile has %d rows.".formatted(size));
    }
  }

  /** For {@link TileOps#multiplyGroups}. */
  public static final RowGroups OF_TILES = new RowGroups(TileOps.TILE_ROWS);

  /** For {@link TileOps#multiplyTallGroups}. */
  public static final RowGroups OF_TALL_TILES = new RowGroups(FloatOps.TILES.tallRows());

  /**
   * Rounds up to whole groups.
   *
   * @param rows a number of rows
   * @return the rows of as many groups as they need
   */
  public int roundUp(int rows) {
    return MatrixPacking.roundUp(rows, size);
  }

  /**
   * Lays out a matrix that is stored with its columns one after the other: group[i, column, j] =
   * factor x[column, size i + j].
   *
   * @param x the array with the columns
   * @param from where the first column begins
   * @param stride from one column to the next
   * @param columns how many columns
   * @param rows the entries of each
   * @param groups where the groups go
   * @param start where the first one goes
   * @param padded up to which row there are zeros, whole groups
   * @param factor the factor
   */
  public void ofColumns(
      float[] x,
      int from,
      int stride,
      int columns,
      int rows,
      float[] groups,
      int start,
      int padded,
      float factor) {
    int step = columns * size;
    int whole = rows - rows % size;
    for (int column = 0; column < columns; column++) {
      int source = from + column * stride;
      int at = start + column * size;
      for (int row = source; row < source + whole; row += size) {
        groups[at] = factor * x[row];
        groups[at + 1] = factor * x[row + 1];
        groups[at + 2] = factor * x[row + 2];
        groups[at + 3] = factor * x[row + 3];
        if (size == 6) {
          groups[at + 4] = factor * x[row + 4];
          groups[at + 5] = factor * x[row + 5];
        }
        at += step;
      }
      for (int row = whole; row < padded; row++) {
        int to = start + row / size * step + column * size + row % size;
        groups[to] = row < rows ? factor * x[source + row] : 0;
      }
    }
  }

  /**
   * Lays out a matrix that is stored with its rows one after the other: group[i, column, j] =
   * factor x[size i + j, column].
   *
   * @param x the array with the rows
   * @param from where the first row begins
   * @param stride from one row to the next
   * @param rows how many rows
   * @param columns the entries of each
   * @param groups where the groups go
   * @param start where the first one goes
   * @param padded up to which row there are zeros, whole groups
   * @param depth up to which column there are zeros
   * @param factor the factor
   */
  public void ofRows(
      float[] x,
      int from,
      int stride,
      int rows,
      int columns,
      float[] groups,
      int start,
      int padded,
      int depth,
      float factor) {
    for (int row = 0; row < padded; row += size) {
      int source = from + row * stride;
      int at = start + row * depth;
      int filled = Math.min(size, rows - row);
      if (filled == size) {
        ofFourRows(x, source, stride, columns, groups, at, factor);
        if (size == 6) {
          ofTwoRows(x, source + 4 * stride, stride, columns, groups, at + 4, factor);
        }
      } else {
        Arrays.fill(groups, at, at + columns * size, 0);
        for (int each = 0; each < filled; each++) {
          for (int column = 0; column < columns; column++) {
            groups[at + column * size + each] = factor * x[source + each * stride + column];
          }
        }
      }
      Arrays.fill(groups, at + columns * size, at + depth * size, 0);
    }
  }

  private void ofFourRows(
      float[] x, int from, int stride, int columns, float[] groups, int start, float factor) {
    int x1 = from + stride;
    int x2 = x1 + stride;
    int x3 = x2 + stride;
    int at = start;
    for (int column = 0; column < columns; column++) {
      groups[at] = factor * x[from + column];
      groups[at + 1] = factor * x[x1 + column];
      groups[at + 2] = factor * x[x2 + column];
      groups[at + 3] = factor * x[x3 + column];
      at += size;
    }
  }

  private void ofTwoRows(
      float[] x, int from, int stride, int columns, float[] groups, int start, float factor) {
    int at = start;
    for (int column = 0; column < columns; column++) {
      groups[at] = factor * x[from + column];
      groups[at + 1] = factor * x[from + stride + column];
      at += size;
    }
  }
}
