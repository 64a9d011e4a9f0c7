package org.attention4j.internal.crossentropy;

import java.util.Arrays;
import org.attention4j.internal.linear.MatrixPacking;
import org.attention4j.internal.memory.FloatArena;
import org.attention4j.internal.vector.FloatOps;
import org.attention4j.internal.vector.SoftmaxOps;
import org.attention4j.internal.vector.TileOps;
import org.jspecify.annotations.Nullable;

/**
 * The logits z [classes, columns] of a block of columns. Each is computed once; its memory then
 * holds e^(z - m), p and dz one after the other.
 *
 * <p>Each chunk of classes has maxima m of its own, so that its exponentials are taken while it is
 * in the cache. By how much they are to be multiplied follows when all chunks are done.
 */
final class LogitBlock implements AutoCloseable {
  private static final TileOps TILES = FloatOps.TILES;
  private static final SoftmaxOps SOFTMAX = FloatOps.SOFTMAX;
  private static final int PANEL = TILES.panel();
  private static final int ROWS = TileOps.TILE_ROWS;

  /** Columns whose panel of features stays in the first-level cache. */
  private static final int COLUMN_BLOCK = 256;

  private final ClassChunks chunks;
  private final int inputs;
  private final int features;
  private final int stride;

  /** Parts of the memory: logits, x as rows, as panels of columns and of features, sums for dx. */
  private final int logits;

  private final int rows;
  private final int panels;
  private final int featurePanels;
  private final int[] inputSums;

  private final FloatArena arena;
  private final float[] work;

  /** The maxima of each chunk, then the factors that make probabilities of its exponentials. */
  private final float[][] factors;

  private final float[][] sums;
  private final float[][] logitSums;
  private final float[] hit;
  private StepColumns columns = new StepColumns(1, new int[0], 0, 0);
  private int padded;

  /**
   * Makes room.
   *
   * @param chunks the weights
   * @param maxColumns the columns of the largest block, a multiple of a panel
   * @param ranges how many sums for dx there are; 0 if gradients are not asked for
   */
  LogitBlock(ClassChunks chunks, int maxColumns, int ranges) {
    this.chunks = chunks;
    inputs = chunks.inputs();
    features = MatrixPacking.roundUp(inputs, PANEL);
    boolean many = 2 * maxColumns > TileOps.NEAR_COLUMNS;
    stride = many ? TILES.stride(maxColumns) : maxColumns + PANEL;
    arena = FloatArena.borrow();
    int classes = MatrixPacking.roundUp(chunks.classes(), ROWS);
    logits = arena.take(Math.multiplyExact(classes, stride));
    rows = arena.take(inputs * stride);
    panels = arena.take(inputs * maxColumns);
    featurePanels = arena.take(ranges == 0 ? 0 : features * maxColumns);
    inputSums = new int[ranges];
    for (int range = 0; range < ranges; range++) {
      inputSums[range] = arena.take(MatrixPacking.roundUp(inputs, ROWS) * stride);
    }
    work = arena.floats();
    factors = new float[chunks.count()][maxColumns];
    sums = new float[chunks.count()][maxColumns];
    logitSums = new float[chunks.count()][maxColumns];
    hit = new float[maxColumns];
  }

  /** Gives its memory back. */
  @Override
  public void close() {
    arena.close();
  }

  /** Takes the next columns of x, with zeros behind them up to a whole panel. */
  void load(float[] x, StepColumns next) {
    columns = next;
    padded = MatrixPacking.roundUp(columns.count(), PANEL);
    for (int i = 0; i < inputs; i++) {
      int at = rows + i * stride;
      columns.gather(x, inputs, i, work, at);
      Arrays.fill(work, at + columns.count(), at + padded, 0);
    }
    MatrixPacking.cut(work, rows, stride, inputs, padded, work, panels);
    if (inputSums.length > 0) {
      MatrixPacking.cutAcross(
          work, rows, stride, inputs, padded, work, featurePanels, features, padded);
    }
  }

