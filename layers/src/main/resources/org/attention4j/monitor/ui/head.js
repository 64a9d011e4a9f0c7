// One head: a small chart for each of its metrics, in groups.
import { cell, show } from "./cell.js";
import { grouped, label, text } from "./metrics.js";
import { numbers } from "./points.js";
import { range, scaleFor } from "./scale.js";
import { element, fill } from "./text.js";

/** Draws the board; chosen(metric) is called on a click. */
export function draw(box, { runs, layer, extent, smooth, choice, chosen }) {
  const names = [...new Set(runs.flatMap(({ feed }) => [...feed.series.values()].map(({ metric }) => metric)))];
  build(box, grouped(names), chosen);
  for (const button of box.querySelectorAll("button")) {
    const { metric } = button.dataset;
    const lines = runs.map(({ feed }) => feed.of(layer, metric));
    const all = function* () {
      for (const line of lines) if (line) yield* numbers(line.columns);
    };
    const found = range(all());
    show(button, {
      found, extent, smooth, scale: scaleFor(found, choice), title: label(metric),
      traces: runs.map(({ name }, run) => ({ name, run, line: lines[run] })),
    });
  }
}

/** Makes the cells, unless they are there. */
function build(box, groups, chosen) {
  box.chosen = chosen;
  const key = JSON.stringify(groups);
  if (box.dataset.key === key) return;
  box.dataset.key = key;
  fill(box, groups.flatMap(([group, metrics]) => {
    const cells = element("div", { className: "cells" });
    for (const metric of metrics) {
      const button = cell(element("button", { className: "cell", title: text(metric) }), label(metric));
      button.type = "button";
      button.dataset.metric = metric;
      button.addEventListener("click", () => box.chosen(metric));
      cells.append(button);
    }
    return [element("h3", { className: "group-name", text: group }), cells];
  }));
}
