package org.attention4j.internal.attention;

import java.util.Arrays;
import org.attention4j.internal.linear.MatrixPacking;
import org.attention4j.internal.vector.FloatOps;
import org.attention4j.kernel.FloatRow;
import org.attention4j.kernel.RowKernel.Sparsity;

/** The forward pass of some queries of all heads that share one head of keys and values. */
final class ForwardTask extends AttentionTask {
  private final FloatAttention attention;
  private final Dropout dropout;

  private final KeyRows valueRows;
  private final boolean sparse;
  private final HeadContext context;

  /** The panels of keys that hold a weight of a row or of a block. */
  private final PanelSet withWeights;

  private final SupportRows waiting;
  private final int keyPanels;
  private final int valuePanels;
  private final int queries;
  private final int scores;
  private final int output;
  private int valueStart;
  private boolean valuesPacked;
  private int[] indices = {};

  ForwardTask(FloatAttention attention, VisibleKeys keys, Workspace workspace, KeyRows valueRows) {
    super(attention.problem, keys, workspace);
    this.attention = attention;
    dropout = new Dropout(problem.dropout(), problem.seed());
    this.valueRows = valueRows;
    sparse = problem.kernel().sparsity() != Sparsity.NONE;
    context = new HeadContext(problem.parameters(), problem.kernel().savedValues());
    withWeights = new PanelSet(keys.count());
    waiting = new SupportRows(workspace);
    keyPanels = arena.take(keysPadded * shape.headSize());
    valuePanels = arena.take(keysPadded * columns(shape.valueSize()));
    queries = arena.take(rows(rowLimit) * shape.headSize());
    scores = arena.take(rows(rowLimit) * scoreStride);
    output = arena.take(rows(rowLimit) * columns(shape.valueSize()));
  }

  /** Computes the output of queries from .. to - 1. */
  void run(int example, int keyValueHead, int from, int to, SupportList supports) {
    int key = shape.key(example, keyValueHead, shape.headSize());
    packKeys(attention.k, key, shape.headSize(), keyPanels);
    valueStart = shape.key(example, keyValueHead, shape.valueSize());
    for (int i = 0; i < shape.group(); i++) {
      int head = keyValueHead * shape.group() + i;
      attention.setParameters(context, head);
      takeHead(attention, example, head);
      for (int row = from; row < to; row += rowLimit) {
        block(example, head, row, Math.min(rowLimit, to - row), supports);
      }
      multiplySparse(example, head);
    }
  }

  private void block(int example, int head, int query, int rows, SupportList supports) {
    BlockKeys block = blockKeys(query, rows);
    packRows(
        attention.q,
        shape.query(example, head, shape.headSize()),
        shape.headSize(),
        query,
        rows,
        (float) problem.scale(),
        queries);
    if (block.end() > 0) {
      multiplyByKeys(queries, keyPanels, shape.headSize(), block, scores);
    }
    boolean allSparse = sparse;
    int before = waiting.rows();
    for (int r = 0; r < rows; r++) {
      int row = shape.row(example, head, query + r);
      int kept = row(scores + r * scoreStride, query + r, head, row, block, r, supports);
      allSparse = allSparse && SparseRows.isSparse(kept, block.count(r));
      if (allSparse) {
        waiting.add(query + r, arena.floats(), scores + r * scoreStride, block, indices, kept);
      }
    }
    if (allSparse) {
      if (waiting.isFull()) {
        multiplySparse(example, head);
      }
      return;
    }
    waiting.keep(before);
    multiplySparse(example, head);
    clearHidden(scores, block);
    if (sparse) {
      leaveOut(block);
    }
    packValues();
    multiplyByFeatures(scores, valuePanels, shape.valueSize(), block, output);
    write(arena.floats(), output, example, head, query, rows);
  }

  /** Leaves out the panels of keys of which no row of a block has a weight. */
  private void leaveOut(BlockKeys block) {
    float[] x = arena.floats();
    withWeights.clear();
    for (int r = 0; r < block.rows(); r++) {
      withWeights.addNonZero(x, scores + r * scoreStride, block);
    }
    if (!isWorthIt(block, withWeights)) {
      return;
    }
    block.keep(withWeights);
    for (int r = 0; r < block.rows(); r++) {
      int row = scores + r * scoreStride;
      for (int panel = 0; panel < block.panels(); panel++) {
        System.arraycopy(x, row + block.source(panel), x, row + panel * PANEL, PANEL);
      }
    }
  }

  /** Scores to weights; returns how many are left, whose columns are in {@link #indices} if few. */
  private int row(
      int scores, int query, int head, int row, BlockKeys block, int r, SupportList supports) {
    int count = block.count(r);
    if (count == 0) {
      supports.addEmpty(row);
      return 0;
    }
    addBiases(scores, query, block, r, head);
    int joined = join(scores, block, r);
    FloatRow weights = workspace.row.over(arena.floats(), joined, count);
    problem.kernel().forward(weights, context.row(count));
    attention.save(context, row);
    int kept = sparse ? support(weights, joined, count) : count;
    part(scores, block, r);
    if (sparse) {
      boolean few = SparseRows.isSparse(kept, count);
      for (int j = 0; few && j < kept; j++) {
        indices[j] = block.column(r, indices[j]);
      }
      int listed = few ? kept : ForwardState.RECOMPUTE;
      if (!supports.add(row, arena.floats(), scores, block, indices, listed)) {
        // Before the dropout: a weight that it drops has a gradient.
        clearHidden(scores, block, r);
        withWeights.clear();
        withWeights.addNonZero(arena.floats(), scores, block);
        attention.save(withWeights, row);
      }
    }
    drop(dropout, weights, scores, block, r, row);
    return kept;
  }

  /** How many weights of a row are not zero; where they are, if they are few. */
  private int support(FloatRow weights, int at, int count) {
    int kept = context.support();
    if (kept >= 0) {
      indices = weights.indices();
      return kept;
    }
    kept = FloatOps.ROWS.countNonZero(arena.floats(), at, count);
    if (SparseRows.isSparse(kept, count)) {
      indices = workspace.indices(count);
      FloatOps.ROWS.nonZero(arena.floats(), at, count, indices);
    }
    return kept;
  }

  /** The output of the rows that wait for it. */
  private void multiplySparse(int example, int head) {
    int rows = waiting.rows();
    if (rows == 0) {
      return;
    }
    float[] values = valueRows.of(this, attention.v, valueStart, shape.valueSize());
    int columns = columns(shape.valueSize());
    float[] sums = workspace.floats(Workspace.SPARSE_OUTPUT, rows * columns);
    Arrays.fill(sums, 0, rows * columns, 0);
    workspace
        .sparseRows
        .over(waiting.keys(), waiting.starts(), 0, rows, keys.count(), columns)
        .gather(waiting.weights(), values, valueRows.start(), columns, sums, 0);
    write(sums, 0, example, head, waiting.query(), rows);
    waiting.keep(0);
  }

  private void packValues() {
    if (!valuesPacked) {
      valuesPacked = true;
      packFeatures(attention.v, valueStart, shape.valueSize(), valuePanels);
    }
  }

  private void write(float[] sums, int from, int example, int head, int query, int rows) {
    MatrixPacking.columns(
        sums,
        from,
        columns(shape.valueSize()),
        shape.valueSize(),
        rows,
        attention.output,
        shape.query(example, head, shape.valueSize()) + query,
        shape.queries(),
        1);
  }
}
