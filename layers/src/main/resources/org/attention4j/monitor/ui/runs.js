// What is asked of the server about the runs in view, and what has come of it.
import { Feed } from "./feed.js";

const feeds = new Map(); // by session and path

/** The two runs of the choices; without a choice the newest, compared with none. */
export function sessionsOf(chosen, ids) {
  const session = ids.includes(chosen.session) ? chosen.session : ids[0];
  return [session, ids.includes(chosen.compare) && chosen.compare !== session ? chosen.compare : ""];
}

/** What is shown: the choices as they can be met, and for each run its feeds. The second is whether anything is new. */
export async function gather(chosen, [session, compare]) {
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
  forget(runs);
  return [{ ...choices, head, level, runs }, fresh];
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

/** Frees the feeds of runs that are no longer in view. */
function forget(runs) {
  for (const key of feeds.keys()) {
    if (!runs.some(({ name }) => name === JSON.parse(key)[0])) feeds.delete(key);
  }
}
