package org.attention4j.internal.attention;

import java.util.Arrays;
import org.attention4j.internal.linear.MatrixPacking;
import org.attention4j.kernel.RowKernel;

/**
 * The backward pass of rows with few weights: it touches only the keys that have one. Keys and
 * values and the sums for dK and dV have the features of each key together: {@link SparseKeys}.
 */
final class SparseBackward {
  private static final int WEIGHTS = 0;
  private static final int SCORES = 1;
  private static final int GRADIENTS = 2;
  private static final int DROPPED = 3;
  private static final int OUTPUT_GRADIENTS = 4;
  private static final int QUERIES = 5;

  /** dQ of rows that are taken together, for whoever calls. */
  static final int QUERY_GRADIENTS = 6;

  private final BackwardTask task;
  private final AttentionShape shape;
  private final ForwardState state;
  private final int[] starts;
  private final int keyColumns;
  private final int valueColumns;
  private final SparseKeys sparseKeys;

  /** The keys of the weights of the rows at hand. */
  private int[] keys = {};

  /** Where those of each of these rows begin, from {@link #first} on. */
  private int[] begins = {};

  private int first;

  /**
   * Prepares the pass.
   *
   * @param sparseKeys what it reads and sums
   */
  SparseBackward(BackwardTask task, ForwardState state, int[] starts, SparseKeys sparseKeys) {
    this.task = task;
    this.shape = task.shape;
    this.state = state;
    this.starts = starts;
    this.sparseKeys = sparseKeys;
    keyColumns = AttentionTask.columns(shape.headSize());
    valueColumns = AttentionTask.columns(shape.valueSize());
  }

  /** Whether the weights of this row were kept. */
  boolean has(int row) {
    return state.counts().length > 0 && state.counts()[row] != ForwardState.RECOMPUTE;
  }

  /** How many rows from this one on, all of whose weights were kept, are best taken together. */
  int together(int head, int query) {
    int first = shape.row(task.part.example(), head, query);
    int most = Math.min(task.part.to() - query, SparseRows.MOST_ROWS);
    int rows = 0;
    while (rows < most
        && has(first + rows)
        && (rows == 0 || starts[first + rows] - starts[first] < SparseRows.ENOUGH_WEIGHTS)) {
      rows++;
    }
    return rows;
  }

  /**
   * Adds dQ of those rows whose weights were kept, and their shares of dK and dV.
   *
   * @param queryGradients dQ of the rows, [rows, columns] from {@code to} on
   */
  void rows(
      int head,
      int query,
      BlockKeys block,
      float[] outputGradient,
      float[] queryGradients,
      int to) {
    if (state.counts().length > 0) {
      keys = state.keys();
      begins = starts;
      first = shape.row(task.part.example(), head, query);
      rows(head, query, block, state.weights(), outputGradient, queryGradients, to);
    }
  }

  /** The same for all rows of a block, whose weights were computed again. */
  void rows(
      int head,
      int query,
      BlockKeys block,
      SupportRows again,
      float[] outputGradient,
      float[] queryGradients,
      int to) {
    keys = again.keys();
    begins = again.starts();
    first = 0;
    rows(head, query, block, again.weights(), outputGradient, queryGradients, to);
  }

