// The page: asks every two seconds, shows what came, at one of three levels: the model, a layer, a head.
import * as address from "./address.js";
import * as alarms from "./alarms.js";
import * as cards from "./cards.js";
import { themeButton } from "./colors.js";
import * as controls from "./controls.js";
import { addButtons } from "./exports.js";
import { ask } from "./feed.js";
import { learn } from "./metrics.js";
import { Picker } from "./picker.js";
import { gather, sessionsOf } from "./runs.js";
import { by, whole } from "./text.js";
import { showStatus, showTiles } from "./tiles.js";
import * as weights from "./weights.js";

const PERIOD = 2000;

/** What the reader has chosen; an empty text is the default. Of the session it is the newest one. */
const chosen = address.read();

/** What is shown: the choices as they could be met, and for each run its feeds. */
let view = null;
let lost = false;

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

/** Asks and, if something is new or must be drawn again, draws. */
async function once(force) {
  if (document.hidden && !force) return; // nobody looks
  const { sessions } = await ask("sessions");
  by("nothing").hidden = sessions.length > 0;
  by("content").hidden = sessions.length === 0;
  if (sessions.length === 0) {
    view = null;
    controls.showNoSession();
    return;
  }
  const ids = sessions.map(({ id }) => id);
  const inView = sessionsOf(chosen, ids);
  controls.showSessions(ids, chosen, inView);
  const [found, fresh] = await gather(chosen, inView);
  await learn(found.runs[0].data.metrics);
  view = found;
  if (fresh || force) {
    show();
    await showWeights();
  }
}

/** From the first iteration of both runs to the last. */
function extentOf(runs) {
  const all = runs.map(({ data }) => data.extent()).filter((extent) => extent !== null);
  return [Math.min(all[0][0], (all[1] ?? all[0])[0]), Math.max(all[0][1], (all[1] ?? all[0])[1])];
}

function show() {
  if (view === null || view.runs[0].data.series.size === 0) return;
  const { level, runs } = view;
  const { data } = runs[0];
  for (const part of document.querySelectorAll("[data-levels]")) {
    part.hidden = !part.dataset.levels.split(" ").includes(level);
  }
  controls.showControls(view, chosen, metrics);
  controls.showCrumbs(view, (changes) => choose(changes, true));
  const how = { extent: extentOf(runs), smooth: controls.smoothing(chosen), choice: chosen.scale };
  showTiles(runs.map(({ name, data: feed }) => ({ name, feed })), how.extent, how.smooth);
  for (const box of document.querySelectorAll(".runs")) cards.showRuns(box, runs, level !== "layer");
  if (level === "model") cards.showModel(view, how, toLayer);
  if (level === "layer") cards.showLayer(view, how);
  if (level === "head") cards.showHead(view, how, (metric) => choose({ metric, head: "" }, true));
  alarms.show(runs[0].name, data, (alarm) => toLayer(alarm.layer, data.metrics.includes(alarm.metric) ? alarm.metric : null));
  Object.assign(document.body.dataset, { metric: data.metric, level, split: view.split });
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

addButtons(() => [view, controls.smoothing(chosen)]);
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
by("table-box").addEventListener("toggle", () => {
  if (view?.level === "model") cards.showTable(view.runs);
});
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
