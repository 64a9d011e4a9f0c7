package org.attention4j.internal.linear;

import java.util.Arrays;
import org.attention4j.internal.memory.FloatArrays;
import org.attention4j.internal.vector.FloatOps;
import org.jspecify.annotations.Nullable;

/**
 * What the sums of a linear map begin with: its bias, spread over the columns of a panel, so that
 * adding it is no pass of its own.
 *
 * @param sums [outputs, panel] with as many rows as whole tiles need, or one row of zeros for all
 * @param step from one row to the next
 */
record StartingSums(float[] sums, int step) {
  private static final int PANEL = FloatOps.TILES.panel();

  /** Of all maps without a bias; nobody writes to it. */
  static final StartingSums ZEROS = new StartingSums(new float[PANEL], 0);

  static StartingSums of(float @Nullable [] bias, int outputs) {
    if (bias == null) {
      return ZEROS;
    }
    int padded = RowGroups.OF_TALL_TILES.roundUp(outputs);
    float[] sums = FloatArrays.take(padded * PANEL);
    for (int row = 0; row < padded; row++) {
      Arrays.fill(sums, row * PANEL, (row + 1) * PANEL, row < outputs ? bias[row] : 0);
    }
    return new StartingSums(sums, PANEL);
  }

  void giveBack() {
    if (step > 0) {
      FloatArrays.giveBack(sums);
    }
  }
}
