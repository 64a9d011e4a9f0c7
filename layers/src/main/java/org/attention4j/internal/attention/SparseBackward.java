package org.attention4j.internal.attention;

import java.util.Arrays;
import org.attention4j.internal.linear.MatrixPacking;
import org.attention4j.internal.vector.TileOps;
import org.attention4j.kernel.RowKernel;

/**
 * The backward pass of rows with few weights: only the keys that have one are touched. Sums for dK
 * and dV are kept by key here, so that a key's features lie together.
 */
final class SparseBackward {
  private static final int WEIGHTS = 0;
  private static final int SCORES = 1;
  private static final int GRADIENTS = 2;
  private static final int DROPPED = 3;
  private static final int OUTPUT_GRADIENTS = 4;
  private static final int QUERIES = 5;

  private final BackwardTask block;
  private final AttentionShape shape;
  private final ForwardState trace;
  private final int[] starts;
  private final int keyColumns;
  private final int valueColumns;
  private float[] keyRows = {};
  private float[] valueRows = {};
  private float[] keySums = {};
  private float[] valueSums = {};
  private boolean used;

  /** Where the kept weights of the block at hand begin. */
  private int start;

  SparseBackward(BackwardTask block, ForwardState trace, int[] starts) {
    this.block = block;
    this.shape = block.shape;
    this.trace = trace;
    this.starts = starts;
    keyColumns = FloatBlock.columns(shape.headSize());
    valueColumns = FloatBlock.columns(shape.valueSize());
  }

  /** Whether the weights of this row were kept. */
  boolean has(int row) {
    return trace.counts().length > 0 && trace.counts()[row] != ForwardState.AGAIN;
  }

  /** Whether the weights of all these rows were kept. */
  boolean all(int head, int query, int rows) {
    for (int r = 0; r < rows; r++) {
      if (!has(shape.row(block.part.example(), head, query + r))) {
        return false;
      }
    }
    return true;
  }

  /** Adds dQ of those rows whose weights were kept, and their shares of dK and dV. */
  void rows(int head, int query, int rows, int[] seen, float[] outputGradient, int queryGradients) {
    int first = shape.row(block.part.example(), head, query);
    if (trace.counts().length == 0) {
      return;
    }
    SparseRows kept = block.workspace.sparseRows.over(trace.keys(), starts, first, rows);
    if (kept.size() == 0) {
      return;
    }
    start = starts[first];
    prepare();
    Workspace workspace = block.workspace;
    float[] weights = workspace.sparse(WEIGHTS, kept.size());
    System.arraycopy(trace.weights(), start, weights, 0, kept.size());
    int d = shape.headSize();
    int dv = shape.valueSize();
    int o = shape.query(block.part.example(), head, dv);
    float[] outputGradients = packRows(OUTPUT_GRADIENTS, outputGradient, o, dv, query, rows, 1);
    float[] gradients = workspace.sparse(GRADIENTS, kept.size());
    Arrays.fill(gradients, 0, kept.size(), 0);
    kept.dots(valueRows, outputGradients, valueColumns, gradients);
    int q = shape.query(block.part.example(), head, d);
    float scale = (float) block.problem.scale();
    float[] queries = packRows(QUERIES, block.attention.q, q, d, query, rows, scale);
    float[] scores = workspace.sparse(SCORES, kept.size());
    if (block.problem.kernel().readsScores()) {
      Arrays.fill(scores, 0, kept.size(), 0);
      kept.dots(keyRows, queries, keyColumns, scores);
    }
    float[] dropped = weights;
    if (block.problem.dropout() > 0) {
      dropped = workspace.sparse(DROPPED, kept.size());
    }
    for (int r = 0; r < rows; r++) {
      if (starts[first + r + 1] > starts[first + r]) {
        row(head, query + r, seen[r], scores, weights, gradients, dropped);
      }
    }
    kept.scatter(dropped, outputGradients, valueColumns, valueSums);
    kept.scatter(gradients, queries, keyColumns, keySums);
    kept.gather(gradients, keyRows, keyColumns, block.arena.floats(), queryGradients);
  }