  /** Computes a chunk's logits and what belongs to its targets, then its exponentials. */
  void exponentials(int chunk, FloatArena memory, FloatCrossEntropy.@Nullable Targets targets) {
    multiply(chunk, memory);
    int count = columns.count();
    int size = chunks.size(chunk);
    float[] bias = chunks.bias();
    for (int row = 0; bias != null && row < size; row++) {
      FloatOps.ROWS.affine(work, at(chunk, row), count, -bias[chunks.first(chunk) + row], 1);
    }
    if (targets != null) {
      readTargets(chunk, targets);
    }
    // Not from minus infinity, which a logit may be: their difference would be no number.
    Arrays.fill(factors[chunk], -Float.MAX_VALUE);
    for (int row = 0; row < size; row++) {
      SOFTMAX.max(factors[chunk], work, at(chunk, row), count);
    }
    Arrays.fill(sums[chunk], 0);
    for (int row = 0; row < size; row++) {
      SOFTMAX.exp(work, at(chunk, row), count, factors[chunk], sums[chunk]);
    }
  }

  private void multiply(int chunk, FloatArena memory) {
    int size = chunks.paddedSize(chunk);
    int weights = memory.take(size * inputs);
    float[] packed = memory.floats();
    chunks.packRows(chunk, packed, weights);
    for (int c = 0; c < padded; c += PANEL) {
      TILES.multiplyGroups(
          size / ROWS,
          packed,
          weights,
          ROWS * inputs,
          work,
          panels + c * inputs,
          inputs,
          work,
          at(chunk, 0) + c,
          stride,
          false);
    }
  }

  private void readTargets(int chunk, FloatCrossEntropy.Targets targets) {
    int first = chunks.first(chunk);
    int size = chunks.size(chunk);
    for (int c = 0; c < columns.count(); c++) {
      int row = targets.labels()[columns.index(c)] - first;
      if (row >= 0 && row < size) {
        hit[c] = work[at(chunk, row) + c];
      }
    }
    if (targets.smoothing() > 0) {
      Arrays.fill(logitSums[chunk], 0);
      for (int row = 0; row < size; row++) {
        FloatOps.NORMS.add(logitSums[chunk], work, at(chunk, row), columns.count());
      }
    }
  }

  /**
   * Turns the maxima into factors.
   *
   * @return log Σ e^z of each column
   */
  double[] normalize() {
    int count = columns.count();
    float[] maxima = new float[count];
    Arrays.fill(maxima, -Float.MAX_VALUE);
    for (float[] ofChunk : factors) {
      SOFTMAX.max(maxima, ofChunk, 0, count);
    }
    double[] totals = new double[count];
    float[] unused = new float[count];
    for (int k = 0; k < factors.length; k++) {
      SOFTMAX.exp(factors[k], 0, count, maxima, unused);
      for (int c = 0; c < count; c++) {
        totals[c] += (double) factors[k][c] * sums[k][c];
      }
    }
    for (float[] ofChunk : factors) {
      for (int c = 0; c < count; c++) {
        ofChunk[c] = (float) (ofChunk[c] / totals[c]);
      }
    }
    for (int c = 0; c < count; c++) {
      totals[c] = maxima[c] + Math.log(totals[c]);
    }
    return totals;
  }

  /** Writes the losses of the columns where they belong. */
  void losses(double[] logSums, FloatCrossEntropy.Targets targets, double[] losses) {
    double smoothing = targets.smoothing();
    for (int c = 0; c < columns.count(); c++) {
      double expected = hit[c];
      if (smoothing > 0) {
        double sum = 0;
        for (float[] ofChunk : logitSums) {
          sum += ofChunk[c];
        }
        expected = (1 - smoothing) * hit[c] + smoothing * sum / chunks.classes();
      }
      losses[columns.index(c)] = logSums[c] - expected;
    }
  }

