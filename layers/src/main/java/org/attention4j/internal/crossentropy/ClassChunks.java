package org.attention4j.internal.crossentropy;

import org.attention4j.internal.linear.FloatLinear;
import org.attention4j.internal.linear.MatrixPacking;
import org.attention4j.internal.linear.RowGroups;
import org.attention4j.internal.vector.TileOps;
import org.jspecify.annotations.Nullable;

/**
 * The weights of a linear map to many classes, cut into chunks of classes. A chunk, packed for
 * products, stays in the second-level cache.
 */
final class ClassChunks {
  private static final int ROWS = TileOps.TILE_ROWS;

  /** Classes of a chunk at most, and how many weights they may have: half of a usual cache. */
  private static final int MAX_SIZE = 256;

  private static final int MAX_WEIGHTS = 1 << 17;

  /** Classes of a chunk at least, and chunks to make if there are that many. */
  private static final int MIN_SIZE = 16;

  private static final int MIN_COUNT = 16;

  private final FloatLinear.Weights map;
  private final int inputs;
  private final int size;

  ClassChunks(FloatLinear.Weights map, int inputs) {
    this.map = map;
    this.inputs = inputs;
    int wanted = Math.min(Math.min(MAX_SIZE, MAX_WEIGHTS / inputs), map.outputs() / MIN_COUNT);
    size = MatrixPacking.roundUp(Math.max(MIN_SIZE, wanted), ROWS);
  }

  int count() {
    return (classes() + size - 1) / size;
  }

  int classes() {
    return map.outputs();
  }

  int inputs() {
    return inputs;
  }

  float @Nullable [] bias() {
    return map.bias();
  }

  /** The first class of a chunk; a multiple of {@value TileOps#TILE_ROWS}. */
  int first(int chunk) {
    return chunk * size;
  }

  /** The number of classes of a chunk. */
  int size(int chunk) {
    return Math.min(size, classes() - first(chunk));
  }

  /** That number rounded up to whole tiles. */
  int paddedSize(int chunk) {
    return MatrixPacking.roundUp(size(chunk), ROWS);
  }

  /** Packs the rows of W, one for each class. */
  void packRows(int chunk, float[] groups, int start) {
    int padded = paddedSize(chunk);
    float[] w = map.values().whole();
    if (map.transposed()) {
      RowGroups.OF_TILES.ofColumns(
          w, first(chunk), classes(), inputs, size(chunk), groups, start, padded, 1);
    } else {
      RowGroups.OF_TILES.ofRows(
          w, first(chunk) * inputs, inputs, size(chunk), inputs, groups, start, padded, inputs, 1);
    }
  }

  /** Packs the rows of Wᵀ, one for each input, up to a whole tile of inputs. */
  void packColumns(int chunk, float[] groups, int start) {
    int padded = MatrixPacking.roundUp(inputs, ROWS);
    int depth = size(chunk);
    float[] w = map.values().whole();
    if (map.transposed()) {
      RowGroups.OF_TILES.ofRows(
          w, first(chunk), classes(), inputs, depth, groups, start, padded, depth, 1);
    } else {
      RowGroups.OF_TILES.ofColumns(
          w, first(chunk) * inputs, inputs, depth, inputs, groups, start, padded, 1);
    }
  }

  /**
   * Copies a chunk's rows of dL/dW to where they belong.
   *
   * @param rows the rows of all classes
   * @param width from one row to the next
   * @param gradient dL/dW, stored as W is
   */
  void copyGradient(int chunk, float[] rows, int width, float[] gradient) {
    int from = first(chunk) * width;
    if (map.transposed()) {
      MatrixPacking.columns(
          rows, from, width, inputs, size(chunk), gradient, first(chunk), classes(), 1);
    } else {
      for (int row = 0; row < size(chunk); row++) {
        int to = (first(chunk) + row) * inputs;
        System.arraycopy(rows, from + row * width, gradient, to, inputs);
      }
    }
  }
}
