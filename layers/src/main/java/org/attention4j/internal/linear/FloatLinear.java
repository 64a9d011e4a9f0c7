package org.attention4j.internal.linear;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.attention4j.internal.attention.FloatAttention;
import org.attention4j.internal.linear.PackedRows.Panels;
import org.attention4j.internal.linear.WeightGradients.Steps;
import org.attention4j.internal.memory.FloatArena;
import org.attention4j.internal.memory.FloatArrays;
import org.attention4j.internal.threads.Workers;
import org.attention4j.internal.vector.FloatOps;
import org.jspecify.annotations.Nullable;

/**
 * Several linear maps of the features of one sequence, in FLOAT: the projections around attention.
 *
 * <pre>
 *   y_j = W_j x + b_j
 *   dx = Σ_j W_jᵀ dy_j,  dW_j = Σ_examples dy_j xᵀ,  db_j = Σ_examples,steps dy_j
 * </pre>
 *
 * <p>Sequences are channel-major: x is [b, in, T], y_j is [b, out_j, T]. As in {@link
 * FloatAttention}, the work is cut by the sizes alone and sums are taken in a fixed order.
 */
public final class FloatLinear {
  private static final int PANEL = FloatOps.TILES.panel();
  private static final RowGroups GROUPS = RowGroups.OF_TALL_TILES;

  /** Tasks to make at least, so that several threads have something to do. */
  static final int MIN_TASKS = 8;

  /** Steps that a task has at least. */
  private static final int MIN_STEPS = 64;

  /** For results that nobody needs. */
  private static final float[][] NOT_KEPT = {};

  /** Multiplications below which waking another thread does not pay. */
  private static final long SMALL = 200_000;

  /** Rows of a matrix that one task lays out. */
  private static final int PACKED_ROWS = GROUPS.roundUp(64);

  /** Numbers of a matrix below which waking another thread does not pay. */
  private static final int SMALL_MATRIX = 1 << 17;

  private final int examples;
  private final int inputs;
  private final int steps;
  private final float[] x;
  private final List<Weights> maps;

  /**
   * One linear map.
   *
   * @param values W, [out, in], or [in, out] if transposed
   * @param outputs the number of output features
   * @param transposed how W is stored
   * @param bias b, [out]; null for none
   */
  public record Weights(
      StoredMatrix values, int outputs, boolean transposed, float @Nullable [] bias) {
    /**
     * A map whose matrix is an array of Java.
     *
     * @param values W, [out, in], or [in, out] if transposed
     * @param outputs the number of output features
     * @param transposed how W is stored
     * @param bias b, [out]; null for none
     */
    public Weights(float[] values, int outputs, boolean transposed, float @Nullable [] bias) {
      this(StoredMatrix.of(values), outputs, transposed, bias);
    }

    /** W as groups of rows. */
    private PackedRows rows(int inputs) {
      return groups(outputs, inputs, !transposed);
    }

    /** Wᵀ, likewise. */
    private PackedRows columns(int inputs) {
      return groups(inputs, outputs, transposed);
    }

    StartingSums startingSums() {
      return StartingSums.of(bias, outputs);
    }

    /** As many rows as whole tiles need; they may be stored one after the other or across. */
    private PackedRows groups(int rows, int depth, boolean asStored) {
      int padded = GROUPS.roundUp(rows);
      float[] groups = FloatArrays.take(padded * depth);
      Weights source = asStored ? this : inJava();
      Workers.runRanges(
          padded,
          PACKED_ROWS,
          (long) padded * depth >= SMALL_MATRIX,
          (row, end) -> source.pack(row, end, rows, depth, asStored, groups, row * depth));
      return new PackedRows(groups, 0, depth);
    }

    private Weights inJava() {
      return new Weights(values.whole(), outputs, transposed, bias);
    }

    /** The same map, of which several threads may lay out rows. */
    Weights shared() {
      return transposed ? inJava() : this;
    }

    /**
     * Lays out some rows of W in groups.
     *
     * @param row the first row, of a whole group
     * @param end the row after the last one, of a whole group; rows beyond W are zero
     * @param groups where the groups go
     * @param to where the first one goes
     */
    void packRows(int row, int end, int inputs, float[] groups, int to) {
      pack(row, end, outputs, inputs, !transposed, groups, to);
    }

    private void pack(
        int row, int end, int rows, int depth, boolean asStored, float[] groups, int to) {
      int count = Math.min(end, rows) - row;
      if (!asStored) {
        GROUPS.ofColumns(values.whole(), row, rows, depth, count, groups, to, end - row, 1);
        return;
      }
      int size = GROUPS.size();
      try (FloatArena arena = FloatArena.borrow()) {
        int read = arena.take(size * depth);
        for (int first = 0; first < count; first += size) {
          int some = Math.min(size, count - first);
          int at = to + first * depth;
          float[] x = arena.floats();
          values.read((row + first) * depth, some * depth, x, read);
          GROUPS.ofRows(x, read, depth, some, depth, groups, at, size, depth, 1);
        }
      }
    }
  }

