// The returns of one checkpoint as a picture: a row for the prior alone and for each planner, all on the axis of the environment. Places are given in
// per cent, so that the picture fits its room without being drawn again; colours are the style sheet's.

import { measured } from "./cards.js";
import { around, element, svg, svgText } from "../lib/elements.js";
import { shareOf } from "../lib/scale.js";
import { alike, count } from "../lib/format.js";

const HEIGHT = 30;
const MIDDLE = HEIGHT / 2;

/**
 * @param rows as `returnsOf` makes them
 * @param scale as `returnsScale` makes it, of all checkpoints that are to be compared
 */
export function returnsPicture(rows, scale) {
  if (!rows.length) return element("p", "returns hint", "No returns were measured.");
  const prior = rows.find(({ who }) => who === "prior")?.mean;
  const list = around("ul", "returns-rows", ...rows.map((row) => returnsRow(row, scale, prior)));
  return around("div", "returns", list, axisRow(scale));
}

function returnsRow(row, scale, prior) {
  const name = element("span", "returns-name", row.title);
  if (row.budget) {
    const budget = element("small", "", row.budget.short);
    budget.title = row.budget.long;
    name.append(" ", budget);
  }
  const value = around("span", "returns-value", element("b", "", measured(row.mean, row.error)), " ", element("small", "", count(row.episodes, "episode")));
  return around("li", "returns-row", name, " ", plotOf(row, scale, prior), value);
}

/** Grid, what planning changes, the error bar, and the mean; only the grid where there is no mean. */
function plotOf({ who, mean, error }, scale, prior) {
  const at = (value) => `${shareOf(scale, value)}%`;
  const across = (className, from, to) => svg("line", { class: className, x1: at(from), x2: at(to), y1: MIDDLE, y2: MIDDLE });
  const end = (value) => svg("line", { class: "returns-error", x1: at(value), x2: at(value), y1: MIDDLE - 4, y2: MIDDLE + 4 });
  const plot = svg("svg", { class: "returns-plot", height: HEIGHT, "aria-hidden": "true" }, ...scale.ticks.map((tick) => gridLine(at(tick))));
  if (!Number.isFinite(mean)) return plot;
  if (who !== "prior" && Number.isFinite(prior)) plot.append(across("returns-change", prior, mean));
  if (error > 0) plot.append(across("returns-error", mean - error, mean + error), end(mean - error), end(mean + error));
  plot.append(svg("circle", { class: who === "prior" ? "returns-prior" : "returns-planned", cx: at(mean), cy: MIDDLE, r: 5 }));
  return plot;
}

/** All returns of a checkpoint on one line, and what the best planner adds to the prior. */
export function dumbbell(rows, scale) {
  const at = (value) => `${shareOf(scale, value)}%`;
  const known = rows.filter(({ mean }) => Number.isFinite(mean));
  const prior = known.find(({ who }) => who === "prior");
  const best = known.filter((row) => row !== prior).reduce((one, other) => (one && one.mean >= other.mean ? one : other), /** @type {any} */ (null));
  const plot = svg("svg", { class: "returns-plot", height: 16, "aria-hidden": "true" }, svg("line", { class: "grid-line", x1: 0, x2: "100%", y1: 8, y2: 8 }));
  if (prior && best) plot.append(svg("line", { class: "returns-change", x1: at(prior.mean), x2: at(best.mean), y1: 8, y2: 8 }));
  for (const row of known) plot.append(svg("circle", { class: row === prior ? "returns-prior" : "returns-planned", cx: at(row.mean), cy: 8, r: row === prior || row === best ? 4.5 : 2.5 }));
  return plot;
}

const gridLine = (x) => svg("line", { class: "grid-line", x1: x, x2: x, y1: 0, y2: "100%" });

function axisRow(scale) {
  const words = alike(scale.ticks);
  const texts = scale.ticks.map((tick, index) => svgText({ x: `${shareOf(scale, tick)}%`, y: 11, "text-anchor": "middle" }, words[index]));
  const axis = around("div", "returns-row returns-axis", element("span", "returns-name", "return"), svg("svg", { class: "returns-plot", height: 15 }, ...texts));
  axis.setAttribute("aria-hidden", "true");
  return axis;
}
