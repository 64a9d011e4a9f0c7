package org.attention4j.internal.attention;

import java.util.Arrays;
import org.attention4j.internal.linear.MatrixPacking;
import org.attention4j.kernel.FloatRow;
import org.attention4j.kernel.RowKernel;

/**
 * The backward pass of some queries of all heads that share one head of keys and values.
 *
 * <pre>
 *   dV = dO p,  dp = dOᵀ V,  dz = kernel(dp),  dQ = scale K dzᵀ,  dK = scale Q dz
 * </pre>
 */
final class FloatBackward extends BackwardTask {
  private final SparseBackward sparse;
  private boolean dense;

  FloatBackward(
      FloatAttention attention,
      VisibleKeys keys,
      Workspace workspace,
      Part part,
      ForwardState trace,
      int[] rowStarts) {
    super(attention, keys, workspace, part);
    sparse = new SparseBackward(this, trace, rowStarts);
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
    int[] seen = seen(query, rows);
    if (seen[rows - 1] == 0) {
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
      multiplyByKeys(queryRows, keyPanels, d, seen, rows, weights);
      multiplyByKeys(gradientRows, valuePanels, dv, seen, rows, gradients);
      for (int r = 0; r < rows; r++) {
        denseRow(head, query + r, r * scoreStride, seen[r]);
      }
      clearUnseen(weights, seen, rows);
      clearUnseen(gradients, seen, rows);
      multiplyByFeatures(gradients, keyFeatures, d, seen, rows, queryGradients);
      packColumns(attention.q, q, d, query, rows, scale, queryColumns);
      packColumns(outputGradient, o, dv, query, rows, 1, gradientColumns);
      int last = seen[rows - 1];
      addProducts(gradients, scoreStride, queryColumns, d, rows, 0, last, keySums);
      addProducts(weights, scoreStride, gradientColumns, dv, rows, 0, last, valueSums);
    }
    sparse.rows(head, query, rows, seen, outputGradient, queryGradients);
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
