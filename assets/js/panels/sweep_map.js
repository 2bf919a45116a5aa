// The picture of a sweep over two settings: a heat map of the action that is taken, of the ESS, or of what the action loses, with "you are here".

import { cellsOf, cellText } from "../frame/sweep_map.js";
import { placeOf } from "../frame/sweep.js";
import { fixed, number, share } from "../lib/format.js";
import { actionColour, actionGlyph, actionSymbol } from "../lib/palette.js";
import { marker, node, shorten, text, textWidth } from "./shapes.js";

const AREA = { width: 320, left: 44, right: 8, top: 16, height: 182, foot: 30 };
// A number is written into cells that have room for it.
const NUMBER = { size: 8.5, width: 20, height: 11 };

/** Kinds of the map, by name: what there is of them to be seen. */
export const KINDS = {
  action: { label: "action", title: "The action that is taken; the paler, the less probable" },
  ess: { label: "ESS", title: "The smallest effective share of particles over all levels" },
  regret: { label: "regret", title: "What the improved policy loses against the best action: the sum of its probabilities times max Q* less Q*" },
};

/** The kinds that there are numbers of. */
export const kindsOf = (map) => {
  const cells = cellsOf(map);
  return Object.keys(KINDS).filter((kind) => kind === "action" || cells.some((cell) => cell[kind] !== null));
};

/** Places on the picture: corners of each cell, and of any two values; pure. */
export function mapPlaces({ xs, ys, first, second }) {
  const { width, left, right, top, height } = AREA;
  const [across, up] = [(width - left - right) / xs.length, height / ys.length];
  // Values are at the middles of their cells.
  const along = (knob, value, cells) => (placeOf(knob).place(value) * (cells - 1) + 0.5) / cells;
  return {
    across, up, bottom: top + height,
    cell: (column, row) => ({ x: left + column * across, y: top + height - (row + 1) * up }),
    x: (value) => left + along(first.knob, value, xs.length) * (width - left - right),
    y: (value) => top + height - along(second.knob, value, ys.length) * height,
    /** Column and row at a point, in parts of the picture's width and height; null outside. */
    at(px, py) {
      const [column, row] = [Math.floor((px - left) / across), Math.floor((top + height - py) / up)];
      return column >= 0 && column < xs.length && row >= 0 && row < ys.length ? { column, row } : null;
    },
  };
}

/** Height of the picture. */
const mapHeight = AREA.top + AREA.height + AREA.foot;

/**
 * @param {import("../frame/sweep_map.js").SweepMap} map
 * @param {string} kind one of KINDS
 * @param {{first: number, second: number}} now values in force
 * @param {{column: number, row: number} | null} pointed cell that the keyboard is at
 * @param {import("../lib/palette.js").Theme} theme
 */
export function mapPicture(map, kind, now, pointed, theme) {
  const places = mapPlaces(map);
  const most = Math.max(...cellsOf(map).map(({ regret }) => regret ?? 0)) || 1;
  const paint = painterOf(kind, map.frame, most, theme);
  const cells = map.rows.flatMap((row, at) => map.xs.flatMap((_, column) => {
    const { x, y } = places.cell(column, at);
    const cell = row?.[column];
    const box = { x, y, width: places.across - 0.5, height: places.up - 0.5 };
    if (!cell) return [node("rect", { ...box, fill: theme.grid, "fill-opacity": 0.45 })];
    const known = { ...cell, second: map.ys[at] };
    const made = node("rect", { ...box, ...paint.fill(known), "data-cell": `${column} ${at}` }, node("title", {}, cellText(map, known)));
    return [made, ...paint.mark(known, x + places.across / 2, y + places.up / 2, places)];
  }));
  const about = { role: "img", "aria-label": describe(map, kind), "font-family": theme.family, width: "100%" };
  const over = [...here(places, now, theme), ...cursor(places, pointed, theme), ...axes(map, theme)];
  return node("svg", { viewBox: `0 0 ${AREA.width} ${mapHeight}`, ...about }, ...cells, ...over);
}

/** Words for those who cannot see the picture. */
const describe = ({ first, second }, kind) => `Map of ${KINDS[kind].label} over ${first.label}, to the right, and ${second.label}, upwards`;

