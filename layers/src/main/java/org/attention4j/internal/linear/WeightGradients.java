package org.attention4j.internal.linear;

import java.util.ArrayList;
import java.util.List;
import org.attention4j.internal.linear.FloatLinear.Weights;
import org.attention4j.internal.linear.PackedRows.Panels;
import org.attention4j.internal.memory.FloatArena;
import org.attention4j.internal.memory.FloatArrays;
import org.attention4j.internal.threads.Workers;
import org.attention4j.internal.vector.FloatOps;

/**
 * The gradients of the matrices and the biases of linear maps of the same sequences:
 *
 * <pre>
 *   dW_j = Σ_examples dy_j xᵀ,  db_j = Σ_examples,steps dy_j
 * </pre>
 *
 * <p>A gradient is the product of two sequences over all steps. Its rows are the features of the
 * one, its columns those of the other, so that it comes out as its matrix is stored. The sequences
 * of the columns are laid out first, some steps at a time. Then each task computes some rows from
 * all steps: no task waits for the sums of another, and none has a matrix of its own.
 */
final class WeightGradients {
  private static final int PANEL = FloatOps.TILES.panel();
  private static final RowGroups GROUPS = RowGroups.OF_TALL_TILES;

  /** Rows of a gradient that a task computes at most. */
  private static final int MAX_ROWS = GROUPS.roundUp(64);

  /**
   * When so many products or more were added one after the other, the next ones begin a new sum.
   * The sums are then added to each other, which keeps rounding errors small in long sequences.
   */
  private static final int SUMMED = 4096;

  private final int examples;
  private final int steps;
  private final float[][] outputGradients;
  private final List<Steps> blocks;
  private final List<Rows> rows = new ArrayList<>();
  private final List<Columns> columns = new ArrayList<>();
  private final float[][] matrices;
  private final float[][] biases;

  /**
   * Steps of an example.
   *
   * @param example which one
   * @param from the first step
   * @param to the first step after them
   */
  record Steps(int example, int from, int to) {
    int length() {
      return to - from;
    }

    /** The same steps in parts whose panels fit into the first-level cache. */
    private List<Steps> blocks() {
      List<Steps> blocks = new ArrayList<>();
      for (int step = from; step < to; step += PackedRows.BLOCK_DEPTH) {
        blocks.add(new Steps(example, step, Math.min(to, step + PackedRows.BLOCK_DEPTH)));
      }
      return blocks;
    }
  }

  /** Sequences whose features are rows of gradients, and what they are multiplied with. */
  private record Rows(float[] values, int features, List<Product> products) {}

  /** The gradient of a matrix. */
  private record Product(float[] gradient, Columns columns) {
    /** Where a part of the panels begins. */
    int firstPanel(int part, int parts) {
      return columns.count() * part / parts;
    }
  }

  /** Some rows of the gradients that share them, and a part of the columns of each. */
  private record Block(Rows of, int first, int count, int part, int parts) {}

  /** Sequences whose features are columns of a gradient, and room to lay them out. */
  private record Columns(float[] values, int features, float[] panels) {
    /** Columns of all panels together. */
    int width() {
      return MatrixPacking.roundUp(features, PANEL);
    }

    int count() {
      return width() / PANEL;
    }
  }

  /**
   * Describes one call.
   *
   * @param examples b
   * @param inputs in
   * @param steps T
   * @param chunks all steps of all examples, as {@link #layOut} will get them
   * @param x the sequences, [b, in, T]
   * @param maps the linear maps
   * @param outputGradients dL/dy_j, each [b, out_j, T]
   */
  WeightGradients(
      int examples,
      int inputs,
      int steps,
      List<Steps> chunks,
      float[] x,
      List<Weights> maps,
      float[][] outputGradients) {
    this.examples = examples;
    this.steps = steps;
    this.outputGradients = outputGradients;
    blocks = chunks.stream().flatMap(chunk -> chunk.blocks().stream()).toList();
    matrices = new float[maps.size()][];
    biases = new float[maps.size()][];
    List<Product> transposed = new ArrayList<>();
    Columns ofInputs = null;
    for (int j = 0; j < matrices.length; j++) {
      Weights map = maps.get(j);
      matrices[j] = FloatArrays.take(map.outputs() * inputs);
      biases[j] = FloatArrays.take(map.bias() == null ? 0 : map.outputs());
      if (map.transposed()) {
        Columns ofOutputs = columns(outputGradients[j], map.outputs());
        transposed.add(new Product(matrices[j], ofOutputs));
      } else {
        ofInputs = ofInputs == null ? columns(x, inputs) : ofInputs;
        Product product = new Product(matrices[j], ofInputs);
        rows.add(new Rows(outputGradients[j], map.outputs(), List.of(product)));
      }
    }
    if (!transposed.isEmpty()) {
      rows.add(new Rows(x, inputs, transposed));
    }
  }

  private Columns columns(float[] values, int features) {
    int width = MatrixPacking.roundUp(features, PANEL);
    int numbers = Math.toIntExact((long) examples * steps * width);
    Columns laidOut = new Columns(values, features, FloatArrays.take(numbers));
    columns.add(laidOut);
    return laidOut;
  }

  /** Lays some steps out; all have to be before {@link #compute}. */
  void layOut(Steps chunk) {
    for (Steps block : chunk.blocks()) {
      for (Columns each : columns) {
        MatrixPacking.cutAcross(
            each.values(),
            (block.example() * each.features()) * steps + block.from(),
            steps,
            each.features(),
            block.length(),
            each.panels(),
            start(block, each),
            each.width(),
            block.length());
      }
    }
  }

