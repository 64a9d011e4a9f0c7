// Linear and logarithmic scales for colours and axes.
import { FAULT, GRADIENT, ramp } from "./colors.js";
import { element, number } from "./text.js";

const WIDE = 300; // beyond this ratio a linear scale shows one end only

/** Least and greatest finite value; null if there is none. */
export function range(values) {
  let least = Infinity, greatest = -Infinity, smallest = Infinity;
  for (const value of values) {
    if (value === null || !Number.isFinite(value)) continue;
    if (value < least) least = value;
    if (value > greatest) greatest = value;
    if (value > 0 && value < smallest) smallest = value;
  }
  return least > greatest ? null : { least, greatest, smallest };
}

/** Whether values are better seen on a logarithmic scale. */
export const suggestsLog = (found) =>
  found !== null && found.least >= 0 && found.smallest < Infinity && found.greatest / found.smallest > WIDE;

/** From a value to its colour. */
export function colours(found, log) {
  if (found === null) return () => FAULT;
  const useLog = log && found.smallest < Infinity && found.greatest > found.smallest;
  const low = useLog ? Math.log(found.smallest) : found.least;
  const high = useLog ? Math.log(found.greatest) : found.greatest;
  return (value) => {
    if (!Number.isFinite(value)) return FAULT;
    const place = useLog ? Math.log(Math.max(value, found.smallest)) : value;
    return ramp(high > low ? (place - low) / (high - low) : 0.5);
  };
}

/** Draws the legend of a colour scale. */
export function legend(box, least, greatest, note, faults) {
  const bar = element("span", { className: "colours" });
  bar.style.background = GRADIENT;
  box.replaceChildren(element("span", { text: least === null ? "" : number(least) }), bar,
    element("span", { text: greatest === null ? "" : number(greatest) + (note ? ` ${note}` : "") }));
  if (faults) {
    const mark = element("span", { className: "fault" });
    mark.style.background = FAULT;
    box.append(mark, element("span", { text: "not finite" }));
  }
}
