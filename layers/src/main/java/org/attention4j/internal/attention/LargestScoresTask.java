package org.attention4j.internal.attention;

import org.attention4j.internal.vector.FloatOps;
import org.jspecify.annotations.Nullable;

/** The largest scores of some queries of all heads that share one head of keys. */
final class LargestScoresTask extends AttentionTask {
  private final FloatAttention attention;
  private final float[] q;
  private final float[] k;
  private final float @Nullable [] queryMask;
  private final int keyPanels;
  private final int queries;
  private final int scores;

  LargestScoresTask(
      FloatAttention attention,
      float @Nullable [] queryMask,
      VisibleKeys keys,
      Workspace workspace) {
    super(attention.problem, keys, workspace);
    this.attention = attention;
    q = attention.q;
    k = attention.k;
    this.queryMask = queryMask;
    keyPanels = arena.take(keysPadded * shape.headSize());
    queries = arena.take(rows(rowLimit) * shape.headSize());
    scores = arena.take(rows(rowLimit) * scoreStride);
  }

  /** Takes queries from .. to - 1 into the largest scores of their heads. */
  void run(int example, int keyValueHead, int from, int to, LargestScores largest) {
    packKeys(k, shape.key(example, keyValueHead, shape.headSize()), shape.headSize(), keyPanels);
    for (int i = 0; i < shape.group(); i++) {
      int head = keyValueHead * shape.group() + i;
      takeHead(attention, example, head);
      for (int row = from; row < to; row += rowLimit) {
        block(example, head, row, Math.min(rowLimit, to - row), largest);
      }
    }
  }

  private void block(int example, int head, int query, int rows, LargestScores largest) {
    BlockKeys block = blockKeys(query, rows);
    if (block.end() == 0) {
      return;
    }
    packRows(
        q,
        shape.query(example, head, shape.headSize()),
        shape.headSize(),
        query,
        rows,
        (float) problem.scale(),
        queries);
    multiplyByKeys(queries, keyPanels, shape.headSize(), block, scores);
    for (int r = 0; r < rows; r++) {
      if (block.count(r) > 0 && isVisible(example, query + r)) {
        int row = scores + r * scoreStride;
        float product = largest(row, block, r);
        float score = product;
        if (attention.isBiased()) {
          addBiases(row, query + r, block, r, head);
          score = largest(row, block, r);
        }
        largest.add(head, score, product);
      }
    }
  }

  private float largest(int row, BlockKeys block, int r) {
    float[] x = arena.floats();
    int start = block.start(r);
    return Math.max(
        FloatOps.ROWS.largestMagnitude(x, row, block.first(r)),
        FloatOps.ROWS.largestMagnitude(x, row + start, block.end(r) - start));
  }

  private boolean isVisible(int example, int query) {
    return queryMask == null || queryMask[example * shape.queries() + query] != 0;
  }
}
