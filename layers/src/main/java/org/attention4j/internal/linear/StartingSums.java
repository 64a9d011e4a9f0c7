package org.attention4j.internal.linear;

import java.util.Arrays;
import org.attention4j.internal.memory.FloatArrays;
import org.attention4j.internal.vector.FloatOps;
import org.attention4j.internal.vector.TileOps;
import org.jspecify.annotations.Nullable;

/**
 * What the sums of a linear map begin with: its bias, spread over the columns of a panel, so that
 * adding it is no pass of its own.
 *
 * @param sums [outputs, panel] with as many rows as whole tiles need, or one row of zeros for all
 * @param step from one row to the next
 * @param tiles of the map's outputs
 */
record StartingSums(float[] sums, int step, int tiles) {
  private static final int PANEL = FloatOps.TILES.panel();
  private static final int ROWS = TileOps.TILE_ROWS;

  /** Of all maps without a bias; nobody writes to it. */
  private static final float[] ZEROS = new float[PANEL];

  static StartingSums of(float @Nullable [] bias, int outputs) {
    int padded = MatrixPacking.roundUp(outputs, ROWS);
    if (bias == null) {
      return new StartingSums(ZEROS, 0, padded / ROWS);
    }
    float[] sums = FloatArrays.take(padded * PANEL);
    for (int row = 0; row < padded; row++) {
      Arrays.fill(sums, row * PANEL, (row + 1) * PANEL, row < outputs ? bias[row] : 0);
    }
    return new StartingSums(sums, PANEL, padded / ROWS);
  }

  /** Sums a product of rows and a panel, both in groups for the tiles, onto them. */
  void multiply(float[] rows, int depth, float[] floats, int panel, int to, int stride) {
    FloatOps.TILES.multiplyGroupsOnto(
        tiles, rows, 0, ROWS * depth, floats, panel, depth, sums, 0, step, floats, to, stride);
  }

  void giveBack() {
    if (sums != ZEROS) {
      FloatArrays.giveBack(sums);
    }
  }
}
