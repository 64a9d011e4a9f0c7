package org.attention4j.internal.vector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.attention4j.internal.vector.RandomParts.FROM;

import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Products by tiles against the definition; the tiles depend on the size of a vector. */
class TileOpsTest {
  private static final Offset<Float> CLOSE = within(2e-5f);

  private final RandomParts parts = new RandomParts(11);

  static Stream<TileOps> implementations() {
    TileOps plain = new ScalarTileOps();
    return FloatOps.VECTORS ? Stream.of(plain, FloatOps.TILES) : Stream.of(plain);
  }

  @ParameterizedTest
  @MethodSource("implementations")
  void copies(TileOps ops) {
    int panel = ops.panel();
    for (int rows = 0; rows <= 5; rows++) {
      int stride = panel + 3;
      float[] from = parts.numbers(rows * stride);
      float[] given = parts.numbers(rows * panel);
      float[] to = given.clone();
      ops.copyPanel(from, 2, stride, rows, to, FROM);
      for (int i = 0; i < to.length; i++) {
        int at = i - FROM;
        boolean inside = at >= 0 && at < rows * panel;
        assertThat(to[i]).isEqualTo(inside ? from[2 + at / panel * stride + at % panel] : given[i]);
      }
    }
  }

  /** A row in panels that lie some step apart, the last one filled up with zeros. */
  @ParameterizedTest
  @MethodSource("implementations")
  void cuts(TileOps ops) {
    int panel = ops.panel();
    for (int length : new int[] {0, 1, panel - 1, panel, panel + 1, 2 * panel + 5}) {
      int step = panel + 11;
      int panels = (length + panel - 1) / panel;
      float[] x = parts.numbers(length);
      float[] given = parts.numbers(panels * step);
      float[] to = given.clone();
      ops.cut(x, FROM, length, to, 2, step);
      for (int i = 0; i < to.length; i++) {
        int at = i - 2;
        boolean inside = at >= 0 && at / step < panels && at % step < panel;
        int column = at / step * panel + at % step;
        float expected = column < length ? x[FROM + Math.max(0, column)] : 0;
        assertThat(to[i]).isEqualTo(inside ? expected : given[i]);
      }
    }
  }

  /** Panels some step apart as a row, without the zeros of the last one. */
  @ParameterizedTest
  @MethodSource("implementations")
  void putsPanelsTogether(TileOps ops) {
    int panel = ops.panel();
    for (int length : new int[] {0, 1, panel - 1, panel, panel + 1, 2 * panel + 5}) {
      int step = panel + 11;
      int panels = (length + panel - 1) / panel;
      float[] from = parts.numbers(panels * step);
      float[] given = parts.numbers(length);
      float[] to = given.clone();
      ops.uncut(from, 2, step, to, FROM, length);
      for (int i = 0; i < to.length; i++) {
        int at = i - FROM;
        boolean inside = at >= 0 && at < length;
        assertThat(to[i]).isEqualTo(inside ? from[2 + at / panel * step + at % panel] : given[i]);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("implementations")
  void tiles(TileOps ops) {
    for (int depth = 0; depth <= 70; depth++) {
      for (boolean add : new boolean[] {false, true}) {
        for (boolean narrow : new boolean[] {false, true}) {
          tile(ops, depth, depth + 3, add, narrow);
          tile(ops, depth, ops.stride(depth), add, narrow);
        }
      }
    }
  }

  private void tile(TileOps ops, int depth, int lda, boolean add, boolean narrow) {
    int tiles = depth % 3; // none as well
    int rows = tiles * (narrow ? TileOps.NARROW_TILE_ROWS : TileOps.TILE_ROWS);
    int columns = narrow ? ops.panel() / 2 : ops.panel();
    int ldc = columns + 5;
    float[] a = parts.numbers(rows * lda);
    float[] b = parts.numbers(depth * columns);
    float[] c = parts.numbers(rows * ldc);
    float[] grouped = c.clone();
    float[] expected = c.clone();
    for (int row = 0; row < rows; row++) {
      for (int column = 0; column < columns; column++) {
        double sum = add ? c[FROM + row * ldc + column] : 0;
        for (int t = 0; t < depth; t++) {
          sum += (double) a[1 + row * lda + t] * b[2 + t * columns + column];
        }
        expected[FROM + row * ldc + column] = (float) sum;
      }
    }
    if (narrow) {
      ops.multiplyNarrowTiles(tiles, a, 1, lda, b, 2, depth, c, FROM, ldc, add);
      assertThat(c).containsExactly(expected, CLOSE);
    } else {
      if (depth % 2 == 0) {
        ops.multiplyTiles(tiles, a, 1, lda, b, 2, depth, c, FROM, ldc, add);
        assertThat(c).containsExactly(expected, CLOSE);
      }
      int step = TileOps.TILE_ROWS * depth + 7;
      float[] groups = parts.numbers(tiles * step);
      for (int row = 0; row < rows; row++) {
        for (int t = 0; t < depth; t++) {
          int at = row / TileOps.TILE_ROWS * step + t * TileOps.TILE_ROWS + row % TileOps.TILE_ROWS;
          groups[5 + at] = a[1 + row * lda + t];
        }
      }
      ops.multiplyGroups(tiles, groups, 5, step, b, 2, depth, grouped, FROM, ldc, add);
      assertThat(grouped).containsExactly(expected, CLOSE);
    }
  }

  @ParameterizedTest
  @MethodSource("implementations")
  void tallTilesOntoOtherSums(TileOps ops) {
    for (int depth : new int[] {0, 1, 13, 67}) {
      onto(ops, depth, 0);
      onto(ops, depth, ops.panel() + 3);
    }
  }

  private void onto(TileOps ops, int depth, int sumStep) {
    int tiles = 3;
    int tileRows = ops.tallRows();
    int rows = tiles * tileRows;
    int columns = ops.panel();
    int ldc = columns + 5;
    int step = tileRows * depth + 7;
    float[] a = parts.numbers(tiles * step);
    float[] b = parts.numbers(depth * columns);
    float[] sums = parts.numbers((rows - 1) * sumStep + columns);
    float[] c = parts.numbers(rows * ldc);
    float[] expected = c.clone();
    for (int row = 0; row < rows; row++) {
      int group = 5 + row / tileRows * step + row % tileRows;
      for (int column = 0; column < columns; column++) {
        double sum = sums[2 + row * sumStep + column];
        for (int t = 0; t < depth; t++) {
          sum += (double) a[group + t * tileRows] * b[2 + t * columns + column];
        }
        expected[FROM + row * ldc + column] = (float) sum;
      }
    }
    ops.multiplyTallGroups(tiles, a, 5, step, b, 2, depth, sums, 2, sumStep, c, FROM, ldc);
    assertThat(c).containsExactly(expected, CLOSE);
  }
}
