package org.attention4j.internal.linear;

import java.util.Arrays;
import java.util.List;
import org.attention4j.internal.linear.FloatLinear.Between;
import org.attention4j.internal.linear.FloatLinear.Weights;
import org.attention4j.internal.linear.PackedRows.Panels;
import org.attention4j.internal.memory.FloatArena;
import org.attention4j.internal.memory.FloatArrays;
import org.attention4j.internal.threads.Workers;
import org.attention4j.internal.vector.FloatOps;

/**
 * The forward pass of {@link FloatLinear} where the matrices are large beside the sequences. Each
 * task computes some rows of the results for all steps of all examples, so each matrix is read and
 * laid out once. {@link FloatLinear} would read it once for each task.
 *
 * <p>The sequences are laid out first, the steps of all examples one after the other. The sums are
 * those of {@link FloatLinear} to the last bit.
 */
final class RowwiseLinear {
  private static final int PANEL = FloatOps.TILES.panel();
  private static final RowGroups GROUPS = RowGroups.OF_TALL_TILES;

  /** Rows that a task computes. */
  private static final int ROWS = GROUPS.roundUp(64);

  /** The least number of tasks. */
  private static final int FEW_TASKS = 4;

  /** Numbers that are laid out at most: 8 MiB. */
  private static final long MOST_NUMBERS = 1 << 21;

  /** Steps whose results a task writes at once. */
  private static final int SPAN = 16 * PANEL;

  /** From one row of them to the next; not a power of two, which the cache would trip over. */
  private static final int STRIDE = SPAN + PANEL;

  private final int examples;
  private final int steps;
  private final boolean large;
  private final int columns;
  private final int panels;

  /** Rows by columns, cut into panels of columns. */
  private record Laid(float[] numbers, int start, int rows) {
    int step() {
      return rows * PANEL;
    }

    /** The panels from a column on, which begins one. */
    Panels from(int column, int count) {
      return Panels.of(numbers, start + column * rows, step(), count);
    }
  }

  /** Some rows of a matrix, and what their sums begin with. */
  private record Rows(PackedRows groups, int count, StartingSums first) {
    static Rows of(Weights map, int row, int count, int depth, FloatArena arena) {
      int groups = arena.take(count * depth);
      int sums = arena.take(count * PANEL);
      float[] x = arena.floats();
      map.packRows(row, row + count, depth, x, groups);
      float[] bias = map.bias();
      return new Rows(
          new PackedRows(x, groups, depth),
          count,
          bias == null ? StartingSums.ZEROS : StartingSums.of(bias, row, count, x, sums));
    }

    void multiply(Panels columns, Panels result) {
      groups.multiply(0, count, columns, result, first);
    }
  }

  RowwiseLinear(int examples, int steps, boolean large) {
    this.examples = examples;
    this.steps = steps;
    this.large = large;
    columns = examples * steps;
    panels = (columns + PANEL - 1) / PANEL;
  }

  /**
   * Whether maps are computed this way.
   *
   * @param outputs of all maps
   * @param columns steps of all examples
   */
  static boolean isFor(int inputs, int outputs, long columns) {
    return outputs >= FEW_TASKS * ROWS
        && 2L * outputs >= columns
        && columns * inputs <= MOST_NUMBERS;
  }

  /**
   * Whether maps with something and one more map after them are computed this way.
   *
   * @param maps how many maps come first
   * @param hidden outputs of each of these
   * @param outputs of the last map
   */
  static boolean isFor(int inputs, int maps, int hidden, int outputs, long columns) {
    return outputs >= FEW_TASKS * ROWS
        && hidden >= 2 * columns
        && columns * (inputs + (long) maps * hidden) <= MOST_NUMBERS;
  }

  /** Applies the maps to x, [b, in, T]; the results are [b, out_j, T]. */
  float[][] forward(float[] x, int inputs, List<Weights> maps) {
    List<Weights> shared = maps.stream().map(Weights::shared).toList();
    float[][] outputs = new float[maps.size()][];
    int[] firstTasks = new int[maps.size() + 1];
    for (int j = 0; j < outputs.length; j++) {
      outputs[j] = FloatArrays.take(maps.get(j).outputs() * columns);
      firstTasks[j + 1] = firstTasks[j] + (maps.get(j).outputs() + ROWS - 1) / ROWS;
    }
    try (FloatArena arena = FloatArena.borrow()) {
      int start = arena.take(panels * PANEL * inputs);
      Laid sequences = layOut(x, inputs, arena.floats(), start);
      Workers.run(
          firstTasks[outputs.length],
          large,
          task -> {
            int j = 0;
            while (firstTasks[j + 1] <= task) {
              j++;
            }
            write(shared.get(j), (task - firstTasks[j]) * ROWS, sequences, inputs, outputs[j]);
          });
    }
    return outputs;
  }

