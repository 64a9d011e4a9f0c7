// What all charts have in common.
import { theme } from "./colors.js";
import { drawable } from "./picture.js";
import { range } from "./scale.js";
import { number, whole } from "./text.js";

export const LEFT = 58;
export const RIGHT = 30; // half the last label of the axis of iterations

const charts = new Map();

/** The chart of an element, made or resized to a height. */
export function chart(box, height) {
  if (box.style.height !== `${height}px`) box.style.height = `${height}px`;
  let made = charts.get(box);
  if (!made) {
    made = echarts.init(box);
    charts.set(box, made);
    new ResizeObserver(() => made.resize()).observe(box);
    drawable(box, (context, width, height) => context.drawImage(made.getRenderedCanvas({ pixelRatio: 2 }), 0, 0, width, height));
  } else if (made.getHeight() !== height) {
    made.resize();
  }
  return made;
}

/** Frees the chart of an element that goes away. */
export function dispose(box) {
  charts.get(box)?.dispose();
  charts.delete(box);
}

export function base(colors) {
  return {
    animation: false,
    textStyle: { fontFamily: colors.font, color: colors.quiet },
    tooltip: tooltip(colors),
  };
}

export function tooltip(colors) {
  return {
    confine: true, backgroundColor: colors.card, borderColor: colors.line,
    textStyle: { color: colors.text, fontSize: 13 }, transitionDuration: 0,
    extraCssText: "box-shadow: 0 4px 16px rgb(0 0 0 / 18%); border-radius: 8px; max-width: 300px; white-space: normal;",
  };
}

/** The axis of iterations, the same in every chart of time. */
export function timeAxis(extent, colors, gridIndex, labels) {
  return {
    type: "value", gridIndex, min: extent[0], max: extent[1], minInterval: 1,
    axisLine: { onZero: false, lineStyle: { color: colors.line } },
    axisTick: { show: labels, lineStyle: { color: colors.line } },
    splitLine: { show: false },
    axisLabel: { show: labels, color: colors.quiet, hideOverlap: true, showMaxLabel: false, formatter: (v) => whole(v) },
  };
}

/** An axis of values; on a logarithmic scale from one power of ten to another around all positions. */
export function valueAxis(colors, gridIndex, scale, positions = []) {
  const axis = {
    type: "value", gridIndex, scale: true, splitNumber: 3,
    axisLine: { show: false }, axisTick: { show: false },
    splitLine: { lineStyle: { color: colors.grid } },
    axisLabel: { color: colors.quiet, formatter: (place) => number(scale.value(place)), hideOverlap: true },
  };
  if (!scale.log) return axis;
  const found = range(positions);
  return found === null ? axis
    : { ...axis, min: Math.floor(found.min), max: Math.max(Math.ceil(found.max), Math.floor(found.min) + 1), minInterval: 1 };
}

export { theme };
