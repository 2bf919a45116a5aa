// Pictures of panels as plain trees of SVG nodes: a tree can be looked at in a test and written to a file; `build` makes elements of it.

import { svg } from "../lib/elements.js";

/** A node of a picture: a tag, its attributes, and its children, which are nodes or text. */
export const node = (tag, attributes, ...children) => ({ tag, attributes, children });

export const text = (x, y, words, attributes = {}) => node("text", { x, y, ...attributes }, words);
export const line = (x1, y1, x2, y2, stroke, attributes = {}) => node("line", { x1, y1, x2, y2, stroke, ...attributes });

/** The element of a node. Numbers are rounded to hundredths of a pixel. */
export function build({ tag, attributes, children }) {
  const rounded = Object.entries(attributes).map(([name, value]) => [name, typeof value === "number" ? Math.round(value * 100) / 100 : value]);
  return svg(tag, Object.fromEntries(rounded), ...children.map((child) => (typeof child === "string" ? child : build(child))));
}

/**
 * Corners of a regular figure or a star of radius 1, the first one at the top.
 * @param {number} count
 * @param {number | null} inner radius of a star's inner corners
 */
function corners(count, inner = null) {
  const points = inner === null ? count : 2 * count;
  return Array.from({ length: points }, (_, index) => {
    const [angle, radius] = [(2 * Math.PI * index) / points - Math.PI / 2, inner !== null && index % 2 ? inner : 1];
    return [radius * Math.cos(angle), radius * Math.sin(angle)];
  });
}

const ARM = 0.36;
const PLUS = [[-ARM, -1], [ARM, -1], [ARM, -ARM], [1, -ARM], [1, ARM], [ARM, ARM], [ARM, 1], [-ARM, 1], [-ARM, ARM], [-1, ARM], [-1, -ARM], [-ARM, -ARM]];
// By the names that palette.js has for them. Scaled so that they look equally large.
const OUTLINES = {
  square: [[-0.85, -0.85], [0.85, -0.85], [0.85, 0.85], [-0.85, 0.85]],
  "triangle-up": [[0, -1.05], [1.05, 0.8], [-1.05, 0.8]],
  diamond: [[0, -1.2], [1.2, 0], [0, 1.2], [-1.2, 0]],
  "triangle-down": [[0, 1.05], [1.05, -0.8], [-1.05, -0.8]],
  cross: PLUS.map(([x, y]) => [1.1 * x, 1.1 * y]),
  star: corners(5, 0.45).map(([x, y]) => [1.25 * x, 1.25 * y + 0.1]),
  pentagon: corners(5).map(([x, y]) => [1.05 * x, 1.05 * y]),
  "diamond-tall": [[0, -1.3], [0.85, 0], [0, 1.3], [-0.85, 0]],
};

const path = (points) => `M${points.map(([x, y]) => `${x.toFixed(2)} ${y.toFixed(2)}`).join("L")}Z`;

/** A marker around a point; `shape` as `actionSymbol` names it. */
export function marker(shape, x, y, radius, attributes) {
  if (!OUTLINES[shape]) return node("circle", { cx: x, cy: y, r: radius, ...attributes });
  return node("path", { d: path(OUTLINES[shape].map(([dx, dy]) => [x + radius * dx, y + radius * dy])), ...attributes });
}

/** The mark of an exact answer: a tall diamond with an edge that is seen over bars. */
export const truthMarker = (theme, x, y, radius) =>
  marker("diamond-tall", x, y, radius, { fill: theme.truth, stroke: theme.ink, "stroke-width": 0.9, "data-mark": "exact" });

/** The mark of what is optimal: an oblique cross. */
export const optimalMarker = (theme, x, y, radius) =>
  node("path", {
    d: `M${x - radius} ${y - radius}L${x + radius} ${y + radius}M${x - radius} ${y + radius}L${x + radius} ${y - radius}`,
    stroke: theme.ink, "stroke-width": 1.7, fill: "none", "data-mark": "optimal",
  });

/** V(s0), dotted, and the value target, as lines along `draw(value, attributes)`; left out where there is no value. */
export function rootValueLines({ root_value, value_target }, theme, draw) {
  return [["V(s0)", root_value, { "stroke-width": 1.6, "stroke-dasharray": "0.1 3.4", "stroke-linecap": "round" }], ["target", value_target, { "stroke-width": 1.4 }]]
    .filter(([, value]) => Number.isFinite(value))
    .map(([name, value, style]) => draw(value, { stroke: theme.muted, "data-line": name, ...style }));
}

// Of a wide font (DejaVu Sans), in parts of its size: with others there is a little more air.
/** @type {[RegExp, number][]} */
const WIDTHS = [[/[iljI.,:;'|!]/, 0.3], [/[ftr()[\]\s\-/]/, 0.4], [/[mwMW%@…]/, 0.95], [/[+−=<>]/, 0.84], [/[A-Z▸]/, 0.7]];

/** About how wide a text is, rather more than less; layout must not wait for a font. */
export function textWidth(words, size = 11, bold = false) {
  const ems = Array.from(words).reduce((sum, letter) => sum + (WIDTHS.find(([kind]) => kind.test(letter))?.[1] ?? 0.625), 0);
  return ems * size * (bold ? 1.12 : 1);
}

/** A text, or as much of it as there is room for and an ellipsis. */
export function shorten(words, room, size = 11, bold = false) {
  if (textWidth(words, size, bold) <= room) return words;
  const letters = Array.from(words);
  while (letters.length > 1 && textWidth(`${letters.join("")}…`, size, bold) > room) letters.pop();
  return `${letters.join("").trimEnd()}…`;
}