  /** Writes a chunk's probabilities into sequences [b, classes, T]. */
  void probabilities(int chunk, float[] sequences) {
    for (int row = 0; row < chunks.size(chunk); row++) {
      int at = at(chunk, row);
      SOFTMAX.scale(work, at, columns.count(), factors[chunk], 0);
      columns.scatter(work, at, sequences, chunks.classes(), chunks.first(chunk) + row);
    }
  }

  /**
   * Turns a chunk's exponentials into dz and adds its share of the gradients.
   *
   * @param weightSums those of W and b
   * @param range which sums for dx
   * @param begun whether there is something in them
   */
  void gradients(
      int chunk,
      FloatArena memory,
      FloatCrossEntropy.Targets targets,
      GradientSums weightSums,
      int range,
      boolean begun) {
    logitGradients(chunk, targets);
    for (int row = 0; weightSums.biased() && row < chunks.size(chunk); row++) {
      weightSums.addBias(
          chunks.first(chunk) + row, FloatOps.ROWS.sum(work, at(chunk, row), columns.count()));
    }
    addInputGradient(chunk, memory, inputSums[range], begun);
    addWeightGradient(chunk, weightSums);
  }

  private void logitGradients(int chunk, FloatCrossEntropy.Targets targets) {
    int count = columns.count();
    int first = chunks.first(chunk);
    int size = chunks.size(chunk);
    float spread = (float) (targets.smoothing() / chunks.classes());
    for (int row = 0; row < size; row++) {
      int at = at(chunk, row);
      SOFTMAX.scale(work, at, count, factors[chunk], spread);
      Arrays.fill(work, at + count, at + padded, 0);
    }
    for (int c = 0; c < count; c++) {
      int row = targets.labels()[columns.index(c)] - first;
      if (row >= 0 && row < size) {
        work[at(chunk, row) + c] -= (float) (1 - targets.smoothing());
      }
    }
  }

  private void addInputGradient(int chunk, FloatArena memory, int target, boolean begun) {
    int depth = chunks.size(chunk);
    int tiles = MatrixPacking.roundUp(inputs, ROWS) / ROWS;
    int weights = memory.take(tiles * ROWS * depth);
    int panel = memory.take(depth * PANEL);
    float[] packed = memory.floats();
    chunks.packColumns(chunk, packed, weights);
    for (int c = 0; c < padded; c += PANEL) {
      TILES.copyPanel(work, at(chunk, 0) + c, stride, depth, packed, panel);
      TILES.multiplyGroups(
          tiles,
          packed,
          weights,
          ROWS * depth,
          packed,
          panel,
          depth,
          work,
          target + c,
          stride,
          begun);
    }
  }

  private void addWeightGradient(int chunk, GradientSums target) {
    int from = chunks.first(chunk) * target.width();
    for (int c = 0; c < padded; c += COLUMN_BLOCK) {
      int depth = Math.min(COLUMN_BLOCK, padded - c);
      for (int i = 0; i < features; i += PANEL) {
        TILES.multiplyTiles(
            chunks.paddedSize(chunk) / ROWS,
            work,
            at(chunk, 0) + c,
            stride,
            work,
            featurePanels + i * padded + c * PANEL,
            depth,
            target.rows(),
            from + i,
            target.width(),
            true);
      }
    }
  }

  /** Adds up dx and writes it into sequences [b, in, T]. */
  void inputGradient(float[] sequences) {
    for (int i = 0; i < inputs; i++) {
      int at = inputSums[0] + i * stride;
      for (int range = 1; range < inputSums.length; range++) {
        FloatOps.ROWS.add(work, at, work, inputSums[range] + i * stride, columns.count(), 1);
      }
      columns.scatter(work, at, sequences, inputs, i);
    }
  }

  /** Where the row of a class is. */
  private int at(int chunk, int row) {
    return logits + (chunks.first(chunk) + row) * stride;
  }
}
