package org.attention4j.internal.attention;

import java.util.Arrays;
import org.attention4j.internal.memory.FloatArena;
import org.attention4j.internal.threads.Workers;
import org.attention4j.internal.vector.FloatOps;
import org.jspecify.annotations.Nullable;

/**
 * The forward pass of {@link FloatAttention} for a few queries over many keys, as when one step
 * follows many. Keys and values are read once, where they are: {@link FloatAttention} would first
 * pack them, which pays for many queries alone.
 *
 * <p>Keys are [b, g, d, room] and values [b, g, dv, room], with room for more keys than there are.
 * Without dropout.
 */
public final class FewQueries {
  /** The most queries for which reading keys twice costs no more than packing them. */
  private static final int MOST = 8;

  /** Multiplications below which waking another thread does not pay. */
  private static final long SMALL = 200_000;

  private final AttentionProblem problem;
  private final AttentionShape shape;
  private final float[] q;
  private final float[] k;
  private final float[] v;
  private final int room;
  private final double @Nullable [] decays;
  private final float[][] parameters;
  private final VisibleKeys[] visibleKeys;

  /**
   * Describes one call.
   *
   * @param problem what to compute
   * @param q Q, channel-major as in {@link AttentionShape}
   * @param k K, with room
   * @param v V, with as much
   * @param room the steps from one feature of keys or values to the next
   * @param mask zero for a masked key, [b, Tk]; null if none is masked
   * @param decays sums C [b, h, Tk], as for {@link FloatAttention}; null if nothing decays
   * @param parameters the normalizer's learnable parameters, each [h]
   */
  public FewQueries(
      AttentionProblem problem,
      float[] q,
      float[] k,
      float[] v,
      int room,
      float @Nullable [] mask,
      double @Nullable [] decays,
      float[]... parameters) {
    this.problem = problem;
    this.shape = problem.shape();
    this.q = q;
    this.k = k;
    this.v = v;
    this.room = room;
    this.decays = decays;
    this.parameters = parameters;
    visibleKeys = VisibleKeys.ofExamples(mask, shape.examples(), shape.keys());
  }

  /**
   * Whether so many queries are few.
   *
   * @param queries Tq
   * @return whether this is the way to compute them
   */
  public static boolean isFor(int queries) {
    return queries <= MOST;
  }

  /**
   * Computes the output.
   *
   * @param output where it goes, [b, h, dv, Tq], zero on entry
   */
  public void forward(float[] output) {
    long perRow = (long) shape.keys() * (shape.headSize() + shape.valueSize());
    Workers.run(
        shape.examples() * shape.heads(),
        perRow * shape.rows() >= SMALL,
        task -> {
          try (Workspace workspace = Workspace.borrow()) {
            int example = task / shape.heads();
            new Head(example, task % shape.heads(), workspace).run(output);
          }
        });
  }

  /** The queries of one head. */
  private final class Head {
    private final int example;
    private final int head;
    private final Workspace workspace;
    private final FloatArena arena;
    private final VisibleKeys keys;
    private final HeadContext context;
    private final @Nullable HeadDecays ofHead;
    private final int scores;
    private final int keyFrom;
    private final int valueFrom;

    /** Of the row at hand: how many first keys it sees, and from which and up to which others. */
    private int first;

    private int start;
    private int end;

    Head(int example, int head, Workspace workspace) {
      this.example = example;
      this.head = head;
      this.workspace = workspace;
      arena = workspace.arena;
      keys = visibleKeys[example];
      context = new HeadContext(problem.parameters(), problem.kernel().savedValues());
      for (int p = 0; p < parameters.length; p++) {
        context.setParameter(p, parameters[p][head]);
      }
      ofHead =
          decays == null ? null : workspace.decays.over(decays, shape.decays(example, head), keys);
      scores = arena.take(Math.max(1, keys.count()));
      int keyValueHead = example * shape.keyValueHeads() + head / shape.group();
      keyFrom = keyValueHead * shape.headSize() * room;
      valueFrom = keyValueHead * shape.valueSize() * room;
    }

    void run(float[] output) {
      for (int query = 0; query < shape.queries(); query++) {
        end = problem.end(keys, query);
        start = problem.start(keys, query);
        first = problem.first(start);
        int visible = first + end - start;
        if (visible > 0) {
          score(query, visible);
          problem
              .kernel()
              .forward(workspace.row.over(arena.floats(), scores, visible), context.row(visible));
          int to = shape.query(example, head, shape.valueSize()) + query;
          for (int c = 0; c < shape.valueSize(); c++) {
            output[to + c * shape.queries()] = (float) weighted(valueFrom + c * room);
          }
        }
      }
    }

    private void score(int query, int visible) {
      float[] x = arena.floats();
      Arrays.fill(x, scores, scores + visible, 0);
      int from = shape.query(example, head, shape.headSize()) + query;
      for (int c = 0; c < shape.headSize(); c++) {
        float factor = (float) problem.scale() * q[from + c * shape.queries()];
        int feature = keyFrom + c * room;
        forEachRun(
            (at, key, count) -> FloatOps.ROWS.add(x, scores + at, k, feature + key, count, factor));
      }
      addBias(query, 0, 0, first);
      addBias(query, first, start, end - start);
    }

    private void addBias(int query, int at, int key, int count) {
      if (problem.linearBiases()) {
        FloatOps.ROWS.subtractDistances(
            arena.floats(),
            scores + at,
            count,
            (float) problem.slope(head),
            query + problem.queryOffset(),
            keys.positions(),
            key);
      }
      if (ofHead != null && count > 0) {
        ofHead.addTo(arena.floats(), scores + at, count, problem.position(query), key);
      }
    }

    private double weighted(int feature) {
      double[] sum = {0};
      forEachRun(
          (at, key, count) ->
              sum[0] += FloatOps.ROWS.dot(arena.floats(), scores + at, v, feature + key, count));
      return sum[0];
    }

    /** Neighbouring keys that the row sees: those that are masked are never read. */
    private void forEachRun(RunAction action) {
      forEachRun(0, 0, first, action);
      forEachRun(first, start, end - start, action);
    }

    private void forEachRun(int at, int key, int count, RunAction action) {
      int done = 0;
      while (done < count) {
        int position = keys.position(key + done);
        int length =
            keys.position(key + count - 1) - position == count - 1 - done
                ? count - done
                : runLength(key + done, count - done);
        action.run(at + done, position, length);
        done += length;
      }
    }

    private int runLength(int key, int most) {
      int length = 1;
      while (length < most && keys.position(key + length) == keys.position(key) + length) {
        length++;
      }
      return length;
    }
  }

  private interface RunAction {
    /** Is given where the run's scores begin, the position of its first key, and its length. */
    void run(int at, int key, int count);
  }
}
