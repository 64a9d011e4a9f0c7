// The loss, and below it on the same axis a line for each head of one layer, of one run or of two.
import { LEFT, RIGHT, base, chart, theme, timeAxis, valueAxis } from "./charts.js";
import { headStyle } from "./colors.js";
import { title } from "./metrics.js";
import { drawable } from "./picture.js";
import { measured, numbers, smoothed } from "./points.js";
import { greatest } from "./scale.js";
import { element, fill, number, tip, whole } from "./text.js";

const LOSS_HEIGHT = 96;
const GAP = 34;
const FEW = 60; // so few snapshots have a dot each, so that one alone between gaps is seen
const FAINT = 0.25;
const MANY = 2; // alarms in a row that have lines at both ends and a band between
const FULL_MARKS = 20; // with more marks of alarms each is fainter, so that the lines are seen

const hidden = new Set();

const LINEAR = { log: false, place: (value) => value, value: (place) => place };

/** How many heads a layer has. */
export const headsOf = (columns) => greatest(columns, 0, (column) => column.values.length);

/** The heads that the legend has not hidden. */
export const visible = (columns) => Array.from({ length: headsOf(columns) }, (_, head) => head).filter((head) => !hidden.has(head));

/** Draws; runs have a name, the columns of one layer and a loss. */
export function draw(box, legendBox, { runs, metric, marks, extent, scale, smooth }) {
  const colors = theme();
  const heads = greatest(runs, 0, ({ columns }) => headsOf(columns));
  const height = box.clientWidth < 500 ? 190 : 250;
  const lossTop = 22;
  const linesTop = lossTop + LOSS_HEIGHT + GAP;
  const instance = chart(box, linesTop + height + 28);
  const heading = (text, top) => ({
    text, left: 0, top, textStyle: { color: colors.quiet, fontSize: 12, fontWeight: 400, fontFamily: colors.font },
  });
  const alarms = alarmMarks(marks, colors);
  const series = [];
  const meaning = []; // of each series: what a tooltip says of it
  runs.forEach((run, place) => {
    const add = (columns, head, grid, style, name) => {
      const points = measured(columns, head);
      const place_ = grid === 0 ? LINEAR : scale;
      const line = {
        type: "line", xAxisIndex: grid, yAxisIndex: grid, symbolSize: 5, itemStyle: { color: style.color },
        emphasis: { disabled: true },
      };
      series.push({
        ...line, name: `${name} of run ${place}`, showSymbol: columns.length < FEW,
        lineStyle: { ...style, opacity: smooth > 0 ? FAINT : 1 }, data: drawn(points, place_),
        itemStyle: { color: style.color, opacity: smooth > 0 ? FAINT : 1 },
      });
      meaning.push({ run, name, head, columns, average: null });
      if (smooth === 0) return;
      const averages = smoothed(columns, head, smooth);
      series.push({
        ...line, name: `${name} of run ${place}, smoothed`, showSymbol: false, lineStyle: style, data: drawn(averages, place_),
      });
      meaning.push({ run, name, head, columns, average: averages });
    };
    add(run.loss, 0, 0, { color: colors.loss, width: 1.5, type: place > 0 ? "dashed" : "solid" }, "loss");
    for (const head of visible(run.columns)) {
      const style = headStyle(head);
      add(run.columns, head, 1, { ...style, width: 1.75, type: place > 0 ? "dashed" : runs.length > 1 ? "solid" : style.type }, `head ${head}`);
    }
  });
  for (const grid of [0, 1]) Object.assign(series.find(({ xAxisIndex }) => xAxisIndex === grid) ?? {}, alarms);
  instance.setOption({
    ...base(colors),
    title: [heading("Loss", 0), heading(title(metric), lossTop + LOSS_HEIGHT + 10)],
    axisPointer: { link: [{ xAxisIndex: "all" }], lineStyle: { color: colors.quiet }, label: { show: false } },
    grid: [
      { left: LEFT, right: RIGHT, top: lossTop, height: LOSS_HEIGHT },
      { left: LEFT, right: RIGHT, top: linesTop, height },
    ],
    xAxis: [timeAxis(extent, colors, 0, false), timeAxis(extent, colors, 1, true)],
    yAxis: [valueAxis(colors, 0, LINEAR), valueAxis(colors, 1, scale, positions(runs, scale))],
    tooltip: {
      ...base(colors).tooltip, trigger: "axis",
      formatter: (found) => tooltipOf([found].flat(), meaning, runs.length > 1),
    },
    series,
  }, { notMerge: true });
  drawLegend(legendBox, heads);
}

