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
}
