package org.attention4j.internal.attention;

import java.util.Arrays;
import org.attention4j.internal.linear.MatrixPacking;
import org.attention4j.kernel.FloatRow;
import org.attention4j.kernel.RowKernel;

/**
 * The backward pass for kernels that need whole rows: a block of queries goes over all keys. Rows
 * whose few weights the forward pass kept are left to {@link SparseBackward}.
 */
final class WholeRowBackward extends BackwardTask {
  private final SparseBackward sparse;
  private boolean dense;

  WholeRowBackward(
      FloatAttention attention,
      VisibleKeys keys,
      Workspace workspace,
      Part part,
      ForwardState state,
      int[] rowStarts) {
    super(attention, keys, workspace, part);
    sparse = new SparseBackward(this, state, rowStarts);
    reserve(rows(rowLimit), rows(rowLimit), scoreStride);
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
    int[] visibleCounts = visibleCounts(query, rows);
    if (visibleCounts[rows - 1] == 0) {
      return;
    }
    int q = shape.query(part.example(), head, shape.headSize());
    int o = shape.query(part.example(), head, shape.valueSize());
    float scale = (float) problem.scale();
    int d = shape.headSize();
    int dv = shape.valueSize();
    if (sparse.all(head, query, rows)) {
      int end = queryGradients + rows(rows) * columns(d);
      Arrays.fill(arena.floats(), queryGradients, end, 0);
    } else {
      packDense();
      packRows(attention.q, q, d, query, rows, scale, queryRows);
      packRows(outputGradient, o, dv, query, rows, 1, gradientRows);
      multiplyByKeys(queryRows, keyPanels, d, visibleCounts, rows, weights);
      multiplyByKeys(gradientRows, valuePanels, dv, visibleCounts, rows, gradients);
      for (int r = 0; r < rows; r++) {
        denseRow(head, query + r, r * scoreStride, visibleCounts[r]);
      }
      clearHidden(weights, visibleCounts, rows);
      clearHidden(gradients, visibleCounts, rows);
      multiplyByFeatures(gradients, keyFeatures, d, visibleCounts, rows, queryGradients);
      packColumns(attention.q, q, d, query, rows, scale, queryColumns);
      packColumns(outputGradient, o, dv, query, rows, 1, gradientColumns);
      int last = visibleCounts[rows - 1];
      addProducts(gradients, scoreStride, queryColumns, d, rows, 0, last, keySums);
      addProducts(weights, scoreStride, gradientColumns, dv, rows, 0, last, valueSums);
    }
    sparse.rows(head, query, rows, visibleCounts, outputGradient, queryGradients);
    write(queryGradient, q, query, rows, scale);
  }

  private void packDense() {
    if (!dense) {
      dense = true;
      packKeys();
    }
  }

  /** Scores and dp of one row to the dropped weights and dz. */
  private void denseRow(int head, int query, int at, int count) {
    int row = shape.row(part.example(), head, query);
    if (count == 0 || sparse.has(row)) {
      Arrays.fill(arena.floats(), weights + at, weights + at + count, 0);
      Arrays.fill(arena.floats(), gradients + at, gradients + at + count, 0);
      return;
    }
    addLinearBias(weights + at, query, 0, count, head);
    RowKernel kernel = problem.kernel();
    FloatRow weightRow = workspace.row.over(arena.floats(), weights + at, count);
    FloatRow scoreRow = weightRow;
    if (kernel.readsScores()) {
      scoreRow = workspace.scoreRow.over(arena.floats(), scores, count);
      scoreRow.copy(weightRow);
    }
    attention.restore(context, row);
    kernel.restore(weightRow, context.row(count));
    FloatRow gradient = workspace.gradientRow.over(arena.floats(), gradients + at, count);
    if (problem.dropout() > 0) {
      dropout.apply(gradient, row, keys, 0);
    }
    kernel.backward(scoreRow, weightRow, gradient, context);
    if (problem.dropout() > 0) {
      dropout.apply(weightRow, row, keys, 0);
    }
  }

  private void write(float[] gradient, int start, int query, int count, float factor) {
    MatrixPacking.columns(
        arena.floats(),
        queryGradients,
        columns(shape.headSize()),
        shape.headSize(),
        count,
        gradient,
        start + query,
        shape.queries(),
        factor);
  }
}
