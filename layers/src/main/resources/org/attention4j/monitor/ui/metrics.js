// What metrics mean: asked from the server, which has it in one place.
import { ask } from "./run.js";

const CHUNK = 40; // names in one question, whose length is limited
const known = new Map();
let groups = [];

/** Learns what is not known yet of these names. */
export async function learn(names) {
  const missing = names.filter((name) => !known.has(name));
  for (let i = 0; i < missing.length; i += CHUNK) {
    const query = new URLSearchParams(missing.slice(i, i + CHUNK).map((name) => ["name", name]));
    const answer = await ask(`metrics?${query}`);
    groups = answer.groups;
    for (const metric of answer.metrics) known.set(metric.name, metric);
  }
}

const describe = (name) => known.get(name) ?? { group: "", label: name, unit: "1", text: "" };

export const label = (name) => describe(name).label;

/** Label and unit, for a heading. */
export const title = (name) => {
  const { label: shown, unit } = describe(name);
  return unit === "1" ? shown : `${shown} [${unit}]`;
};

export const text = (name) => describe(name).text;

/** Names by group, in the order of the server; groups that it does not know come last. */
export function grouped(names) {
  const order = [...new Set([...groups, ...names.map((name) => describe(name).group)])];
  return order
    .map((group) => [group, names.filter((name) => describe(name).group === group)])
    .filter(([, members]) => members.length > 0);
}