  /**
   * Applies the maps, something to each number of their results, and one more map.
   *
   * @param kept where the results of the maps go before that, each [b, out_j, T]; or empty
   * @return [b, out, T]
   */
  float[] forward(
      float[] x, int inputs, List<Weights> maps, Between between, Weights last, float[][] kept) {
    int hidden = maps.get(0).outputs();
    int padded = GROUPS.roundUp(hidden);
    List<Weights> shared = maps.stream().map(Weights::shared).toList();
    Weights lastShared = last.shared();
    float[] output = FloatArrays.take(last.outputs() * columns);
    try (FloatArena arena = FloatArena.borrow()) {
      int[] starts = new int[maps.size()];
      int start = arena.take(panels * PANEL * inputs);
      Arrays.setAll(starts, j -> arena.take(panels * PANEL * padded));
      Laid sequences = layOut(x, inputs, arena.floats(), start);
      Workers.runRanges(
          padded,
          ROWS,
          large,
          (row, end) -> hidden(shared, row, end, sequences, starts, between, kept));
      Laid results = new Laid(arena.floats(), starts[0], padded);
      Workers.runRanges(
          last.outputs(),
          ROWS,
          large,
          (row, end) -> write(lastShared, row, results, hidden, output));
    }
    return output;
  }

  private Laid layOut(float[] x, int features, float[] numbers, int start) {
    int filled = columns % PANEL;
    Workers.runRanges(
        features,
        (features + FloatLinear.MIN_TASKS - 1) / FloatLinear.MIN_TASKS,
        large,
        (first, end) -> {
          for (int c = first; c < end; c++) {
            int row = start + c * PANEL;
            for (int example = 0; example < examples; example++) {
              int from = (example * features + c) * steps;
              copy(x, from, numbers, row, features * PANEL, example * steps);
            }
            if (filled > 0) {
              int last = row + (panels - 1) * features * PANEL;
              Arrays.fill(numbers, last + filled, last + PANEL, 0);
            }
          }
        });
    return new Laid(numbers, start, features);
  }

  /** Copies the steps of a feature of an example to its row of panels, from a column on. */
  private void copy(float[] x, int from, float[] numbers, int row, int panelStep, int column) {
    int done = 0;
    while (done < steps) {
      int to = column + done;
      int count = Math.min(steps - done, PANEL - to % PANEL);
      int at = row + to / PANEL * panelStep + to % PANEL;
      System.arraycopy(x, from + done, numbers, at, count);
      done += count;
    }
  }

  /** Some rows of the results of the first maps, which stay where they are as panels. */
  private void hidden(
      List<Weights> maps,
      int row,
      int end,
      Laid sequences,
      int[] starts,
      Between between,
      float[][] kept) {
    float[] numbers = sequences.numbers();
    int features = maps.get(0).outputs();
    int step = GROUPS.roundUp(features) * PANEL;
    int[] at = new int[starts.length];
    for (int j = 0; j < starts.length; j++) {
      at[j] = starts[j] + row * PANEL;
      try (FloatArena arena = FloatArena.borrow()) {
        Rows rows = Rows.of(maps.get(j), row, end - row, sequences.rows(), arena);
        rows.multiply(sequences.from(0, panels), Panels.of(numbers, at[j], step, panels));
      }
    }
    for (int j = 0; j < kept.length; j++) {
      keep(numbers, at[j], step, features, row, Math.min(end, features), kept[j]);
    }
    for (int panel = 0; panel < panels; panel++) {
      between.apply(numbers, at, (end - row) * PANEL);
      for (int j = 0; j < at.length; j++) {
        at[j] += step;
      }
    }
  }

  /** Copies some rows from panels to [b, features, T]. */
  private void keep(
      float[] numbers, int from, int step, int features, int row, int end, float[] kept) {
    try (FloatArena arena = FloatArena.borrow()) {
      int together = arena.take(panels * PANEL);
      float[] x = arena.floats();
      for (int feature = row; feature < end; feature++) {
        int first = from + (feature - row) * PANEL;
        FloatOps.TILES.uncut(numbers, first, step, x, together, columns);
        write(x, together, 0, columns, features, feature, kept);
      }
    }
  }

  /** Computes some rows of a result, [b, out, T]. */
  private void write(Weights map, int row, Laid sequences, int depth, float[] result) {
    int count = Math.min(ROWS, map.outputs() - row);
    try (FloatArena arena = FloatArena.borrow()) {
      int sums = arena.take(GROUPS.roundUp(count) * STRIDE);
      Rows rows = Rows.of(map, row, GROUPS.roundUp(count), depth, arena);
      float[] x = arena.floats();
      for (int column = 0; column < columns; column += SPAN) {
        int width = Math.min(SPAN, columns - column);
        int number = (width + PANEL - 1) / PANEL;
        rows.multiply(sequences.from(column, number), new Panels(x, sums, PANEL, number, STRIDE));
        for (int r = 0; r < count; r++) {
          write(x, sums + r * STRIDE, column, width, map.outputs(), row + r, result);
        }
      }
    }
  }

  /** Writes some columns of a row to the examples that they belong to. */
  private void write(
      float[] x, int from, int column, int width, int features, int feature, float[] result) {
    int done = 0;
    while (done < width) {
      int example = (column + done) / steps;
      int step = (column + done) % steps;
      int count = Math.min(width - done, steps - step);
      int to = (example * features + feature) * steps + step;
      System.arraycopy(x, from + done, result, to, count);
      done += count;
    }
  }
}
