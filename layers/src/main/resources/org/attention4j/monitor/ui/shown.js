// What a card shows, as lines of a CSV file.
import { csv, save } from "./files.js";
import { measured, smoothed } from "./points.js";
import { splitName } from "./text.js";

const HEADER = ["run", "split", "layer", "head", "metric", "iteration", "kind", "value", "smoothed"];

/** The lines of one head of one series: what is drawn, in full digits. */
export function* lines(run, split, layer, head, metric, columns, place, smooth) {
  const averages = smooth > 0 ? smoothed(columns, place, smooth) : null;
  for (const { iteration, value, index, kind } of measured(columns, place)) {
    if (value === null) continue;
    yield [run, splitName(split), layer, head, metric, iteration, kind, value, averages ? averages[index].value : null];
  }
}

/** Saves lines as a CSV file. */
export function saveTable(found, name) {
  save(name, new Blob([csv([HEADER, ...found])], { type: "text/csv;charset=utf-8" }));
}
