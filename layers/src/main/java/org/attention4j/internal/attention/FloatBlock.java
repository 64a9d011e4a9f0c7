package org.attention4j.internal.attention;

import java.util.Arrays;
import org.attention4j.internal.linear.FloatArena;
import org.attention4j.internal.linear.MatrixPacking;
import org.attention4j.internal.vector.FloatOps;
import org.attention4j.internal.vector.TileOps;

/**
 * A block of query rows of one head against its keys: how the arrays are packed and multiplied.
 *
 * <p>Packed arrays are cut into panels of {@link TileOps#panel()} columns so that every product reads
 * memory in order. Keys are those that are visible in the example; all other places hold zero.
 * Sizes that end in {@code Padded} are multiples of what the tiles need.
 */
abstract class FloatBlock {
  static final int PANEL = FloatOps.TILES.panel();
  static final int HALF_PANEL = PANEL / 2;

  /** Rows of a block: enough to use a panel of keys often, few enough to stay near. */
  private static final int MOST_ROWS = 64;

  private static final int FEWEST_ROWS = 16;

  /** Scores of a block of rows that should stay in the second-level cache. */
  private static final int BLOCK_SCORES = 1 << 17;

  /** Keys whose panel of columns stays in the first-level cache while all rows go over it. */
  private static final int KEY_BLOCK = 256;

  final AttentionProblem problem;
  final AttentionShape shape;
  final Workspace workspace;
  final FloatArena arena;
  final VisibleKeys keys;

  /** Keys, and their number rounded up to panels. */
  final int keysPadded;

  /** From one row of scores to the next. */
  final int scoreStride;

  final int rowLimit;

  FloatBlock(AttentionProblem problem, VisibleKeys keys, Workspace workspace) {
    this.problem = problem;
    this.shape = problem.shape();
    this.keys = keys;
    this.workspace = workspace;
    arena = workspace.arena;
    keysPadded = MatrixPacking.roundUp(keys.count(), PANEL);
    scoreStride = FloatOps.TILES.stride(keysPadded);
    int fitting = BLOCK_SCORES / Math.max(1, keysPadded);
    rowLimit = Math.max(FEWEST_ROWS, Math.min(MOST_ROWS, fitting / 8 * 8));
  }

  /** Features as columns: whole panels, the last one half if that is enough. */
  static int columns(int features) {
    return MatrixPacking.roundUp(features, HALF_PANEL);
  }

  /** Rows as a block holds them. */
  static int rows(int rows) {
    return MatrixPacking.roundUp(rows, TileOps.NARROW_TILE_ROWS);
  }

  /** [features, T] of the visible keys as panels of keys: for products over the features. */
  void packKeys(float[] x, int from, int features, int to) {
    Rows rows = visible(x, from, features);
    MatrixPacking.cut(rows.x, rows.from, rows.stride, features, keys.count(), arena.floats(), to);
  }

  /** [features, T] of the visible keys as panels of features: for products over the keys. */
  void packFeatures(float[] x, int from, int features, int to) {
    Rows rows = visible(x, from, features);
    MatrixPacking.cutAcross(
        rows.x,
        rows.from,
        rows.stride,
        features,
        keys.count(),
        arena.floats(),
        to,
        columns(features),
        keysPadded);
  }

  /** [features, T] of the visible keys, the features of each together: [keys, columns]. */
  float[] packKeyRows(int slot, float[] x, int from, int features) {
    int columns = columns(features);
    float[] packed = workspace.floats(slot, keys.count() * columns);
    Rows rows = visible(x, from, features);
    MatrixPacking.rows(
        rows.x, rows.from, rows.stride, features, keys.count(), packed, 0, columns, 1);
    return packed;
  }

  @SuppressWarnings("ArrayRecordComponent") // a view of an array
  private record Rows(float[] x, int from, int stride) {}

  /** [features, T] without the masked keys, which takes a copy only if they stand in between. */
  private Rows visible(float[] x, int from, int features) {
    if (keys.leading()) {
      return new Rows(x, from, shape.keys());
    }
    int n = keys.count();
    float[] rows = workspace.floats(Workspace.VISIBLE, features * n);
    for (int c = 0; c < features; c++) {
      for (int j = 0; j < n; j++) {
        rows[c * n + j] = x[from + c * shape.keys() + keys.position(j)];
      }
    }
    return new Rows(rows, 0, n);
  }

