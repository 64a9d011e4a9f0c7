package org.attention4j.internal.attention;

import java.util.Arrays;
import org.attention4j.internal.linear.MatrixPacking;
import org.attention4j.internal.vector.FloatOps;
import org.attention4j.kernel.FloatRow;
import org.attention4j.kernel.RowKernel;

/**
 * The backward pass for kernels that need whole rows: a block of queries goes over all keys. Rows
 * whose few weights the forward pass kept are left to {@link SparseBackward}.
 */
final class WholeRowBackward extends BackwardTask {
  private final SparseBackward sparse;

  /** The supports of rows that are computed again. */
  private final SupportRows again;

  private final boolean restoresSupports;
  private final ForwardState state;
  private final PanelSet panels;
  private int[] indices = {};

  WholeRowBackward(
      FloatAttention attention,
      VisibleKeys keys,
      Workspace workspace,
      Part part,
      ForwardState state,
      int[] rowStarts,
      SparseKeys sparseKeys) {
    super(attention, keys, workspace, part);
    sparse = new SparseBackward(this, state, rowStarts, sparseKeys);
    again = new SupportRows(workspace);
    this.state = state;
    panels = new PanelSet(keys.count());
    restoresSupports = problem.keepsSupports() && !problem.kernel().readsScores();
    reserve(rows(rowLimit), rows(rowLimit), scoreStride);
  }

  @Override
  void start() {}

  @Override
  void head(int head, float[] outputGradient, float[] queryGradient) {
    int query = part.from();
    while (query < part.to()) {
      int blockRows = Math.min(rowLimit, part.to() - query);
      int together = sparse.together(head, query);
      if (together >= blockRows) {
        sparseRows(head, query, together, outputGradient, queryGradient);
        query += together;
      } else {
        block(head, query, blockRows, outputGradient, queryGradient);
        query += blockRows;
      }
    }
  }

  /** Rows that all have few weights. */
  private void sparseRows(
      int head, int query, int rows, float[] outputGradient, float[] queryGradient) {
    int d = shape.headSize();
    int numbers = rows * columns(d);
    float[] sums = workspace.sparse(SparseBackward.QUERY_GRADIENTS, numbers);
    Arrays.fill(sums, 0, numbers, 0);
    sparse.rows(head, query, blockKeys(query, rows), outputGradient, sums, 0);
    write(sums, 0, queryGradient, shape.query(part.example(), head, d), query, rows);
  }

  private void block(int head, int query, int rows, float[] outputGradient, float[] queryGradient) {
    BlockKeys block = blockKeys(query, rows);
    if (block.end() == 0) {
      clear(head, query, rows, queryGradient);
      return;
    }
    leaveOut(head, query, block);
    if (block.end() == 0) {
      sparseRows(head, query, rows, outputGradient, queryGradient);
      return;
    }
    int q = shape.query(part.example(), head, shape.headSize());
    int o = shape.query(part.example(), head, shape.valueSize());
    float scale = (float) problem.scale();
    int d = shape.headSize();
    int dv = shape.valueSize();
    if (!isDense()) {
      packKeys();
    }
    packRows(attention.q, q, d, query, rows, scale, queryRows);
    multiplyByKeys(queryRows, keyPanels, d, block, weights);
    int restored = restore(head, query, block);
    if (restored == rows && again.rows() == rows) {
      int end = queryGradients + rows(rows) * columns(d);
      Arrays.fill(arena.floats(), queryGradients, end, 0);
      sparse.rows(head, query, block, again, outputGradient, arena.floats(), queryGradients);
      sparse.rows(head, query, block, outputGradient, arena.floats(), queryGradients);
      write(arena.floats(), queryGradients, queryGradient, q, query, rows);
      return;
    }
    packRows(outputGradient, o, dv, query, rows, 1, gradientRows);
    multiplyByKeys(gradientRows, valuePanels, dv, block, gradients);
    for (int r = 0; r < rows; r++) {
      denseRow(head, query + r, r * scoreStride, block, r, r < restored);
    }
    flushDecays();
    clearHidden(weights, block);
    clearHidden(gradients, block);
    multiplyByFeatures(gradients, keyFeatures, d, block, queryGradients);
    packColumns(attention.q, q, d, query, rows, scale, queryColumns);
    packColumns(outputGradient, o, dv, query, rows, 1, gradientColumns);
    addProducts(gradients, queryColumns, d, block, keySums);
    addProducts(weights, gradientColumns, dv, block, valueSums);
    sparse.rows(head, query, block, outputGradient, arena.floats(), queryGradients);
    write(arena.floats(), queryGradients, queryGradient, q, query, rows);
  }

  /** Rows that see no key have no gradient. */
  private void clear(int head, int query, int rows, float[] queryGradient) {
    int at = shape.query(part.example(), head, shape.headSize()) + query;
    for (int c = 0; c < shape.headSize(); c++) {
      Arrays.fill(queryGradient, at, at + rows, 0);
      at += shape.queries();
    }
  }

