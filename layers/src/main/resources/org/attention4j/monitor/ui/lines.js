// The loss, and below it on the same axis a line for each head of one layer.
import { LEFT, RIGHT, base, chart, theme, timeAxis, valueAxis } from "./charts.js";
import { headStyle } from "./colors.js";
import { label } from "./metrics.js";
import { element, number, tip, whole } from "./text.js";

const LOSS_HEIGHT = 96;
const GAP = 34;

const hidden = new Set();

/** Draws; points are those of one layer. */
export function draw(box, legendBox, { points, loss, metric, alarms, extent, log }) {
  const colors = theme();
  const heads = Math.max(0, ...points.map((point) => point.values.length));
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
    name: "loss", type: "line", xAxisIndex: 0, yAxisIndex: 0, showSymbol: loss.length < 2, symbolSize: 5,
    sampling: "lttb", lineStyle: { color: colors.loss, width: 1.5 }, itemStyle: { color: colors.loss },
    data: loss, markLine: marks,
  }];
  for (let head = 0; head < heads; head++) {
    if (hidden.has(head)) continue;
    const style = headStyle(head);
    series.push({
      name: `head ${head}`, type: "line", xAxisIndex: 1, yAxisIndex: 1, sampling: "lttb",
      showSymbol: points.length < 2, symbolSize: 5, lineStyle: { ...style, width: 1.75 },
      itemStyle: { color: style.color }, emphasis: { disabled: true },
      data: points.map((point) => [point.iteration, point.values[head] ?? null]),
      markLine: series.length === 1 ? marks : undefined,
    });
  }
  instance.setOption({
    ...base(colors),
    title: [heading("Loss", 0), heading(label(metric), lossTop + LOSS_HEIGHT + 10)],
    axisPointer: { link: [{ xAxisIndex: "all" }], lineStyle: { color: colors.quiet }, label: { show: false } },
    grid: [
      { left: LEFT, right: RIGHT, top: lossTop, height: LOSS_HEIGHT },
      { left: LEFT, right: RIGHT, top: linesTop, height },
    ],
    xAxis: [timeAxis(extent, colors, 0, false), timeAxis(extent, colors, 1, true)],
    yAxis: [valueAxis(colors, 0, false), valueAxis(colors, 1, log)],
    tooltip: {
      ...base(colors).tooltip, trigger: "axis",
      formatter: (found) => tooltipOf([found].flat()),
    },
    series,
  }, { notMerge: true });
  drawLegend(legendBox, heads);
}

function tooltipOf(found) {
  const rows = found
    .filter((item) => item.value[1] !== null)
    .map((item) => ({ color: item.color, name: item.seriesName, value: number(item.value[1]), size: item.value[1] }));
  return tip(`iteration ${whole(found[0].value[0])}`, rows);
}

/** Buttons that hide and show heads. */
function drawLegend(box, heads) {
  if (box.childElementCount === heads && box.dataset.dark === String(theme().dark)) return;
  box.dataset.dark = String(theme().dark);
  box.replaceChildren(...Array.from({ length: heads }, (_, head) => {
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
