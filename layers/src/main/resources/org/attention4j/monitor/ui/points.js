// From columns to the points of a line.

/**
 * What was measured at one head, in the order of iterations: a point for each column of one snapshot, and of
 * a column of several its least and its greatest value, each where it was measured. Every point is a record.
 */
export function measured(columns, head) {
  const points = [];
  columns.forEach((column, index) => {
    if (column.snapshots === 1) {
      points.push({ iteration: column.first, value: column.values[head] ?? null, index, kind: "value" });
      return;
    }
    const least = column.min?.[head] ?? null;
    if (least === null) {
      points.push({ iteration: column.first, value: column.values[head] ?? null, index, kind: "mean" });
      return;
    }
    const low = { iteration: column.minAt[head], value: least, index, kind: "least" };
    const high = { iteration: column.maxAt[head], value: column.max[head], index, kind: "greatest" };
    if (low.iteration === high.iteration) points.push(low);
    else if (low.iteration < high.iteration) points.push(low, high);
    else points.push(high, low);
  });
  return points;
}

/**
 * The exponential moving average with the correction of its bias, as in TensorBoard, a point for each column.
 * The weight is that of one snapshot: of a column of n snapshots the mean counts n times. What is not
 * finite is left out.
 */
export function smoothed(columns, head, weight) {
  let average = 0;
  let count = 0;
  return columns.map((column, index) => {
    const value = column.values[head] ?? null;
    const iteration = column.snapshots === 1 ? column.first : Math.round((column.first + column.last) / 2);
    if (value === null || !Number.isFinite(value)) return { iteration, value: null, index };
    const kept = weight ** column.snapshots;
    average = kept * average + (1 - kept) * value;
    count += column.snapshots;
    return { iteration, value: average / (1 - weight ** count), index };
  });
}

/** All finite numbers of columns, for the range of an axis. */
export function* numbers(columns) {
  for (const column of columns) {
    yield* column.min ?? column.values;
    if (column.max) yield* column.max;
  }
}

/** How many snapshots there are, how many points are shown of each head, and how many share a column. */
export function counted(columns) {
  let all = 0, shown = 0, share = 1;
  for (const column of columns) {
    all += column.snapshots;
    shown += Math.min(2, column.snapshots);
    share = Math.max(share, column.snapshots);
  }
  return { all, shown, share };
}
