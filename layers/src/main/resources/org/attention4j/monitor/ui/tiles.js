// What there is to know at a glance, and whether the run is alive.
import { canvas, draw } from "./cell.js";
import { label } from "./metrics.js";
import { numbers } from "./points.js";
import { range, scaleOf } from "./scale.js";
import { ago, by, clock, element, fill, number, whole } from "./text.js";

const QUIET_AFTER = 15000;

/** Shows the newest numbers; runs have a name and a feed, the first is the one in view. */
export function showTiles(runs, extent, smooth) {
  const { feed } = runs[0];
  const { newest } = feed;
  by("tile-iteration").textContent = whole(newest.iteration);
  by("tile-epoch").textContent = `epoch ${whole(newest.epoch)}, ${whole(feed.snapshots)} snapshots`;
  by("tile-loss").textContent = number(newest.score);
  by("tile-loss-change").textContent = `from ${number(feed.loss[0].values[0])}`;
  showLoss(runs, extent, smooth);
  by("tile-metric-name").textContent = label(feed.metric);
  const now = [...feed.series.values()].flatMap(({ latest }) => latest);
  const found = range(now);
  fill(by("tile-metric"), found === null ? ["–"]
    : [element("span", { text: `${number(found.min, 3)} …` }), " ", element("span", { text: number(found.max, 3) })]);
  by("tile-metric-range").textContent = `over ${now.length} heads, latest snapshot`;
  by("tile-alarms").textContent = whole(feed.alarmCount);
  by("tile-alarm-link").classList.toggle("bad", feed.alarmCount > 0);
  const last = feed.alarms[feed.alarms.length - 1];
  by("tile-alarm-note").textContent = last ? `last: ${last.alarm.rule}` : "all quiet";
}

function showLoss(runs, extent, smooth) {
  const box = by("tile-loss-chart");
  if (box.childElementCount === 0) box.append(canvas());
  const all = function* () {
    for (const { feed } of runs) yield* numbers(feed.loss);
  };
  const found = range(all());
  draw(box.firstElementChild, {
    extent, found, smooth, scale: scaleOf(found, false), title: "Loss",
    traces: runs.map(({ name, feed }, run) => ({ name, run, line: { columns: feed.loss } })),
  });
}

/** Says whether the run that is in view goes on; newest is null without one. */
export function showStatus(newest, now, lost) {
  const status = by("status");
  const age = newest ? now - newest.time : null;
  const [name, text] = lost ? ["lost", "no connection, trying again"]
    : age === null ? ["waiting", "waiting for a run"]
      : age < QUIET_AFTER ? ["live", `live, ${clock(newest.time)}`]
        : ["waiting", `last snapshot ${ago(age)}`];
  status.dataset.state = name;
  if (status.textContent !== text) status.textContent = text;
}
