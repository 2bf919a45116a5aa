// The root decision where actions are discrete: a row for each, with bars of the prior, the proposal and the improved policy, and Q-hat right of
// them on an axis of its own; where the environment can be solved, what is exact of each.

import { byProbability } from "../frame/decision_numbers.js";
import { actionColour, actionSymbol } from "../lib/palette.js";
import { partOf, share } from "../lib/format.js";
import { line, marker, node, optimalMarker, rootValueLines, shorten, text, textWidth, truthMarker } from "./shapes.js";
import { axisTicks, fitsAlong, shareTicks } from "./ticks.js";

const PAD = 10;
const RIGHT = 16;
const POINTER = 11;
const GLYPH = 15;
// Room for the widest percentage, without decimals and with one.
const PERCENT = [48, 60];
const GAP = 8;
const HEAD = 18;
const FOOT = 20;
const NAME_SIZE = 11.5;
const TICK_SIZE = 10.5;
// Rows shrink until all of them take about this much, but not below what a line of text takes.
const ROWS = 190;
const ROW = { least: 15, most: 44 };
const BAR_GROUP = 28;
// Division of the height of a group of bars: most goes to the improved policy, which decides.
const PARTS = [0.3, 0.3, 0.4];
// Rows at least as high have a line for Q-hat and a line for what is exact.
const TWO_LINES = 26;
// With so few actions the bars' axis always ends at 100 %, and the rows stand in the environment's order.
export const FEW = 8;
// So many rows are shown, unless all are asked for.
export const MOST = 20;

/** @typedef {{order: number[], shown: number[], rest: number[]}} Rows all actions in order, those that have a row, and those that share one */

/**
 * The rows of many actions: the most probable ones first, and of very many only those and the ones that are chosen or singled out.
 * @param {any} frame
 * @param {{all?: boolean, singled?: number | null, before?: number[] | null}} [asked] `before` is the order of the plan before, which stays while playing
 * @returns {Rows | null} null where each action has its row in the usual order
 */
export function rowsOf(frame, { all = false, singled = null, before = null } = {}) {
  const { actions: { length: count }, playing, chosen } = frame;
  if (count <= FEW) return null;
  const order = playing && before && before.length === count ? before : byProbability(frame);
  if (all || count <= MOST) return { order, shown: order, rest: [] };
  const wanted = [chosen, singled].filter((action) => action !== null && action >= 0 && order.indexOf(action) >= MOST - 1);
  const first = order.slice(0, MOST - 1 - new Set(wanted).size);
  const shown = order.filter((action) => first.includes(action) || wanted.includes(action));
  return { order, shown, rest: order.filter((action) => !shown.includes(action)) };
}

/** [from, to] of each column at a width. */
function columns(actions, width) {
  const q = Math.round(68 + Math.max(width - 260, 0) * 0.18);
  const percent = PERCENT[Number(actions.length > FEW)];
  const free = width - PAD - POINTER - GLYPH - 2 * GAP - percent - GAP - q - RIGHT;
  const longest = Math.max(...actions.map((name) => textWidth(name, NAME_SIZE, true)));
  const name = Math.min(longest, Math.max(free * 0.56, 30));
  const nameAt = PAD + POINTER + GLYPH;
  const bars = [nameAt + name + GAP, width - RIGHT - q - 2 * GAP - percent];
  return { name: [nameAt, nameAt + name], bars, percent: [bars[1], bars[1] + percent], q: [width - RIGHT - q, width - RIGHT] };
}

/**
 * Positions; they depend on the actions, on those that have a row, and the width.
 * @param {any} frame
 * @param {number} width
 * @param {Rows | null} [chosen] as `rowsOf` gives them
 */
export function rowsLayout({ actions, truth }, width, chosen = null) {
  const shownActions = chosen?.shown ?? actions.map((_, action) => action);
  const others = chosen?.rest.length ? [{ action: -1, name: `${chosen.rest.length} others` }] : [];
  const listed = [...shownActions.map((action) => ({ action, name: actions[action] })), ...others];
  const high = Math.min(Math.max(Math.floor(ROWS / listed.length), ROW.least), ROW.most);
  const group = Math.min(high - Math.max(3, Math.round(high * 0.2)), BAR_GROUP);
  const own = columns(actions, width);
  const rows = listed.map(({ action, name }, index) => {
    const [top, middle] = [HEAD + index * high, HEAD + (index + 0.5) * high];
    let y = middle - group / 2;
    const bars = PARTS.map((part) => ({ y: (y += part * group) - part * group, height: part * group }));
    const apart = truth && high >= TWO_LINES ? high * 0.2 : 0;
    // The widest name has just its own width, give or take what rounding leaves of it.
    const shown = shorten(name, own.name[1] - own.name[0] + 0.1, NAME_SIZE, true);
    return { action, name, shown, top, high, middle, bars, q: middle - apart, exact: middle + apart };
  });
  const base = HEAD + listed.length * high;
  return { kind: "rows", rest: chosen?.rest ?? [], width, height: base + FOOT, head: HEAD, base, rows, ...own };
}

