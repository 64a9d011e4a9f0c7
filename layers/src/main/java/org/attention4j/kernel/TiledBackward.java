package org.attention4j.kernel;

import java.util.Arrays;

/**
 * The backward pass for kernels that work {@linkplain RowKernel#piecewise() piece by piece}: a
 * block of keys stays in the cache while all blocks of queries go over it, as in FlashAttention
 * (Dao et al., arXiv 2205.14135), from which comes ⟨dp, p⟩ = ⟨dO, O⟩.
 */
final class TiledBackward extends BackwardPart {
  /** Queries of a tile, which are the depth of the products for dK and dV. */
  private static final int ROWS = 128;

  /** Numbers in a panel of a block of keys; six such panels stay in the second-level cache. */
  private static final int KEY_NUMBERS = 1 << 13;

  private static final int FEWEST_KEYS = 128;

  private static final int KEYS = 0;
  private static final int VALUES = 1;
  private static final int QUERY_ROWS = 2;
  private static final int GRADIENT_ROWS = 3;
  private static final int KEY_FEATURES = 4;
  private static final int WEIGHTS = 5;
  private static final int SCORES = 6;
  private static final int SCORE_GRADIENTS = 7;
  private static final int QUERY_GRADIENTS = 8;
  private static final int QUERY_COLUMNS = 10;
  private static final int GRADIENT_COLUMNS = 11;
  private static final int MEANS = 14;

  private final int keyBlock;
  private final int stride;
  private float[] keyPanels = {};
  private float[] valuePanels = {};
  private float[] keyFeatures = {};
  private float[] queryRows = {};
  private float[] gradientRows = {};
  private float[] queryColumns = {};
  private float[] gradientColumns = {};
  private float[] queryGradients = {};
  private float[] means = {};

  TiledBackward(FloatAttention attention, VisibleKeys keys, Scratch scratch) {
    super(attention, keys, scratch);
    int fitting = KEY_NUMBERS / Math.max(shape.headSize(), shape.valueSize());
    keyBlock = roundUp(Math.max(FEWEST_KEYS, Math.min(Lanes.NEAR_COLUMNS, fitting)), PANEL);
    stride = LANES.stride(keyBlock);
  }

  @Override
  void start() {
    keyPanels = packKeys(KEYS, attention.k, keyStart(), shape.headSize());
    valuePanels = packKeys(VALUES, attention.v, valueStart(), shape.valueSize());
    keyFeatures = packFeatures(KEY_FEATURES, attention.k, keyStart(), shape.headSize());
  }

  @Override
  void end() {}

