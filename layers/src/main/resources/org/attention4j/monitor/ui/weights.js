// The weights of the rows that were sampled last: a small map for each head of one layer.
import { base, chart, dispose, theme } from "./charts.js";
import { ramp } from "./colors.js";
import { legend } from "./scale.js";
import { element, number, tip, whole } from "./text.js";

const ROW = 15;

/** Draws one layer's weights; sampled is undefined where there are none. */
export function draw(box, rampBox, sampled) {
  const rows = sampled ? sampled.rows : [];
  const heads = rows.length === 0 ? 0 : rows[0].weights.length;
  let greatest = 0;
  for (const row of rows) for (const head of row.weights) for (const w of head) if (Number(w) > greatest) greatest = Number(w);
  while (box.childElementCount > heads) {
    dispose(box.lastElementChild.lastElementChild);
    box.lastElementChild.remove();
  }
  while (box.childElementCount < heads) {
    const title = element("h3", {}, element("b"), element("span"));
    const map = element("div", { className: "chart" });
    map.setAttribute("role", "img");
    box.append(element("div", { className: "head" }, title, map));
  }
  for (let head = 0; head < heads; head++) one(box.children[head], rows, head, greatest);
  rampBox.hidden = heads === 0;
  legend(rampBox, 0, greatest, "square root", false);
}

function one(box, rows, head, greatest) {
  const colors = theme();
  const [title, map] = box.children;
  const count = Math.max(...rows.map((row) => row.keys[row.keys.length - 1])) + 1;
  const largest = Math.max(...rows.flatMap((row) => row.weights[head].map(Number)));
  title.children[0].textContent = `head ${head}`;
  title.children[1].textContent = `largest ${number(largest)}`;
  map.setAttribute("aria-label", `Weights of head ${head}; the largest is ${number(largest)}`);
  const data = [];
  rows.forEach((row, r) => row.keys.forEach((key, i) => data.push([key, r, Number(row.weights[head][i])])));
  chart(map, rows.length * ROW + 26).setOption({
    ...base(colors),
    grid: { left: 46, right: 6, top: 2, height: rows.length * ROW, show: true, backgroundColor: colors.void, borderWidth: 0 },
    xAxis: {
      type: "value", min: 0, max: count, minInterval: 1, splitLine: { show: false },
      axisLine: { show: false }, axisTick: { show: false },
      axisLabel: { color: colors.quiet, fontSize: 10, margin: 5, hideOverlap: true, showMaxLabel: false, formatter: (v) => whole(v) },
    },
    yAxis: {
      type: "value", min: 0, max: rows.length, inverse: true, interval: 1,
      axisLine: { show: false }, axisTick: { show: false }, splitLine: { show: false },
      axisLabel: {
        color: colors.quiet, fontSize: 10, verticalAlign: "top", margin: 6, padding: [2, 0, 0, 0],
        formatter: (r) => (rows[r] ? `q ${rows[r].query}` : ""),
      },
    },
    series: [{
      type: "custom", data, clip: true, encode: { x: 0, y: 1 },
      tooltip: {
        formatter: ({ data: [key, r, weight] }) => tip(
          `example ${rows[r].example}, query ${rows[r].query}`,
          [{ color: ramp(Math.sqrt(weight / greatest)), name: `key ${key}`, value: number(weight) }]),
      },
      renderItem: (params, api) => {
        const [left, top] = api.coord([api.value(0), api.value(1)]).map(Math.round);
        const [right, bottom] = api.coord([api.value(0) + 1, api.value(1) + 1]).map(Math.round);
        const weight = api.value(2);
        return {
          type: "rect",
          shape: { x: left, y: top, width: Math.max(1, right - left), height: bottom - top - 1 },
          style: { fill: ramp(greatest > 0 ? Math.sqrt(Math.max(0, weight) / greatest) : 0) },
          emphasis: { style: { stroke: colors.text, lineWidth: 1.5 } },
        };
      },
    }],
  }, { notMerge: true });
}