  /** Where the panels of a block begin. */
  private int start(Steps block, Columns of) {
    return (block.example() * steps + block.from()) * of.width();
  }

  /**
   * Computes the gradients.
   *
   * @param large whether the work is worth another thread
   */
  void compute(boolean large) {
    List<Runnable> tasks = new ArrayList<>();
    int features = rows.stream().mapToInt(Rows::features).sum();
    int share = (features + FloatLinear.MIN_TASKS - 1) / FloatLinear.MIN_TASKS;
    int most = Math.min(MAX_ROWS, GROUPS.roundUp(share));
    int blocksOfRows = rows.stream().mapToInt(each -> (each.features() + most - 1) / most).sum();
    int parts = (FloatLinear.MIN_TASKS + blocksOfRows - 1) / blocksOfRows;
    for (Rows each : rows) {
      for (int row = 0; row < each.features(); row += most) {
        for (int part = 0; part < parts; part++) {
          Block block = new Block(each, row, Math.min(most, each.features() - row), part, parts);
          tasks.add(() -> multiply(block));
        }
      }
    }
    for (int j = 0; j < biases.length; j++) {
      int map = j;
      for (int row = 0; row < biases[j].length; row += most) {
        int first = row;
        int count = Math.min(most, biases[j].length - row);
        tasks.add(() -> bias(map, first, count));
      }
    }
    Workers.run(tasks.size(), large, task -> tasks.get(task).run());
    columns.forEach(each -> FloatArrays.giveBack(each.panels()));
  }

  private void multiply(Block task) {
    try (FloatArena arena = FloatArena.borrow()) {
      int padded = GROUPS.roundUp(task.count());
      int groups = arena.take(padded * PackedRows.BLOCK_DEPTH);
      List<Product> products = task.of().products();
      int[] sums = new int[products.size()];
      for (int p = 0; p < sums.length; p++) {
        sums[p] = arena.take(padded * panels(products.get(p), task) * PANEL);
      }
      float[] numbers = arena.floats();
      int from = 0;
      while (from < blocks.size()) {
        int to = from;
        for (int summed = 0; to < blocks.size() && summed < SUMMED; to++) {
          summed += blocks.get(to).length();
          PackedRows packed = packed(task, blocks.get(to), numbers, groups, padded);
          addProducts(task, blocks.get(to), packed, padded, sums, to == from);
        }
        for (int p = 0; p < sums.length; p++) {
          write(products.get(p), task, numbers, sums[p], padded * PANEL, from > 0);
        }
        from = to;
      }
    }
  }

  /** The rows of a task at some steps. */
  private PackedRows packed(Block task, Steps block, float[] numbers, int groups, int padded) {
    Rows source = task.of();
    int at = (block.example() * source.features() + task.first()) * steps + block.from();
    int depth = block.length();
    GROUPS.ofRows(
        source.values(), at, steps, task.count(), depth, numbers, groups, padded, depth, 1);
    return new PackedRows(numbers, groups, depth);
  }

  /** Adds their products with the columns at the same steps, or begins the sums with these. */
  private void addProducts(
      Block task, Steps block, PackedRows packed, int padded, int[] sums, boolean begin) {
    int step = packed.depth() * PANEL;
    for (int p = 0; p < sums.length; p++) {
      Product product = task.of().products().get(p);
      Columns other = product.columns();
      int panels = panels(product, task);
      int start = start(block, other) + product.firstPanel(task.part(), task.parts()) * step;
      packed.multiply(
          0,
          padded,
          Panels.of(other.panels(), start, step, panels),
          Panels.of(packed.groups(), sums[p], padded * PANEL, panels),
          begin ? StartingSums.ZEROS : null);
    }
  }

  /** How many panels of a product a task multiplies with. */
  private static int panels(Product product, Block task) {
    return product.firstPanel(task.part() + 1, task.parts())
        - product.firstPanel(task.part(), task.parts());
  }

  private static void write(
      Product product, Block task, float[] sums, int start, int step, boolean add) {
    float[] gradient = product.gradient();
    int features = product.columns().features();
    int first = product.firstPanel(task.part(), task.parts());
    for (int row = 0; row < task.count(); row++) {
      for (int panel = 0; panel < panels(product, task); panel++) {
        int column = (first + panel) * PANEL;
        int from = start + panel * step + row * PANEL;
        int to = (task.first() + row) * features + column;
        int length = Math.min(PANEL, features - column);
        if (add) {
          FloatOps.ROWS.add(gradient, to, sums, from, length, 1);
        } else {
          System.arraycopy(sums, from, gradient, to, length);
        }
      }
    }
  }

  private void bias(int map, int first, int count) {
    float[] arriving = outputGradients[map];
    int outputs = biases[map].length;
    for (int o = first; o < first + count; o++) {
      double sum = 0;
      for (int b = 0; b < examples; b++) {
        sum += FloatOps.ROWS.sum(arriving, (b * outputs + o) * steps, steps);
      }
      biases[map][o] = (float) sum;
    }
  }

  /** dL/dW_j, each as its W_j is stored. */
  float[][] matrices() {
    return matrices;
  }

  /** dL/db_j, [out_j]; empty where there is no bias. */
  float[][] biases() {
    return biases;
  }
}
