// Draws the charts of the report from the numbers beside each picture. A picture stays where this fails.
"use strict";
const MARKERS = 24; // with more points, markers would hide the curve
const SPAN = 12; // so many pixels a drag needs in a direction to zoom in that direction
const NEAR = 0.03; // a curve without a point within this share of the axis is not in the tooltip
const PAD = 0.05;

const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
const measure = document.createElement("canvas").getContext("2d");

function element(tag, className, ...children) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.append(...children);
  return made;
}

/** A number in few significant digits. */
function number(value, significant = 4) {
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size >= 1e6 || size < 1e-3) {
    return value.toExponential(Math.min(2, significant - 1)).replace(/\.?0+e/, "e").replace("e+", "e").replaceAll("-", "−");
  }
  const digits = Math.max(0, significant - 1 - Math.floor(Math.log10(size)));
  return value.toLocaleString("en", { maximumFractionDigits: digits }).replaceAll("-", "−");
}

const LINEAR = { place: (value) => value, value: (place) => place, has: (value) => true, ticks: linearTicks };
const SCALES = {
  linear: LINEAR,
  names: LINEAR,
  log10: { place: Math.log10, value: (place) => 10 ** place, has: (value) => value > 0, ticks: powersOfTen },
  log2: { place: Math.log2, value: (place) => 2 ** place, has: (value) => value > 0, ticks: powersOfTwo },
};

/** Round numbers between two, about so many; each with its label. */
function linearTicks(low, high, count) {
  const rough = (high - low) / count;
  const unit = 10 ** Math.floor(Math.log10(rough));
  const step = unit * [1, 2, 5, 10].find((factor) => factor * unit >= rough * 0.999);
  const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const made = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + 1e-9 * step; i++) {
    const value = i * step;
    const large = Math.max(Math.abs(low), Math.abs(high));
    const label = large >= 1e6 || step < 1e-4 ? number(value)
      : value.toLocaleString("en", { minimumFractionDigits: decimals, maximumFractionDigits: decimals }).replaceAll("-", "−");
    made.push({ place: value, label: i === 0 ? "0" : label });
  }
  return made;
}

/** Powers of ten, or multiples of these where there is room, or round numbers where even these are too few. */
function powersOfTen(low, high, count) {
  const every = Math.max(1, Math.ceil((high - low) / count));
  const multiples = (factors) => {
    const made = [];
    for (let power = Math.floor(low); power <= high; power++) {
      if (power % every !== 0) continue;
      for (const factor of factors) {
        const place = power + Math.log10(factor);
        if (place >= low - 1e-9 && place <= high + 1e-9) made.push({ place, label: number(factor * 10 ** power) });
      }
    }
    return made;
  };
  const ticks = [[1, 2, 5], [1, 3], [1]].map(multiples).find((made) => made.length <= count + 1) ?? multiples([1]);
  return ticks.length > 2 ? ticks : between(SCALES.log10, low, high, count);
}

function powersOfTwo(low, high, count) {
  const made = [];
  for (let power = Math.ceil(low - 1e-9); power <= high + 1e-9; power++) {
    made.push({ place: power, label: number(2 ** power) });
  }
  return made.length > 1 ? made : between(SCALES.log2, low, high, count);
}

/** Round numbers on a short part of a logarithmic axis. */
const between = (scale, low, high, count) =>
  linearTicks(scale.value(low), scale.value(high), count)
    .filter((tick) => tick.place > 0)
    .map((tick) => ({ place: scale.place(tick.place), label: tick.label }));

class Chart {
  constructor(figure) {
    this.figure = figure;
    this.data = JSON.parse(figure.querySelector("script").textContent);
    this.x = SCALES[this.data.x.scale];
    this.y = SCALES[this.data.y.scale];
    this.hidden = new Set();
    this.zoom = null;
    let guides = 0;
    this.curves = this.data.curves.map((curve, i) => this.curve(curve, i, curve.style === "guide" ? guides++ : 0));
    this.build();
  }

  /** A curve whose points all have a position. */
  curve(curve, index, guide) {
    const groups = this.data.curves.length;
    const shift = this.data.x.scale === "names" ? (index - (groups - 1) / 2) * Math.min(0.16, 0.6 / groups) : 0;
    const points = [];
    curve.x.forEach((x, i) => {
      const y = curve.y[i];
      if (x === null || y === null || !this.x.has(x) || !this.y.has(y)) return;
      const ends = [curve.low?.[i] ?? null, curve.high?.[i] ?? null];
      const spread = ends.every((end) => end !== null && this.y.has(end)) ? ends : null;
      points.push({ x, y, spread, at: [this.x.place(x) + shift, this.y.place(y)] });
    });
    const dash = curve.style === "guide" ? (guide % 2 === 0 ? [7, 5] : [2, 4]) : curve.dashed ? [7, 5] : "solid";
    return { ...curve, index, points, dash };
  }

