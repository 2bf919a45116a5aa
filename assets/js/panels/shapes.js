// Pictures of panels as plain trees of SVG nodes: a tree can be looked at in a test and written to a file; `build` makes elements of it.

import { svg } from "../lib/elements.js";
import { OUTLINES } from "../lib/markers.js";

/** A node of a picture: a tag, its attributes, and its children, which are nodes or text. */
export const node = (tag, attributes, ...children) => ({ tag, attributes, children });

export const text = (x, y, words, attributes = {}) => node("text", { x, y, ...attributes }, words);
export const line = (x1, y1, x2, y2, stroke, attributes = {}) => node("line", { x1, y1, x2, y2, stroke, ...attributes });

/** The element of a node. Numbers are rounded to hundredths of a pixel. */
export function build({ tag, attributes, children }) {
  const written = Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, rounded(value)]));
  const made = svg(tag, written, ...children.map((child) => (typeof child === "string" ? child : build(child))));
  return Object.assign(made, { drawnAs: attributes });
}

/**
 * Makes the children of an element those of a picture. Elements that are of the same kind as before stay, and only what has changed of them is written:
 * a picture that follows plan after plan would otherwise be laid out anew with each.
 * @param {Element} parent
 * @param {any[]} nodes
 */
export function patch(parent, nodes) {
  nodes.forEach((own, index) => {
    const there = /** @type {any} */ (parent.childNodes[index]);
    if (typeof own === "string") {
      if (there?.nodeType !== TEXT) there ? there.replaceWith(own) : parent.append(own);
      else if (there.data !== own) there.data = own;
    } else if (there?.nodeType === TEXT || there?.localName !== own.tag) there ? there.replaceWith(build(own)) : parent.append(build(own));
    else update(there, own);
  });
  while (parent.childNodes.length > nodes.length) parent.lastChild?.remove();
}

const TEXT = 3;

/** @param {Element & {drawnAs?: Record<string, any>}} there */
function update(there, { attributes, children }) {
  const before = there.drawnAs ?? {};
  for (const name of Object.keys(before)) if (!(name in attributes)) there.removeAttribute(name);
  for (const [name, value] of Object.entries(attributes)) if (before[name] !== value) there.setAttribute(name, rounded(value));
  there.drawnAs = attributes;
  patch(there, children);
}

const rounded = (value) => (typeof value === "number" ? `${Math.round(value * 100) / 100}` : value);

/** The data of a path through some points; of none nothing is drawn. */
export const openPath = (points) => (points.length ? `M${points.map(([x, y]) => `${x.toFixed(2)} ${y.toFixed(2)}`).join("L")}` : "M0 0");
const path = (points) => `${openPath(points)}Z`;

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
const WIDTHS = [[/[iljI.,:;'|!]/, 0.3], [/[ftr()[\]\s\-/]/, 0.4], [/[mwMW%@…]/, 0.95], [/[+−=<>≤≥]/, 0.84], [/[A-Z▸]/, 0.7]];

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
