package org.attention4j.internal.attention;

import java.util.Arrays;
import org.attention4j.internal.linear.MatrixPacking;
import org.attention4j.internal.vector.FloatOps;
import org.attention4j.internal.vector.TileOps;
import org.attention4j.kernel.FloatRow;
import org.attention4j.kernel.RowKernel;

/**
 * The backward pass for kernels that work on {@linkplain RowKernel#worksOnSlices() slices} of a
 * row: a block of keys stays in the cache while all blocks of queries go over it, as in
 * FlashAttention (Dao et al., arXiv 2205.14135). From there comes ⟨dp, p⟩ = ⟨dO, O⟩ for a whole
 * row, which no slice knows.
 */
final class TiledBackward extends BackwardTask {
  /** Numbers in a panel of a block of keys; six such panels stay in the second-level cache. */
  private static final int KEY_NUMBERS = 1 << 13;

  private static final int MIN_KEYS = 128;
  private static final int MAX_KEYS = 256;

  private final int keyBlock;
  private final int stride;
  private final int means;

  /** Which of the keys each row of a tile sees. */
  private final int[] starts = new int[DEPTH];

  private final int[] ends = new int[DEPTH];

  TiledBackward(FloatAttention attention, VisibleKeys keys, Workspace workspace, Part part) {
    super(attention, keys, workspace, part);
    int fitting = KEY_NUMBERS / Math.max(shape.headSize(), shape.valueSize());
    keyBlock = MatrixPacking.roundUp(Math.max(MIN_KEYS, Math.min(MAX_KEYS, fitting)), PANEL);
    stride = FloatOps.TILES.stride(keyBlock);
    int count = part.to() - part.from();
    reserve(rows(count), DEPTH, stride);
    means = arena.take(count);
  }

  @Override
  void start() {
    packKeys();
  }

  @Override
  void head(int head, float[] outputGradient, float[] queryGradient) {
    int q = shape.query(part.example(), head, shape.headSize());
    pack(head, q, outputGradient);
    for (int key = 0; key < keys.count(); key += keyBlock) {
      int end = Math.min(key + keyBlock, keys.count());
      for (int query = part.from(); query < part.to(); query += DEPTH) {
        tiles(head, query, Math.min(DEPTH, part.to() - query), key, end);
      }
    }
    MatrixPacking.columns(
        arena.floats(),
        queryGradients,
        columns(shape.headSize()),
        shape.headSize(),
        part.to() - part.from(),
        queryGradient,
        q + part.from(),
        shape.queries(),
        (float) problem.scale());
  }

  /** Everything of a head's queries that the tiles read, once for all blocks of keys. */
  private void pack(int head, int q, float[] outputGradient) {
    int d = shape.headSize();
    int dv = shape.valueSize();
    int o = shape.query(part.example(), head, dv);
    int count = part.to() - part.from();
    int padded = rows(count);
    float scale = (float) problem.scale();
    packRows(attention.q, q, d, part.from(), count, scale, queryRows);
    packRows(outputGradient, o, dv, part.from(), count, 1, gradientRows);
    for (int at = 0; at < count; at += DEPTH) {
      int rows = Math.min(DEPTH, count - at);
      int query = part.from() + at;
      packColumns(attention.q, q, d, query, rows, scale, queryColumns + columnAt(at, d));
      packColumns(outputGradient, o, dv, query, rows, 1, gradientColumns + columnAt(at, dv));
    }
    float[] x = arena.floats();
    Arrays.fill(x, queryGradients, queryGradients + padded * columns(d), 0);
    Arrays.fill(x, means, means + count, 0);
    for (int c = 0; c < dv; c++) {
      int from = o + c * shape.queries() + part.from();
      for (int r = 0; r < count; r++) {
        x[means + r] += attention.output[from + r] * outputGradient[from + r];
      }
    }
  }

  private static int columnAt(int row, int features) {
    return row * MatrixPacking.roundUp(features, TileOps.TILE_ROWS);
  }

  /** Some queries against the keys from {@code key} to {@code end} - 1, the first ones apart. */
  private void tiles(int head, int query, int rows, int key, int end) {
    int from = problem.start(keys, query);
    int last = Math.min(problem.end(keys, query + rows - 1), end);
    if (from < end && last > key) {
      for (int r = 0; r < rows; r++) {
        starts[r] = problem.start(keys, query + r);
        ends[r] = problem.end(keys, query + r);
      }
      tile(head, query, rows, Math.max(key, from / PANEL * PANEL), last);
    }
    last = Math.min(problem.first(problem.start(keys, query + rows - 1)), end);
    if (last > key) {
      for (int r = 0; r < rows; r++) {
        starts[r] = 0;
        ends[r] = problem.first(problem.start(keys, query + r));
      }
      tile(head, query, rows, key, last);
    }
  }

