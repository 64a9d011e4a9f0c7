package org.attention4j.internal.attention;

/**
 * Keys and values for the backward pass of rows with few weights, and one task's sums for them.
 * They use no memory before a row with few weights comes.
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

  /** Adds the sums of another task with the same keys. */
  void take(SparseKeys other) {
    keySums.take(other.keySums);
    valueSums.take(other.valueSums);
  }

  /** Gives back what the tasks share. */
  void close() {
    keys.close();
    values.close();
  }
}
