package org.attention4j.internal.attention;

import java.util.Arrays;
import org.attention4j.internal.memory.FloatArrays;
import org.attention4j.internal.threads.Workers;
import org.attention4j.kernel.RowKernel;
import org.jspecify.annotations.Nullable;

/**
 * The fused operation in FLOAT: attention without a matrix of queries by keys. Scores live in a
 * block of rows for each thread, are computed again in the backward pass, and are gone.
 *
 * <p>The work is cut into tasks by the sizes alone, and sums are taken in a fixed order, so that
 * the results do not depend on the number of threads, to the last bit.
 */
public final class FloatAttention {
  /** Tasks to make at least, so that several threads have something to do. */
  private static final int MIN_TASKS = 8;

  /** Queries that a task has at least; packing keys and values must not outweigh the rest. */
  private static final int MIN_QUERIES = 64;

  /** Multiplications below which waking another thread does not pay. */
  private static final long SMALL = 200_000;

  final AttentionProblem problem;
  final float[] q;
  final float[] k;
  final float[] v;
  float[] output = {};
  private final AttentionShape shape;
  private final double @Nullable [] decays;
  private final float[][] parameters;
  private final VisibleKeys[] visibleKeys;
  private float[] saved = {};
  private int[] counts = {};
  private int[] panels = {};
  private @Nullable RowScores rowScores;

  /**
   * Describes one call.
   *
   * @param problem what to compute
   * @param q Q, channel-major as in {@link AttentionShape}
   * @param k K
   * @param v V
   * @param mask zero for a masked key, [b, Tk]; null if none is masked
   * @param parameters the normalizer's learnable parameters, each [h]
   */
  public FloatAttention(
      AttentionProblem problem,
      float[] q,
      float[] k,
      float[] v,
      float @Nullable [] mask,
      float[]... parameters) {
    this(problem, q, k, v, mask, null, parameters);
  }

  /**
   * Describes one call of attention that forgets.
   *
   * @param problem what to compute, causal
   * @param q Q, channel-major as in {@link AttentionShape}
   * @param k K
   * @param v V
   * @param mask zero for a masked key, [b, Tk]; null if none is masked
   * @param decays sums C [b, h, Tk]: the score of a query at position i and a key at j gets C_i -
   *     C_j; null for nothing
   * @param parameters the normalizer's learnable parameters, each [h]
   */
  public FloatAttention(
      AttentionProblem problem,
      float[] q,
      float[] k,
      float[] v,
      float @Nullable [] mask,
      double @Nullable [] decays,
      float[]... parameters) {
    this.problem = problem;
    this.decays = decays;
    this.shape = problem.shape();
    this.q = q;
    this.k = k;
    this.v = v;
    this.parameters = parameters;
    visibleKeys = VisibleKeys.ofExamples(mask, shape.examples(), shape.keys());
  }

  /**
   * Computes the output.
   *
   * @param output where it goes, [b, h, dv, Tq]
   * @param training whether {@link #backward} will follow
   * @return what the backward pass needs; empty arrays if it will not follow
   */
  public ForwardState forward(float[] output, boolean training) {
    this.output = output;
    boolean supports = training && problem.keepsSupports();
    int rows = shape.rows();
    saved = training ? FloatArrays.zeros(rows * problem.kernel().savedValues()) : new float[0];
    counts = new int[supports ? rows : 0];
    panels = new int[supports ? rows * PanelSet.words(shape.keys()) : 0];
    int chunks = chunks();
    SupportList[] lists = new SupportList[units() * chunks];
    KeyRows[] valueRows = new KeyRows[units()];
    Arrays.setAll(valueRows, unit -> new KeyRows(visibleKeys(unit), shape.valueSize()));
    Workers.run(
        lists.length,
        large(),
        task -> {
          int unit = task / chunks;
          lists[task] = new SupportList(supports, shape, counts);
          forward(unit, task % chunks, lists[task], valueRows[unit]);
          if (chunks == 1) {
            valueRows[unit].close();
          }
        });
    for (KeyRows each : valueRows) {
      each.close();
    }
    return supports
        ? gather(lists, chunks)
        : new ForwardState(saved, counts, new int[0], new float[0], panels);
  }

