// The cards with charts, those of each level: the model, a layer, a head.
import { runColor, theme } from "./colors.js";
import * as board from "./head.js";
import * as heatmap from "./heatmap.js";
import * as lines from "./lines.js";
import { label } from "./metrics.js";
import * as overview from "./overview.js";
import { counted, numbers } from "./points.js";
import { range, scaleFor } from "./scale.js";
import * as table from "./table.js";
import { by, element, fill, whole } from "./text.js";

/** The cards of the model. How has the extent, the smoothing and the choice of a scale; toLayer(layer, metric) is called on a press. */
export function showModel({ runs }, { extent, smooth, choice }, toLayer) {
  const { data, feed } = runs[0];
  by("overview-empty").hidden = feed.series.size > 0;
  by("overview-box").hidden = feed.series.size === 0;
  overview.draw(by("overview-table"), { runs, extent, smooth, choice, chosen: toLayer });
  showCounted(by("overview-span"), data.loss, longest(feed));
  const layers = new Map([...data.series.values()].map(({ layer, columns }) => [layer, columns]));
  const all = function* () {
    for (const columns of layers.values()) for (const column of columns) yield* column.values;
  };
  const found = range(all());
  by("map-metric").textContent = label(data.metric);
  heatmap.draw(by("map"), by("map-scale"), {
    layers, found, extent: data.extent(), scale: scaleFor(found, choice), faults: data.faults, chosen: (layer) => toLayer(layer, null),
  });
  const { share } = counted(data.loss);
  by("map-span").hidden = share === 1;
  by("map-span").textContent = `Each cell is the mean of ${whole(share)} snapshots or more.`;
  showTable(runs);
}

/** The numbers of the heat map, if the reader has opened them. */
export function showTable(runs) {
  if (by("table-box").open) table.show(by("table"), runs[0].data);
}

/** The cards of a layer. */
export function showLayer(view, { extent, smooth, choice }) {
  const { data } = view.runs[0];
  const runs = layerRuns(view);
  const all = function* () {
    for (const { columns } of runs) yield* numbers(columns);
  };
  const found = range(all());
  by("lines-layer").textContent = view.layer;
  lines.draw(by("lines"), by("legend"), {
    runs, metric: data.metric, marks: view.split === "" ? data.marks.get(view.layer) ?? [] : [], extent, smooth,
    scale: scaleFor(found, choice),
  });
  showCounted(by("span"), runs[0].columns, runs[0].columns);
  by("lines-missing").hidden = runs.length < 2 || runs[1].columns.length > 0;
}

/** The runs of the chosen layer; one that has no such layer has no columns. */
export function layerRuns({ runs, layer }) {
  return runs.map(({ name, data }) => ({ name, loss: data.loss, columns: data.of(layer, data.metric)?.columns ?? [] }));
}

/** The card of a head; chosen(metric) is called on a press. */
export function showHead({ runs, layer, head }, { extent, smooth, choice }, chosen) {
  by("board-title").textContent = `Every metric of head ${head}`;
  by("board-layer").textContent = layer;
  board.draw(by("board"), { runs, layer, extent, smooth, choice, chosen });
  showCounted(by("board-span"), runs[0].data.loss, longest(runs[0].feed));
}

/** Which run is which, if there are two. */
export function showRuns(box, runs, colored) {
  box.hidden = runs.length < 2;
  const key = JSON.stringify([runs.map(({ name }) => name), colored, runColor(0)]);
  if (box.dataset.key === key) return;
  box.dataset.key = key;
  fill(box, runs.map(({ name }, run) => element("span", {},
    lines.stroke(colored ? runColor(run) : theme().text, run > 0), element("span", { text: name }))));
}

/** Says so if not every snapshot is drawn. */
function showCounted(box, all, columns) {
  const { shown: points, share } = counted(columns ?? []);
  const total = counted(all).all;
  box.hidden = points >= total;
  box.textContent = box.hidden ? ""
    : `Showing ${whole(points)} of ${whole(total)} points: the least and the greatest of every ${whole(share)}, and the newest.`;
}

/** The columns of the series with most of them: one that began late has fewer. */
const longest = (feed) => [...feed.series.values()].map(({ columns }) => columns)
  .reduce((most, columns) => (columns.length > most.length ? columns : most), []);