  /** Some queries of [features, T] as groups of rows, times a factor. */
  void packRows(float[] x, int from, int features, int row, int rows, float factor, int to) {
    int queries = shape.queries();
    MatrixPacking.entryGroups(
        x, from + row, queries, features, rows, arena.floats(), to, rows(rows), factor);
  }

  /** scores[row, key] = Σ_c rows[row, c] panels[c, key], up to the key that each tile sees. */
  void multiplyByKeys(int rows, int panels, int features, int[] seen, int count, int to) {
    float[] x = arena.floats();
    int most = seen[count - 1];
    int tiles = tiles(count);
    for (int key = 0; key < most; key += PANEL) {
      int first = firstTile(seen, count, key);
      int row = first * TileOps.TILE_ROWS;
      FloatOps.TILES.multiplyGroups(
          tiles - first,
          x,
          rows + row * features,
          TileOps.TILE_ROWS * features,
          x,
          panels + key * features,
          features,
          x,
          to + row * scoreStride + key,
          scoreStride,
          false);
    }
  }

  static int tiles(int rows) {
    return (rows + TileOps.TILE_ROWS - 1) / TileOps.TILE_ROWS;
  }

  /** The first tile of rows that sees this key; all after it see it too. */
  static int firstTile(int[] seen, int count, int key) {
    int tile = 0;
    while (seen[Math.min((tile + 1) * TileOps.TILE_ROWS, count) - 1] <= key) {
      tile++;
    }
    return tile;
  }

  /** to[row, c] = Σ_key weights[row, key] panels[key, c], up to the key that each tile sees. */
  void multiplyByFeatures(int weights, int panels, int features, int[] seen, int count, int to) {
    int columns = columns(features);
    Arrays.fill(arena.floats(), to, to + rows(count) * columns, 0);
    int most = MatrixPacking.roundUp(seen[count - 1], PANEL);
    for (int key = 0; key < most; key += KEY_BLOCK) {
      int end = Math.min(key + KEY_BLOCK, most);
      for (int first = 0; first < columns; first += PANEL) {
        boolean narrow = columns - first < PANEL;
        int width = narrow ? HALF_PANEL : PANEL;
        int panel = panels + first * keysPadded + key * width;
        int tileRows = narrow ? TileOps.NARROW_TILE_ROWS : TileOps.TILE_ROWS;
        // Without a causal mask all tiles see the same keys.
        int step = problem.causal() ? tileRows : rows(count);
        for (int row = 0; row < count; row += step) {
          int last = MatrixPacking.roundUp(seen[Math.min(row + step, count) - 1], PANEL);
          int depth = Math.min(end, last) - key;
          if (depth > 0) {
            multiply(
                narrow,
                Math.min(step, rows(count) - row) / tileRows,
                weights + row * scoreStride + key,
                scoreStride,
                panel,
                depth,
                to + row * columns + first,
                columns);
          }
        }
      }
    }
  }

  /** to += weights panels, in whole panels of columns or in half ones. */
  void multiply(
      boolean narrow,
      int tiles,
      int weights,
      int stride,
      int panel,
      int depth,
      int to,
      int columns) {
    float[] x = arena.floats();
    if (narrow) {
      FloatOps.TILES.multiplyNarrowTiles(tiles, x, weights, stride, x, panel, depth, x, to, columns, true);
    } else {
      FloatOps.TILES.multiplyTiles(tiles, x, weights, stride, x, panel, depth, x, to, columns, true);
    }
  }

  /** Zeros what stands in the rows of scores after the keys that each sees. */
  void clearUnseen(int scores, int[] seen, int count) {
    int end = MatrixPacking.roundUp(seen[count - 1], PANEL);
    for (int row = 0; row < rows(count); row++) {
      int from = row < count ? seen[row] : 0;
      int at = scores + row * scoreStride;
      Arrays.fill(arena.floats(), at + from, at + end, 0);
    }
  }

  /** The number of keys that each row of a block sees; never less than the row before. */
  int[] seen(int row, int rows) {
    int[] seen = workspace.visibleCounts(rows);
    for (int r = 0; r < rows; r++) {
      seen[r] = problem.visible(keys, row + r);
    }
    return seen;
  }

  /** Adds linear biases to a stretch of a row of scores that begins with some key. */
  void addLinearBias(int at, int query, int key, int count, int head) {
    if (problem.linearBiases()) {
      FloatOps.ROWS.subtractDistances(
          arena.floats(),
          at,
          count,
          (float) problem.slope(head),
          query + problem.queryOffset(),
          keys.positions(),
          key);
    }
  }
}
