package org.attention4j.internal.crossentropy;

import org.attention4j.internal.linear.MatrixPacking;
import org.attention4j.internal.memory.FloatArrays;
import org.attention4j.internal.threads.Workers;
import org.attention4j.internal.vector.FloatOps;
import org.attention4j.internal.vector.TileOps;

/**
 * The gradients by W and b, summed over blocks of columns; each chunk of classes has one writer.
 */
final class GradientSums {
  /** Numbers below which waking another thread does not pay. */
  private static final long SMALL = 100_000;

  private final ClassChunks chunks;
  private final int width;
  private final float[] rows;
  private final double[] biases;

  GradientSums(ClassChunks chunks) {
    this.chunks = chunks;
    width = MatrixPacking.roundUp(chunks.inputs(), FloatOps.TILES.panel());
    int classes = MatrixPacking.roundUp(chunks.classes(), TileOps.TILE_ROWS);
    rows = FloatArrays.zeros(Math.multiplyExact(classes, width));
    biases = new double[chunks.bias() == null ? 0 : chunks.classes()];
  }

  boolean biased() {
    return biases.length > 0;
  }

  void addBias(int row, double value) {
    biases[row] += value;
  }

  /** dL/dW, a row for each class of whole tiles. */
  float[] rows() {
    return rows;
  }

  /** The length of these rows: that of whole panels. */
  int width() {
    return width;
  }

  /** dL/dW as W is stored; the sums are given back. */
  float[] weights() {
    float[] weights = FloatArrays.take(chunks.classes() * chunks.inputs());
    Workers.run(
        chunks.count(), weights.length >= SMALL, k -> chunks.copyGradient(k, rows, width, weights));
    FloatArrays.giveBack(rows);
    return weights;
  }

  float[] bias() {
    float[] bias = new float[biases.length];
    for (int v = 0; v < bias.length; v++) {
      bias[v] = (float) biases[v];
    }
    return bias;
  }
}
