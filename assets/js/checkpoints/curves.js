// A chart of learning curves: lines in bands, each named at its end.

import { around, element, svg, svgText } from "../lib/elements.js";
import { narrateLearning, seedsOf, shortSteps, spreadLabels } from "./learning.js";
import { shareOf } from "../lib/scale.js";
import { alike } from "../lib/format.js";

const HEIGHT = 190;
const LABEL_GAP = 14;
// Lines differ by their dashes too.
const DASHES = ["", "7 4", "2 3", "9 3 2 3"];

/** @param chart as `readLearning` makes it */
export function curvesPicture(chart, theme) {
  const figure = around("figure", "curves", element("h3", "", chart.environment), element("p", "hint", [chart.unit, seedsOf(chart.lines)].filter(Boolean).join("; ")));
  const picture = around("div", "curves-picture", valueAxis(chart), plotOf(chart, theme), lineNames(chart, theme), stepAxis(chart));
  picture.style.setProperty("--longest", `${Math.max(...chart.lines.map(({ title }) => title.length), 0)}`);
  picture.setAttribute("role", "img");
  picture.setAttribute("aria-label", narrateLearning(chart));
  figure.append(picture);
  return figure;
}

const styleOf = (theme, look) => ({ stroke: theme.hues[look % theme.hues.length], "stroke-dasharray": DASHES[look % DASHES.length] });

/** Drawn in per cent of both directions and stretched to its room; strokes keep their width. */
function plotOf({ lines, x, y }, theme) {
  const plot = svg("svg", { class: "curves-plot", height: HEIGHT, viewBox: "0 0 100 100", preserveAspectRatio: "none" });
  const place = (steps, value) => `${shareOf(x, steps).toFixed(3)},${(100 - shareOf(y, value)).toFixed(3)}`;
  const straight = (x1, y1, x2, y2) => svg("line", { class: "grid-line", x1, y1, x2, y2 });
  plot.append(...y.ticks.map((tick) => straight(0, 100 - shareOf(y, tick), 100, 100 - shareOf(y, tick))));
  plot.append(...x.ticks.map((tick) => straight(shareOf(x, tick), 0, shareOf(x, tick), 100)));
  lines.forEach(({ points, look }) => {
    const edge = [...points.map((point) => place(point.x, point.high)), ...points.map((point) => place(point.x, point.low)).reverse()];
    plot.append(svg("polygon", { points: edge.join(" "), fill: styleOf(theme, look).stroke, "fill-opacity": 0.16 }));
  });
  lines.forEach(({ points, look }) => {
    plot.append(svg("polyline", { class: "curve", points: points.map((point) => place(point.x, point.y)).join(" "), ...styleOf(theme, look) }));
  });
  return plot;
}

/** The name of each line beside its end, with a piece of the line before it. */
function lineNames({ lines, y }, theme) {
  const ends = lines.map(({ points }) => HEIGHT * (1 - shareOf(y, points.at(-1).y) / 100));
  const places = spreadLabels(ends, LABEL_GAP, HEIGHT);
  const names = lines.flatMap(({ title, look }, index) => {
    const leader = svg("polyline", { class: "curve", points: `0,${ends[index]} 7,${places[index]} 23,${places[index]}`, ...styleOf(theme, look) });
    return [leader, svgText({ x: 27, y: places[index], "dominant-baseline": "central" }, title)];
  });
  return svg("svg", { class: "curves-names", height: HEIGHT }, ...names);
}

function valueAxis({ y }) {
  const texts = alike(y.ticks);
  return svg("svg", { class: "curves-values", height: HEIGHT }, ...y.ticks.map((tick, index) =>
    svgText({ x: "100%", dx: -6, y: `${100 - shareOf(y, tick)}%`, "text-anchor": "end", "dominant-baseline": "central" }, texts[index])));
}

const stepAxis = ({ x }) =>
  svg("svg", { class: "curves-steps", height: 18 }, ...x.ticks.map((tick) =>
    svgText({ x: `${shareOf(x, tick)}%`, y: 13, "text-anchor": "middle" }, shortSteps(tick))));
