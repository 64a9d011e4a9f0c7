package org.attention4j.kernel;

import java.util.Arrays;

/**
 * The backward pass of some queries of all heads that share one head of keys and values.
 *
 * <pre>
 *   dV = dO p,  dp = dOᵀ V,  dz = kernel(dp),  dQ = scale K dzᵀ,  dK = scale Q dz
 * </pre>
 */
final class FloatBackward extends FloatBlock {
  private static final int KEYS = 0;
  private static final int VALUES = 1;
  private static final int QUERY_ROWS = 2;
  private static final int GRADIENT_ROWS = 3;
  private static final int KEY_FEATURES = 4;
  private static final int WEIGHTS = 5;
  private static final int SCORES = 6;
  private static final int SCORE_GRADIENTS = 7;
  private static final int QUERY_GRADIENTS = 8;
  private static final int PANEL_ROWS = 9;
  private static final int QUERY_COLUMNS = 10;
  private static final int GRADIENT_COLUMNS = 11;
  private static final int KEY_SUMS = 12;
  private static final int VALUE_SUMS = 13;

  private final FloatAttention attention;
  private final Dropout dropout;
  private final SparseBackward sparse;
  private final RowContext context;
  private float[] keyPanels = {};
  private float[] valuePanels = {};
  private float[] keyFeatures = {};
  private float[] keySums = {};
  private float[] valueSums = {};
  private boolean dense;
  private Part part = new Part(0, 0, 0, 0, 0, 1);

  /** Which queries of which head of keys and values. */
  record Part(int example, int keyValueHead, int chunk, int from, int to, int chunks) {}

  FloatBackward(
      FloatAttention attention, VisibleKeys keys, Scratch scratch, Trace trace, int[] rowStarts) {
    super(attention.problem, keys, scratch);
    this.attention = attention;
    dropout = new Dropout(problem.dropout(), problem.seed());
    context = new RowContext(problem.parameters(), problem.kernel().savedValues());
    sparse = new SparseBackward(attention, this, trace, rowStarts);
  }

  /** Computes dQ of its queries, and their share of dK, dV and the parameters' gradients. */
  void run(
      Part part, float[] outputGradient, FloatGradients gradients, double[][] parameterGradients) {
    this.part = part;
    keySums = sums(KEY_SUMS, shape.headSize());
    valueSums = sums(VALUE_SUMS, shape.valueSize());
    keyFeatures = packFeatures(KEY_FEATURES, attention.k, keyStart(), shape.headSize());
    sparse.start(part, keyFeatures);
    for (int i = 0; i < shape.group(); i++) {
      int head = part.keyValueHead() * shape.group() + i;
      attention.setParameters(context, head);
      context.clearGradients();
      for (int query = part.from(); query < part.to(); query += rowLimit) {
        int rows = Math.min(rowLimit, part.to() - query);
        block(head, query, rows, outputGradient, gradients.q());
      }
      int at = (part.example() * shape.heads() + head) * part.chunks() + part.chunk();
      for (int p = 0; p < problem.parameters(); p++) {
        parameterGradients[at][p] = context.gradient(p);
      }
    }
    sparse.addTo(keySums, valueSums);
    if (part.chunks() == 1) {
      addTo(gradients);
    } else {
      // The scratch arrays go to another task.
      keySums = Arrays.copyOf(keySums, keysPadded * roundUp(shape.headSize(), Lanes.TILE_ROWS));
      valueSums =
          Arrays.copyOf(valueSums, keysPadded * roundUp(shape.valueSize(), Lanes.TILE_ROWS));
    }
  }

  /** Adds this part's share of dK and dV. */
  void addTo(FloatGradients gradients) {
    addTo(gradients.k(), keyStart(), keySums, shape.headSize());
    addTo(gradients.v(), valueStart(), valueSums, shape.valueSize());
  }

  private void addTo(float[] gradient, int start, float[] sums, int features) {
    int padded = roundUp(features, Lanes.TILE_ROWS);
    for (int key = 0; key < keys.count(); key += PANEL) {
      int width = Math.min(PANEL, keys.count() - key);
      for (int c = 0; c < features; c++) {
        int to = start + c * shape.keys();
        int from = key * padded + c * PANEL;
        for (int j = 0; j < width; j++) {
          gradient[to + keys.position(key + j)] += sums[from + j];
        }
      }
    }
  }

  private float[] sums(int slot, int features) {
    int length = keysPadded * roundUp(features, Lanes.TILE_ROWS);
    float[] sums = scratch.floats(slot, length);
    Arrays.fill(sums, 0, length, 0);
    return sums;
  }

  private int keyStart() {
    return shape.key(part.example(), part.keyValueHead(), shape.headSize());
  }

  private int valueStart() {
    return shape.key(part.example(), part.keyValueHead(), shape.valueSize());
  }

