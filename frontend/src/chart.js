// The chart island. It draws the twin <table> that stands in the same figure: first column the categories, each
// further column a series. The table stays as the other view, and is what a reader without a script sees.
import { BarChart, CustomChart, LineChart } from "echarts/charts";
import { AriaComponent, GridComponent, LegendComponent, MarkLineComponent, TooltipComponent } from "echarts/components";
import * as echarts from "echarts/core";
import { SVGRenderer } from "echarts/renderers";
import { onRootChange, rootFactor } from "./root.js";

echarts.use([BarChart, CustomChart, LineChart, AriaComponent, GridComponent, LegendComponent, MarkLineComponent, TooltipComponent, SVGRenderer]);

// Under a strict CSP a style attribute set as text is refused, the same through the CSSOM is not. ECharts' SVG
// renderer writes it as text; this reroutes that one attribute for SVG elements.
const setAttribute = SVGElement.prototype.setAttribute;
SVGElement.prototype.setAttribute = function (name, value) {
  if (name === "style") this.style.cssText = value;
  else setAttribute.call(this, name, value);
};

const COLOURS = ["#14525c", "#c9822b", "#a93224", "#3f4b8a", "#2b6539", "#857d70"];
const SHAPES = ["circle", "rect", "triangle", "diamond", "roundRect", "emptyCircle"];

function number(cell) {
  const text = cell.dataset.value ?? cell.textContent.replace(/[,%\s]/g, "");
  return text === "" || Number.isNaN(Number(text)) ? null : Number(text);
}

// The interval of a rate: data-low and data-high of its cell.
function interval(cell) {
  const { low, high } = cell.dataset;
  return low && high ? [Number(low), Number(high)] : null;
}

function read(table) {
  const names = [...table.tHead.rows[0].cells].slice(1).map((cell) => cell.textContent.trim());
  const rows = [...table.tBodies[0].rows];
  return {
    categories: rows.map((row) => row.cells[0].textContent.trim()),
    series: names.map((name, at) => ({ name, data: rows.map((row) => number(row.cells[at + 1])), intervals: rows.map((row) => interval(row.cells[at + 1])) })),
  };
}

// Whiskers over a rate: how far it may lie from its long run by chance alone.
function whiskers({ name, intervals }, factor) {
  const reach = 5 * factor;
  return {
    name, type: "custom", silent: true, z: 5, tooltip: { show: false },
    data: intervals.flatMap((ends, at) => (ends ? [[at, ...ends]] : [])),
    encode: { x: 0, y: [1, 2] },
    renderItem: (_params, api) => {
      const [x, low] = api.coord([api.value(0), api.value(1)]);
      const [, high] = api.coord([api.value(0), api.value(2)]);
      const stroke = (x1, y1, x2, y2) => ({ type: "line", shape: { x1, y1, x2, y2 }, style: { stroke: "#1e2624", lineWidth: 1.5 * factor } });
      return { type: "group", children: [stroke(x, low, x, high), stroke(x - reach, low, x + reach, low), stroke(x - reach, high, x + reach, high)] };
    },
  };
}

function options({ categories, series }, { kind, unit, goal, title, factor }) {
  const size = Math.round(13 * factor);
  const family = getComputedStyle(document.body).fontFamily;
  const text = { color: "#3d433f", fontSize: size, fontFamily: family };
  const isLine = kind === "line";
  return {
    animation: !window.matchMedia("(prefers-reduced-motion: reduce)").matches,
    animationDuration: 300,
    color: COLOURS,
    textStyle: text,
    aria: { enabled: true, label: { description: title }, decal: { show: !isLine } },
    grid: { left: 8, right: 16, top: series.length > 1 ? size * 3 : size * 1.5, bottom: 8, containLabel: true },
    legend: { show: series.length > 1, top: 0, left: 0, itemGap: 18, textStyle: text },
    tooltip: { trigger: "axis", renderMode: "richText", confine: true, textStyle: { ...text, fontSize: size }, valueFormatter: (value) => (value === null ? "–" : `${value}${unit}`) },
    xAxis: { type: "category", data: categories, boundaryGap: !isLine, axisLabel: { ...text, hideOverlap: true }, axisTick: { show: false }, axisLine: { lineStyle: { color: "#857d70" } } },
    yAxis: { type: "value", scale: isLine, ...(isLine && goal !== null ? { min: ({ min }) => Math.floor(Math.min(min, goal)) - 1 } : {}), ...(goal === null ? {} : { max: ({ max }) => Math.ceil(Math.max(max, goal)) }), axisLabel: { ...text, formatter: `{value}${unit}` }, splitLine: { lineStyle: { color: "#e4ddd0" } }, splitNumber: 4 },
    series: [...series.map(({ intervals: _unused, ...one }, at) => ({
      ...one,
      type: isLine ? "line" : "bar",
      stack: kind === "stack" ? "all" : undefined,
      barMaxWidth: 36 * factor,
      symbol: SHAPES[at % SHAPES.length],
      symbolSize: 8 * factor,
      lineStyle: { width: 2.5, type: ["solid", "dashed", "dotted"][at % 3] },
      itemStyle: { borderRadius: isLine || kind === "stack" ? 0 : [4, 4, 0, 0] },
      markLine: at === 0 && goal !== null ? { silent: true, symbol: "none", data: [{ yAxis: goal }], lineStyle: { color: "#a93224", type: "dashed", width: 1.5 }, label: { ...text, color: "#87251a", formatter: `${goal}${unit}`, position: "insideStartTop" } } : undefined,
    })), ...series.filter((one) => one.intervals.some(Boolean)).map((one) => whiskers(one, factor))],
  };
}

window.lianglinChart = (figure) => {
  const table = figure.querySelector("table");
  const canvas = figure.querySelector(".chart__canvas");
  const data = read(table);
  const settings = { kind: figure.dataset.chart, unit: figure.dataset.unit ?? "", goal: figure.dataset.goal ? Number(figure.dataset.goal) : null, title: figure.dataset.title ?? "" };
  canvas.classList.add("chart__canvas--on");
  const chart = echarts.init(canvas, null, { renderer: "svg" });
  const draw = (factor) => {
    canvas.style.height = `${Math.round(300 * Math.sqrt(factor))}px`;
    chart.resize();
    chart.setOption(options(data, { ...settings, factor }), true);
  };
  draw(rootFactor());
  onRootChange(draw);
  new ResizeObserver(() => chart.resize()).observe(canvas);
  const fold = figure.querySelector("details[data-chart-table]");
  if (fold) fold.open = false;
  figure.dataset.island = "ready";
};