  /**
   * The gradients of all that went in.
   *
   * @param input dL/dx, [b, in, T]
   * @param weights dL/dW_j, each as its W_j is stored
   * @param biases dL/db_j, [out_j]; empty where there is no bias
   */
  public record Gradients(float[] input, float[][] weights, float[][] biases) {}

  /**
   * Describes one call.
   *
   * @param examples b
   * @param inputs in
   * @param steps T
   * @param x the sequences, [b, in, T]
   * @param maps what to apply
   */
  public FloatLinear(int examples, int inputs, int steps, float[] x, List<Weights> maps) {
    this.examples = examples;
    this.inputs = inputs;
    this.steps = steps;
    this.x = x;
    this.maps = maps;
  }

  /**
   * Applies the maps.
   *
   * @return y_j, each [b, out_j, T]
   */
  public float[][] forward() {
    int outputs = maps.stream().mapToInt(Weights::outputs).sum();
    if (RowwiseLinear.isFor(inputs, outputs, (long) examples * steps)) {
      return new RowwiseLinear(examples, steps, isLarge()).forward(x, inputs, maps);
    }
    return JoinedExamples.ifItPays(examples, steps).map(this::forward).orElseGet(this::apart);
  }

  private float[][] forward(JoinedExamples joined) {
    float[] columns = joined.join(x);
    float[][] outputs = joined(joined, columns).apart();
    FloatArrays.giveBack(columns);
    for (int j = 0; j < outputs.length; j++) {
      outputs[j] = joined.split(outputs[j]);
    }
    return outputs;
  }

  private FloatLinear joined(JoinedExamples joined, float[] columns) {
    return new FloatLinear(1, inputs, joined.columns(), columns, maps);
  }

  private float[][] apart() {
    PackedRows[] rows = maps.stream().map(map -> map.rows(inputs)).toArray(PackedRows[]::new);
    float[][] outputs =
        maps.stream()
            .map(map -> FloatArrays.take(examples * map.outputs() * steps))
            .toArray(float[][]::new);
    StartingSums[] first = startingSums();
    run((task, arena) -> forward(task, arena, rows, first, outputs));
    giveBack(rows);
    giveBack(first);
    return outputs;
  }

  private StartingSums[] startingSums() {
    return maps.stream().map(Weights::startingSums).toArray(StartingSums[]::new);
  }

  private void forward(
      int task, FloatArena arena, PackedRows[] rows, StartingSums[] first, float[][] outputs) {
    Steps chunk = chunk(task);
    int from = chunk.from();
    int to = chunk.to();
    int panels = packedPanels(chunk, arena);
    for (int j = 0; j < rows.length; j++) {
      Weights map = maps.get(j);
      LinearResult target =
          new LinearResult(outputs[j], chunk.example(), map.outputs(), steps, first[j], arena);
      for (int t = from; t < to; t += LinearResult.SPAN) {
        target.over(t, Math.min(LinearResult.SPAN, to - t));
        target.add(rows[j], panels + (t - from) * inputs, inputs * PANEL);
        target.finish();
      }
    }
  }

  /** What comes between linear maps. */
  public interface Between {
    /**
     * Replaces the results of the first map by what the last map is to read.
     *
     * @param results the array that holds the results
     * @param starts where those of each of the first maps begin
     * @param length how many there are of each
     */
    void apply(float[] results, int[] starts, int length);
  }

  /**
   * Applies the maps, something to each number of their results, and one more map. It keeps nothing
   * of what lies between.
   *
   * @param between what to do with the results of the maps, which all have the same number of
   *     outputs
   * @param last the map after it
   * @return what the last map gives, [b, out, T]
   */
  public float[] forward(Between between, Weights last) {
    Optional<JoinedExamples> joined =
        isRowwise(last) ? Optional.empty() : JoinedExamples.ifItPays(examples, steps);
    return joined
        .map(together -> forward(together, between, last))
        .orElseGet(() -> forward(between, last, NOT_KEPT));
  }