  /** Some queries against those of the keys key .. last - 1 that each sees. */
  private void tile(int head, int query, int rows, int key, int last) {
    int first = query - part.from();
    int d = shape.headSize();
    int dv = shape.valueSize();
    multiply(queryRows + first * d, keyPanels, d, rows, key, last, weights);
    multiply(gradientRows + first * dv, valuePanels, dv, rows, key, last, gradients);
    int width = MatrixPacking.roundUp(last - key, PANEL);
    for (int r = 0; r < rows(rows); r++) {
      int at = r * stride;
      int begin = r < rows ? Math.max(0, starts[r] - key) : 0;
      int stop = r < rows ? Math.min(ends[r], last) - key : 0;
      if (stop > begin) {
        row(head, query + r, key + begin, stop - begin, at + begin);
        clear(at, begin);
        clear(at + stop, width - stop);
      } else {
        clear(at, width);
      }
    }
    flushDecays();
    addQueryGradients(first, rows, key, width);
    addProducts(gradients, queryColumns + columnAt(first, d), d, rows, key, last, keySums);
    addProducts(weights, gradientColumns + columnAt(first, dv), dv, rows, key, last, valueSums);
  }

  private void clear(int at, int count) {
    Arrays.fill(arena.floats(), weights + at, weights + at + count, 0);
    Arrays.fill(arena.floats(), gradients + at, gradients + at + count, 0);
  }

  /** to[row, key] = Σ_c rows[row, c] panels[c, key] for the keys that some row of a tile sees. */
  private void multiply(int rows, int panels, int depth, int count, int key, int last, int to) {
    float[] x = arena.floats();
    for (int k = key; k < last; k += PANEL) {
      int first = firstTile(ends, count, k);
      int tiles = endTile(starts, count, k + PANEL) - first;
      if (tiles > 0) {
        int row = first * TileOps.TILE_ROWS;
        FloatOps.TILES.multiplyGroups(
            tiles,
            x,
            rows + row * depth,
            TileOps.TILE_ROWS * depth,
            x,
            panels + k * depth,
            depth,
            x,
            to + row * stride + k - key,
            stride,
            false);
      }
    }
  }

  /** Scores and dp of a slice of a row to the dropped weights and dz. */
  private void row(int head, int query, int key, int count, int at) {
    int start = problem.start(keys, query);
    int visible = problem.first(start) + problem.end(keys, query) - start;
    int row = shape.row(part.example(), head, query);
    noteProducts(row, weights + at, count);
    addBias(weights + at, query, key, count, head);
    noteScores(row, weights + at, count);
    RowKernel kernel = problem.kernel();
    FloatRow weightRow = workspace.row.over(arena.floats(), weights + at, count);
    FloatRow scoreRow = weightRow;
    if (kernel.readsScores()) {
      scoreRow = workspace.scoreRow.over(arena.floats(), scores, count);
      scoreRow.copy(weightRow);
    }
    attention.restore(context, row);
    // A slice that is the whole row takes the sum itself: with a single key it is exact.
    double mean = count == visible ? Double.NaN : arena.floats()[means + query - part.from()];
    kernel.restore(weightRow, context.slice(visible, mean));
    FloatRow gradient = workspace.gradientRow.over(arena.floats(), gradients + at, count);
    if (problem.dropout() > 0) {
      dropout.apply(gradient, row, keys, key);
    }
    kernel.backward(scoreRow, weightRow, gradient, context);
    addToDecays(gradients + at, count, query, key);
    if (problem.dropout() > 0) {
      dropout.apply(weightRow, row, keys, key);
    }
  }

  /**
   * How many rows are multiplied together, by all keys that one of them sees: all rows unless some
   * keys are hidden by their position.
   */
  private int rowsTogether(int rows) {
    return problem.range().isBounded() ? Math.max(PANEL, TileOps.NARROW_TILE_ROWS) : rows(rows);
  }

  private void addQueryGradients(int at, int rows, int key, int width) {
    int columns = columns(shape.headSize());
    int step = rowsTogether(rows);
    for (int first = 0; first < columns; first += PANEL) {
      boolean narrow = columns - first < PANEL;
      int panel = keyFeatures + first * keysPadded;
      for (int row = 0; row < rows; row += step) {
        int begin = Math.max(key, starts[row] / PANEL * PANEL);
        int end = MatrixPacking.roundUp(ends[Math.min(row + step, rows) - 1], PANEL);
        int depth = Math.min(end, key + width) - begin;
        if (depth > 0) {
          multiply(
              narrow,
              Math.min(step, rows(rows) - row)
                  / (narrow ? TileOps.NARROW_TILE_ROWS : TileOps.TILE_ROWS),
              gradients + row * stride + begin - key,
              stride,
              panel + begin * (narrow ? HALF_PANEL : PANEL),
              depth,
              queryGradients + (at + row) * columns + first,
              columns);
        }
      }
    }
  }

  private void addProducts(
      int from, int columns, int features, int rows, int key, int last, int sums) {
    for (int k = key; k < last; k += PANEL) {
      addProducts(
          from + k - key,
          stride,
          columns,
          features,
          rows,
          firstTile(ends, rows, k),
          endTile(starts, rows, k + PANEL),
          k,
          sums);
    }
  }
}