  private void prepare() {
    if (used) {
      return;
    }
    used = true;
    keyRows =
        block.packKeyRows(
            Workspace.KEY_ROWS, block.attention.k, block.keyStart(), shape.headSize());
    valueRows =
        block.packKeyRows(
            Workspace.VALUE_ROWS, block.attention.v, block.valueStart(), shape.valueSize());
    keySums = zeros(Workspace.KEY_ROW_SUMS, keyColumns);
    valueSums = zeros(Workspace.VALUE_ROW_SUMS, valueColumns);
  }

  private float[] zeros(int slot, int columns) {
    int length = block.keys.count() * columns;
    float[] zeros = block.workspace.floats(slot, length);
    Arrays.fill(zeros, 0, length, 0);
    return zeros;
  }

  /** dp of one row to dz, and its dropped weights. */
  private void row(
      int head,
      int query,
      int seen,
      float[] scores,
      float[] weights,
      float[] gradients,
      float[] dropped) {
    int row = shape.row(block.part.example(), head, query);
    int at = starts[row] - start;
    int count = starts[row + 1] - starts[row];
    Workspace workspace = block.workspace;
    RowKernel kernel = block.problem.kernel();
    if (dropped != weights) {
      drop(weights, gradients, dropped, row, count);
    }
    if (kernel.readsScores() && block.problem.linearBiases()) {
      addLinearBias(scores, at, head, query, starts[row], count);
    }
    block.attention.restore(block.context, row);
    kernel.backward(
        workspace.scoreRow.over(scores, at, count),
        workspace.row.over(weights, at, count),
        workspace.gradientRow.over(gradients, at, count),
        block.context.row(seen));
  }

  private void addLinearBias(float[] scores, int at, int head, int query, int from, int count) {
    double slope = block.problem.slope(head);
    for (int j = 0; j < count; j++) {
      int position = block.keys.position(trace.keys()[from + j]);
      double distance = Math.abs(query + block.problem.queryOffset() - position);
      scores[at + j] = (float) (scores[at + j] - slope * distance);
    }
  }

  /** The weights with dropout; the gradients get it too. */
  private void drop(float[] weights, float[] gradients, float[] dropped, int row, int count) {
    int from = starts[row];
    for (int j = 0; j < count; j++) {
      int position = block.keys.position(trace.keys()[from + j]);
      float factor = (float) block.dropout.factor(row, position);
      gradients[from - start + j] *= factor;
      dropped[from - start + j] = weights[from - start + j] * factor;
    }
  }

  /** Some queries of [features, T] as rows with zeros up to whole panels, times a factor. */
  private float[] packRows(
      int slot, float[] x, int from, int features, int query, int rows, float factor) {
    int columns = FloatBlock.columns(features);
    float[] packed = block.workspace.sparse(slot, rows * columns);
    int queries = shape.queries();
    MatrixPacking.rows(x, from + query, queries, features, rows, packed, 0, columns, factor);
    return packed;
  }

  /** Adds the sums by key to those in panels of keys. */
  void addTo(int keyPanels, int valuePanels) {
    if (used) {
      addTo(keySums, shape.headSize(), keyPanels);
      addTo(valueSums, shape.valueSize(), valuePanels);
    }
  }

  private void addTo(float[] sums, int features, int panels) {
    float[] x = block.arena.floats();
    int padded = MatrixPacking.roundUp(features, TileOps.TILE_ROWS);
    int columns = FloatBlock.columns(features);
    for (int key = 0; key < block.keys.count(); key++) {
      int to = panels + key / FloatBlock.PANEL * FloatBlock.PANEL * padded + key % FloatBlock.PANEL;
      for (int c = 0; c < features; c++) {
        x[to + c * FloatBlock.PANEL] += sums[key * columns + c];
      }
    }
  }
}