  private float[] forward(JoinedExamples joined, Between between, Weights last) {
    float[] columns = joined.join(x);
    float[] output = joined(joined, columns).apart(between, last, NOT_KEPT);
    FloatArrays.giveBack(columns);
    return joined.split(output);
  }

  private boolean isRowwise(Weights last) {
    long columns = (long) examples * steps;
    int hidden = maps.get(0).outputs();
    return RowwiseLinear.isFor(inputs, maps.size(), hidden, last.outputs(), columns);
  }

  /**
   * The same for a backward pass to follow, and for examples that are not joined.
   *
   * @param between what to do with the results of the maps, which all have the same number of
   *     outputs
   * @param last the map after it
   * @param kept where the results of the maps go before anything is done with them, each [b, out_j,
   *     T]; empty if nobody needs them
   * @return what the last map gives, [b, out, T]
   */
  public float[] forward(Between between, Weights last, float[][] kept) {
    return isRowwise(last)
        ? new RowwiseLinear(examples, steps, isLarge())
            .forward(x, inputs, maps, between, last, kept)
        : apart(between, last, kept);
  }

  private float[] apart(Between between, Weights last, float[][] kept) {
    int hidden = maps.get(0).outputs();
    PackedRows[] rows = maps.stream().map(map -> map.rows(inputs)).toArray(PackedRows[]::new);
    PackedRows lastRows = last.rows(hidden);
    StartingSums[] first = startingSums();
    StartingSums lastFirst = last.startingSums();
    float[] output = FloatArrays.take(examples * last.outputs() * steps);
    run(
        (task, arena) -> {
          Steps chunk = chunk(task);
          int from = chunk.from();
          int to = chunk.to();
          int panels = packedPanels(chunk, arena);
          int[] starts = new int[rows.length];
          int most = GROUPS.roundUp(Math.min(hidden, PackedRows.BLOCK_DEPTH));
          Arrays.setAll(starts, j -> arena.take(most * LinearResult.SPAN));
          LinearResult target =
              new LinearResult(output, chunk.example(), last.outputs(), steps, lastFirst, arena);
          for (int t = from; t < to; t += LinearResult.SPAN) {
            int width = Math.min(LinearResult.SPAN, to - t);
            target.over(t, width);
            int number = (width + PANEL - 1) / PANEL;
            float[] x = arena.floats();
            Panels columns = Panels.of(x, panels + (t - from) * inputs, inputs * PANEL, number);
            for (int row = 0; row < hidden; row += PackedRows.BLOCK_DEPTH) {
              int count = Math.min(PackedRows.BLOCK_DEPTH, hidden - row);
              int padded = GROUPS.roundUp(count);
              int step = padded * PANEL;
              for (int j = 0; j < rows.length; j++) {
                rows[j].multiply(
                    row, padded, columns, Panels.of(x, starts[j], step, number), first[j]);
              }
              for (int j = 0; j < kept.length; j++) {
                int at = (chunk.example() * hidden + row) * steps + t;
                MatrixPacking.uncut(x, starts[j], step, count, width, kept[j], at, steps);
              }
              between.apply(x, starts, number * step);
              target.add(lastRows, row, count, starts[0], step);
            }
            target.finish();
          }
        });
    giveBack(rows);
    FloatArrays.giveBack(lastRows.groups());
    giveBack(first);
    lastFirst.giveBack();
    return output;
  }

  /**
   * Computes the gradients.
   *
   * @param outputGradients dL/dy_j, each [b, out_j, T]
   * @return the gradients
   */
  public Gradients backward(float[][] outputGradients) {
    return JoinedExamples.ifItPays(examples, steps)
        .map(joined -> backward(joined, outputGradients))
        .orElseGet(() -> apart(outputGradients));
  }

  private Gradients backward(JoinedExamples joined, float[][] outputGradients) {
    float[] columns = joined.join(x);
    float[][] arriving = new float[outputGradients.length][];
    for (int j = 0; j < arriving.length; j++) {
      arriving[j] = joined.join(outputGradients[j]);
    }
    Gradients gradients = joined(joined, columns).apart(arriving);
    FloatArrays.giveBack(columns);
    giveBack(arriving);
    return new Gradients(joined.split(gradients.input()), gradients.weights(), gradients.biases());
  }

