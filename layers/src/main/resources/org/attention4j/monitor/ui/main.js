// The page: asks every two seconds, shows what came, at one of three levels: the model, a layer, a head.
import * as address from "./address.js";
import * as alarms from "./alarms.js";
import { runColor, theme, themeButton } from "./colors.js";
import { Feed, ask } from "./feed.js";
import * as board from "./head.js";
import * as heatmap from "./heatmap.js";
import * as lines from "./lines.js";
import { label, learn, options, text as about } from "./metrics.js";
import * as overview from "./overview.js";
import { Picker } from "./picker.js";
import { savePicture } from "./picture.js";
import { counted, numbers } from "./points.js";
import { range, scaleFor } from "./scale.js";
import * as shown from "./shown.js";
import * as table from "./table.js";
import { element, fill as put, whole } from "./text.js";
import { showStatus, showTiles } from "./tiles.js";
import * as weights from "./weights.js";

const PERIOD = 2000;
const TRAINING = "training"; // the split without a name

const by = (id) => document.getElementById(id);

/** What the reader has chosen; an empty text is the default. Of the session it is the newest one. */
const chosen = address.read();

/** What is shown: the choices as they could be met, and for each run its feeds. */
let view = null;
let lost = false;
const feeds = new Map(); // by session and path

const smoothing = () => Math.min(0.99, Math.max(0, Number(chosen.smooth) || 0));

/** Takes a choice. */
function choose(changes, step = false) {
  Object.assign(chosen, changes);
  address.write(chosen, step);
  return refresh(true);
}

const toLayer = (layer, metric) => {
  choose({ layer: layer ?? "", head: "", ...(metric ? { metric } : {}) }, true);
  if (layer !== null) scrollTo(0, 0);
};

/** Puts options into a list only if they have changed, so that an open list stays open. */
function fill(select, groups, value) {
  const key = JSON.stringify(groups);
  if (select.dataset.key !== key) {
    select.dataset.key = key;
    put(select, groups.flatMap(([group, members]) => {
      const made = members.map(([option, text]) => new Option(text, option));
      if (group === null) return made;
      const box = element("optgroup");
      put(box, made);
      box.label = group;
      return [box];
    }));
  }
  if (select.value !== value) select.value = value;
}

async function poll() {
  try {
    await refresh(false);
    lost = false;
  } catch (problem) {
    lost = true;
  }
  const newest = view?.runs[0].data;
  showStatus(newest?.newest ?? null, newest?.clock ?? 0, lost);
  setTimeout(poll, PERIOD);
}

let turn = Promise.resolve();

/** One at a time: answers that overlap would count twice. */
function refresh(force) {
  turn = turn.catch(() => {}).then(() => once(force));
  return turn;
}

/** The feed of a run, asked for what is new; the second is whether there was any. */
async function fed(session, path, query) {
  const key = JSON.stringify([session, path]);
  let feed = feeds.get(key);
  const known = feed?.asks(path, { session, ...query });
  if (!known) feeds.set(key, feed = new Feed(path, { session, ...query }));
  return [feed, await feed.update() || !known];
}

/** What a run has of the metric of all heads, for the choices that it can meet. */
async function metricOf(session, choices) {
  let [data, changed] = await fed(session, "data", choices);
  if (choices.metric !== "" && data.metrics.length > 0 && !data.metrics.includes(choices.metric)) {
    choices.metric = "";
    [data] = await fed(session, "data", choices);
    changed = true;
  }
  if (data.splits.length > 0 && !data.splits.includes(choices.split)) {
    choices.split = data.splits.includes("") ? "" : data.splits[0];
    [data] = await fed(session, "data", choices);
    changed = true;
  }
  if (choices.layer !== "" && data.series.size > 0 && !data.layers().includes(choices.layer)) {
    choices.layer = "";
    [data] = await fed(session, "data", choices);
    changed = true;
  }
  return [data, changed];
}

