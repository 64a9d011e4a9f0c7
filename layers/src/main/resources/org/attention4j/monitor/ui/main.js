// The page: asks every two seconds, shows what came.
import { themeButton } from "./colors.js";
import * as heatmap from "./heatmap.js";
import * as lines from "./lines.js";
import { grouped, label, learn, text as about } from "./metrics.js";
import { Run, ask } from "./run.js";
import { range, scaleOf, suggestsLog } from "./scale.js";
import { ago, clock, element, fill as put, number, whole } from "./text.js";
import * as weights from "./weights.js";

const PERIOD = 2000;
const QUIET_AFTER = 15000;
const NEWEST = "";

const by = (id) => document.getElementById(id);
const wanted = new URLSearchParams(location.hash.slice(1));

const state = {
  session: wanted.get("session") ?? NEWEST,
  metric: wanted.get("metric") ?? "",
  layer: wanted.get("layer") ?? "",
  scale: wanted.get("scale"), // null until the reader chooses
  run: null,
  lost: false,
};

/** Choices live in the address, so that a reload or a link keeps them. */
function remember() {
  const kept = Object.entries({ session: state.session, metric: state.metric, layer: state.layer, scale: state.scale })
    .filter(([, value]) => value);
  history.replaceState(null, "", `#${new URLSearchParams(kept)}`);
}

/** Puts options into a list only if they have changed, so that an open list stays open. */
function fill(select, groups, chosen) {
  const key = JSON.stringify(groups);
  if (select.dataset.key !== key) {
    select.dataset.key = key;
    put(select, groups.flatMap(([group, options]) => {
      const made = options.map(([value, shown]) => new Option(shown, value));
      if (group === null) return made;
      const box = element("optgroup");
      put(box, made);
      box.label = group;
      return [box];
    }));
  }
  if (select.value !== chosen) select.value = chosen;
}

async function poll() {
  try {
    await refresh(false);
    state.lost = false;
  } catch (problem) {
    state.lost = true;
  }
  showStatus();
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
    state.run = null;
    fill(by("session"), [[null, [[NEWEST, "none yet"]]]], NEWEST);
    return;
  }
  if (state.session !== NEWEST && !sessions.some(({ id }) => id === state.session)) state.session = NEWEST;
  fill(by("session"), [
    [null, [[NEWEST, `newest: ${sessions[0].id}`]]],
    ["All runs", sessions.map(({ id }) => id).sort().map((id) => [id, id])],
  ], state.session);
  const id = state.session === NEWEST ? sessions[0].id : state.session;
  if (state.run?.id !== id) {
    state.run = new Run(id, state.metric);
    force = true;
  }
  const run = state.run;
  if (state.metric !== "" && state.metric !== run.metric) run.restart(state.metric);
  let changed = await run.update();
  if (run.metrics.length > 0 && !run.metrics.includes(run.metric)) {
    state.metric = "";
    run.restart("");
    changed = await run.update();
  }
  await learn(run.metrics);
  if (changed || force) {
    show();
    await showWeights();
  }
}

function show() {
  const run = state.run;
  if (run.layers.size === 0) return;
  if (!run.layers.has(state.layer)) state.layer = run.layers.keys().next().value;
  const found = range(run.values());
  const choice = state.scale ?? (suggestsLog(found) ? "log" : "linear");
  const scale = scaleOf(found, choice === "log");
  fill(by("metric"), grouped(run.metrics).map(([group, names]) => [group, names.map((name) => [name, label(name)])]), run.metric);
  fill(by("layer"), [[null, [...run.layers.keys()].map((name) => [name, name])]], state.layer);
  by("metric-text").textContent = about(run.metric);
  for (const input of by("scale").querySelectorAll("input")) input.checked = input.value === choice;
  by("lines-layer").textContent = state.layer;
  showSpan(run);
  showTiles(run);
  lines.draw(by("lines"), by("legend"), {
    columns: run.layers.get(state.layer), loss: run.loss, metric: run.metric,
    alarms: run.alarms.filter(({ alarm }) => alarm.layer === state.layer), extent: run.extent(), scale,
  });
  const means = range(run.means());
  heatmap.draw(by("map"), by("map-scale"), {
    layers: run.layers, found: means, extent: run.extent(), scale: scaleOf(means, scale.log), faults: run.faults,
  });
  showTable(run);
  showAlarms(run);
  document.body.dataset.metric = run.metric;
}

/** Says that a long run is shown in columns. */
function showSpan(run) {
  const span = run.span();
  by("span").hidden = span === 1;
  by("span").textContent = span === 1 ? ""
    : `${whole(run.snapshots)} snapshots in ${whole(run.loss.length)} columns of up to ${whole(span)}: lines join the least and`
      + " the greatest value of each column, the heat map shows its mean.";
}

/** Asks for the chosen layer's newest weights and shows them. */
async function showWeights() {
  const run = state.run;
  if (!run || run.layers.size === 0) return;
  const layer = state.layer;
  const sampled = await ask(`weights?${new URLSearchParams({ session: run.id, layer })}`);
  if (state.run !== run || state.layer !== layer) return;
  sampledWeights = sampled;
  drawWeights();
}