  get shown() {
    return this.curves.filter((curve) => !this.hidden.has(curve.index) && curve.points.length > 0);
  }

  color(curve) {
    return curve.style === "guide" ? css("guide") : css(`c${curve.color}`);
  }

  build() {
    const title = element("h3", "", this.data.title);
    this.reset = element("button", "", "Reset zoom");
    this.reset.type = "button";
    this.reset.hidden = true;
    this.reset.addEventListener("click", () => this.show(null));
    this.legend = element("div", "legend");
    this.plot = element("div", "plot");
    this.plot.setAttribute("role", "img");
    this.plot.setAttribute("aria-label", this.figure.querySelector("img").alt);
    const axis = (name) => element("div", `axis ${name}`, this.data[name].title);
    this.figure.prepend(element("div", "head", title, this.reset), this.legend, axis("y"), this.plot, axis("x"));
    this.drawLegend();
    this.listen();
  }

  /** Draws as soon as the reader is near, since a page has many charts. */
  start() {
    this.chart = echarts.init(this.plot);
    new ResizeObserver(() => {
      this.chart.resize();
      this.draw();
    }).observe(this.plot);
    this.draw();
  }

  drawLegend() {
    this.legend.replaceChildren();
    this.legend.hidden = this.curves.length < 2;
    for (const curve of this.curves) {
      const mark = element("i", curve.style);
      const set = () => {
        mark.style.color = this.color(curve);
        mark.style.borderTopStyle = curve.dash === "solid" ? "solid" : curve.dash[0] === 7 ? "dashed" : "dotted";
      };
      set();
      const button = element("button", "", mark, curve.name);
      button.type = "button";
      button.setAttribute("aria-pressed", String(!this.hidden.has(curve.index)));
      button.addEventListener("click", () => {
        if (!this.hidden.delete(curve.index)) this.hidden.add(curve.index);
        button.setAttribute("aria-pressed", String(!this.hidden.has(curve.index)));
        this.draw();
      });
      this.legend.append(button);
    }
  }

  /** What the axes span: all that is shown, or what the reader has drawn a rectangle around. */
  extent() {
    const x = [Infinity, -Infinity], y = [Infinity, -Infinity];
    const take = (range, place) => {
      range[0] = Math.min(range[0], place);
      range[1] = Math.max(range[1], place);
    };
    for (const value of this.data.y.least) if (this.y.has(value)) take(y, this.y.place(value));
    for (const curve of this.shown) {
      for (const point of curve.points) {
        take(x, point.at[0]);
        take(y, point.at[1]);
        for (const end of point.spread ?? []) take(y, this.y.place(end));
      }
    }
    if (this.data.x.scale === "names") x[0] = -0.5, x[1] = this.data.x.names.length - 0.5;
    const wide = ([low, high], pad) => {
      if (low > high) return [0, 1];
      const room = high > low ? pad * (high - low) : Math.abs(low) * PAD || 1;
      return [low - room, high + room];
    };
    return {
      x: this.zoom?.x ?? wide(x, this.data.x.scale === "names" ? 0 : 0.02),
      y: this.zoom?.y ?? wide(y, PAD),
    };
  }

  show(zoom) {
    this.zoom = zoom;
    this.reset.hidden = zoom === null;
    this.draw();
  }

  draw() {
    if (!this.chart) return;
    const width = this.plot.clientWidth, height = this.plot.clientHeight;
    const colors = { text: css("text"), faint: css("faint"), line: css("line"), card: css("card") };
    const family = getComputedStyle(document.body).fontFamily;
    const font = `12px ${family}`;
    measure.font = font;
    const wide = (ticks) => ticks.reduce((most, tick) => Math.max(most, measure.measureText(tick.label).width), 0);
    const extent = this.extent();
    const yTicks = this.y.ticks(extent.y[0], extent.y[1], Math.max(3, height / 48));
    const left = Math.ceil(wide(yTicks)) + 10;
    const room = width - left - 12;
    const { xTicks, tilted } = this.xTicks(extent.x, room, wide);
    const bottom = tilted ? Math.min(110, Math.ceil(wide(xTicks) * 0.6) + 18) : 24;
    this.grid = { left, right: 12, top: 8, bottom };
    this.chart.setOption({
      animation: false,
      textStyle: { fontFamily: family },
      grid: this.grid,
      xAxis: { type: "value", min: extent.x[0], max: extent.x[1], show: false },
      yAxis: { type: "value", min: extent.y[0], max: extent.y[1], show: false },
      tooltip: {
        trigger: "axis", confine: true, transitionDuration: 0, backgroundColor: colors.card, borderColor: colors.line,
        padding: [6, 10], textStyle: { color: colors.text, fontSize: 13 },
        extraCssText: "box-shadow: 0 4px 16px rgb(0 0 0 / 18%); border-radius: 8px;",
        axisPointer: { lineStyle: { color: colors.faint, type: "solid", opacity: 0.6 } },
        formatter: (found) => this.tip([found].flat()[0].axisValue, extent.x),
      },
      series: [
        this.ticks("x", xTicks, colors, font, tilted), this.ticks("y", yTicks, colors, font, false),
        ...this.shown.map((curve) => this.spread(curve, colors)).filter((series) => series !== null),
        ...this.shown.map((curve) => this.line(curve, extent.x)),
      ],
    }, { notMerge: true });
  }