  @Override
  void head(int head, float[] outputGradient, float[] queryGradient) {
    int q = shape.query(part.example(), head, shape.headSize());
    pack(head, q, outputGradient);
    for (int key = 0; key < keys.count(); key += keyBlock) {
      int end = Math.min(key + keyBlock, keys.count());
      for (int query = part.from(); query < part.to(); query += ROWS) {
        tile(head, query, Math.min(ROWS, part.to() - query), key, end);
      }
    }
    Panels.columns(
        queryGradients,
        0,
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
    queryRows = packRows(QUERY_ROWS, attention.q, q, d, part.from(), count, scale);
    gradientRows = packRows(GRADIENT_ROWS, outputGradient, o, dv, part.from(), count, 1);
    queryColumns = scratch.floats(QUERY_COLUMNS, padded * roundUp(d, Lanes.TILE_ROWS));
    gradientColumns = scratch.floats(GRADIENT_COLUMNS, padded * roundUp(dv, Lanes.TILE_ROWS));
    for (int at = 0; at < count; at += ROWS) {
      int rows = Math.min(ROWS, count - at);
      int query = part.from() + at;
      packColumns(queryColumns, columnAt(at, d), attention.q, q, d, query, rows, scale);
      packColumns(gradientColumns, columnAt(at, dv), outputGradient, o, dv, query, rows, 1);
    }
    queryGradients = scratch.floats(QUERY_GRADIENTS, padded * columns(d));
    Arrays.fill(queryGradients, 0, padded * columns(d), 0);
    means = scratch.floats(MEANS, count);
    Arrays.fill(means, 0, count, 0);
    for (int c = 0; c < dv; c++) {
      int from = o + c * shape.queries() + part.from();
      for (int r = 0; r < count; r++) {
        means[r] += attention.output[from + r] * outputGradient[from + r];
      }
    }
  }

  private static int columnAt(int row, int features) {
    return row * roundUp(features, Lanes.TILE_ROWS);
  }

  /** Some queries against the keys from {@code key} to {@code end} - 1. */
  private void tile(int head, int query, int rows, int key, int end) {
    int[] seen = seen(query, rows);
    int last = Math.min(seen[rows - 1], end);
    if (last <= key) {
      return;
    }
    int at = query - part.from();
    int d = shape.headSize();
    int dv = shape.valueSize();
    float[] weights = scratch.floats(WEIGHTS, ROWS * stride);
    float[] gradients = scratch.floats(SCORE_GRADIENTS, ROWS * stride);
    multiply(queryRows, at * d, keyPanels, d, seen, rows, key, last, weights);
    multiply(gradientRows, at * dv, valuePanels, dv, seen, rows, key, last, gradients);
    int width = roundUp(last - key, PANEL);
    for (int r = 0; r < rows(rows); r++) {
      int count = r < rows ? Math.max(0, Math.min(seen[r], last) - key) : 0;
      if (count > 0) {
        row(head, query + r, key, count, seen[r], r * stride);
      }
      Arrays.fill(weights, r * stride + count, r * stride + width, 0);
      Arrays.fill(gradients, r * stride + count, r * stride + width, 0);
    }
    addQueryGradients(gradients, at, rows, key, width);
    addProducts(gradients, stride, queryColumns, columnAt(at, d), d, rows, key, last, keySums);
    addProducts(weights, stride, gradientColumns, columnAt(at, dv), dv, rows, key, last, valueSums);
  }

  /** to[row, key] = Σ_c rows[row, c] panels[c, key] for the keys that some row of a tile sees. */
  private void multiply(
      float[] rows,
      int from,
      float[] panels,
      int depth,
      int[] seen,
      int count,
      int key,
      int last,
      float[] to) {
    for (int k = key; k < last; k += PANEL) {
      int first = firstTile(seen, count, k);
      int row = first * Lanes.TILE_ROWS;
      LANES.multiplyGroups(
          tiles(count) - first,
          rows,
          from + row * depth,
          Lanes.TILE_ROWS * depth,
          panels,
          k * depth,
          depth,
          to,
          row * stride + k - key,
          stride,
          false);
    }
  }

  /** Scores and dp of a stretch of a row to the dropped weights and dz. */
  private void row(int head, int query, int key, int count, int visible, int at) {
    float[] weights = scratch.floats(WEIGHTS, 0);
    addLinearBias(weights, at, query, key, count, head);
    int row = shape.row(part.example(), head, query);
    RowKernel kernel = problem.kernel();
    FloatRow weightRow = scratch.row.over(weights, at, count);
    FloatRow scores = weightRow;
    if (kernel.readsScores()) {
      scores = scratch.scoreRow.over(scratch.floats(SCORES, stride), 0, count);
      scores.copy(weightRow);
    }
    attention.restore(context, row);
    // A row that is here as a whole needs no detour, and that of a single key is exactly zero then.
    double mean = count == visible ? Double.NaN : means[query - part.from()];
    kernel.restore(weightRow, context.piece(visible, mean));
    FloatRow gradient = scratch.gradientRow.over(scratch.floats(SCORE_GRADIENTS, 0), at, count);
    if (problem.dropout() > 0) {
      dropout.apply(gradient, row, keys, key);
    }
    kernel.backward(scores, weightRow, gradient, context);
    if (problem.dropout() > 0) {
      dropout.apply(weightRow, row, keys, key);
    }
  }

  private void addQueryGradients(float[] gradients, int at, int rows, int key, int depth) {
    int columns = columns(shape.headSize());
    for (int first = 0; first < columns; first += PANEL) {
      boolean narrow = columns - first < PANEL;
      multiply(
          narrow,
          rows(rows) / (narrow ? Lanes.NARROW_TILE_ROWS : Lanes.TILE_ROWS),
          gradients,
          0,
          stride,
          keyFeatures,
          first * keysPadded + key * (narrow ? HALF_PANEL : PANEL),
          depth,
          queryGradients,
          at * columns + first,
          columns);
    }
  }
}