/** The place of a value; one that is ahead of its axis waits at the end. */
const along = ([from, to], { low, high }, value) => from + Math.min(Math.max((value - low) / (high - low), 0), 1) * (to - from);

/** The picture as nodes; pure. `axes`: {reach, q} as steady_axis.js makes them. */
export function rowsPicture(frame, theme, layout, { reach, q }, singled = null, pinned = null) {
  const shares = (value) => along(layout.bars, reach, value);
  const values = (value) => along(layout.q, q, value);
  const { head, base } = layout;
  const empty = [...heads(theme, layout), ...band(theme, layout, singled), ...barsAxis(theme, layout, reach, shares), ...valueAxis(theme, layout, q, values)];
  if (frame.over) return [...empty, ...layout.rows.map((row) => node("g", { "data-action": row.action }, ...label(frame, theme, row)))];
  const whole = others(frame, layout.rest);
  const lines = rootValueLines(frame, theme, (value, style) => node("line", { x1: values(value), x2: values(value), y1: head - 2, y2: base + 1, ...style }));
  return [
    ...empty,
    ...lines,
    ...layout.rows.map((row) => (row.action < 0
      ? node("g", { "data-more": 1 }, ...label(frame, theme, row), ...bars(whole, theme, { ...row, action: 0 }, layout, shares))
      : node("g", { "data-action": row.action, ...(singled === null || singled === row.action ? {} : { opacity: 0.3 }) },
        ...label(frame, theme, row), ...bars(frame, theme, row, layout, shares), ...value(frame, theme, row, layout, values, pinned),
        ...(pinned ? ghost(pinned, theme, row, layout, shares, values) : [])))),
  ];
}

/** Sums over the actions that have no row of their own, as if they were one. */
function others({ root_prior, root_proposal, root_policy, actions }, rest) {
  const sum = (shares) => [rest.reduce((total, action) => total + shares[action], 0)];
  return { root_prior: sum(root_prior), root_proposal: sum(root_proposal), root_policy: sum(root_policy), truth: null, chosen: -1, actions };
}

const small = (theme, more) => ({ "font-size": TICK_SIZE, fill: theme.muted, ...more });

const heads = (theme, { bars, q, head }) => [
  text(bars[0], head - 6, "policy", small(theme)),
  text(q[0], head - 6, "Q-hat", small(theme)),
];

/** Behind the row that is singled out. */
function band(theme, { rows, width }, singled) {
  const row = rows.find(({ action }) => action === singled);
  return row ? [node("rect", { x: 4, y: row.top, width: width - 8, height: row.high, rx: 3, fill: theme.grid, opacity: 0.6 })] : [];
}

function barsAxis(theme, { bars: [from, to], head, base }, { high }, place) {
  const ticks = shareTicks(high);
  // The middle one is left out where there is no room for its number.
  const shown = to - from < 70 ? [ticks[0], ticks[2]] : ticks;
  return shown.flatMap(([at, words]) => [
    line(place(at), head - 2, place(at), base + 3, theme.grid),
    text(place(at), base + 14, words, small(theme, { "text-anchor": "middle" })),
  ]);
}

function valueAxis(theme, { q: [from, to], head, base, width }, axis, place) {
  return axisTicks(axis, fitsAlong(to - from + 16, TICK_SIZE)).flatMap(([at, words]) => {
    const half = textWidth(words, TICK_SIZE) / 2;
    return [
      line(place(at), head - 2, place(at), base + 3, theme.grid),
      text(Math.min(place(at), width - 2 - half), base + 14, words, small(theme, { "text-anchor": "middle", "data-tick": "q" })),
    ];
  });
}

