package org.attention4j.kernel;

import java.util.Arrays;

/**
 * A block of query rows of one head against its keys: how the arrays are packed and multiplied.
 *
 * <p>Packed arrays are cut into panels of {@link Lanes#panel()} columns so that every product reads
 * memory in order. Keys are those that are visible in the example; all other places hold zero.
 * Sizes that end in {@code Padded} are multiples of what the tiles need.
 */
abstract class FloatBlock {
  static final Lanes LANES = Lanes.LANES;
  static final int PANEL = LANES.panel();
  static final int HALF_PANEL = PANEL / 2;

  /** Rows of a block: enough to use a panel of keys often, few enough to stay near. */
  private static final int MOST_ROWS = 64;

  private static final int FEWEST_ROWS = 16;

  /** Scores of a block of rows that should stay in the second-level cache. */
  private static final int BLOCK_SCORES = 1 << 17;

  /** Keys whose panel of columns stays in the first-level cache while all rows go over it. */
  private static final int KEY_BLOCK = 256;

  private static final int VISIBLE = 15;

  final AttentionProblem problem;
  final AttentionShape shape;
  final Scratch scratch;
  final VisibleKeys keys;

  /** Keys, and their number rounded up to panels. */
  final int keysPadded;

  /** From one row of scores to the next. */
  final int scoreStride;

  final int rowLimit;

  FloatBlock(AttentionProblem problem, VisibleKeys keys, Scratch scratch) {
    this.problem = problem;
    this.shape = problem.shape();
    this.keys = keys;
    this.scratch = scratch;
    keysPadded = roundUp(keys.count(), PANEL);
    scoreStride = LANES.stride(keysPadded);
    int fitting = BLOCK_SCORES / Math.max(1, keysPadded);
    rowLimit = Math.max(FEWEST_ROWS, Math.min(MOST_ROWS, fitting / 8 * 8));
  }

  static int roundUp(int x, int multiple) {
    return (x + multiple - 1) / multiple * multiple;
  }

  /** Features as columns: whole panels, the last one half if that is enough. */
  static int columns(int features) {
    return roundUp(features, HALF_PANEL);
  }

  /** Rows as a block holds them. */
  static int rows(int rows) {
    return roundUp(rows, Lanes.NARROW_TILE_ROWS);
  }

  /** [features, T] of the visible keys as panels of keys: for products over the features. */
  float[] packKeys(int slot, float[] x, int from, int features) {
    float[] packed = scratch.floats(slot, keysPadded * features);
    Rows rows = visible(x, from, features);
    Panels.cut(rows.x, rows.from, rows.stride, features, keys.count(), packed, 0);
    return packed;
  }

  /** [features, T] of the visible keys as panels of features: for products over the keys. */
  float[] packFeatures(int slot, float[] x, int from, int features) {
    int columns = columns(features);
    float[] packed = scratch.floats(slot, keysPadded * columns);
    Rows rows = visible(x, from, features);
    Panels.transpose(
        rows.x, rows.from, rows.stride, features, keys.count(), packed, columns, keysPadded);
    return packed;
  }

  /** [features, T] of the visible keys, the features of each together: [keys, columns]. */
  float[] packKeyRows(int slot, float[] x, int from, int features) {
    int columns = columns(features);
    float[] packed = scratch.floats(slot, keys.count() * columns);
    Rows rows = visible(x, from, features);
    Panels.rows(rows.x, rows.from, rows.stride, features, keys.count(), packed, 0, columns, 1);
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
    float[] rows = scratch.floats(VISIBLE, features * n);
    for (int c = 0; c < features; c++) {
      for (int j = 0; j < n; j++) {
        rows[c * n + j] = x[from + c * shape.keys() + keys.position(j)];
      }
    }
    return new Rows(rows, 0, n);
  }

  /** Some queries of [features, T] as groups of rows, times a factor. */
  float[] packRows(int slot, float[] x, int from, int features, int row, int rows, float factor) {
    float[] packed = scratch.floats(slot, rows(rows) * features);
    int queries = shape.queries();
    Panels.entryGroups(x, from + row, queries, features, rows, packed, 0, rows(rows), factor);
    return packed;
  }

