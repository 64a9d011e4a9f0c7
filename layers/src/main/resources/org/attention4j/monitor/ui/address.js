// The reader's choices live in the address, so that a reload, a link and the browser's Back keep them.
const KEYS = ["session", "compare", "split", "metric", "layer", "head", "scale", "smooth"];

/** The choices in the address; an empty text where there is none. */
export function read() {
  const found = new URLSearchParams(location.hash.slice(1));
  return Object.fromEntries(KEYS.map((key) => [key, found.get(key) ?? ""]));
}

/** Writes the choices; a step is one that Back takes back. */
export function write(choices, step) {
  const kept = KEYS.map((key) => [key, choices[key]]).filter(([, value]) => value !== "");
  const address = `#${new URLSearchParams(kept)}`;
  if (step) history.pushState(null, "", address);
  else history.replaceState(null, "", address);
}
