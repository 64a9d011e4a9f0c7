// What metrics mean: asked from the server, which has it in one place.
import { ask } from "./feed.js";

const CHUNK = 40; // names in one question, whose length is limited
const known = new Map();
let groups = [];
let overview = null;

/** Learns what is not known yet of these names, and at first the charts of the overview. */
export async function learn(names) {
  const missing = names.filter((name) => !known.has(name));
  for (let i = 0; i < missing.length || overview === null; i += CHUNK) {
    const query = new URLSearchParams(missing.slice(i, i + CHUNK).map((name) => ["name", name]));
    const answer = await ask(`metrics?${query}`);
    groups = answer.groups;
    overview = answer.charts;
    for (const metric of answer.metrics) known.set(metric.name, metric);
  }
}

const describe = (name) => known.get(name) ?? { group: "", label: name, unit: "1", text: "", place: Infinity };

export const label = (name) => describe(name).label;

/** Label and unit, for a heading. */
export const title = (name) => {
  const { label: shown, unit } = describe(name);
  return unit === "1" ? shown : `${shown} [${unit}]`;
};

export const text = (name) => describe(name).text;

/** The charts of the overview of a model. */
export const charts = () => overview ?? [];

const byPlace = (one, other) => {
  const [first, second] = [describe(one).place, describe(other).place];
  return first === second ? 0 : first < second ? -1 : 1;
};

/** Names by group, both in the order of the server; what it does not know comes last, in the order of the names. */
export function grouped(names) {
  const order = [...new Set([...groups, ...names.map((name) => describe(name).group)])];
  return order
    .map((group) => [group, names.filter((name) => describe(name).group === group).sort(byPlace)])
    .filter(([, members]) => members.length > 0);
}

/** What a picker lists: the words of an option are all that a search finds it by. */
export function options(names) {
  return grouped(names).map(([group, members]) => [group, members.map((value) => ({
    value, label: label(value), words: [label(value), value, group, text(value)].join(" ").toLowerCase(),
  }))]);
}
