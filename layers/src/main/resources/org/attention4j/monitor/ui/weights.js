// The weights of the rows that were sampled last: for each head of one layer a small map of each example.
import { base, chart, dispose, theme } from "./charts.js";
import { ramp } from "./colors.js";
import { greatest, legend } from "./scale.js";
import { element, number, tip, whole } from "./text.js";

const ROW = 15;
const HEADING = 18;
const AXIS = 26;

/** Rows by example, in the order in which they come. */
function byExample(rows) {
  const examples = new Map();
  for (const row of rows) {
    if (!examples.has(row.example)) examples.set(row.example, []);
    examples.get(row.example).push(row);
  }
  return examples;
}

/** Draws one layer's weights, of one head or, for null, of all; sampled has no rows where there are none. */
export function draw(box, rampBox, sampled, only) {
  const { rows, span } = sampled;
  for (const row of rows) row.weights = row.weights.map((head) => head.map(Number));
  const all = rows.length === 0 ? [] : [...rows[0].weights.keys()];
  const heads = only === null ? all : all.filter((head) => head === only);
  const most = greatest(rows, 0, (row) => greatest(row.weights, 0, (head) => greatest(head, 0)));
  while (box.childElementCount > heads.length) {
    dispose(box.lastElementChild.lastElementChild);
    box.lastElementChild.remove();
  }
  while (box.childElementCount < heads.length) {
    const title = element("h3", {}, element("b"), element("span"));
    const map = element("div", { className: "chart" });
    map.setAttribute("role", "img");
    box.append(element("div", { className: "head" }, title, map));
  }
  const examples = byExample(rows);
  heads.forEach((head, i) => one(box.children[i], examples, head, most, span));
  rampBox.hidden = heads.length === 0;
  legend(rampBox, 0, most, "square root", false);
}

function one(box, examples, head, most, span) {
  const colors = theme();
  const [title, map] = box.children;
  const rows = [...examples.values()].flat();
  const count = greatest(rows, 0, (row) => row.keys[row.keys.length - 1]) + span;
  const largest = greatest(rows, -Infinity, (row) => greatest(row.weights[head], -Infinity));
  title.children[0].textContent = `head ${head}`;
  title.children[1].textContent = largest === -Infinity ? "not finite" : `largest ${number(largest)}`;
  map.setAttribute("aria-label", `Weights of head ${head}; the largest is ${number(largest)}`);
  const option = { ...base(colors), title: [], grid: [], xAxis: [], yAxis: [], series: [] };
  let top = 0;
  let index = 0;
  for (const [example, its] of examples) {
    option.title.push({
      text: `example ${example}`, left: 0, top,
      textStyle: { color: colors.quiet, fontSize: 11, fontWeight: 400, fontFamily: colors.font },
    });
    top += HEADING;
    option.grid.push({ left: 46, right: 6, top, height: its.length * ROW, show: true, backgroundColor: colors.void, borderWidth: 0 });
    option.xAxis.push({
      type: "value", gridIndex: index, min: 0, max: count, minInterval: 1, splitLine: { show: false },
      axisLine: { show: false }, axisTick: { show: false },
      axisLabel: {
        show: index === examples.size - 1, color: colors.quiet, fontSize: 10, margin: 5, hideOverlap: true,
        showMaxLabel: false, formatter: (v) => whole(v),
      },
    });
    option.yAxis.push({
      type: "value", gridIndex: index, min: 0, max: its.length, inverse: true, interval: 1,
      axisLine: { show: false }, axisTick: { show: false }, splitLine: { show: false },
      axisLabel: {
        color: colors.quiet, fontSize: 10, verticalAlign: "top", margin: 6, padding: [2, 0, 0, 0],
        formatter: (r) => (its[r] ? `q ${its[r].query}` : ""),
      },
    });
    option.series.push(series(example, its, index, head, most, span, colors));
    top += its.length * ROW + (index < examples.size - 1 ? 6 : AXIS);
    index++;
  }
  chart(map, top).setOption(option, { notMerge: true });
}

/** The rows of one example. */
function series(example, rows, index, head, most, span, colors) {
  const data = [];
  rows.forEach((row, r) => row.keys.forEach((key, i) => data.push([key, r, row.weights[head][i]])));
  const color = (weight) => ramp(most > 0 ? Math.sqrt(Math.max(0, weight) / most) : 0);
  return {
    name: `example ${example}`, type: "custom", xAxisIndex: index, yAxisIndex: index, data, clip: true,
    encode: { x: 0, y: 1 },
    tooltip: {
      formatter: ({ data: [key, r, weight] }) => tip(
        `example ${example}, query ${rows[r].query}`,
        [{
          color: color(weight), value: number(weight),
          name: span === 1 ? `key ${key}` : `largest of keys ${key} to ${key + span - 1}`,
        }]),
    },
    renderItem: (params, api) => {
      const [left, top] = api.coord([api.value(0), api.value(1)]).map(Math.round);
      const [right, bottom] = api.coord([api.value(0) + span, api.value(1) + 1]).map(Math.round);
      return {
        type: "rect",
        shape: { x: left, y: top, width: Math.max(1, right - left), height: bottom - top - 1 },
        style: { fill: color(api.value(2)) },
        emphasis: { style: { stroke: colors.text, lineWidth: 1.5 } },
      };
    },
  };
}