  xTicks(extent, room, wide) {
    if (this.data.x.scale !== "names") {
      let count = Math.max(2, room / 80), ticks;
      do {
        ticks = this.x.ticks(extent[0], extent[1], count);
        count /= 1.5;
      } while (ticks.length > 2 && ticks.length * (wide(ticks) + 14) > room && count > 1);
      // Powers of two do not grow fewer: every second one has a label.
      if (ticks.length > 2 && ticks.length * (wide(ticks) + 8) > room) {
        ticks = ticks.map((tick, i) => (i % 2 === 0 ? tick : { ...tick, label: "" }));
      }
      return { xTicks: ticks, tilted: false };
    }
    const ticks = this.data.x.names.map((label, place) => ({ place, label }))
      .filter(({ place }) => place >= extent[0] && place <= extent[1]);
    return { xTicks: ticks, tilted: ticks.length * (wide(ticks) + 14) > room };
  }

  /** Grid lines and labels. ECharts' own are at one distance from another, which logarithmic axes do not have. */
  ticks(axis, ticks, colors, font, tilted) {
    return {
      type: "custom", silent: true, z: 0, clip: false, tooltip: { show: false }, animation: false,
      data: ticks.map((tick) => (axis === "x" ? [tick.place, null] : [null, tick.place])),
      renderItem: (params, api) => {
        const area = params.coordSys;
        const { place, label } = ticks[params.dataIndex];
        const at = api.coord(axis === "x" ? [place, 0] : [0, place])[axis === "x" ? 0 : 1];
        const end = area.y + area.height;
        const shape = axis === "x" ? { x1: at, x2: at, y1: area.y, y2: end } : { x1: area.x, x2: area.x + area.width, y1: at, y2: at };
        const text = axis === "x"
          ? { x: at, y: end + 7, rotation: tilted ? Math.PI / 5 : 0,
              style: { textAlign: tilted ? "right" : "center", textVerticalAlign: "top" } }
          : { x: area.x - 8, y: at, style: { textAlign: "right", textVerticalAlign: "middle" } };
        return {
          type: "group",
          children: [
            { type: "line", shape, style: { stroke: colors.line, lineWidth: 1 } },
            { type: "text", ...text, style: { ...text.style, text: label, fill: colors.faint, font } },
          ],
        };
      },
    };
  }

  /** A band around a line, bars through points. */
  spread(curve, colors) {
    const points = curve.points.filter((point) => point.spread !== null);
    if (points.length === 0) return null;
    const at = (api, point, end) => api.coord([point.at[0], this.y.place(point.spread[end])]);
    const band = (api) => [{
      type: "polygon",
      shape: { points: [...points.map((p) => at(api, p, 1)), ...[...points].reverse().map((p) => at(api, p, 0))] },
      style: { fill: this.color(curve), opacity: 0.17 },
    }];
    const bars = (api) => points.flatMap((point) => {
      const [x, low] = at(api, point, 0), high = at(api, point, 1)[1];
      const bar = (x1, y1, x2, y2) => ({ type: "line", shape: { x1, y1, x2, y2 }, style: { stroke: colors.text, lineWidth: 1.5 } });
      return [bar(x, low, x, high), bar(x - 4, low, x + 4, low), bar(x - 4, high, x + 4, high)];
    });
    return {
      type: "custom", silent: true, z: 1, clip: true, tooltip: { show: false }, animation: false, data: [points[0].at],
      renderItem: (params, api) => ({ type: "group", children: curve.style === "points" ? bars(api) : band(api) }),
    };
  }

