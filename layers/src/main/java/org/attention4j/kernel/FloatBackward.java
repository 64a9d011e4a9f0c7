package org.attention4j.kernel;

import java.util.Arrays;

/**
 * The backward pass of some queries of all heads that share one head of keys and values.
 *
 * <pre>
 *   dV = dO p,  dp = dOᵀ V,  dz = kernel(dp),  dQ = scale K dzᵀ,  dK = scale Q dz
 * </pre>
 */
final class FloatBackward extends BackwardPart {
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

  private final SparseBackward sparse;
  private float[] keyPanels = {};
  private float[] valuePanels = {};
  private float[] keyFeatures = {};
  private boolean dense;

  FloatBackward(
      FloatAttention attention, VisibleKeys keys, Scratch scratch, Trace trace, int[] rowStarts) {
    super(attention, keys, scratch);
    sparse = new SparseBackward(this, trace, rowStarts);
  }

  @Override
  void start() {}

  @Override
  void head(int head, float[] outputGradient, float[] queryGradient) {
    for (int query = part.from(); query < part.to(); query += rowLimit) {
      block(head, query, Math.min(rowLimit, part.to() - query), outputGradient, queryGradient);
    }
  }

  @Override
  void end() {
    sparse.addTo(keySums, valueSums);
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
    float[] queryGradients = scratch.floats(QUERY_GRADIENTS, rows(rowLimit) * columns(d));
    if (sparse.all(head, query, rows)) {
      Arrays.fill(queryGradients, 0, rows(rows) * columns(d), 0);
    } else {
      packDense();
      float[] queryRows = packRows(QUERY_ROWS, attention.q, q, d, query, rows, scale);
      float[] gradientRows = packRows(GRADIENT_ROWS, outputGradient, o, dv, query, rows, 1);
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
      float[] queryColumns =
          scratch.floats(QUERY_COLUMNS, rows(rowLimit) * roundUp(d, Lanes.TILE_ROWS));
      packColumns(queryColumns, 0, attention.q, q, d, query, rows, scale);
      float[] gradientColumns =
          scratch.floats(GRADIENT_COLUMNS, rows(rowLimit) * roundUp(dv, Lanes.TILE_ROWS));
      packColumns(gradientColumns, 0, outputGradient, o, dv, query, rows, 1);
      addProducts(gradients, scoreStride, queryColumns, 0, d, rows, 0, seen[rows - 1], keySums);
      addProducts(weights, scoreStride, gradientColumns, 0, dv, rows, 0, seen[rows - 1], valueSums);
    }
    sparse.rows(head, query, rows, seen, outputGradient, queryGradients);
    write(queryGradients, queryGradient, q, query, rows, scale);
  }

  private void packDense() {
    if (!dense) {
      dense = true;
      keyPanels = packKeys(KEYS, attention.k, keyStart(), shape.headSize());
      valuePanels = packKeys(VALUES, attention.v, valueStart(), shape.valueSize());
      keyFeatures = packFeatures(KEY_FEATURES, attention.k, keyStart(), shape.headSize());
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
      dropout.apply(gradient, row, keys, 0);
    }
    kernel.backward(scores, weightRow, gradient, context);
    if (problem.dropout() > 0) {
      dropout.apply(weightRow, row, keys, 0);
    }
  }

  private void write(
      float[] rows, float[] gradient, int start, int query, int count, float factor) {
    Panels.columns(
        rows,
        0,
        columns(shape.headSize()),
        shape.headSize(),
        count,
        gradient,
        start + query,
        shape.queries(),
        factor);
  }
}
