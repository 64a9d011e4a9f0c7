// Every head of every layer over time, one band a layer, on the axis of the lines.
import { LEFT, RIGHT, base, chart, theme, timeAxis } from "./charts.js";
import { colours, legend } from "./scale.js";
import { number, tip, whole } from "./text.js";

const TITLE = 20;
const GAP = 10;
const MAX_BINS = 240;

/** Looks brought down to so many columns; each is the mean of its looks. */
export function columns(points, max) {
  const size = Math.ceil(points.length / max);
  const heads = Math.max(0, ...points.map((point) => point.values.length));
  const result = [];
  for (let i = 0; i < points.length; i += size) {
    const bin = points.slice(i, i + size);
    const values = [];
    for (let head = 0; head < heads; head++) {
      const present = bin.map((p) => p.values[head]).filter((v) => v !== null && v !== undefined);
      values.push(present.length === 0 ? null : present.reduce((a, b) => a + b, 0) / present.length);
    }
    result.push({ first: bin[0].iteration, last: bin[bin.length - 1].iteration, values });
  }
  return result;
}

/** Draws; layers is a map from a name to its points. */
export function draw(box, ramp, { layers, found, extent, log, faults }) {
  const colors = theme();
  const color = colours(found, log);
  const rows = [...layers.values()].reduce((sum, points) => sum + headsOf(points), 0);
  const cell = rows > 64 ? 10 : rows > 24 ? 15 : 20;
  const option = { ...base(colors), title: [], grid: [], xAxis: [], yAxis: [], series: [] };
  let top = 0;
  let index = 0;
  for (const [layer, points] of layers) {
    const heads = headsOf(points);
    const last = index === layers.size - 1;
    option.title.push({
      text: layer, left: 0, top,
      textStyle: { color: colors.text, fontSize: 12, fontWeight: 600, fontFamily: colors.font, width: box.clientWidth - 8, overflow: "truncate" },
    });
    top += TITLE;
    option.grid.push({ left: LEFT, right: RIGHT, top, height: heads * cell, show: true, backgroundColor: colors.void, borderWidth: 0 });
    option.xAxis.push({ ...timeAxis(extent, colors, index, last), axisLine: { show: false } });
    option.yAxis.push(headAxis(colors, index, heads, cell));
    option.series.push(band(layer, points, index, color, extent, colors));
    top += heads * cell + GAP;
    index++;
  }
  chart(box, top + 14).setOption(option, { notMerge: true });
  legend(ramp, found && (log ? found.smallest : found.least), found && found.greatest, log ? "log" : "", faults);
}

const headsOf = (points) => Math.max(1, ...points.map((point) => point.values.length));

function headAxis(colors, gridIndex, heads, cell) {
  return {
    type: "value", gridIndex, min: 0, max: heads, inverse: true, interval: 1,
    axisLine: { show: false }, axisTick: { show: false }, splitLine: { show: false },
    axisLabel: {
      color: colors.quiet, fontSize: cell < 14 ? 9 : 11, verticalAlign: "top", margin: 8,
      padding: [Math.max(0, (cell - 12) / 2), 0, 0, 0],
      formatter: (head) => (head === heads ? "" : cell < 14 && head % 2 ? "" : `head ${head}`),
    },
  };
}

/** One band: a rectangle for each column and head, from its first look to the next column's. */
function band(layer, points, index, color, extent, colors) {
  const bins = columns(points, MAX_BINS);
  const data = [];
  bins.forEach((bin, i) => {
    const end = i + 1 < bins.length ? bins[i + 1].first : extent[1];
    bin.values.forEach((value, head) => {
      if (value !== null) data.push([bin.first, end, head, value, bin.last]);
    });
  });
  return {
    name: layer, type: "custom", xAxisIndex: index, yAxisIndex: index, clip: true, data,
    encode: { x: [0, 1], y: 2 }, emphasis: { itemStyle: { borderColor: colors.text, borderWidth: 1 } },
    tooltip: {
      formatter: ({ data: [first, , head, value, last], color: fill }) => tip(
        first === last ? `iteration ${whole(first)}` : `mean of iterations ${whole(first)} to ${whole(last)}`,
        [{ color: color(value) ?? fill, name: `${layer}, head ${head}`, value: number(value) }]),
    },
    renderItem: (params, api) => {
      // Whole pixels: no seams between columns.
      const [left, y] = api.coord([api.value(0), api.value(2)]).map(Math.round);
      const [right, bottom] = api.coord([api.value(1), api.value(2) + 1]).map(Math.round);
      return {
        type: "rect",
        shape: { x: left, y, width: Math.max(1, right - left), height: bottom - y - 1 },
        style: { fill: color(api.value(3)) },
        emphasis: { style: { stroke: colors.text, lineWidth: 1.5 } },
      };
    },
  };
}