  line(curve, extent) {
    const color = this.color(curve);
    const points = curve.style === "points";
    const near = curve.points.filter(({ at }) => at[0] >= extent[0] && at[0] <= extent[1]).length;
    return {
      name: curve.name, type: "line", zlevel: 0, z: curve.style === "guide" ? 2 : 3, animation: false,
      showSymbol: points || (curve.style === "line" && near <= MARKERS), symbol: "circle", symbolSize: points ? 9 : 6,
      lineStyle: { color, width: points ? 0 : curve.style === "guide" ? 1.5 : 2, type: curve.dash },
      itemStyle: { color }, emphasis: { disabled: true }, data: curve.points.map((point) => point.at),
    };
  }

  /** What the curves have at a position of the horizontal axis. */
  tip(place, extent) {
    const names = this.data.x.scale === "names";
    const at = names ? Math.round(place) : place;
    const reach = names ? 0.5 : NEAR * (extent[1] - extent[0]);
    const shown = names ? this.data.x.names[at] : number(this.x.value(place), 5);
    const box = element("div", "tip", element("div", "tip-head", names ? shown : `${this.data.x.title} ${shown}`));
    for (const curve of this.shown) {
      let nearest = null, distance = reach;
      for (const point of curve.points) {
        const away = Math.abs(point.at[0] - at);
        if (away <= distance) nearest = point, distance = away;
      }
      if (nearest === null) continue;
      const mark = element("i");
      mark.style.background = this.color(curve);
      const row = element("div", "tip-row", mark, element("span", "", curve.name), element("b", "", number(nearest.y)));
      if (nearest.spread !== null && nearest.spread[0] !== nearest.spread[1]) {
        row.append(element("small", "", nearest.spread.map((end) => number(end)).join(" … ")));
      }
      if (!names && distance > 1e-9) row.append(element("small", "", `at ${number(nearest.x)}`));
      box.append(row);
    }
    return box;
  }

  /** Zooms to a rectangle that is drawn with mouse, pen or, sideways, a finger; a double click resets. */
  listen() {
    let from = null;
    const selection = element("div", "selection");
    const inside = (event) => {
      const box = this.plot.getBoundingClientRect();
      const within = (at, low, high) => Math.min(high, Math.max(low, at));
      return [
        within(event.clientX - box.left, this.grid.left, box.width - this.grid.right),
        within(event.clientY - box.top, this.grid.top, box.height - this.grid.bottom),
      ];
    };
    const end = () => {
      from = null;
      selection.remove();
    };
    /** The ends of the rectangle in both directions, null for one in which the drag is too short. */
    const ends = (event) => inside(event).map((to, i) =>
      (Math.abs(to - from[i]) < SPAN || (i === 1 && event.pointerType === "touch")) ? null
        : [Math.min(from[i], to), Math.max(from[i], to)]);
    this.plot.addEventListener("pointerdown", (event) => {
      if (!this.chart || event.button !== 0) return;
      from = inside(event);
    });
    this.plot.addEventListener("pointermove", (event) => {
      if (from === null) return;
      const [x, y] = ends(event);
      if (x === null && y === null) return selection.remove();
      if (!selection.isConnected) {
        this.plot.append(selection);
        this.plot.setPointerCapture(event.pointerId);
        this.chart.dispatchAction({ type: "hideTip" });
      }
      const left = x?.[0] ?? this.grid.left, top = y?.[0] ?? this.grid.top;
      const right = x?.[1] ?? this.plot.clientWidth - this.grid.right;
      const bottom = y?.[1] ?? this.plot.clientHeight - this.grid.bottom;
      Object.assign(selection.style, { left: `${left}px`, top: `${top}px`, width: `${right - left}px`, height: `${bottom - top}px` });
    });
    this.plot.addEventListener("pointerup", (event) => {
      if (from === null) return;
      const [x, y] = ends(event);
      end();
      if (x === null && y === null) return;
      const place = (axis, at) => this.chart.convertFromPixel({ [`${axis}AxisIndex`]: 0 }, at);
      const before = this.extent();
      this.show({
        x: x === null ? before.x : [place("x", x[0]), place("x", x[1])],
        y: y === null ? before.y : [place("y", y[1]), place("y", y[0])],
      });
    });
    this.plot.addEventListener("pointercancel", end);
    this.plot.addEventListener("dblclick", () => this.show(null));
  }
}

const charts = [];
for (const figure of document.querySelectorAll("figure")) {
  charts.push(new Chart(figure));
  figure.classList.add("drawn");
}
const near = new IntersectionObserver((entries) => {
  for (const entry of entries) {
    if (!entry.isIntersecting) continue;
    near.unobserve(entry.target);
    charts.find((chart) => chart.plot === entry.target).start();
  }
}, { rootMargin: "800px" });
for (const chart of charts) near.observe(chart.plot);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  for (const chart of charts) {
    chart.drawLegend();
    chart.draw();
  }
});
