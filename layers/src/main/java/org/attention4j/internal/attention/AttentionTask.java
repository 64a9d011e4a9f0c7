package org.attention4j.internal.attention;

import java.util.Arrays;
import org.attention4j.internal.linear.MatrixPacking;
import org.attention4j.internal.linear.RowGroups;
import org.attention4j.internal.memory.FloatArena;
import org.attention4j.internal.vector.FloatOps;
import org.attention4j.internal.vector.TileOps;
import org.attention4j.kernel.FloatRow;
import org.jspecify.annotations.Nullable;

/**
 * One task of a pass of {@link FloatAttention}: how its arrays are packed, and the products of a
 * block of query rows of one head with the head's keys and values.
 *
 * <p>Packed arrays are cut into panels of {@link TileOps#panel()} columns so that every product
 * reads memory in order. They hold the visible keys of the example alone, and zeros up to whole
 * panels. Sizes that end in {@code Padded} are multiples of what the tiles need. An {@code int}
 * that names an array, such as {@code scores}, is the index where that array begins in {@link
 * #arena}.
 */
abstract class AttentionTask {
  static final int PANEL = FloatOps.TILES.panel();
  static final int HALF_PANEL = PANEL / 2;

  /** Rows of a block: enough to use a panel of keys often, few enough to stay in the cache. */
  private static final int MAX_ROWS = 64;

  private static final int MIN_ROWS = 16;

  /** Scores of a block of rows that should stay in the second-level cache. */
  private static final int BLOCK_SCORES = 1 << 17;

  /** Keys whose panel of columns stays in the first-level cache while all rows go over it. */
  private static final int KEY_BLOCK = 256;

  /** With more panels of keys in use, short runs of them cost more than the others save. */
  private static final int FULL_PERCENT = 80;

  private static final int PERCENT = 100;

  final AttentionProblem problem;
  final AttentionShape shape;
  final Workspace workspace;
  final FloatArena arena;
  final VisibleKeys keys;

  /** The number of visible keys rounded up to panels. */
  final int keysPadded;

  /** From one row of scores to the next in memory. */
  final int scoreStride;

  /** Rows of a block. */
  final int rowLimit;

  /** How the scores of the head at hand decay; null if they do not. */
  @Nullable HeadDecays decays;

  AttentionTask(AttentionProblem problem, VisibleKeys keys, Workspace workspace) {
    this.problem = problem;
    this.shape = problem.shape();
    this.keys = keys;
    this.workspace = workspace;
    arena = workspace.arena;
    keysPadded = MatrixPacking.roundUp(keys.count(), PANEL);
    int columns = BlockKeys.mostColumns(problem, keys, MAX_ROWS);
    scoreStride = FloatOps.TILES.stride(columns);
    int fitting = BLOCK_SCORES / Math.max(1, columns);
    rowLimit = Math.max(MIN_ROWS, Math.min(MAX_ROWS, fitting / 8 * 8));
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
    Rows rows = withoutMasked(x, from, features);
    MatrixPacking.cut(rows.x, rows.from, rows.stride, features, keys.count(), arena.floats(), to);
  }

