// The loss, and below it on the same axis a line for each head of one layer.
import { LEFT, RIGHT, base, chart, theme, timeAxis, valueAxis } from "./charts.js";
import { headStyle } from "./colors.js";
import { title } from "./metrics.js";
import { greatest } from "./scale.js";
import { element, fill, number, tip, whole } from "./text.js";

const LOSS_HEIGHT = 96;
const GAP = 34;
const FEW = 60; // so few snapshots have a dot each, so that one alone between gaps is seen

const hidden = new Set();

const LINEAR = { log: false, place: (value) => value, value: (place) => place };

/** Draws; columns are those of one layer. */
export function draw(box, legendBox, { columns, loss, metric, alarms, extent, scale }) {
  const colors = theme();
  const heads = greatest(columns, 0, (column) => column.values.length);
  const height = box.clientWidth < 500 ? 190 : 250;
  const lossTop = 22;
  const linesTop = lossTop + LOSS_HEIGHT + GAP;
  const instance = chart(box, linesTop + height + 28);
  const heading = (text, top) => ({
    text, left: 0, top, textStyle: { color: colors.quiet, fontSize: 12, fontWeight: 400, fontFamily: colors.font },
  });
  const marks = {
    silent: true, symbol: "none", label: { show: false },
    lineStyle: { color: colors.bad, type: [4, 3], opacity: 0.75 },
    data: [...new Set(alarms.map((alarm) => alarm.alarm.iteration))].map((xAxis) => ({ xAxis })),
  };
  const series = [{
    name: "loss", type: "line", xAxisIndex: 0, yAxisIndex: 0, showSymbol: loss.length < FEW, symbolSize: 5,
    lineStyle: { color: colors.loss, width: 1.5 }, itemStyle: { color: colors.loss },
    data: points(loss, 0, LINEAR), markLine: marks,
  }];
  for (let head = 0; head < heads; head++) {
    if (hidden.has(head)) continue;
    const style = headStyle(head);
    series.push({
      name: `head ${head}`, type: "line", xAxisIndex: 1, yAxisIndex: 1,
      showSymbol: columns.length < FEW, symbolSize: 5, lineStyle: { ...style, width: 1.75 },
      itemStyle: { color: style.color }, emphasis: { disabled: true },
      data: points(columns, head, scale),
      markLine: series.length === 1 ? marks : undefined,
    });
  }
  instance.setOption({
    ...base(colors),
    title: [heading("Loss", 0), heading(title(metric), lossTop + LOSS_HEIGHT + 10)],
    axisPointer: { link: [{ xAxisIndex: "all" }], lineStyle: { color: colors.quiet }, label: { show: false } },
    grid: [
      { left: LEFT, right: RIGHT, top: lossTop, height: LOSS_HEIGHT },
      { left: LEFT, right: RIGHT, top: linesTop, height },
    ],
    xAxis: [timeAxis(extent, colors, 0, false), timeAxis(extent, colors, 1, true)],
    yAxis: [valueAxis(colors, 0, LINEAR), valueAxis(colors, 1, scale, positions(columns, scale))],
    tooltip: {
      ...base(colors).tooltip, trigger: "axis",
      formatter: (found) => tooltipOf([found].flat(), loss, columns),
    },
    series,
  }, { notMerge: true });
  drawLegend(legendBox, heads);
}

/** The positions of all that is drawn of the heads. */
function* positions(columns, scale) {
  for (const column of columns) {
    for (const values of [column.min, column.max]) {
      for (const value of values) if (Number.isFinite(value)) yield scale.place(value);
    }
  }
}

/**
 * A point a snapshot; of a column of several snapshots the least and the greatest value, one above the other. What is not
 * finite is a gap. The third number is that of the column.
 */
function points(columns, head, scale) {
  const made = [];
  columns.forEach((column, i) => {
    const x = column.snapshots === 1 ? column.first : Math.round((column.first + column.last) / 2);
    const ends = column.snapshots === 1 ? [column.values[head]] : [column.min[head], column.max[head]];
    for (const value of ends) made.push([x, Number.isFinite(value ?? NaN) ? scale.place(value) : null, i]);
  });
  return made;
}

function tooltipOf(found, loss, columns) {
  const seen = new Set();
  const rows = [];
  let heading = "";
  for (const { color, seriesName, value } of found) {
    if (seen.has(seriesName)) continue;
    seen.add(seriesName);
    const head = seriesName === "loss" ? 0 : Number(seriesName.slice("head ".length));
    const column = (seriesName === "loss" ? loss : columns)[value[2]];
    if (!column) continue;
    heading = column.snapshots === 1 ? `iteration ${whole(column.first)}`
      : `iterations ${whole(column.first)} to ${whole(column.last)}, ${whole(column.snapshots)} snapshots`;
    const mean = column.values[head] ?? null;
    if (mean === null) continue;
    rows.push({
      color, name: seriesName,
      value: column.snapshots === 1 ? number(mean) : `${number(column.min[head])} … ${number(column.max[head])}`,
    });
  }
  return tip(heading, rows);
}

/** Buttons that hide and show heads. */
function drawLegend(box, heads) {
  if (box.childElementCount === heads && box.dataset.dark === String(theme().dark)) return;
  box.dataset.dark = String(theme().dark);
  fill(box, Array.from({ length: heads }, (_, head) => {
    const style = headStyle(head);
    const mark = element("i", { className: style.type === "solid" ? "" : "dashed" });
    mark.style.borderColor = style.color;
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
