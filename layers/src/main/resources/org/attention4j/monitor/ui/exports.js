// The buttons that save what a card shows, as a table or as a picture.
import { layerRuns } from "./cards.js";
import * as lines from "./lines.js";
import { savePicture } from "./picture.js";
import * as shown from "./shown.js";
import { element, splitName } from "./text.js";

/** Adds the buttons; current() gives what is shown and its smoothing. */
export function addButtons(current) {
  for (const tools of document.querySelectorAll("[data-export]")) {
    const card = tools.dataset.export;
    const [table, picture] = ["CSV", "PNG"].map((kind) => {
      const button = element("button", { className: "small", text: kind, title: `Save what is shown as ${kind}` });
      button.type = "button";
      tools.append(button);
      return button;
    });
    table.addEventListener("click", () => {
      const [view, smooth] = current();
      shown.saveTable(linesOf(card, view, smooth), `${fileName(card, view)}.csv`);
    });
    picture.addEventListener("click", () => {
      const [view] = current();
      savePicture(tools.closest(".card"), `${view.runs.map(({ name }) => name).join(" and ")}, ${splitName(view.split)}`,
        `${fileName(card, view)}.png`);
    });
  }
}

/** What a card shows, as lines of a table. */
function* linesOf(card, view, smooth) {
  const { runs, split, head } = view;
  if (card === "lines") {
    for (const { name, loss, columns } of layerRuns(view)) {
      yield* shown.lines(name, split, null, null, "loss", loss, 0, smooth);
      for (const place of lines.visible(columns)) {
        yield* shown.lines(name, split, view.layer, place, runs[0].data.metric, columns, place, smooth);
      }
    }
  } else if (card === "map") {
    for (const { layer, metric, columns } of runs[0].data.series.values()) {
      for (let place = 0; place < lines.headsOf(columns); place++) {
        yield* shown.lines(runs[0].name, split, layer, place, metric, columns, place, 0);
      }
    }
  } else {
    for (const { name, feed } of runs) {
      for (const { layer, metric, columns } of feed.series.values()) {
        yield* shown.lines(name, split, layer, head, metric, columns, 0, smooth);
      }
    }
  }
}

/** The name of a file with what a card shows. */
const fileName = (card, { layer, head, runs }) =>
  ["attention", card, layer || "model", ...(head === null ? [] : [`head${head}`]),
    ...(card === "lines" || card === "map" ? [runs[0].data.metric] : [])].join("-");