/** Asks and, if something is new or must be drawn again, draws. */
async function once(force) {
  if (document.hidden && !force) return; // nobody looks
  const { sessions } = await ask("sessions");
  by("nothing").hidden = sessions.length > 0;
  by("content").hidden = sessions.length === 0;
  if (sessions.length === 0) {
    view = null;
    fill(by("session"), [[null, [["", "none yet"]]]], "");
    return;
  }
  const ids = sessions.map(({ id }) => id);
  const session = ids.includes(chosen.session) ? chosen.session : ids[0];
  const compare = ids.includes(chosen.compare) && chosen.compare !== session ? chosen.compare : "";
  fill(by("session"), [
    [null, [["", `newest: ${ids[0]}`]]],
    ["All runs", ids.slice().sort().map((id) => [id, id])],
  ], session === chosen.session ? session : "");
  fill(by("compare"), [
    [null, [["", "nothing"]]],
    ["Run", ids.filter((id) => id !== session).sort().map((id) => [id, id])],
  ], compare);
  const choices = { split: chosen.split, metric: chosen.metric, layer: chosen.layer };
  const [data, changed] = await metricOf(session, choices);
  choices.metric = data.metric;
  const heads = data.of(choices.layer, data.metric)?.latest.length ?? 0;
  const head = chosen.head !== "" && Number(chosen.head) < heads ? Number(chosen.head) : null;
  const runs = [{ name: session, data }];
  let fresh = changed;
  if (compare !== "") {
    const [other, news] = await fed(compare, "data", choices);
    runs.push({ name: compare, data: other });
    fresh ||= news;
  }
  const level = choices.layer === "" ? "model" : head === null ? "layer" : "head";
  for (const run of runs) {
    if (level === "layer") continue;
    const { split, layer } = choices;
    const [feed, news] = level === "model" ? await fed(run.name, "overview", { split })
      : await fed(run.name, "head", { split, layer, head });
    run.feed = feed;
    fresh ||= news;
  }
  await learn(data.metrics);
  forget(runs);
  view = { ...choices, head, level, runs };
  if (fresh || force) {
    show();
    await showWeights();
  }
}

/** Frees the feeds of runs that are no longer in view. */
function forget(runs) {
  for (const key of feeds.keys()) {
    if (!runs.some(({ name }) => name === JSON.parse(key)[0])) feeds.delete(key);
  }
}

/** From the first iteration of both runs to the last. */
function extentOf(runs) {
  const all = runs.map(({ data }) => data.extent()).filter((extent) => extent !== null);
  return [Math.min(all[0][0], (all[1] ?? all[0])[0]), Math.max(all[0][1], (all[1] ?? all[0])[1])];
}

function show() {
  if (view === null || view.runs[0].data.series.size === 0) return;
  const { level, runs, layer, head } = view;
  const { data } = runs[0];
  for (const part of document.querySelectorAll("[data-levels]")) {
    part.hidden = !part.dataset.levels.split(" ").includes(level);
  }
  showControls(data);
  showCrumbs();
  const extent = extentOf(runs);
  const smooth = smoothing();
  showTiles(runs.map(({ name, data: feed }) => ({ name, feed })), extent, smooth);
  for (const box of document.querySelectorAll(".runs")) showRuns(box, level !== "layer");
  if (level === "model") showModel(extent, smooth);
  if (level === "layer") showLayer(extent, smooth);
  if (level === "head") {
    by("board-title").textContent = `Every metric of head ${head}`;
    by("board-layer").textContent = layer;
    board.draw(by("board"), {
      runs, layer, extent, smooth, choice: chosen.scale, chosen: (metric) => choose({ metric, head: "" }, true),
    });
    showCounted(by("board-span"), data.loss, longest(runs[0].feed));
  }
  alarms.show(runs[0].name, data, (alarm) => toLayer(alarm.layer, data.metrics.includes(alarm.metric) ? alarm.metric : null));
  Object.assign(document.body.dataset, { metric: data.metric, level, split: view.split });
}

