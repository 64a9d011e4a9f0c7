// Numbers and elements. Names come from networks and go into text nodes only, never into markup.

/** A number in few significant digits. */
export function number(value, significant = 4) {
  if (value === null || value === undefined) return "–";
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size >= 1e5 || size < 1e-3) {
    return value.toExponential(2).replace(/\.?0+e/, "e").replace("e+", "e").replaceAll("-", "−");
  }
  const digits = Math.max(0, significant - 1 - Math.floor(Math.log10(size)));
  return value.toLocaleString("en", { maximumFractionDigits: digits }).replaceAll("-", "−");
}

export const whole = (value) => value.toLocaleString("en");

export const clock = (time) => new Date(time).toLocaleTimeString("en-GB");

/** How long ago, in the largest unit that fits. */
export function ago(milliseconds) {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  if (seconds < 90) return `${seconds} s ago`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min ago`;
  if (seconds < 129600) return `${Math.round(seconds / 3600)} h ago`;
  return `${Math.round(seconds / 86400)} days ago`;
}

/** The name of a split; that of training has none of its own. */
export const splitName = (split) => split || "training";

/** The element with this id. */
export const by = (id) => document.getElementById(id);

/** An element with a class, text and children. */
export function element(tag, { className, text, title } = {}, ...children) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  if (title !== undefined) made.title = title;
  made.append(...children);
  return made;
}

/** Puts children into an element in place of what it holds. No spread: there may be any number of them. */
export function fill(box, children) {
  const all = document.createDocumentFragment();
  for (const child of children) all.append(child);
  box.replaceChildren(all);
}

const measure = document.createElement("canvas").getContext("2d");

/** A text in lines that are no wider than so many pixels, for canvas, which does not wrap by itself. */
export function wrapped(text, font, width) {
  measure.font = font;
  const lines = [""];
  for (const character of text) {
    const longer = lines[lines.length - 1] + character;
    if (longer.length > 1 && measure.measureText(longer).width > width) lines.push(character);
    else lines[lines.length - 1] = longer;
  }
  return lines;
}

/** What a tooltip shows: a heading and rows of colour, name and value. */
export function tip(heading, rows) {
  const box = element("div", { className: "tip" }, element("div", { className: "tip-head", text: heading }));
  for (const row of rows) {
    const line = element("div", { className: "tip-row" });
    if (row.color) {
      const mark = element("i");
      mark.style.background = row.color;
      line.append(mark);
    }
    line.append(element("span", { text: row.name }), element("b", { text: row.value }));
    box.append(line);
  }
  return box;
}
