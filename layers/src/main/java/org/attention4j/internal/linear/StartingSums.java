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
 * @param start where they begin
 * @param step from one row to the next
 */
record StartingSums(float[] sums, int start, int step) {
  private static final int PANEL = FloatOps.TILES.panel();

  /** Of all maps without a bias; nobody writes to it. */
  static final StartingSums ZEROS = new StartingSums(new float[PANEL], 0, 0);

  static StartingSums of(float @Nullable [] bias, int outputs) {
    if (bias == null) {
      return ZEROS;
    }
    int padded = RowGroups.OF_TALL_TILES.roundUp(outputs);
    return of(bias, 0, padded, FloatArrays.take(padded * PANEL), 0);
  }

  /**
   * Of some outputs.
   *
   * @param bias of all outputs
   * @param first the first of these outputs
   * @param count how many; those beyond the bias begin with zero
   * @param sums where the sums go
   * @param start where the first ones go
   */
  static StartingSums of(float[] bias, int first, int count, float[] sums, int start) {
    for (int row = 0; row < count; row++) {
      int at = start + row * PANEL;
      int output = first + row;
      Arrays.fill(sums, at, at + PANEL, output < bias.length ? bias[output] : 0);
    }
    return new StartingSums(sums, start, PANEL);
  }

  void giveBack() {
    if (step > 0) {
      FloatArrays.giveBack(sums);
    }
  }
}