function showControls(data) {
  const layers = data.layers();
  metrics.show(options(data.metrics), data.metric);
  fill(by("layer"), [[null, [["", "All layers"], ...layers.map((name) => [name, name])]]], view.layer);
  const heads = data.of(view.layer, data.metric)?.latest.length ?? 0;
  fill(by("head"), [[null, [["", "All heads"], ...Array.from({ length: heads }, (_, head) => [String(head), `head ${head}`])]]],
    view.head === null ? "" : String(view.head));
  by("head").disabled = heads === 0;
  fill(by("split"), [[null, data.splits.map((split) => [split, split || TRAINING])]], view.split);
  by("split-field").hidden = data.splits.length < 2 && view.split === "";
  by("metric-text").textContent = about(data.metric);
  for (const input of by("scale").querySelectorAll("input")) input.checked = input.value === chosen.scale;
  by("smooth").value = String(smoothing());
  by("smooth-value").textContent = smoothing().toFixed(2);
}

/** The way up. */
function showCrumbs() {
  const up = (text, changes) => {
    const button = element("button", { text });
    button.type = "button";
    button.addEventListener("click", () => choose(changes, true));
    return button;
  };
  const here = (text) => element("b", { text });
  const { level, layer, head } = view;
  const key = JSON.stringify([level, layer, head]);
  if (by("crumbs").dataset.key === key) return;
  by("crumbs").dataset.key = key;
  put(by("crumbs"), level === "model" ? [here("Model")]
    : level === "layer" ? [up("Model", { layer: "", head: "" }), here(layer)]
      : [up("Model", { layer: "", head: "" }), up(layer, { head: "" }), here(`head ${head}`)]);
}

