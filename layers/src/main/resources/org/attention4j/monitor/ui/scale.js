// Linear and logarithmic scales for colours and axes.
import { FAULT, GRADIENT, paintRamp, ramp } from "./colors.js";
import { drawable } from "./picture.js";
import { element, number } from "./text.js";

const WIDE = 300; // beyond this ratio a linear scale shows one end only

/** The greatest of what items give, at least the start. No spread: there may be any number of items. */
export function greatest(items, start, of = (item) => item) {
  let found = start;
  for (const item of items) {
    const value = of(item);
    if (value > found) found = value;
  }
  return found;
}

/** Least and greatest finite value, and the least size of one that is not zero; null if there is none. */
export function range(values) {
  let min = Infinity, max = -Infinity, smallest = Infinity;
  for (const value of values) {
    if (value === null || value === undefined || !Number.isFinite(value)) continue;
    if (value < min) min = value;
    if (value > max) max = value;
    if (value !== 0 && Math.abs(value) < smallest) smallest = Math.abs(value);
  }
  return min > max ? null : { min, max, smallest };
}

/** Whether values are better seen on a logarithmic scale. */
const suggestsLog = (found) =>
  found !== null && found.min >= 0 && found.smallest < Infinity && found.max / found.smallest > WIDE;

/**
 * Where values are drawn. A logarithmic scale counts powers of ten from the one below the smallest value:
 * that is at 1, ten times as much at 2. Zero is at 0 and negative values are below, in the same way, so that every
 * number has a place.
 */
export function scaleOf(found, log) {
  if (!log || found === null || found.smallest === Infinity) {
    return { log: false, place: (value) => value, value: (place) => place };
  }
  const unit = Math.floor(Math.log10(found.smallest));
  const size = (value) => Math.max(0, Math.log10(Math.abs(value)) - unit + 1);
  return {
    log: true,
    place: (value) => (value === 0 ? 0 : Math.sign(value) * size(value)),
    value: (place) => (place === 0 ? 0 : Math.sign(place) * 10 ** (Math.abs(place) - 1 + unit)),
  };
}

/** The scale that the reader has chosen, linear or log; for an empty choice the one that values need. */
export const scaleFor = (found, choice) => scaleOf(found, choice === "" ? suggestsLog(found) : choice === "log");

/** From a value to its colour. */
export function colours(found, scale) {
  if (found === null) return () => FAULT;
  const low = scale.place(found.min);
  const high = scale.place(found.max);
  return (value) => {
    if (!Number.isFinite(value)) return FAULT;
    return ramp(high > low ? (scale.place(value) - low) / (high - low) : 0.5);
  };
}

/** Draws the legend of a colour scale. */
export function legend(box, min, max, note, faults) {
  const bar = element("span", { className: "colours" });
  bar.style.background = GRADIENT;
  drawable(bar, paintRamp);
  box.replaceChildren(element("span", { text: min === null ? "" : number(min) }), bar,
    element("span", { text: max === null ? "" : number(max) + (note ? ` ${note}` : "") }));
  if (faults) {
    const mark = element("span", { className: "fault" });
    mark.style.background = FAULT;
    box.append(mark, element("span", { text: "not finite" }));
  }
}
