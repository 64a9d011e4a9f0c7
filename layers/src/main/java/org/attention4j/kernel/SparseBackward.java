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
  private static final int ROW = 4;

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
    for (int r = 0; r < rows; r++) {
      int row = shape.row(part.example(), head, query + r);
      if (has(row) && trace.counts()[row] > 0) {
        prepare();
        row(head, query + r, r, row, seen[r], queryRows, gradientRows, queryGradients, context);
      }
    }
  }

  private void prepare() {
    if (used) {
      return;
    }
    used = true;
    Scratch scratch = block.scratch;
    int start = shape.key(part.example(), part.keyValueHead(), shape.valueSize());
    valueFeatures =
        block.packFeatures(scratch.valueFeatureSlot(), attention.v, start, shape.valueSize());
    keySums = new float[block.keysPadded * FloatBlock.columns(shape.headSize())];
    valueSums = new float[block.keysPadded * FloatBlock.columns(shape.valueSize())];
  }

  private void row(
      int head,
      int query,
      int r,
      int row,
      int seen,
      float[] queryRows,
      float[] gradientRows,
      float[] queryGradients,
      RowContext context) {
    int count = trace.counts()[row];
    int from = rowStarts[row];
    Scratch scratch = block.scratch;
    RowKernel kernel = block.problem.kernel();
    float[] weights = scratch.sparse(WEIGHTS, count);
    System.arraycopy(trace.weights(), from, weights, 0, count);
    float[] gradients = scratch.sparse(GRADIENTS, count);
    Arrays.fill(gradients, 0, count, 0);
    float[] gradientRow = paddedRow(gradientRows, r, shape.valueSize());
    forEachPanel(
        shape.valueSize(),
        (first, narrow) ->
            FloatBlock.LANES.gatherDots(
                valueFeatures,
                first * block.keysPadded,
                narrow,
                trace.keys(),
                from,
                count,
                gradientRow,
                first,
                gradients,
                0));
    float[] dropped = drop(weights, gradients, row, from, count);
    FloatRow scores = scratch.scoreRow.over(scratch.sparse(SCORES, count), 0, count);
    if (kernel.readsScores()) {
      scores(scores, head, query, r, from, count, queryRows);
    }
    attention.restore(context, row);
    kernel.backward(
        scores,
        scratch.row.over(weights, 0, count),
        scratch.gradientRow.over(gradients, 0, count),
        context.row(seen));
    float[] outputGradient = paddedRow(gradientRows, r, shape.valueSize());
    forEachPanel(
        shape.valueSize(),
        (first, narrow) ->
            FloatBlock.LANES.scatter(
                dropped,
                0,
                trace.keys(),
                from,
                count,
                outputGradient,
                first,
                narrow,
                valueSums,
                first * block.keysPadded));
    float[] queryRow = paddedRow(queryRows, r, shape.headSize());
    int columns = FloatBlock.columns(shape.headSize());
    forEachPanel(
        shape.headSize(),
        (first, narrow) -> {
          FloatBlock.LANES.scatter(
              gradients,
              0,
              trace.keys(),
              from,
              count,
              queryRow,
              first,
              narrow,
              keySums,
              first * block.keysPadded);
          FloatBlock.LANES.gather(
              gradients,
              0,
              trace.keys(),
              from,
              count,
              keyFeatures,
              first * block.keysPadded,
              narrow,
              queryGradients,
              r * columns + first);
        });
  }

  /** The scores of the kept weights, which the kernel wants to see. */
  private void scores(
      FloatRow scores, int head, int query, int r, int from, int count, float[] queryRows) {
    float[] z = block.scratch.sparse(SCORES, count);
    Arrays.fill(z, 0, count, 0);
    float[] queryRow = paddedRow(queryRows, r, shape.headSize());
    forEachPanel(
        shape.headSize(),
        (first, narrow) ->
            FloatBlock.LANES.gatherDots(
                keyFeatures,
                first * block.keysPadded,
                narrow,
                trace.keys(),
                from,
                count,
                queryRow,
                first,
                z,
                0));
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
  private float[] drop(float[] weights, float[] gradients, int row, int from, int count) {
    if (block.problem.dropout() == 0) {
      return weights;
    }
    float[] dropped = block.scratch.sparse(DROPPED, count);
    for (int j = 0; j < count; j++) {
      int position = block.keys.position(trace.keys()[from + j]);
      float factor = (float) dropout.factor(row, position);
      gradients[j] *= factor;
      dropped[j] = weights[j] * factor;
    }
    return dropped;
  }

  /** A row of features with zeros up to whole panels. */
  private float[] paddedRow(float[] rows, int r, int features) {
    int columns = FloatBlock.columns(features);
    int depth = FloatBlock.depth(features);
    float[] row = block.scratch.sparse(ROW, columns);
    System.arraycopy(rows, r * depth, row, 0, features);
    Arrays.fill(row, features, columns, 0);
    return row;
  }

  private interface PanelAction {
    void run(int first, boolean narrow);
  }

  private static void forEachPanel(int features, PanelAction action) {
    int columns = FloatBlock.columns(features);
    for (int first = 0; first < columns; first += FloatBlock.PANEL) {
      action.run(first, columns - first < FloatBlock.PANEL);
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
    forEachPanel(
        features,
        (first, narrow) -> {
          int width = narrow ? FloatBlock.HALF_PANEL : FloatBlock.PANEL;
          int start = first * block.keysPadded;
          for (int key = 0; key < block.keys.count(); key++) {
            int to = key / FloatBlock.PANEL * FloatBlock.PANEL * padded + key % FloatBlock.PANEL;
            for (int c = 0; c < Math.min(width, features - first); c++) {
              panels[to + (first + c) * FloatBlock.PANEL] += sums[start + key * width + c];
            }
          }
        });
  }
}