/** Which run is which, if there are two. */
function showRuns(box, colored) {
  const { runs } = view;
  box.hidden = runs.length < 2;
  const key = JSON.stringify([runs.map(({ name }) => name), colored, runColor(0)]);
  if (box.dataset.key === key) return;
  box.dataset.key = key;
  put(box, runs.map(({ name }, run) => element("span", {},
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

function showModel(extent, smooth) {
  const { runs } = view;
  const { data, feed } = runs[0];
  by("overview-empty").hidden = feed.series.size > 0;
  by("overview-box").hidden = feed.series.size === 0;
  overview.draw(by("overview-table"), { runs, extent, smooth, choice: chosen.scale, chosen: toLayer });
  showCounted(by("overview-span"), data.loss, longest(feed));
  const layers = new Map([...data.series.values()].map(({ layer, columns }) => [layer, columns]));
  const all = function* () {
    for (const columns of layers.values()) for (const column of columns) yield* column.values;
  };
  const found = range(all());
  by("map-metric").textContent = label(data.metric);
  heatmap.draw(by("map"), by("map-scale"), {
    layers, found, extent: data.extent(), scale: scaleFor(found, chosen.scale), faults: data.faults, chosen: (layer) => toLayer(layer, null),
  });
  const { share } = counted(data.loss);
  by("map-span").hidden = share === 1;
  by("map-span").textContent = `Each cell is the mean of ${whole(share)} snapshots or more.`;
  showTable();
}

function showTable() {
  if (by("table-box").open && view?.level === "model") table.show(by("table"), view.runs[0].data);
}

/** The runs of the chosen layer; one that has no such layer is left out. */
function layerRuns() {
  return view.runs
    .map(({ name, data }) => ({ name, loss: data.loss, columns: data.of(view.layer, data.metric)?.columns ?? [] }));
}

function showLayer(extent, smooth) {
  const { data } = view.runs[0];
  const runs = layerRuns();
  const all = function* () {
    for (const { columns } of runs) yield* numbers(columns);
  };
  const found = range(all());
  by("lines-layer").textContent = view.layer;
  lines.draw(by("lines"), by("legend"), {
    runs, metric: data.metric, marks: view.split === "" ? data.marks.get(view.layer) ?? [] : [], extent, smooth,
    scale: scaleFor(found, chosen.scale),
  });
  showCounted(by("span"), runs[0].columns, runs[0].columns);
  by("lines-missing").hidden = runs.length < 2 || runs[1].columns.length > 0;
}

let sampledWeights = null;

/** Asks for the chosen layer's newest weights and shows them. */
async function showWeights() {
  if (view === null || view.level === "model") return;
  const { layer, runs } = view;
  const sampled = await ask(`weights?${new URLSearchParams({ session: runs[0].name, layer })}`);
  if (view?.layer !== layer) return;
  sampledWeights = sampled;
  drawWeights();
}

function drawWeights() {
  if (sampledWeights === null || view === null || view.level === "model" || sampledWeights.layer !== view.layer) return;
  const { layer, iteration, span, rows } = sampledWeights;
  by("weights-layer").textContent = layer;
  by("weights-empty").hidden = rows.length > 0;
  by("weights-span").textContent = rows.length === 0 ? ""
    : `Iteration ${whole(iteration)}.${span === 1 ? "" : ` Each column is the largest weight of ${span} keys.`}`;
  weights.draw(by("weights"), by("weights-scale"), sampledWeights, view.head);
  by("weights").dataset.layer = layer;
}

function redraw() {
  show();
  drawWeights();
}

/** What a card shows, as lines of a table. */
function* linesOf(card) {
  const smooth = smoothing();
  const { runs, split, layer, head } = view;
  const split_ = split || TRAINING;
  if (card === "lines") {
    for (const { name, loss, columns } of layerRuns()) {
      yield* shown.lines(name, split_, null, null, "loss", loss, 0, smooth);
      for (const place of lines.visible(columns)) {
        yield* shown.lines(name, split_, layer, place, runs[0].data.metric, columns, place, smooth);
      }
    }
  } else if (card === "map") {
    for (const { layer: name, metric, columns } of runs[0].data.series.values()) {
      for (let place = 0; place < lines.headsOf(columns); place++) {
        yield* shown.lines(runs[0].name, split_, name, place, metric, columns, place, 0);
      }
    }
  } else {
    for (const { name, feed } of runs) {
      for (const { layer: row, metric, columns } of feed.series.values()) {
        yield* shown.lines(name, split_, row, head, metric, columns, 0, smooth);
      }
    }
  }
}

/** The name of a file with what a card shows. */
const fileName = (card) =>
  ["attention", card, view.layer || "model", ...(view.head === null ? [] : [`head${view.head}`]),
    ...(card === "lines" || card === "map" ? [view.runs[0].data.metric] : [])].join("-");

for (const tools of document.querySelectorAll("[data-export]")) {
  const card = tools.dataset.export;
  const [table_, picture] = ["CSV", "PNG"].map((kind) => {
    const button = element("button", { className: "small", text: kind, title: `Save what is shown as ${kind}` });
    button.type = "button";
    tools.append(button);
    return button;
  });
  table_.addEventListener("click", () => shown.saveTable(linesOf(card), `${fileName(card)}.csv`));
  picture.addEventListener("click", () => savePicture(tools.closest(".card"),
    `${view.runs.map(({ name }) => name).join(" and ")}, ${view.split || TRAINING}`, `${fileName(card)}.png`));
}

const metrics = new Picker(by("metric-field"), (metric) => choose({ metric }));
for (const key of ["session", "compare", "split"]) {
  by(key).addEventListener("change", ({ target }) => choose({ [key]: target.value }));
}
by("layer").addEventListener("change", ({ target }) => choose({ layer: target.value, head: "" }, true));
by("head").addEventListener("change", ({ target }) => choose({ head: target.value }, true));
by("scale").addEventListener("change", ({ target }) => choose({ scale: target.value }));
by("smooth").addEventListener("input", ({ target }) => {
  chosen.smooth = Number(target.value) === 0 ? "" : target.value;
  requestAnimationFrame(redraw);
});
by("smooth").addEventListener("change", () => address.write(chosen, false));
by("table-box").addEventListener("toggle", showTable);
by("legend").addEventListener("heads", show);
by("tile-alarm-link").addEventListener("click", (event) => {
  event.preventDefault(); // the address is that of the choices
  by("alarms").scrollIntoView();
});
addEventListener("popstate", () => {
  Object.assign(chosen, address.read());
  refresh(true);
});
addEventListener("resize", redraw);
document.addEventListener("visibilitychange", () => document.hidden || refresh(true));
themeButton(by("theme"), redraw);
poll();
