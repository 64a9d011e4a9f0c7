package org.attention4j.internal.attention;

/**
 * What a forward pass keeps for its backward pass. Its size grows with the number of rows: what the
 * kernel saved for each, and the weights of those rows that have few.
 *
 * @param saved what the kernel saved, [rows, {@link org.attention4j.kernel.RowKernel#savedValues}]
 * @param counts for each row, the number of its weights that are kept, or -1 if the backward pass
 *     computes the row again; empty if no weights are kept
 * @param keys the indices of the kept weights among the visible keys, row after row
 * @param weights the kept weights, before dropout
 * @param panels for each row that is to be computed again a bit for each {@link PanelSet panel} of
 *     visible keys, whether the row has a weight there; zeros for other rows; empty if no weights
 *     are kept
 */
public record ForwardState(float[] saved, int[] counts, int[] keys, float[] weights, int[] panels) {
  /** The count of a row that is to be computed again. */
  static final int RECOMPUTE = -1;

  /** Adds the panels with weights of a row that is to be computed again to a set. */
  void addPanels(int row, PanelSet set) {
    if (counts[row] == RECOMPUTE) {
      set.add(panels, row * (panels.length / counts.length));
    }
  }
}
