package org.attention4j.internal.crossentropy;

import java.util.function.BiConsumer;
import org.attention4j.internal.linear.FloatLinear;
import org.attention4j.internal.linear.MatrixPacking;
import org.attention4j.internal.memory.FloatArena;
import org.attention4j.internal.memory.FloatArrays;
import org.attention4j.internal.threads.Workers;
import org.attention4j.internal.vector.FloatOps;
import org.attention4j.internal.vector.TileOps;

/**
 * A linear map to classes, softmax over them and cross entropy in one, in FLOAT.
 *
 * <pre>
 *   z = W x + b,  p = softmax(z),  q = (1 - s) [v = label] + s / classes
 *   loss = -Σ_v q log p = log Σ_v e^z - Σ_v q z
 *   dz = p - q,  dx = Wᵀ dz,  dW = Σ dz xᵀ,  db = Σ dz   over all steps that count
 * </pre>
 *
 * <p>Sequences are channel-major: x is [b, in, T], p is [b, classes, T]. Only the steps that count
 * are computed, as columns of a matrix, some hundred at a time: with 50,000 classes the logits of a
 * whole batch would not fit into memory. {@link LogitBlock} does that for one block of columns.
 *
 * <p>The work is cut by the sizes alone and sums are taken in a fixed order, so that results are
 * the same to the last bit for any number of threads.
 */
public final class FloatCrossEntropy {
  private static final int PANEL = FloatOps.TILES.panel();

  /** Logits that are in memory at the same time: 128 MB. */
  private static final int LOGITS = 1 << 25;

  /** Columns of a block at most; each block reads all weights. */
  private static final int MAX_COLUMNS = TileOps.NEAR_COLUMNS;

  /** Tasks of the backward pass at most; each has sums for dx of its own. */
  private static final int RANGES = 16;

  /** Multiplications below which waking another thread does not pay. */
  private static final long SMALL = 200_000;

  private final int steps;
  private final float[] x;
  private final ClassChunks chunks;
  private final int[] columns;

  /**
   * What is to be hit.
   *
   * @param labels the class of each column
   * @param smoothing s, how much of the target is spread over all classes; 0 for none
   */
  public record Targets(int[] labels, double smoothing) {}

  /**
   * The losses and their gradients.
   *
   * @param losses the loss of each column
   * @param input dL/dx, [b, in, T], zero at steps that do not count
   * @param weights dL/dW, as W is stored
   * @param bias dL/db, [classes]; empty if there is no bias
   */
  public record Gradients(double[] losses, float[] input, float[] weights, float[] bias) {}

  /**
   * Describes one call.
   *
   * @param inputs in
   * @param steps T
   * @param x the sequences, [b, in, T]
   * @param map W and b
   * @param columns the steps that count, ascending: number of the example times T plus number of
   *     the step
   */
  public FloatCrossEntropy(
      int inputs, int steps, float[] x, FloatLinear.Weights map, int[] columns) {
    this.steps = steps;
    this.x = x;
    this.columns = columns;
    chunks = new ClassChunks(map, inputs);
  }

  /**
   * The probabilities of all classes.
   *
   * @return p, [b, classes, T], zero at steps that do not count
   */
  public float[] probabilities() {
    int classes = chunks.classes();
    float[] probabilities =
        FloatArrays.zeros(Math.multiplyExact(x.length / chunks.inputs(), classes));
    try (LogitBlock block = new LogitBlock(chunks, blockColumns(), 0)) {
      forEachBlock(
          some -> {
            block.load(x, some);
            inTasks(some, chunks.count(), (k, memory) -> block.exponentials(k, memory, null));
            block.normalize();
            inTasks(some, chunks.count(), (k, memory) -> block.probabilities(k, probabilities));
          });
    }
    return probabilities;
  }

  /**
   * The losses alone.
   *
   * @param targets what is to be hit
   * @return the loss of each column
   */
  public double[] losses(Targets targets) {
    double[] losses = new double[columns.length];
    try (LogitBlock block = new LogitBlock(chunks, blockColumns(), 0)) {
      forEachBlock(some -> losses(block, some, targets, losses));
    }
    return losses;
  }

  private void losses(LogitBlock block, StepColumns some, Targets targets, double[] losses) {
    block.load(x, some);
    inTasks(some, chunks.count(), (k, memory) -> block.exponentials(k, memory, targets));
    block.losses(block.normalize(), targets, losses);
  }

  /**
   * The losses and their gradients.
   *
   * @param targets what is to be hit
   * @return the losses and gradients
   */
  public Gradients gradients(Targets targets) {
    int ranges = Math.min(RANGES, chunks.count());
    double[] losses = new double[columns.length];
    float[] inputGradient = FloatArrays.zeros(x.length);
    GradientSums sums = new GradientSums(chunks);
    try (LogitBlock block = new LogitBlock(chunks, blockColumns(), ranges)) {
      forEachBlock(
          some -> {
            losses(block, some, targets, losses);
            inTasks(
                some,
                ranges,
                (range, memory) -> {
                  int first = firstChunk(range, ranges);
                  for (int k = first; k < firstChunk(range + 1, ranges); k++) {
                    memory.clear();
                    block.gradients(k, memory, targets, sums, range, k > first);
                  }
                });
            block.inputGradient(inputGradient);
          });
    }
    return new Gradients(losses, inputGradient, sums.weights(), sums.bias());
  }

  private int firstChunk(int range, int ranges) {
    return (int) ((long) chunks.count() * range / ranges);
  }

  private interface Block {
    void run(StepColumns some);
  }

  private void forEachBlock(Block block) {
    int count;
    for (int first = 0; first < columns.length; first += count) {
      count = Math.min(blockColumns(), columns.length - first);
      block.run(new StepColumns(steps, columns, first, count));
    }
  }

  private int blockColumns() {
    int fitting = Math.max(PANEL, LOGITS / chunks.classes() / PANEL * PANEL);
    int present = MatrixPacking.roundUp(columns.length, PANEL);
    return Math.min(Math.min(MAX_COLUMNS, fitting), present);
  }

  private void inTasks(StepColumns some, int tasks, BiConsumer<Integer, FloatArena> task) {
    long products = (long) some.count() * chunks.inputs() * chunks.classes();
    Workers.run(
        tasks,
        products >= SMALL,
        i -> {
          try (FloatArena memory = FloatArena.borrow()) {
            task.accept(i, memory);
          }
        });
  }
}