  private void block(int head, int query, int rows, float[] outputGradient, float[] queryGradient) {
    int[] seen = seen(query, rows);
    if (seen[rows - 1] == 0) {
      return;
    }
    int q = shape.query(part.example(), head, shape.headSize());
    int o = shape.query(part.example(), head, shape.valueSize());
    float scale = (float) problem.scale();
    int d = shape.headSize();
    int dv = shape.valueSize();
    float[] queryRows = packRows(QUERY_ROWS, attention.q, q, d, query, rows, scale);
    float[] gradientRows = packRows(GRADIENT_ROWS, outputGradient, o, dv, query, rows, 1);
    float[] queryGradients = scratch.floats(QUERY_GRADIENTS, rows(rowLimit) * columns(d));
    if (sparse.all(head, query, rows)) {
      Arrays.fill(queryGradients, 0, rows(rows) * columns(d), 0);
    } else {
      packDense();
      float[] weights = scratch.floats(WEIGHTS, rows(rowLimit) * scoreStride);
      float[] gradients = scratch.floats(SCORE_GRADIENTS, rows(rowLimit) * scoreStride);
      multiplyByKeys(queryRows, keyPanels, d, seen, rows, weights);
      multiplyByKeys(gradientRows, valuePanels, dv, seen, rows, gradients);
      for (int r = 0; r < rows; r++) {
        denseRow(weights, gradients, head, query, r, seen[r]);
      }
      clearUnseen(weights, seen, rows);
      clearUnseen(gradients, seen, rows);
      multiplyByFeatures(gradients, keyFeatures, d, seen, rows, queryGradients);
      float[] queryColumns = packColumns(QUERY_COLUMNS, attention.q, q, d, query, rows, scale);
      float[] gradientColumns =
          packColumns(GRADIENT_COLUMNS, outputGradient, o, dv, query, rows, 1);
      addProducts(gradients, queryColumns, d, seen, rows, keySums);
      addProducts(weights, gradientColumns, dv, seen, rows, valueSums);
    }
    sparse.rows(head, query, rows, seen, queryRows, gradientRows, queryGradients, context);
    write(queryGradients, queryGradient, q, query, rows, scale);
  }

  private void packDense() {
    if (!dense) {
      dense = true;
      keyPanels = packKeys(KEYS, attention.k, keyStart(), shape.headSize());
      valuePanels = packKeys(VALUES, attention.v, valueStart(), shape.valueSize());
    }
  }

  /** Scores and dp of one row to the dropped weights and dz. */
  private void denseRow(float[] weights, float[] gradients, int head, int query, int r, int count) {
    int at = r * scoreStride;
    int row = shape.row(part.example(), head, query + r);
    if (count == 0 || sparse.has(row)) {
      Arrays.fill(weights, at, at + count, 0);
      Arrays.fill(gradients, at, at + count, 0);
      return;
    }
    addLinearBias(weights, r, query + r, count, head);
    RowKernel kernel = problem.kernel();
    FloatRow weightRow = scratch.row.over(weights, at, count);
    FloatRow scores = weightRow;
    if (kernel.readsScores()) {
      scores = scratch.scoreRow.over(scratch.floats(SCORES, scoreStride), 0, count);
      scores.copy(weightRow);
    }
    attention.restore(context, row);
    kernel.restore(weightRow, context.row(count));
    FloatRow gradient = scratch.gradientRow.over(gradients, at, count);
    if (problem.dropout() > 0) {
      dropout.apply(gradient, row, keys);
    }
    kernel.backward(scores, weightRow, gradient, context);
    if (problem.dropout() > 0) {
      dropout.apply(weightRow, row, keys);
    }
  }

  /** sums[c, key] += Σ_row columns[c, row] rows[row, key], the sums being panels of keys. */
  private void addProducts(
      float[] rows, float[] columns, int features, int[] seen, int count, float[] sums) {
    int depth = rows(count);
    int padded = roundUp(features, Lanes.TILE_ROWS);
    int end = roundUp(seen[count - 1], PANEL);
    float[] panel = scratch.floats(PANEL_ROWS, rows(rowLimit) * PANEL);
    for (int key = 0; key < end; key += PANEL) {
      for (int row = 0; row < depth; row++) {
        System.arraycopy(rows, row * scoreStride + key, panel, row * PANEL, PANEL);
      }
      LANES.multiplyTiles(
          padded / Lanes.TILE_ROWS,
          columns,
          0,
          depth,
          panel,
          0,
          depth,
          sums,
          key * padded,
          PANEL,
          true);
    }
  }

  /** Some queries of [features, T] as they lie, times a factor, with zeros around. */
  private float[] packColumns(
      int slot, float[] x, int from, int features, int row, int rows, float factor) {
    int depth = rows(rows);
    int padded = roundUp(features, Lanes.TILE_ROWS);
    float[] packed = scratch.floats(slot, padded * rows(rowLimit));
    for (int c = 0; c < padded; c++) {
      int filled = c < features ? rows : 0;
      int source = from + c * shape.queries() + row;
      for (int r = 0; r < filled; r++) {
        packed[c * depth + r] = factor * x[source + r];
      }
      Arrays.fill(packed, c * depth + filled, (c + 1) * depth, 0);
    }
    return packed;
  }

  private void write(
      float[] rows, float[] gradient, int start, int query, int count, float factor) {
    int columns = columns(shape.headSize());
    for (int c = 0; c < shape.headSize(); c++) {
      int to = start + c * shape.queries() + query;
      for (int r = 0; r < count; r++) {
        gradient[to + r] = factor * rows[r * columns + c];
      }
    }
  }
}