  /** [features, T] of the visible keys as panels of features: for products over the keys. */
  void packFeatures(float[] x, int from, int features, int to) {
    Rows rows = withoutMasked(x, from, features);
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
  void packKeyRows(float[] x, int from, int features, float[] to, int start) {
    Rows rows = withoutMasked(x, from, features);
    MatrixPacking.rows(
        rows.x, rows.from, rows.stride, features, keys.count(), to, start, columns(features), 1);
  }

  private record Rows(float[] x, int from, int stride) {}

  /** [features, T] without the masked keys. Takes a copy only if masked keys stand in between. */
  private Rows withoutMasked(float[] x, int from, int features) {
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
    RowGroups.OF_TILES.ofColumns(
        x, from + row, queries, features, rows, arena.floats(), to, rows(rows), factor);
  }

  /** scores[row, column] = Σ_c rows[row, c] panels[c, key], for the keys that a tile sees. */
  void multiplyByKeys(int rows, int panels, int features, BlockKeys block, int to) {
    float[] x = arena.floats();
    for (int column = 0; column < block.end(); column += PANEL) {
      int first = block.firstTile(column);
      int tiles = block.endTile(column + PANEL) - first;
      if (tiles > 0) {
        int row = first * TileOps.TILE_ROWS;
        FloatOps.TILES.multiplyGroups(
            tiles,
            x,
            rows + row * features,
            TileOps.TILE_ROWS * features,
            x,
            panels + block.key(column) * features,
            features,
            x,
            to + row * scoreStride + column,
            scoreStride,
            false);
      }
    }
  }

  static int tiles(int rows) {
    return (rows + TileOps.TILE_ROWS - 1) / TileOps.TILE_ROWS;
  }

  /** The first tile of rows whose keys do not end before this one; so do those of all after it. */
  static int firstTile(int[] ends, int count, int key) {
    int tile = 0;
    while (ends[Math.min((tile + 1) * TileOps.TILE_ROWS, count) - 1] <= key) {
      tile++;
    }
    return tile;
  }

  /** The tile from which on the keys of all rows begin at this one or later. */
  static int endTile(int[] starts, int count, int key) {
    int tile = tiles(count);
    while (tile > 0 && starts[(tile - 1) * TileOps.TILE_ROWS] >= key) {
      tile--;
    }
    return tile;
  }

  /** to[row, c] = Σ_key weights[row, key] panels[key, c], for the keys that a tile sees. */
  void multiplyByFeatures(int weights, int panels, int features, BlockKeys block, int to) {
    int columns = columns(features);
    Arrays.fill(arena.floats(), to, to + rows(block.rows()) * columns, 0);
    int padded = MatrixPacking.roundUp(block.end(), PANEL);
    int lead = Math.min(block.lead(), padded);
    addFeatures(weights, panels, features, block, 0, lead, to);
    addFeatures(weights, panels, features, block, lead, padded, to);
  }

  /** The share of the columns from .. until - 1, which are those before or after the lead. */
  private void addFeatures(
      int weights, int panels, int features, BlockKeys block, int from, int until, int to) {
    int columns = columns(features);
    int count = block.rows();
    boolean window = from == block.lead();
    int end;
    for (int key = from; key < until; key = end) {
      end = Math.min(Math.min(key + KEY_BLOCK, until), block.runEnd(key));
      for (int first = 0; first < columns; first += PANEL) {
        boolean narrow = columns - first < PANEL;
        int width = narrow ? HALF_PANEL : PANEL;
        int panel = panels + first * keysPadded;
        int tileRows = narrow ? TileOps.NARROW_TILE_ROWS : TileOps.TILE_ROWS;
        // Without a causal mask or a window all tiles see the same keys.
        int step = problem.range().isBounded() ? tileRows : rows(count);
        for (int row = 0; row < count; row += step) {
          int begin = window ? Math.max(key, block.start(row) / PANEL * PANEL) : key;
          int last = MatrixPacking.roundUp(block.end(Math.min(row + step, count) - 1), PANEL);
          int depth = Math.min(end, last) - begin;
          if (depth > 0) {
            multiply(
                narrow,
                Math.min(step, rows(count) - row) / tileRows,
                weights + row * scoreStride + begin,
                scoreStride,
                panel + block.key(begin) * width,
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
      FloatOps.TILES.multiplyNarrowTiles(
          tiles, x, weights, stride, x, panel, depth, x, to, columns, true);
    } else {
      FloatOps.TILES.multiplyTiles(
          tiles, x, weights, stride, x, panel, depth, x, to, columns, true);
    }
  }

  /** Sets to zero what stands in the rows of scores beside the keys that each row sees. */
  void clearHidden(int scores, BlockKeys block) {
    float[] x = arena.floats();
    int count = block.rows();
    int end = MatrixPacking.roundUp(block.end(), PANEL);
    for (int row = 0; row < rows(count); row++) {
      int at = scores + row * scoreStride;
      if (row < count) {
        clearHidden(at, block, row);
      } else {
        Arrays.fill(x, at, at + end, 0);
      }
    }
  }

  /** The same in one row. */
  void clearHidden(int at, BlockKeys block, int row) {
    float[] x = arena.floats();
    int end = MatrixPacking.roundUp(block.end(), PANEL);
    Arrays.fill(x, at + block.first(row), at + block.start(row), 0);
    Arrays.fill(x, at + block.end(row), at + end, 0);
  }

  /** Which keys some queries see, until the next call. */
  BlockKeys blockKeys(int query, int rows) {
    return workspace.blockKeys.over(problem, keys, query, rows);
  }

  /** Whether so many panels have no weight that it pays to leave them out. */
  static boolean isWorthIt(BlockKeys block, PanelSet withWeights) {
    return FULL_PERCENT * block.panels() > PERCENT * block.count(withWeights);
  }

  /** Puts a row's first keys before its others, over keys that it does not see. */
  int join(int at, BlockKeys block, int row) {
    int first = block.first(row);
    int from = at + block.start(row) - first;
    if (first > 0) {
      System.arraycopy(arena.floats(), at, arena.floats(), from, first);
    }
    return from;
  }

  /** Puts them back to their columns. */
  void part(int at, BlockKeys block, int row) {
    int first = block.first(row);
    if (first > 0) {
      float[] x = arena.floats();
      System.arraycopy(x, at + block.start(row) - first, x, at, first);
    }
  }

  /** Drops numbers of a row whose first keys are not beside its others. */
  void drop(Dropout dropout, FloatRow row, int at, BlockKeys block, int r, int index) {
    if (problem.dropout() > 0) {
      block.forEachRun(
          r,
          (column, key, count) ->
              dropout.apply(row.over(arena.floats(), at + column, count), index, keys, key));
    }
  }

  /** Goes on with a head, whose scores may decay. */
  final void takeHead(FloatAttention attention, int example, int head) {
    decays = attention.decays(workspace, keys, example, head);
  }

  /** Adds linear biases and decays to a row of scores. */
  void addBiases(int at, int query, BlockKeys block, int row, int head) {
    if (problem.linearBiases() || decays != null) {
      block.forEachRun(row, (column, key, count) -> addBias(at + column, query, key, count, head));
    }
  }

  /** Adds them to part of a row of scores, from some visible key on. */
  void addBias(int at, int query, int key, int count, int head) {
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
    HeadDecays ofHead = decays;
    if (ofHead != null && count > 0) {
      ofHead.addTo(arena.floats(), at, count, problem.position(query), key);
    }
  }
}