  private void rows(
      int head,
      int query,
      BlockKeys block,
      float[] kept,
      float[] outputGradient,
      float[] queryGradients,
      int to) {
    int rows = block.rows();
    int columns = Math.max(keyColumns, valueColumns);
    SparseRows products =
        task.workspace.sparseRows.over(keys, begins, first, rows, task.keys.count(), columns);
    int size = products.size();
    if (size == 0) {
      return;
    }
    Workspace workspace = task.workspace;
    float[] weights = workspace.sparse(WEIGHTS, size);
    System.arraycopy(kept, begins[first], weights, 0, size);
    int d = shape.headSize();
    int dv = shape.valueSize();
    KeyRows keysTogether = sparseKeys.keys();
    float[] keyRows = keysTogether.of(task, task.attention.k, task.keyStart(), d);
    KeyRows valuesTogether = sparseKeys.values();
    float[] valueRows = valuesTogether.of(task, task.attention.v, task.valueStart(), dv);
    int o = shape.query(task.part.example(), head, dv);
    float[] outputGradients = packRows(OUTPUT_GRADIENTS, outputGradient, o, dv, query, rows, 1);
    float[] gradients = workspace.sparse(GRADIENTS, size);
    Arrays.fill(gradients, 0, size, 0);
    products.dots(valueRows, valuesTogether.start(), outputGradients, valueColumns, gradients);
    int q = shape.query(task.part.example(), head, d);
    float scale = (float) task.problem.scale();
    float[] queries = packRows(QUERIES, task.attention.q, q, d, query, rows, scale);
    float[] scores = workspace.sparse(SCORES, size);
    if (task.problem.kernel().readsScores()) {
      Arrays.fill(scores, 0, size, 0);
      products.dots(keyRows, keysTogether.start(), queries, keyColumns, scores);
    }
    float[] dropped = weights;
    if (task.problem.dropout() > 0) {
      dropped = workspace.sparse(DROPPED, size);
    }
    for (int r = 0; r < rows; r++) {
      if (begins[first + r + 1] > begins[first + r]) {
        row(head, query, r, block.visible(r), scores, weights, gradients, dropped);
      }
    }
    KeyRowSums valueSums = sparseKeys.valueSums();
    float[] sums = valueSums.sums();
    products.scatter(dropped, outputGradients, valueColumns, sums, valueSums.start());
    KeyRowSums keySums = sparseKeys.keySums();
    sums = keySums.sums();
    products.scatter(gradients, queries, keyColumns, sums, keySums.start());
    products.gather(gradients, keyRows, keysTogether.start(), keyColumns, queryGradients, to);
  }

  /** dp of one row to dz, and its dropped weights. */
  private void row(
      int head,
      int firstQuery,
      int r,
      int visible,
      float[] scores,
      float[] weights,
      float[] gradients,
      float[] dropped) {
    int query = firstQuery + r;
    int row = shape.row(task.part.example(), head, query);
    int from = begins[first + r];
    int count = begins[first + r + 1] - from;
    int at = from - begins[first];
    Workspace workspace = task.workspace;
    RowKernel kernel = task.problem.kernel();
    if (dropped != weights) {
      drop(weights, gradients, dropped, row, at, from, count);
    }
    if (kernel.readsScores()) {
      addBias(scores, at, head, query, from, count);
    }
    task.attention.restore(task.context, row);
    kernel.backward(
        workspace.scoreRow.over(scores, at, count),
        workspace.row.over(weights, at, count),
        workspace.gradientRow.over(gradients, at, count),
        task.context.row(visible));
    if (task.decayGradients != null) {
      for (int j = 0; j < count; j++) {
        task.addToDecay(gradients[at + j], query, task.keys.position(keys[from + j]));
      }
    }
  }

  private void addBias(float[] scores, int at, int head, int query, int from, int count) {
    HeadDecays decays = task.decays;
    double slope = task.problem.linearBiases() ? task.problem.slope(head) : 0;
    if (slope == 0 && decays == null) {
      return;
    }
    for (int j = 0; j < count; j++) {
      int position = task.keys.position(keys[from + j]);
      double distance = Math.abs(query + task.problem.queryOffset() - position);
      double decay = decays == null ? 0 : decays.bias(task.problem.position(query), position);
      scores[at + j] = (float) (scores[at + j] - slope * distance + decay);
    }
  }

  /** The weights with dropout; the gradients get it too. */
  private void drop(
      float[] weights, float[] gradients, float[] dropped, int row, int at, int from, int count) {
    for (int j = 0; j < count; j++) {
      float factor = (float) task.dropout.factor(row, task.keys.position(keys[from + j]));
      gradients[at + j] *= factor;
      dropped[at + j] = weights[at + j] * factor;
    }
  }

  /** Some queries of [features, T] as rows with zeros up to whole panels, times a factor. */
  private float[] packRows(
      int slot, float[] x, int from, int features, int query, int rows, float factor) {
    int columns = AttentionTask.columns(features);
    float[] packed = task.workspace.sparse(slot, rows * columns);
    int queries = shape.queries();
    MatrixPacking.rows(x, from + query, queries, features, rows, packed, 0, columns, factor);
    return packed;
  }
}
