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
    BlockKeys block = blockKeys(query, rows);
    if (block.end() == 0) {
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
      multiplyByKeys(queryRows, keyPanels, d, block, weights);
      multiplyByKeys(gradientRows, valuePanels, dv, block, gradients);
      for (int r = 0; r < rows; r++) {
        denseRow(head, query + r, r * scoreStride, block, r);
      }
      flushDecays();
      clearHidden(weights, block);
      clearHidden(gradients, block);
      multiplyByFeatures(gradients, keyFeatures, d, block, queryGradients);
      packColumns(attention.q, q, d, query, rows, scale, queryColumns);
      packColumns(outputGradient, o, dv, query, rows, 1, gradientColumns);
      addProducts(gradients, queryColumns, d, block, keySums);
      addProducts(weights, gradientColumns, dv, block, valueSums);
    }
    sparse.rows(head, query, block, outputGradient, queryGradients);
    write(queryGradient, q, query, rows, scale);
  }

  /** Columns before and after the lead are neighbours, their keys are not. */
  private void addProducts(int rows, int columns, int features, BlockKeys block, int sums) {
    int count = block.rows();
    int lead = Math.min(block.lead(), block.end());
    addProducts(rows, scoreStride, columns, features, count, 0, lead, sums);
    int start = Math.max(lead, block.start(0) / PANEL * PANEL);
    addProducts(
        rows + start,
        scoreStride,
        columns,
        features,
        count,
        block.key(start),
        block.key(block.end()),
        sums);
  }

  private void packDense() {
    if (!dense) {
      dense = true;
      packKeys();
    }
  }

  /** Scores and dp of one row to the dropped weights and dz. */
  private void denseRow(int head, int query, int at, BlockKeys block, int r) {
    float[] x = arena.floats();
    int count = block.count(r);
    int row = shape.row(part.example(), head, query);
    if (count == 0 || sparse.has(row)) {
      clear(weights + at, block, r);
      clear(gradients + at, block, r);
      return;
    }
    noteProducts(row, weights + at, block.first(r));
    noteProducts(row, weights + at + block.start(r), block.end(r) - block.start(r));
    addBiases(weights + at, query, block, r, head);
    noteScores(row, weights + at, block.first(r));
    noteScores(row, weights + at + block.start(r), block.end(r) - block.start(r));
    RowKernel kernel = problem.kernel();
    FloatRow weightRow = workspace.row.over(x, join(weights + at, block, r), count);
    FloatRow scoreRow = weightRow;
    if (kernel.readsScores()) {
      scoreRow = workspace.scoreRow.over(x, scores, count);
      scoreRow.copy(weightRow);
    }
    attention.restore(context, row);
    kernel.restore(weightRow, context.row(count));
    FloatRow gradient = workspace.gradientRow;
    drop(dropout, gradient, gradients + at, block, r, row);
    gradient.over(x, join(gradients + at, block, r), count);
    kernel.backward(scoreRow, weightRow, gradient, context);
    part(gradients + at, block, r);
    int start = block.start(r);
    addToDecays(gradients + at, block.first(r), query, 0);
    addToDecays(gradients + at + start, block.end(r) - start, query, block.key(start));
    part(weights + at, block, r);
    drop(dropout, weightRow, weights + at, block, r, row);
  }

  private void clear(int at, BlockKeys block, int r) {
    Arrays.fill(arena.floats(), at, at + block.first(r), 0);
    Arrays.fill(arena.floats(), at + block.start(r), at + block.end(r), 0);
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