/** Dashes where alarms were; of many in a row the first and the last, and a band between them. The more there are, the fainter. */
function alarmMarks(spans, colors) {
  const ends = new Set();
  for (const { first, last } of spans) ends.add(first).add(last);
  const opacity = Math.min(0.75, Math.max(0.08, FULL_MARKS / ends.size));
  return {
    markLine: {
      silent: true, symbol: "none", label: { show: false }, zlevel: 0, z: 1, data: [...ends].map((xAxis) => ({ xAxis })),
      lineStyle: { color: colors.bad, type: opacity === 0.75 ? [4, 3] : "solid", opacity },
    },
    markArea: {
      silent: true, zlevel: 0, z: 1, itemStyle: { color: colors.bad, opacity: 0.08 },
      data: spans.filter(({ count }) => count > MANY).map(({ first, last }) => [{ xAxis: first }, { xAxis: last }]),
    },
  };
}

/** The positions of all that is drawn of the heads. */
function* positions(runs, scale) {
  for (const { columns } of runs) {
    for (const value of numbers(columns)) if (Number.isFinite(value ?? NaN)) yield scale.place(value);
  }
}

/** What is not finite is a gap. The third number is that of the column. */
const drawn = (points, scale) => points.map(({ iteration, value, index }) =>
  [iteration, Number.isFinite(value ?? NaN) ? scale.place(value) : null, index]);

function tooltipOf(found, meaning, several) {
  const rows = new Map();
  let heading = "";
  for (const { color, seriesIndex, value } of found) {
    const { run, name, head, columns, average } = meaning[seriesIndex];
    const column = columns[value[2]];
    const mean = column?.values[head] ?? null;
    if (mean === null) continue;
    heading ||= column.snapshots === 1 ? `iteration ${whole(column.first)}`
      : `iterations ${whole(column.first)} to ${whole(column.last)}, ${whole(column.snapshots)} snapshots`;
    const shown = several ? `${name}, ${run.name}` : name;
    const many = column.snapshots > 1 && (column.min?.[head] ?? null) !== null;
    const row = rows.get(shown) ?? { color, name: shown, value: many ? `${number(column.min[head])} … ${number(column.max[head])}` : number(mean) };
    if (average !== null) row.value += ` → ${number(average[value[2]].value)}`;
    rows.set(shown, row);
  }
  return tip(heading, [...rows.values()]);
}

/** Buttons that hide and show heads. */
function drawLegend(box, heads) {
  if (box.childElementCount === heads && box.dataset.dark === String(theme().dark)) return;
  box.dataset.dark = String(theme().dark);
  fill(box, Array.from({ length: heads }, (_, head) => {
    const style = headStyle(head);
    const mark = stroke(style.color, style.type !== "solid");
    const button = element("button", {}, mark, element("span", { text: `head ${head}` }));
    button.type = "button";
    button.setAttribute("aria-pressed", String(!hidden.has(head)));
    button.addEventListener("click", () => {
      if (!hidden.delete(head)) hidden.add(head);
      button.setAttribute("aria-pressed", String(!hidden.has(head)));
      box.dispatchEvent(new CustomEvent("heads"));
    });
    return button;
  }));
}

/** A short stroke, as in a legend. */
export function stroke(color, dashed) {
  const mark = element("i", { className: dashed ? "stroke dashed" : "stroke" });
  mark.style.borderColor = color;
  drawable(mark, (context, width) => {
    context.strokeStyle = color;
    context.lineWidth = 3;
    context.setLineDash(dashed ? [4, 3] : []);
    context.beginPath();
    context.moveTo(0, 1.5);
    context.lineTo(width, 1.5);
    context.stroke();
  });
  return mark;
}
