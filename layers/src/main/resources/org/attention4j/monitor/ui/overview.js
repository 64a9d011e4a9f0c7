// The model at a glance: a row for the whole model and one for each layer, a small chart for each number.
import { cell, show } from "./cell.js";
import { charts } from "./metrics.js";
import { numbers } from "./points.js";
import { range, scaleFor } from "./scale.js";
import { element, fill } from "./text.js";

const PURE = ["1", "ratio"]; // units that need not be said

/** The name of a row. */
const rowName = (layer) => layer ?? "Whole model";

/** The charts that these runs have numbers for. */
function present(feeds) {
  const names = new Set(feeds.flatMap((feed) => [...feed.series.values()].map(({ metric }) => metric)));
  return charts().filter(({ line }) => names.has(line));
}

/**
 * Draws the table; chosen(layer, metric) is called on a click. A column has one scale for all rows, so that
 * layers can be compared.
 */
export function draw(table, { runs, extent, smooth, choice, chosen }) {
  const feeds = runs.map(({ feed }) => feed);
  const shown = present(feeds);
  const layers = feeds[0].layers();
  build(table, shown, layers, chosen);
  const widest = shown.map((chart) => {
    const all = function* () {
      for (const feed of feeds) {
        for (const { metric, columns } of feed.series.values()) {
          if ([chart.line, chart.low, chart.high].includes(metric)) yield* numbers(columns);
        }
      }
    };
    const found = range(all());
    return { found, scale: scaleFor(found, choice) };
  });
  layers.forEach((layer, row) => {
    shown.forEach((chart, column) => {
      show(table.tBodies[0].rows[row].cells[column + 1], {
        ...widest[column], extent, smooth, title: `${rowName(layer)}, ${chart.label}`,
        traces: runs.map(({ name, feed }, run) => ({
          name, run, line: feed.of(layer, chart.line), low: feed.of(layer, chart.low), high: feed.of(layer, chart.high),
        })),
      });
    });
  });
}

/** Makes the cells, unless they are there. */
function build(table, shown, layers, chosen) {
  table.chosen = chosen;
  const key = JSON.stringify([shown.map(({ line }) => line), layers]);
  if (table.dataset.key === key) return;
  table.dataset.key = key;
  const head = element("tr", {}, element("th", { text: "Layer" }));
  for (const { label, unit, text } of shown) {
    const title = element("th", { text: label, title: text });
    if (!PURE.includes(unit)) title.append(element("span", { className: "unit", text: ` [${unit}]` }));
    head.append(title);
  }
  for (const title of head.cells) title.scope = "col";
  fill(table.tHead, [head]);
  fill(table.tBodies[0], layers.map((layer) => {
    const button = element("button", { className: "row-name", text: rowName(layer) });
    button.type = "button";
    button.addEventListener("click", () => table.chosen(layer, null));
    const name = element("th", {}, layer === null ? element("span", { className: "row-name", text: rowName(layer) }) : button);
    name.scope = "row";
    const row = element("tr", {}, name);
    for (const chart of shown) {
      const leads = layer !== null || chart.metric !== null;
      const made = cell(element("td", { className: leads ? "cell" : "cell still" }), chart.label);
      if (leads) made.addEventListener("click", () => table.chosen(layer, chart.metric));
      row.append(made);
    }
    return row;
  }));
}