  /** scores[row, key] = Σ_c rows[row, c] panels[c, key], up to the key that each tile sees. */
  void multiplyByKeys(
      float[] rows, float[] panels, int features, int[] seen, int count, float[] to) {
    int most = seen[count - 1];
    int tiles = tiles(count);
    for (int key = 0; key < most; key += PANEL) {
      int first = firstTile(seen, count, key);
      int row = first * Lanes.TILE_ROWS;
      LANES.multiplyGroups(
          tiles - first,
          rows,
          row * features,
          Lanes.TILE_ROWS * features,
          panels,
          key * features,
          features,
          to,
          row * scoreStride + key,
          scoreStride,
          false);
    }
  }

  static int tiles(int rows) {
    return (rows + Lanes.TILE_ROWS - 1) / Lanes.TILE_ROWS;
  }

  /** The first tile of rows that sees this key; all after it see it too. */
  static int firstTile(int[] seen, int count, int key) {
    int tile = 0;
    while (seen[Math.min((tile + 1) * Lanes.TILE_ROWS, count) - 1] <= key) {
      tile++;
    }
    return tile;
  }

  /** to[row, c] = Σ_key weights[row, key] panels[key, c], up to the key that each tile sees. */
  void multiplyByFeatures(
      float[] weights, float[] panels, int features, int[] seen, int count, float[] to) {
    int columns = columns(features);
    Arrays.fill(to, 0, rows(count) * columns, 0);
    int most = roundUp(seen[count - 1], PANEL);
    for (int key = 0; key < most; key += KEY_BLOCK) {
      int end = Math.min(key + KEY_BLOCK, most);
      for (int first = 0; first < columns; first += PANEL) {
        boolean narrow = columns - first < PANEL;
        int width = narrow ? HALF_PANEL : PANEL;
        int panel = first * keysPadded + key * width;
        int tileRows = narrow ? Lanes.NARROW_TILE_ROWS : Lanes.TILE_ROWS;
        // Without a causal mask all tiles see the same keys.
        int step = problem.causal() ? tileRows : rows(count);
        for (int row = 0; row < count; row += step) {
          int last = roundUp(seen[Math.min(row + step, count) - 1], PANEL);
          int depth = Math.min(end, last) - key;
          if (depth > 0) {
            multiply(
                narrow,
                Math.min(step, rows(count) - row) / tileRows,
                weights,
                row * scoreStride + key,
                scoreStride,
                panels,
                panel,
                depth,
                to,
                row * columns + first,
                columns);
          }
        }
      }
    }
  }

  /** to += weights panels, in whole panels of columns or in half ones. */
  static void multiply(
      boolean narrow,
      int tiles,
      float[] weights,
      int from,
      int stride,
      float[] panels,
      int panel,
      int depth,
      float[] to,
      int at,
      int columns) {
    if (narrow) {
      LANES.multiplyNarrowTiles(
          tiles, weights, from, stride, panels, panel, depth, to, at, columns, true);
    } else {
      LANES.multiplyTiles(
          tiles, weights, from, stride, panels, panel, depth, to, at, columns, true);
    }
  }

  /** Zeros what stands in the rows of scores after the keys that each sees. */
  void clearUnseen(float[] scores, int[] seen, int count) {
    int end = roundUp(seen[count - 1], PANEL);
    for (int row = 0; row < rows(count); row++) {
      int from = row < count ? seen[row] : 0;
      Arrays.fill(scores, row * scoreStride + from, row * scoreStride + end, 0);
    }
  }

  /** The number of keys that each row of a block sees; never less than the row before. */
  int[] seen(int row, int rows) {
    int[] seen = scratch.seen(rows);
    for (int r = 0; r < rows; r++) {
      seen[r] = problem.visible(keys, row + r);
    }
    return seen;
  }

  void addLinearBias(float[] scores, int row, int query, int count, int head) {
    addLinearBias(scores, row * scoreStride, query, 0, count, head);
  }

  /** The same for a stretch of a row that begins with some key. */
  void addLinearBias(float[] scores, int at, int query, int key, int count, int head) {
    if (problem.linearBiases()) {
      LANES.subtractDistances(
          scores,
          at,
          count,
          (float) problem.slope(head),
          query + problem.queryOffset(),
          keys.positions(),
          key);
    }
  }
}