function label(frame, theme, { action, shown, middle }) {
  if (action < 0) return [text(PAD + POINTER + GLYPH, middle + 4, shown, { "font-size": NAME_SIZE, fill: theme.muted, "font-style": "italic" })];
  const chosen = action === frame.chosen;
  const pointer = [PAD, middle];
  return [
    ...(chosen ? [node("path", { d: `M${pointer[0]} ${middle - 4}l6 4l-6 4Z`, fill: theme.ink, "data-mark": "chosen" })] : []),
    marker(actionSymbol(frame, action), PAD + POINTER + 5, middle, 4.4, { fill: actionColour(theme, frame, action) }),
    text(PAD + POINTER + GLYPH, middle + 4, shown, { "font-size": NAME_SIZE, fill: theme.ink, ...(chosen ? { "font-weight": 700 } : {}) }),
  ];
}

const NAMES = ["prior", "proposal", "improved"];

function bars({ root_prior, root_proposal, root_policy, truth, chosen, actions }, theme, row, { percent, bars: [from] }, place) {
  const drawn = [root_prior, root_proposal, root_policy].map((shares, index) => {
    const { y, height } = row.bars[index];
    const width = Math.max(place(shares[row.action]) - from, 0);
    return node("rect", { x: from, y: y + 0.5, width, height: height - 1, rx: Math.min(1.5, width / 2), fill: theme.policies[index], "data-bar": NAMES[index] });
  });
  const words = share(partOf(root_policy, row.action), actions.length > FEW ? 1 : 0);
  const style = { "font-size": 11, "text-anchor": "end", fill: theme.ink, ...(chosen === row.action ? { "font-weight": 700 } : {}) };
  return [...drawn, ...(truth ? posterior(theme, row, place(truth.policy[row.action])) : []), text(percent[1], row.middle + 4, words, style)];
}

/** The same action in the plan that is pinned: an outline around its improved policy, and a hollow circle at its Q-hat. */
function ghost({ root_policy, root_q }, theme, row, { bars: [from] }, shares, values) {
  const { y, height } = row.bars[2];
  const style = { fill: "none", stroke: theme.ink, "stroke-width": 1.2, "stroke-dasharray": "3 2", "data-mark": "pinned" };
  const width = Math.max(shares(root_policy[row.action]) - from, 0);
  const bar = node("rect", { x: from, y: y - 1, width, height: height + 2, rx: 1.5, ...style });
  if (!Number.isFinite(root_q[row.action])) return [bar];
  return [bar, marker("circle", values(root_q[row.action]), row.q, Math.min(6.4, row.high * 0.4), { ...style, "stroke-dasharray": "2 1.6" })];
}

/** The exact posterior: a line across the bars, as they have to reach it, and a diamond on it. */
function posterior(theme, { bars: [first, , last], middle, high }, x) {
  const [top, end] = [first.y - 1, last.y + last.height + 1];
  return [
    line(x, top, x, end, theme.paper, { "stroke-width": 3.4 }),
    line(x, top, x, end, theme.truth, { "stroke-width": 1.8 }),
    truthMarker(theme, x, middle, Math.min(4.6, high * 0.22)),
  ];
}

function value(frame, theme, row, { q: [from, to] }, place, pinned) {
  const { truth, root_q } = frame;
  const { action } = row;
  const radius = Math.min(4.6, row.high * 0.3);
  const exact = truth
    ? [optimalMarker(theme, place(truth.optimalQ[action]), row.exact, radius * 0.72), truthMarker(theme, place(truth.q[action]), row.exact, radius)]
    : [];
  if (Number.isFinite(root_q[action])) {
    const style = { fill: actionColour(theme, frame, action), stroke: theme.paper, "stroke-width": 1.2, "paint-order": "stroke", "data-mark": "q" };
    return [...exact, marker(actionSymbol(frame, action), place(root_q[action]), row.q, radius, style)];
  }
  // On the side where there is more room beside what is exact.
  const right = truth && place(truth.q[action]) < (from + to) / 2;
  const halo = { stroke: theme.paper, "stroke-width": 3, "paint-order": "stroke" };
  const style = small(theme, { "font-style": "italic", "text-anchor": right ? "end" : "start", ...halo, "data-mark": "untried" });
  // Not over the circle of the plan that is pinned.
  const below = Number.isFinite(pinned?.root_q[action]) && row.high > 34 ? 11 : 0;
  return [...exact, text(right ? to : from, row.q + 4 + below, "never tried", style)];
}