let sampledWeights = null;

function drawWeights() {
  if (sampledWeights === null) return;
  const { layer, iteration, span, rows } = sampledWeights;
  by("weights-layer").textContent = layer;
  by("weights-empty").hidden = rows.length > 0;
  by("weights-span").textContent = rows.length === 0 ? ""
    : `Iteration ${whole(iteration)}.${span === 1 ? "" : ` Each column is the largest weight of ${span} keys.`}`;
  weights.draw(by("weights"), by("weights-scale"), sampledWeights);
  by("weights").dataset.layer = layer;
}

function showTiles(run) {
  const latest = run.newest;
  by("tile-iteration").textContent = whole(latest.iteration);
  by("tile-epoch").textContent = `epoch ${whole(latest.epoch)}, ${whole(run.snapshots)} snapshots`;
  by("tile-loss").textContent = number(latest.score);
  by("tile-loss-change").textContent = `from ${number(run.loss[0].values[0])}`;
  by("tile-metric-name").textContent = label(run.metric);
  const now = [...run.latest.values()].flatMap(({ values }) => values);
  const latestRange = range(now);
  put(by("tile-metric"), latestRange === null ? ["–"]
    : [element("span", { text: `${number(latestRange.min, 3)} …` }), " ", element("span", { text: number(latestRange.max, 3) })]);
  by("tile-metric-range").textContent = `over ${now.length} heads, latest snapshot`;
  by("tile-alarms").textContent = whole(run.alarmCount);
  by("tile-alarm-link").classList.toggle("bad", run.alarmCount > 0);
  const last = run.alarms[run.alarms.length - 1];
  by("tile-alarm-note").textContent = last ? `last: ${last.alarm.rule}` : "all quiet";
}

function showTable(run) {
  if (!by("table-box").open) return;
  const rows = [];
  for (const [layer, latest] of run.latest) {
    const columns = run.layers.get(layer);
    latest.values.forEach((value, head) => {
      const over = range(columns.flatMap((column) => [column.min[head] ?? null, column.max[head] ?? null]));
      const cells = [layer, String(head), whole(latest.iteration), number(value),
        over ? number(over.min) : "–", over ? number(over.max) : "–"];
      const row = element("tr", {}, ...cells.map((text) => element("td", { text })));
      if (value !== null) row.children[3].title = String(value);
      rows.push(row);
    });
  }
  put(by("table").tBodies[0], rows);
}

/** Runs of earlier versions name one head. */
function where(alarm) {
  const heads = alarm.heads ?? [alarm.head];
  return heads.length === 1 ? `head ${heads[0]}` : `heads ${heads.join(", ")}`;
}

function showAlarms(run) {
  by("alarm-empty").hidden = run.alarmCount > 0;
  const key = `${run.id} ${run.alarmCount}`;
  if (by("alarm-list").dataset.key === key) return;
  by("alarm-list").dataset.key = key;
  by("alarm-more").hidden = run.alarmCount <= run.alarms.length;
  by("alarm-more").textContent = `The newest ${whole(run.alarms.length)} of ${whole(run.alarmCount)}.`;
  put(by("alarm-list"), run.alarms.slice().reverse().map(({ time, alarm }) =>
    element("li", {},
      element("div", { className: "alarm-rule", text: alarm.rule }),
      element("div", { className: "alarm-when", text: `iteration ${whole(alarm.iteration)}, ${clock(time)}` }),
      element("p", { className: "alarm-where", text: `${alarm.layer}, ${where(alarm)}` }),
      element("p", { className: "alarm-cause", text: alarm.cause }),
      element("p", { className: "alarm-try", text: alarm.suggestion }))));
}

function showStatus() {
  const status = by("status");
  const run = state.run;
  const age = run?.newest ? run.clock - run.newest.time : null;
  const [name, text] = state.lost ? ["lost", "no connection, trying again"]
    : age === null ? ["waiting", "waiting for a run"]
      : age < QUIET_AFTER ? ["live", `live, ${clock(run.newest.time)}`]
        : ["waiting", `last snapshot ${ago(age)}`];
  status.dataset.state = name;
  if (status.textContent !== text) status.textContent = text;
}

function redraw() {
  if (!state.run) return;
  show();
  drawWeights();
}

by("session").addEventListener("change", ({ target }) => {
  state.session = target.value;
  remember();
  refresh(true);
});
by("metric").addEventListener("change", ({ target }) => {
  state.metric = target.value;
  remember();
  refresh(true);
});
by("layer").addEventListener("change", ({ target }) => {
  state.layer = target.value;
  remember();
  refresh(true);
});
by("scale").addEventListener("change", ({ target }) => {
  state.scale = target.value;
  remember();
  show();
});
by("table-box").addEventListener("toggle", () => state.run && showTable(state.run));
by("legend").addEventListener("heads", show);
addEventListener("resize", redraw);
document.addEventListener("visibilitychange", () => document.hidden || refresh(true));
themeButton(by("theme"), redraw);
poll();
