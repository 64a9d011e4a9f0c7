// Every head of every layer over time, one band a layer, on the axis of the lines.
import { LEFT, RIGHT, base, chart, theme, timeAxis } from "./charts.js";
import { headsOf } from "./lines.js";
import { colours, legend } from "./scale.js";
import { number, tip, whole, wrapped } from "./text.js";

const TITLE = 20;
const TITLE_LINE = 16;
const GAP = 10;
const MAX_BINS = 240;

/** Columns brought down to so many; each is the mean of its snapshots. */
function bins(columns, max) {
  const size = Math.ceil(columns.length / max);
  if (size <= 1) return columns;
  const heads = headsOf(columns);
  const result = [];
  for (let i = 0; i < columns.length; i += size) {
    const bin = columns.slice(i, i + size);
    const values = [];
    for (let head = 0; head < heads; head++) {
      let sum = 0, snapshots = 0;
      for (const column of bin) {
        const value = column.values[head];
        if (value === null || value === undefined) continue;
        sum += value * column.snapshots;
        snapshots += column.snapshots;
      }
      values.push(snapshots === 0 ? null : sum / snapshots);
    }
    const snapshots = bin.reduce((sum, column) => sum + column.snapshots, 0);
    result.push({ first: bin[0].first, last: bin[bin.length - 1].last, snapshots, values });
  }
  return result;
}

/** Draws; layers is a map from a name to its columns, chosen(layer) is called on a click. */
export function draw(box, rampBox, { layers, found, extent, scale, faults, chosen }) {
  const colors = theme();
  const color = colours(found, scale);
  const rows = [...layers.values()].reduce((sum, columns) => sum + headsOf(columns), 0);
  const cell = rows > 64 ? 10 : rows > 24 ? 15 : 20;
  const option = { ...base(colors), title: [], grid: [], xAxis: [], yAxis: [], series: [] };
  let top = 0;
  let index = 0;
  for (const [layer, columns] of layers) {
    const heads = headsOf(columns);
    const last = index === layers.size - 1;
    const lines = wrapped(layer, `600 12px ${colors.font}`, box.clientWidth - 8);
    option.title.push({
      text: lines.join("\n"), left: 0, top,
      textStyle: { color: colors.text, fontSize: 12, lineHeight: TITLE_LINE, fontWeight: 600, fontFamily: colors.font },
    });
    top += TITLE + (lines.length - 1) * TITLE_LINE;
    option.grid.push({ left: LEFT, right: RIGHT, top, height: heads * cell, show: true, backgroundColor: colors.void, borderWidth: 0 });
    option.xAxis.push({ ...timeAxis(extent, colors, index, last), axisLine: { show: false } });
    option.yAxis.push(headAxis(colors, index, heads, cell));
    option.series.push(band(layer, columns, index, color, extent, colors));
    top += heads * cell + GAP;
    index++;
  }
  const instance = chart(box, top + 14);
  instance.setOption(option, { notMerge: true });
  instance.off("click");
  instance.on("click", ({ seriesName }) => chosen(seriesName));
  legend(rampBox, found && found.min, found && found.max, scale.log ? "log" : "", faults);
}

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

/** One band: a rectangle for each column and head, from its first snapshot to the next column's. */
function band(layer, columns, index, color, extent, colors) {
  const drawn = bins(columns, MAX_BINS);
  const data = [];
  drawn.forEach((bin, i) => {
    const end = i + 1 < drawn.length ? drawn[i + 1].first : extent[1];
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