  private void forward(int unit, int chunk, SupportList supports, KeyRows valueRows) {
    try (Workspace workspace = Workspace.borrow()) {
      new ForwardTask(this, visibleKeys(unit), workspace, valueRows)
          .run(
              unit / shape.keyValueHeads(),
              unit % shape.keyValueHeads(),
              firstQuery(chunk),
              firstQuery(chunk + 1),
              supports);
    }
  }

  /**
   * The largest scores of each head, by the products of the forward pass. Needs no values.
   *
   * @param queryMask zero for a query that does not count, [b, Tq]; null if all count
   * @return the largest scores
   */
  public LargestScores largestScores(float @Nullable [] queryMask) {
    int chunks = chunks();
    LargestScores[] parts = new LargestScores[units() * chunks];
    Workers.run(
        parts.length,
        large(),
        task -> {
          int unit = task / chunks;
          int example = unit / shape.keyValueHeads();
          parts[task] = new LargestScores(shape.heads());
          try (Workspace workspace = Workspace.borrow()) {
            new LargestScoresTask(this, queryMask, visibleKeys[example], workspace)
                .run(
                    example,
                    unit % shape.keyValueHeads(),
                    firstQuery(task % chunks),
                    firstQuery(task % chunks + 1),
                    parts[task]);
          }
        });
    LargestScores largest = new LargestScores(shape.heads());
    for (LargestScores part : parts) {
      largest.add(part);
    }
    return largest;
  }

  /**
   * Whether the backward pass computes all scores again, so that {@link #noteScores} has an effect.
   *
   * @param kernel the normalizer's row kernel
   * @return false if it may have kept rows with few weights instead
   */
  public static boolean computesScoresAgain(RowKernel kernel) {
    return kernel.worksOnSlices() || !AttentionProblem.keepsSupports(kernel);
  }

  /**
   * Lets the backward pass note how large scores are.
   *
   * @return where it does
   */
  public RowScores noteScores() {
    RowScores noted = new RowScores(shape, isBiased());
    rowScores = noted;
    return noted;
  }

  /** Null if nobody wants to know how large scores are. */
  @Nullable RowScores rowScores() {
    return rowScores;
  }

  /** Whether a score is more than a product of query and key. */
  boolean isBiased() {
    return problem.linearBiases() || decays();
  }

  /** The kept weights of all tasks in the order of the rows. */
  private ForwardState gather(SupportList[] lists, int chunks) {
    int[] starts = starts(counts);
    int[] keys = new int[starts[counts.length]];
    float[] weights = FloatArrays.take(keys.length);
    Workers.run(
        lists.length,
        keys.length >= SMALL,
        task -> {
          int unit = task / chunks;
          for (int i = 0; i < shape.group(); i++) {
            int head = unit % shape.keyValueHeads() * shape.group() + i;
            int row = shape.row(unit / shape.keyValueHeads(), head, 0);
            int from = row + firstQuery(task % chunks);
            lists[task].copyTo(keys, weights, starts, from, row + firstQuery(task % chunks + 1));
          }
        });
    return new ForwardState(saved, counts, keys, weights, panels);
  }

  /**
   * Computes the gradients.
   *
   * @param state what {@link #forward} returned for the same arrays
   * @param output the output of the forward pass, [b, h, dv, Tq]
   * @param outputGradient dL/doutput, likewise
   * @param gradients where dL/dQ, dL/dK and dL/dV go, whatever they hold; those of the decays are
   *     zero on entry
   * @return dL/dparameter for each parameter, [h]
   */
  public float[][] backward(
      ForwardState state, float[] output, float[] outputGradient, FloatGradients gradients) {
    this.output = output;
    saved = state.saved();
    int chunks = chunks();
    int[] starts = starts(state.counts());
    BackwardTask[] parts = new BackwardTask[units() * chunks];
    SparseKeys[][] sparse = new SparseKeys[units()][];
    Arrays.setAll(sparse, unit -> SparseKeys.of(shape, visibleKeys(unit), chunks));
    double[][] parameterGradients =
        new double[shape.examples() * shape.heads() * chunks][problem.parameters()];
    Workers.run(
        parts.length,
        large(),
        task -> {
          int unit = task / chunks;
          int chunk = task % chunks;
          int example = unit / shape.keyValueHeads();
          try (Workspace workspace = Workspace.borrow()) {
            var part =
                new BackwardTask.Part(
                    example,
                    unit % shape.keyValueHeads(),
                    chunk,
                    firstQuery(chunk),
                    firstQuery(chunk + 1),
                    chunks);
            parts[task] =
                problem.kernel().worksOnSlices()
                    ? new TiledBackward(this, visibleKeys[example], workspace, part)
                    : new WholeRowBackward(
                        this,
                        visibleKeys[example],
                        workspace,
                        part,
                        state,
                        starts,
                        sparse[unit][chunk]);
            parts[task].run(outputGradient, gradients, parameterGradients);
          }
          if (chunks == 1) {
            addSparse(unit, sparse[unit], gradients);
          }
        });
    if (chunks > 1) {
      Workers.run(
          units(),
          large(),
          unit -> {
            for (int chunk = 0; chunk < chunks; chunk++) {
              parts[unit * chunks + chunk].addTo(gradients);
            }
            addSparse(unit, sparse[unit], gradients);
          });
    }
    return sum(parameterGradients, chunks);
  }