  private Gradients apart(float[][] outputGradients) {
    PackedRows[] columns = maps.stream().map(map -> map.columns(inputs)).toArray(PackedRows[]::new);
    float[] inputGradient = FloatArrays.take(x.length);
    List<Steps> chunks = IntStream.range(0, examples * chunks()).mapToObj(this::chunk).toList();
    WeightGradients weights =
        new WeightGradients(examples, inputs, steps, chunks, x, maps, outputGradients);
    run(
        (task, arena) -> {
          inputGradient(task, arena, columns, outputGradients, inputGradient);
          weights.layOut(chunks.get(task));
        });
    giveBack(columns);
    weights.compute(isLarge());
    return new Gradients(inputGradient, weights.matrices(), weights.biases());
  }

  private void inputGradient(
      int task,
      FloatArena arena,
      PackedRows[] columns,
      float[][] outputGradients,
      float[] gradient) {
    Steps chunk = chunk(task);
    int example = chunk.example();
    int from = chunk.from();
    int to = chunk.to();
    int padded = MatrixPacking.roundUp(to - from, PANEL);
    int total = maps.stream().mapToInt(Weights::outputs).sum();
    int panels = arena.take(padded * total);
    int[] starts = new int[maps.size()];
    int start = panels;
    for (int j = 0; j < starts.length; j++) {
      int outputs = maps.get(j).outputs();
      starts[j] = start;
      packPanels(outputGradients[j], example, outputs, from, to, arena.floats(), start);
      start += padded * outputs;
    }
    LinearResult target =
        new LinearResult(gradient, example, inputs, steps, StartingSums.ZEROS, arena);
    for (int t = from; t < to; t += LinearResult.SPAN) {
      target.over(t, Math.min(LinearResult.SPAN, to - t));
      for (int j = 0; j < starts.length; j++) {
        int depth = maps.get(j).outputs();
        target.add(columns[j], starts[j] + (t - from) * depth, depth * PANEL);
      }
      target.finish();
    }
  }

  private static void giveBack(StartingSums[] all) {
    for (StartingSums each : all) {
      each.giveBack();
    }
  }

  private static void giveBack(PackedRows[] all) {
    for (PackedRows each : all) {
      FloatArrays.giveBack(each.groups());
    }
  }

  private static void giveBack(float[][] arrays) {
    for (float[] array : arrays) {
      FloatArrays.giveBack(array);
    }
  }

  /** The steps of x that a task works on as panels; returns where these begin. */
  private int packedPanels(Steps chunk, FloatArena arena) {
    int length = chunk.to() - chunk.from();
    int panels = arena.take(MatrixPacking.roundUp(length, PANEL) * inputs);
    packPanels(x, chunk.example(), inputs, chunk.from(), chunk.to(), arena.floats(), panels);
    return panels;
  }

  /** Some steps of [features, T] as panels of steps, with zeros around. */
  private void packPanels(
      float[] values, int example, int features, int from, int to, float[] panels, int start) {
    int at = example * features * steps + from;
    MatrixPacking.cut(values, at, steps, features, to - from, panels, start);
  }

  private interface Task {
    void run(int task, FloatArena arena);
  }

  private void run(Task task) {
    Workers.run(
        examples * chunks(),
        isLarge(),
        i -> {
          try (FloatArena arena = FloatArena.borrow()) {
            task.run(i, arena);
          }
        });
  }

  private boolean isLarge() {
    long outputs = maps.stream().mapToLong(Weights::outputs).sum();
    return outputs * inputs * steps * examples >= SMALL;
  }

  /** The steps that a task works on. */
  private Steps chunk(int task) {
    int number = task % chunks();
    return new Steps(task / chunks(), firstStep(number), firstStep(number + 1));
  }

  private int chunks() {
    int wanted = (MIN_TASKS + examples - 1) / examples;
    return Math.max(1, Math.min(wanted, steps / MIN_STEPS));
  }

  /** Long chunks are made of whole spans: for each span all weights are read once. */
  private int firstStep(int chunk) {
    int unit = steps >= chunks() * LinearResult.SPAN ? LinearResult.SPAN : PANEL;
    return Math.min(steps, MatrixPacking.roundUp((int) ((long) steps * chunk / chunks()), unit));
  }
}
