package org.attention4j.internal.attention;

/**
 * Keys and values for the backward pass of rows with few weights, and one task's sums for them.
 *
 * @param keys the features of the keys, for all tasks that have the same ones
 * @param values those of the values, likewise
 * @param keySums the task's share of dK
 * @param valueSums its share of dV
 */
record SparseKeys(KeyRows keys, KeyRows values, KeyRowSums keySums, KeyRowSums valueSums) {
  /** For all tasks that have the same keys. */
  static SparseKeys[] of(AttentionShape shape, VisibleKeys visible, int tasks) {
    KeyRows keys = new KeyRows(visible, shape.headSize());
    KeyRows values = new KeyRows(visible, shape.valueSize());
    SparseKeys[] all = new SparseKeys[tasks];
    for (int task = 0; task < tasks; task++) {
      all[task] =
          new SparseKeys(
              keys,
              values,
              new KeyRowSums(visible, shape.headSize()),
              new KeyRowSums(visible, shape.valueSize()));
    }
    return all;
  }

  void add(SparseKeys other) {
    keySums.add(other.keySums);
    valueSums.add(other.valueSums);
  }

  /** Gives back the memory of all tasks that have the same keys. */
  static void giveBack(SparseKeys[] all) {
    all[0].keys.giveBack();
    all[0].values.giveBack();
    for (SparseKeys each : all) {
      each.keySums.giveBack();
      each.valueSums.giveBack();
    }
  }
}
