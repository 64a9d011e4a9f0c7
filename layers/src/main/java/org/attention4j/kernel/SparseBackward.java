package org.attention4j.kernel;

import java.util.Arrays;

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

  private final FloatAttention attention;
  private final FloatBlock block;
  private final AttentionShape shape;
  private final Trace trace;
  private final int[] rowStarts;
  private final Dropout dropout;
  private float[] keyFeatures = {};
  private float[] valueFeatures = {};
  private float[] keySums = {};
  private float[] valueSums = {};
  private BackwardPart.Part part = new BackwardPart.Part(0, 0, 0, 0, 0, 1);
  private boolean used;

  /** Of the block at hand: its first row, and where its kept weights begin. */
  private int first;

  private int start;

  SparseBackward(FloatAttention attention, FloatBlock block, Trace trace, int[] rowStarts) {
    this.attention = attention;
    this.block = block;
    this.shape = block.shape;
    this.trace = trace;
    this.rowStarts = rowStarts;
    dropout = new Dropout(block.problem.dropout(), block.problem.seed());
  }

  void start(BackwardPart.Part part, float[] keyFeatures) {
    this.part = part;
    this.keyFeatures = keyFeatures;
    used = false;
  }

  /** Whether the weights of this row were kept. */
  boolean has(int row) {
    return trace.counts().length > 0 && trace.counts()[row] != Trace.AGAIN;
  }

  /** How many weights of this row were kept. */
  private int count(int row) {
    return has(row) ? trace.counts()[row] : 0;
  }

  /** Whether the weights of all these rows were kept. */
  boolean all(int head, int query, int rows) {
    for (int r = 0; r < rows; r++) {
      if (!has(shape.row(part.example(), head, query + r))) {
        return false;
      }
    }
    return true;
  }

  /** Adds dQ of those rows whose weights were kept, and their shares of dK and dV. */
  void rows(
      int head,
      int query,
      int rows,
      int[] seen,
      float[] queryRows,
      float[] gradientRows,
      float[] queryGradients,
      RowContext context) {
    int kept = 0;
    first = shape.row(part.example(), head, query);
    for (int r = 0; r < rows; r++) {
      kept += count(first + r);
    }
    if (kept == 0) {
      return;
    }
    start = rowStarts[first];
    prepare();
    Scratch scratch = block.scratch;
    float[] weights = scratch.sparse(WEIGHTS, kept);
    System.arraycopy(trace.weights(), start, weights, 0, kept);
    float[] gradients = scratch.sparse(GRADIENTS, kept);
    Arrays.fill(gradients, 0, kept, 0);
    float[] outputGradients = padded(OUTPUT_GRADIENTS, gradientRows, rows, shape.valueSize());
    forEachPanel(
        shape.valueSize(),
        rows,
        (column, panel, narrow, from, count) ->
            FloatBlock.LANES.gatherDots(
                valueFeatures,
                panel,
                narrow,
                trace.keys(),
                from,
                count,
                outputGradients,
                column,
                gradients,
                from - start));
    float[] dropped = weights;
    if (block.problem.dropout() > 0) {
      dropped = scratch.sparse(DROPPED, kept);
    }
    float[] queries = padded(QUERIES, queryRows, rows, shape.headSize());
    for (int r = 0; r < rows; r++) {
      int row = first + r;
      if (count(row) > 0) {
        row(head, query + r, row, seen[r], weights, gradients, dropped, queries, r, context);
      }
    }
    scatter(rows, shape.valueSize(), dropped, outputGradients, valueSums);
    scatter(rows, shape.headSize(), gradients, queries, keySums);
    forEachPanel(
        shape.headSize(),
        rows,
        (column, panel, narrow, from, count) ->
            FloatBlock.LANES.gather(
                gradients,
                from - start,
                trace.keys(),
                from,
                count,
                keyFeatures,
                panel,
                narrow,
                queryGradients,
                column));
  }

  private void scatter(int rows, int features, float[] factors, float[] vectors, float[] sums) {
    forEachPanel(
        features,
        rows,
        (column, panel, narrow, from, count) ->
            FloatBlock.LANES.scatter(
                factors,
                from - start,
                trace.keys(),
                from,
                count,
                vectors,
                column,
                narrow,
                sums,
                panel));
  }

  private void prepare() {
    if (used) {
      return;
    }
    used = true;
    Scratch scratch = block.scratch;
    int values = shape.key(part.example(), part.keyValueHead(), shape.valueSize());
    valueFeatures =
        block.packFeatures(scratch.valueFeatureSlot(), attention.v, values, shape.valueSize());
    keySums = new float[block.keysPadded * FloatBlock.columns(shape.headSize())];
    valueSums = new float[block.keysPadded * FloatBlock.columns(shape.valueSize())];
  }

  /** dp of one row to dz, and its dropped weights. */
  private void row(
      int head,
      int query,
      int row,
      int seen,
      float[] weights,
      float[] gradients,
      float[] dropped,
      float[] queries,
      int r,
      RowContext context) {
    int from = rowStarts[row];
    int at = from - start;
    int count = count(row);
    Scratch scratch = block.scratch;
    RowKernel kernel = block.problem.kernel();
    if (dropped != weights) {
      drop(weights, gradients, dropped, row, from, count);
    }
    FloatRow scores = scratch.scoreRow.over(scratch.sparse(SCORES, count), 0, count);
    if (kernel.readsScores()) {
      scores(scores, head, query, r, from, count, queries);
    }
    attention.restore(context, row);
    kernel.backward(
        scores,
        scratch.row.over(weights, at, count),
        scratch.gradientRow.over(gradients, at, count),
        context.row(seen));
  }

  /** The scores of the kept weights, which the kernel wants to see. */
  private void scores(
      FloatRow scores, int head, int query, int r, int from, int count, float[] queries) {
    float[] z = block.scratch.sparse(SCORES, count);
    Arrays.fill(z, 0, count, 0);
    int columns = FloatBlock.columns(shape.headSize());
    for (int c = 0; c < columns; c += FloatBlock.PANEL) {
      FloatBlock.LANES.gatherDots(
          keyFeatures,
          c * block.keysPadded,
          columns - c < FloatBlock.PANEL,
          trace.keys(),
          from,
          count,
          queries,
          r * columns + c,
          z,
          0);
    }
    if (block.problem.linearBiases()) {
      double slope = block.problem.slope(head);
      for (int j = 0; j < count; j++) {
        int position = block.keys.position(trace.keys()[from + j]);
        double distance = Math.abs(query + block.problem.queryOffset() - position);
        scores.set(j, z[j] - slope * distance);
      }
    }
  }

  /** The weights with dropout; the gradients get it too. */
  private void drop(
      float[] weights, float[] gradients, float[] dropped, int row, int from, int count) {
    for (int j = 0; j < count; j++) {
      int position = block.keys.position(trace.keys()[from + j]);
      float factor = (float) dropout.factor(row, position);
      gradients[from - start + j] *= factor;
      dropped[from - start + j] = weights[from - start + j] * factor;
    }
  }

  /** Rows of features with zeros up to whole panels. */
  private float[] padded(int slot, float[] rows, int count, int features) {
    int columns = FloatBlock.columns(features);
    int depth = FloatBlock.depth(features);
    float[] padded = block.scratch.sparse(slot, count * columns);
    for (int r = 0; r < count; r++) {
      System.arraycopy(rows, r * depth, padded, r * columns, features);
      Arrays.fill(padded, r * columns + features, (r + 1) * columns, 0);
    }
    return padded;
  }

  private interface RowAction {
    void run(int column, int panel, boolean narrow, int from, int count);
  }

  /**
   * One panel of features after the other for all kept rows of the block: of the keys, which come
   * in any order, only that panel has to stay in the second-level cache.
   */
  private void forEachPanel(int features, int rows, RowAction action) {
    int columns = FloatBlock.columns(features);
    for (int c = 0; c < columns; c += FloatBlock.PANEL) {
      boolean narrow = columns - c < FloatBlock.PANEL;
      for (int r = 0; r < rows; r++) {
        int row = first + r;
        if (count(row) > 0) {
          action.run(r * columns + c, c * block.keysPadded, narrow, rowStarts[row], count(row));
        }
      }
    }
  }

  /** Adds the sums by key to those in panels of keys. */
  void addTo(float[] keyPanels, float[] valuePanels) {
    if (used) {
      addTo(keySums, shape.headSize(), keyPanels);
      addTo(valueSums, shape.valueSize(), valuePanels);
    }
  }

  private void addTo(float[] sums, int features, float[] panels) {
    int padded = FloatBlock.roundUp(features, Lanes.TILE_ROWS);
    int columns = FloatBlock.columns(features);
    for (int panel = 0; panel < columns; panel += FloatBlock.PANEL) {
      int width = Math.min(FloatBlock.PANEL, columns - panel);
      int from = panel * block.keysPadded;
      for (int key = 0; key < block.keys.count(); key++) {
        int to = key / FloatBlock.PANEL * FloatBlock.PANEL * padded + key % FloatBlock.PANEL;
        for (int c = 0; c < Math.min(width, features - panel); c++) {
          panels[to + (panel + c) * FloatBlock.PANEL] += sums[from + key * width + c];
        }
      }
    }
  }
}
