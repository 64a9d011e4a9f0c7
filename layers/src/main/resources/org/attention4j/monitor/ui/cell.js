// A small multiple: the newest number and a little chart.
import { runColor, theme } from "./colors.js";
import { drawable } from "./picture.js";
import { measured, smoothed } from "./points.js";
import { element, fill, number, tip, whole } from "./text.js";

const models = new WeakMap();
const PAD = 3;

/** A canvas that shows the tooltip of its model. */
export function canvas() {
  const made = element("canvas", { className: "spark" });
  made.setAttribute("aria-hidden", "true");
  made.addEventListener("pointermove", (event) => pointed(made, event));
  made.addEventListener("pointerleave", hide);
  drawable(made, (context, width, height) => paint(context, width, height, models.get(made)));
  return made;
}

/** The contents of a cell: the newest numbers above the chart. */
export function cell(box, label) {
  const now = element("span", { className: "cell-now" });
  if (label === undefined) box.append(now, canvas());
  else box.append(element("span", { className: "cell-name", text: label }), now, canvas());
  return box;
}

/**
 * Shows a model in a cell: for each run of traces a line of one number, with a band between two others where
 * low and high are given; all on one axis of iterations (extent) and one scale of values (found).
 */
export function show(box, model) {
  const traces = model.traces.filter(({ line }) => line);
  const now = box.querySelector(".cell-now");
  fill(now, traces.map(({ line, run }) => {
    const value = element("b", { text: number(line.latest[0] ?? null, 3) });
    if (traces.length > 1) value.style.color = runColor(run);
    return value;
  }));
  if (traces.length === 0) now.textContent = "–";
  draw(box.querySelector("canvas"), { ...model, traces });
}

/** Draws a model on a canvas of cell.canvas. */
export function draw(box, model) {
  models.set(box, model);
  const scale = window.devicePixelRatio || 1;
  const { clientWidth: width, clientHeight: height } = box;
  if (width === 0) return;
  box.width = Math.round(width * scale);
  box.height = Math.round(height * scale);
  const context = box.getContext("2d");
  context.scale(scale, scale);
  paint(context, width, height, model);
}

function paint(context, width, height, model) {
  if (!model || model.found === null || model.extent === null) return;
  const { extent, found, scale, smooth } = model;
  const low = scale.place(found.min), high = scale.place(found.max);
  const x = (iteration) => PAD + ((iteration - extent[0]) / (extent[1] - extent[0])) * (width - 2 * PAD);
  const y = (value) => (high > low ? height - PAD - ((scale.place(value) - low) / (high - low)) * (height - 2 * PAD) : height / 2);
  context.strokeStyle = theme().line;
  context.lineWidth = 1;
  stroke(context, [{ iteration: extent[0], value: found.min }, { iteration: extent[1], value: found.min }], x,
    () => height - 0.5);
  for (const trace of model.traces) {
    const color = runColor(trace.run);
    context.strokeStyle = context.fillStyle = color;
    context.setLineDash(trace.run > 0 ? [4, 2] : []);
    if (trace.low && trace.high) band(context, trace, x, y);
    const points = measured(trace.line.columns, 0);
    context.globalAlpha = smooth > 0 ? 0.28 : 1;
    context.lineWidth = 1.4;
    stroke(context, points, x, y);
    context.globalAlpha = 1;
    if (smooth > 0) stroke(context, smoothed(trace.line.columns, 0, smooth), x, y);
    context.setLineDash([]);
  }
}

/** A line with gaps; a point alone between gaps is a dot. */
function stroke(context, points, x, y) {
  let length = 0;
  context.beginPath();
  points.forEach(({ iteration, value }, i) => {
    if (!Number.isFinite(value ?? NaN)) {
      length = 0;
      return;
    }
    if (length === 0) context.moveTo(x(iteration), y(value));
    else context.lineTo(x(iteration), y(value));
    length++;
    if (length === 1 && !Number.isFinite(points[i + 1]?.value ?? NaN)) {
      context.rect(x(iteration) - 0.75, y(value) - 0.75, 1.5, 1.5);
    }
  });
  context.stroke();
}

/** Filled from the low series to the high one, at each snapshot that both have. */
function band(context, { low, high }, x, y) {
  const upper = measured(high.columns, 0).filter(({ value, kind }) => Number.isFinite(value) && kind !== "least");
  const lower = measured(low.columns, 0).filter(({ value, kind }) => Number.isFinite(value) && kind !== "greatest");
  if (upper.length < 2 || lower.length < 2) return;
  context.globalAlpha = 0.16;
  context.beginPath();
  for (const { iteration, value } of upper) context.lineTo(x(iteration), y(value));
  for (const { iteration, value } of lower.reverse()) context.lineTo(x(iteration), y(value));
  context.closePath();
  context.fill();
  context.globalAlpha = 1;
}

let floating = null;

function hide() {
  if (floating) floating.hidden = true;
}

/** The tooltip: for each run the point nearest to the pointer. */
function pointed(box, event) {
  const model = models.get(box);
  if (!model || model.extent === null) return;
  const [first, last] = model.extent;
  const at = first + ((event.offsetX - PAD) / (box.clientWidth - 2 * PAD)) * (last - first);
  const rows = [];
  let heading = "";
  for (const trace of model.traces) {
    const points = measured(trace.line.columns, 0);
    let nearest = null;
    for (const point of points) {
      if (nearest === null || Math.abs(point.iteration - at) < Math.abs(nearest.iteration - at)) nearest = point;
    }
    if (nearest === null) continue;
    heading ||= `iteration ${whole(nearest.iteration)}`;
    const column = trace.line.columns[nearest.index];
    const many = column.snapshots > 1 && column.min?.[0] !== undefined && column.min[0] !== null;
    rows.push({
      color: runColor(trace.run), name: trace.name,
      value: many ? `${number(column.min[0])} … ${number(column.max[0])}` : number(nearest.value),
    });
  }
  if (!floating) {
    floating = element("div", { className: "float" });
    document.body.append(floating);
  }
  fill(floating, [tip(model.title ? `${model.title}, ${heading}` : heading, rows)]);
  floating.hidden = false;
  const { offsetWidth: width, offsetHeight: height } = floating;
  floating.style.left = `${Math.max(8, Math.min(event.clientX + 14, innerWidth - width - 8))}px`;
  floating.style.top = `${event.clientY + 18 + height > innerHeight ? event.clientY - height - 12 : event.clientY + 18}px`;
}
