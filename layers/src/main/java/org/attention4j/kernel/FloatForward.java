package org.attention4j.kernel;

import java.util.Arrays;
import org.attention4j.kernel.RowKernel.Sparsity;

/** The forward pass of some queries of all heads that share one head of keys and values. */
final class FloatForward extends FloatBlock {
  private static final int KEYS = 0;
  private static final int VALUES = 1;
  private static final int ROWS = 2;
  private static final int SCORES = 3;
  private static final int OUTPUT = 4;
  private static final int SUPPORT = 5;
  private static final float[] NONE = {};

  /** A row whose weights are fewer than this share of the keys is multiplied one by one. */
  static final int SPARSE_SHARE = 4;

  private final FloatAttention attention;
  private final Dropout dropout;
  private final boolean sparse;
  private final RowContext context;
  private final Support support = new Support();
  private float[] keyPanels = {};
  private float[] valuePanels = NONE;
  private float[] valueRows = NONE;
  private int valueStart;
  private int[] places = {};

  FloatForward(FloatAttention attention, VisibleKeys keys, Scratch scratch) {
    super(attention.problem, keys, scratch);
    this.attention = attention;
    dropout = new Dropout(problem.dropout(), problem.seed());
    sparse = problem.kernel().sparsity() != Sparsity.NONE;
    context = new RowContext(problem.parameters(), problem.kernel().savedValues());
  }

  /** Computes the output of queries from .. to - 1. */
  void run(int example, int keyValueHead, int from, int to, SupportList supports) {
    int key = shape.key(example, keyValueHead, shape.headSize());
    keyPanels = packKeys(KEYS, attention.k, key, shape.headSize());
    valueStart = shape.key(example, keyValueHead, shape.valueSize());
    for (int i = 0; i < shape.group(); i++) {
      int head = keyValueHead * shape.group() + i;
      attention.setParameters(context, head);
      for (int row = from; row < to; row += rowLimit) {
        block(example, head, row, Math.min(rowLimit, to - row), supports);
      }
    }
  }

  private void block(int example, int head, int query, int rows, SupportList supports) {
    int[] seen = seen(query, rows);
    float[] queries =
        packRows(
            ROWS,
            attention.q,
            shape.query(example, head, shape.headSize()),
            shape.headSize(),
            query,
            rows,
            (float) problem.scale());
    float[] scores = scratch.floats(SCORES, rows(rowLimit) * scoreStride);
    float[] output = scratch.floats(OUTPUT, rows(rowLimit) * columns(shape.valueSize()));
    if (seen[rows - 1] > 0) {
      multiplyByKeys(queries, keyPanels, shape.headSize(), seen, rows, scores);
    }
    boolean allSparse = sparse;
    support.begin(rows * keysPadded / SPARSE_SHARE);
    for (int r = 0; r < rows; r++) {
      int row = shape.row(example, head, query + r);
      int kept = row(scores, r, query + r, head, row, seen[r], supports);
      allSparse = allSparse && kept * SPARSE_SHARE <= seen[r];
      if (allSparse) {
        support.add(scores, r * scoreStride, places, kept);
      }
    }
    if (allSparse) {
      multiplySparse(output);
    } else {
      clearUnseen(scores, seen, rows);
      multiplyByFeatures(scores, valuePanels(), shape.valueSize(), seen, rows, output);
    }
    write(output, example, head, query, rows);
  }

  /** Scores to weights; tells how many are left, whose places are then in {@link #places}. */
  private int row(
      float[] scores, int r, int query, int head, int row, int count, SupportList supports) {
    if (count == 0) {
      supports.addEmpty(row);
      return 0;
    }
    addLinearBias(scores, r, query, count, head);
    FloatRow weights = scratch.row.over(scores, r * scoreStride, count);
    problem.kernel().forward(weights, context.row(count));
    attention.save(context, row);
    int kept = context.support();
    if (kept >= 0) {
      places = weights.indices();
    } else if (sparse) {
      places = scratch.indices(count);
      kept = LANES.nonZero(scores, r * scoreStride, count, places);
    }
    if (sparse) {
      supports.add(row, scores, r * scoreStride, places, kept, count);
    }
    if (problem.dropout() > 0) {
      dropout.apply(weights, row, keys, 0);
    }
    return kept;
  }

  private void multiplySparse(float[] output) {
    if (valueRows == NONE) {
      valueRows = packKeyRows(Scratch.VALUE_ROWS, attention.v, valueStart, shape.valueSize());
    }
    int columns = columns(shape.valueSize());
    Arrays.fill(output, 0, support.rows * columns, 0);
    SparseRows rows = scratch.sparseRows.over(support.places, support.starts, 0, support.rows);
    rows.gather(support.weights, valueRows, columns, output);
  }

  private float[] valuePanels() {
    if (valuePanels == NONE) {
      valuePanels = packFeatures(VALUES, attention.v, valueStart, shape.valueSize());
    }
    return valuePanels;
  }

  /** The weights of a block of rows that are not zero, after dropout, and their places. */
  private final class Support {
    private final int[] starts = new int[rowLimit + 1];
    private int[] places = {};
    private float[] weights = {};
    private int rows;

    void begin(int most) {
      rows = 0;
      if (sparse) {
        places = scratch.places(most);
        weights = scratch.floats(SUPPORT, most);
      }
    }

    void add(float[] row, int from, int[] kept, int count) {
      int start = starts[rows];
      for (int j = 0; j < count; j++) {
        places[start + j] = kept[j];
        weights[start + j] = row[from + kept[j]];
      }
      starts[++rows] = start + count;
    }
  }

  private void write(float[] output, int example, int head, int query, int rows) {
    Panels.columns(
        output,
        0,
        columns(shape.valueSize()),
        shape.valueSize(),
        rows,
        attention.output,
        shape.query(example, head, shape.valueSize()) + query,
        shape.queries(),
        1);
  }
}