function painterOf(kind, frame, most, theme) {
  const none = () => [];
  if (kind === "action") {
    const look = { fill: theme.paper, "fill-opacity": 0.9 };
    return {
      fill: ({ chosen, policy }) => ({ fill: actionColour(theme, frame, chosen), "fill-opacity": 0.35 + 0.65 * policy[chosen], "data-action": chosen }),
      // Colour is not for all eyes; of continuous actions nearby ones have nearby colours.
      mark: frame.continuous ? none : ({ chosen }, x, y, { up }) => [marker(actionSymbol(frame, chosen), x, y, Math.min(up / 4, 3), look)],
    };
  }
  const part = kind === "ess" ? ({ ess }) => ess : ({ regret }) => regret / most;
  const written = kind === "ess" ? ({ ess }) => fixed(100 * ess, 0) : ({ regret }) => number(regret, 2);
  return {
    fill: (cell) => ({ fill: kind === "ess" ? theme.accent : theme.hues[1], "fill-opacity": 0.06 + 0.94 * (part(cell) ?? 0) }),
    mark(cell, x, y, { across, up }) {
      const words = written(cell);
      if (across < NUMBER.width || up < NUMBER.height || textWidth(words, NUMBER.size) > across - 1) return [];
      return [text(x, y + 3, words, { "font-size": NUMBER.size, "text-anchor": "middle", fill: part(cell) > 0.55 ? theme.paper : theme.ink })];
    },
  };
}

/** Lines along the values in force, and a ring where they cross. */
function here({ x, y, bottom }, now, theme) {
  const { left, width, right, top } = AREA;
  const dashed = { stroke: theme.ink, "stroke-width": 1.2, "stroke-dasharray": "3 2", "data-mark": "now" };
  const [at, up] = [x(now.first), y(now.second)];
  return [
    node("line", { x1: at, x2: at, y1: top, y2: bottom, ...dashed }), node("line", { x1: left, x2: width - right, y1: up, y2: up, ...dashed }),
    node("circle", { cx: at, cy: up, r: 5.5, fill: "none", stroke: theme.paper, "stroke-width": 4 }),
    node("circle", { cx: at, cy: up, r: 5.5, fill: "none", stroke: theme.ink, "stroke-width": 2, "data-mark": "here" }),
  ];
}

function cursor(places, pointed, theme) {
  if (!pointed) return [];
  const { x, y } = places.cell(pointed.column, pointed.row);
  const look = { fill: "none", stroke: theme.ink, "stroke-width": 2, "data-mark": "cursor" };
  return [node("rect", { x: x + 0.5, y: y + 0.5, width: places.across - 1.5, height: places.up - 1.5, ...look })];
}

function axes({ first, second }, theme) {
  const { width, left, right, top, height } = AREA;
  const small = { "font-size": 10, fill: theme.muted };
  const ink = { "font-size": 10, fill: theme.ink };
  const [low, high] = [number(first.knob.minimum), number(first.knob.maximum)];
  return [
    text(left, 11, shorten(`↑ ${second.label}`, width - left - right, 10), ink),
    text(left - 4, top + 9, number(second.knob.maximum), { ...small, "text-anchor": "end" }),
    text(left - 4, top + height, number(second.knob.minimum), { ...small, "text-anchor": "end" }),
    text(left, top + height + 13, low, small),
    text(width - right, top + height + 13, high, { ...small, "text-anchor": "end" }),
    text((left + width - right) / 2, top + height + 13, shorten(`→ ${first.label}`, width - left - right - 80, 10), { ...ink, "text-anchor": "middle" }),
  ];
}

/**
 * The key of a map as {glyph, colour, text, opacity} entries.
 * @param {import("../frame/sweep_map.js").SweepMap} map
 * @param {string} kind
 * @param {import("../lib/palette.js").Theme} theme
 */
export function mapKey(map, kind, theme) {
  const { frame } = map;
  const cells = cellsOf(map);
  if (kind === "action") {
    const taken = [...new Set(cells.map(({ chosen }) => chosen))].sort((a, b) => a - b);
    const name = (action) => frame.values[action] ?? `action ${action + 1}`;
    return taken.map((action) => ({ glyph: actionGlyph(frame, action), colour: actionColour(theme, frame, action), text: name(action), opacity: 1 }));
  }
  const most = kind === "ess" ? 1 : Math.max(...cells.map(({ regret }) => regret ?? 0));
  const said = kind === "ess" ? (part) => share(part) : number;
  const colour = kind === "ess" ? theme.accent : theme.hues[1];
  return [0, 0.5, 1].map((part) => ({ glyph: "■", colour, text: said(part * most), opacity: 0.06 + 0.94 * part }));
}