  /** Leaves out the panels of keys of which no row that is computed again has a weight. */
  private void leaveOut(int head, int query, BlockKeys block) {
    if (!problem.keepsSupports()) {
      return;
    }
    panels.clear();
    int row = shape.row(part.example(), head, query);
    for (int r = 0; r < block.rows(); r++) {
      state.addPanels(row + r, panels);
    }
    if (isWorthIt(block, panels)) {
      block.keep(panels);
    }
  }

  /**
   * Restores the weights of a block of rows until one row has too many to be multiplied weight by
   * weight. Rows whose weights were kept are passed over. The supports are then in {@link #again},
   * unless the last row has none there.
   *
   * @return how many rows are restored
   */
  private int restore(int head, int query, BlockKeys block) {
    again.keep(0);
    if (!restoresSupports) {
      return 0;
    }
    for (int r = 0; r < block.rows(); r++) {
      int at = weights + r * scoreStride;
      int count = block.count(r);
      boolean needed = count > 0 && !sparse.has(shape.row(part.example(), head, query + r));
      int kept = needed ? restore(head, query + r, at, block, r) : 0;
      if (!SparseRows.isSparse(kept, count)) {
        return r + 1;
      }
      again.add(query + r, arena.floats(), at, block, indices, kept);
    }
    return block.rows();
  }

  /** Scores of one row to weights; returns how many are not zero, and where in {@link #indices}. */
  private int restore(int head, int query, int at, BlockKeys block, int r) {
    int count = block.count(r);
    addBiases(at, query, block, r, head);
    int joined = join(at, block, r);
    FloatRow row = workspace.row.over(arena.floats(), joined, count);
    attention.restore(context, shape.row(part.example(), head, query));
    problem.kernel().restore(row, context.row(block.visible(r)));
    int kept = context.support();
    if (kept >= 0) {
      indices = row.indices();
    } else {
      indices = workspace.indices(count);
      kept = FloatOps.ROWS.nonZero(arena.floats(), joined, count, indices);
    }
    part(at, block, r);
    for (int j = 0; j < kept; j++) {
      indices[j] = block.column(r, indices[j]);
    }
    return kept;
  }

  /** Columns before and after the lead are neighbours, their keys are not. */
  private void addProducts(int rows, int columns, int features, BlockKeys block, int sums) {
    int lead = Math.min(block.lead(), block.end());
    for (int column = 0; column < lead; column += PANEL) {
      addProducts(rows, columns, features, block, sums, column, 0);
    }
    int start = Math.max(lead, block.start(0) / PANEL * PANEL);
    for (int column = start; column < block.end(); column += PANEL) {
      addProducts(rows, columns, features, block, sums, column, block.firstTile(column));
    }
  }

  private void addProducts(
      int rows, int columns, int features, BlockKeys block, int sums, int column, int first) {
    addProducts(
        rows + column,
        scoreStride,
        columns,
        features,
        block.rows(),
        first,
        block.endTile(column + PANEL),
        block.key(column),
        sums);
  }

  /** Scores and dp of one row to the dropped weights and dz. */
  private void denseRow(int head, int query, int at, BlockKeys block, int r, boolean restored) {
    float[] x = arena.floats();
    int count = block.count(r);
    int row = shape.row(part.example(), head, query);
    if (count == 0 || sparse.has(row)) {
      clear(weights + at, block, r);
      clear(gradients + at, block, r);
      return;
    }
    if (!restored) {
      // Rows of kernels that restore supports are not noted: FloatAttention.computesScoresAgain.
      noteProducts(row, weights + at, block.first(r));
      noteProducts(row, weights + at + block.start(r), block.end(r) - block.start(r));
      addBiases(weights + at, query, block, r, head);
      noteScores(row, weights + at, block.first(r));
      noteScores(row, weights + at + block.start(r), block.end(r) - block.start(r));
    }
    RowKernel kernel = problem.kernel();
    FloatRow weightRow = workspace.row.over(x, join(weights + at, block, r), count);
    FloatRow scoreRow = weightRow;
    if (kernel.readsScores()) {
      scoreRow = workspace.scoreRow.over(x, scores, count);
      scoreRow.copy(weightRow);
    }
    attention.restore(context, row);
    context.row(block.visible(r));
    if (!restored) {
      kernel.restore(weightRow, context);
    }
    FloatRow gradient = workspace.gradientRow;
    drop(dropout, gradient, gradients + at, block, r, row);
    gradient.over(x, join(gradients + at, block, r), count);
    kernel.backward(scoreRow, weightRow, gradient, context);
    part(gradients + at, block, r);
    block.forEachRun(r, (column, key, n) -> addToDecays(gradients + at + column, n, query, key));
    part(weights + at, block, r);
    drop(dropout, weightRow, weights + at, block, r, row);
  }

  private void clear(int at, BlockKeys block, int r) {
    Arrays.fill(arena.floats(), at, at + block.first(r), 0);
    Arrays.fill(arena.floats(), at + block.start(r), at + block.end(r), 0);
  }

  private void write(float[] sums, int from, float[] gradient, int start, int query, int count) {
    MatrixPacking.columns(
        sums,
        from,
        columns(shape.headSize()),
        shape.headSize(),
        count,
        gradient,
        start + query,
        shape.queries(),
        (float) problem.scale());
  }
}