  /** Adds the shares of rows with few weights, and gives their memory back. */
  private void addSparse(int unit, SparseKeys[] parts, FloatGradients gradients) {
    SparseKeys all = parts[0];
    for (int chunk = 1; chunk < parts.length; chunk++) {
      all.take(parts[chunk]);
    }
    all.close();
    int example = unit / shape.keyValueHeads();
    int head = unit % shape.keyValueHeads();
    int keys = shape.keys();
    all.keySums().addTo(gradients.k(), shape.key(example, head, shape.headSize()), keys);
    all.valueSums().addTo(gradients.v(), shape.key(example, head, shape.valueSize()), keys);
  }

  /** Those of the example that a head of keys and values belongs to. */
  private VisibleKeys visibleKeys(int unit) {
    return visibleKeys[unit / shape.keyValueHeads()];
  }

  private float[][] sum(double[][] parts, int chunks) {
    float[][] result = new float[problem.parameters()][shape.heads()];
    for (int p = 0; p < result.length; p++) {
      for (int head = 0; head < shape.heads(); head++) {
        double sum = 0;
        for (int b = 0; b < shape.examples(); b++) {
          for (int chunk = 0; chunk < chunks; chunk++) {
            sum += parts[(b * shape.heads() + head) * chunks + chunk][p];
          }
        }
        result[p][head] = (float) sum;
      }
    }
    return result;
  }

  /** Where the kept weights of each row begin in the state, and where those of the last end. */
  private static int[] starts(int[] counts) {
    int[] starts = new int[counts.length + 1];
    for (int row = 0; row < counts.length; row++) {
      starts[row + 1] = starts[row] + Math.max(counts[row], 0);
    }
    return starts;
  }

  /** Whether scores decay. */
  boolean decays() {
    return decays != null;
  }

  /** The decays of one head; null if there are none. */
  @Nullable HeadDecays decays(Workspace workspace, VisibleKeys keys, int example, int head) {
    return decays == null ? null : workspace.decays.over(decays, shape.decays(example, head), keys);
  }

  void setParameters(HeadContext context, int head) {
    for (int p = 0; p < parameters.length; p++) {
      context.setParameter(p, parameters[p][head]);
    }
  }

  void save(HeadContext context, int row) {
    int count = problem.kernel().savedValues();
    if (saved.length > 0) {
      for (int i = 0; i < count; i++) {
        saved[row * count + i] = (float) context.saved(i);
      }
    }
  }

  /** Keeps which panels of keys hold a weight of a row, if the backward pass uses it. */
  void save(PanelSet set, int row) {
    if (panels.length > 0) {
      set.save(panels, row * PanelSet.words(shape.keys()));
    }
  }

  void restore(HeadContext context, int row) {
    int count = problem.kernel().savedValues();
    for (int i = 0; i < count; i++) {
      context.save(i, saved[row * count + i]);
    }
  }

  private int units() {
    return shape.examples() * shape.keyValueHeads();
  }

  private int chunks() {
    int wanted = (MIN_TASKS + units() - 1) / units();
    return Math.max(1, Math.min(wanted, shape.queries() / MIN_QUERIES));
  }

  private int firstQuery(int chunk) {
    return (int) ((long) shape.queries() * chunk / chunks());
  }

  private boolean large() {
    long visible = Math.min(shape.keys(), problem.range().most(1) + problem.range().first());
    return shape.rows() * visible * (shape.headSize() + shape.valueSize()) >= SMALL;
  }
}
