// The picture of one step of a lineage, in one row: prior, proposal and Q of the actions as small multiples, the trust region, the parts of the weight
// increment, and the running log-weight, each on one scale for all rows. Rows are plain nodes (panels/shapes.js).

import { inColumns } from "../frame/particle.js";
import { alike, decimalsOf, fixed, nats, natsWithin, number, share, signed } from "../lib/format.js";
import { actionColour, actionSymbol, placeColour } from "../lib/palette.js";
import { line, marker, node, openPath, text } from "./shapes.js";

export const ROW = 30;
export const HEAD = 27;
const GAP = 7;
// Heights of a row: the numbers, the top of the bars, and their foot.
const [WORDS, TOP, FOOT] = [9.5, 13, 26];
const FONT = 9.5;
const MARKER = 2.6;

/** Columns by their share of the width. */
const PARTICLE = [["prior", 4], ["proposal", 4], ["q", 4], ["region", 3], ["change", 5.2], ["running", 3.6]];
const TREE = [["prior", 5], ["proposal", 5], ["q", 5]];
const NAMES = { prior: "prior", proposal: "prop.", q: "Q", region: "KL", change: "Δ log-w.", running: "log-w." };
// Of a window of 300 pixels.
const NARROW_NAMES = { ...NAMES, change: "Δ", running: "log-w." };
const NARROW = 200;
const WIDE_NAMES = { ...NAMES, proposal: "proposal", region: "KL of bound", change: "Δ log-weight", running: "log-weight" };
const TREE_NAMES = { proposal: "visits" };
const WIDE = 560;

/**
 * The columns of a row, [from, to] in pixels; pure.
 * @param {number} width
 * @param {boolean} tree
 * @returns {Record<string, [number, number]>}
 */
export function columnsAt(width, tree) {
  const parts = /** @type {[string, number][]} */ (tree ? TREE : PARTICLE);
  const unit = (width - GAP * (parts.length - 1)) / parts.reduce((sum, [, part]) => sum + part, 0);
  let x = 0;
  return Object.fromEntries(parts.map(([name, part]) => {
    const from = x;
    x += unit * part + GAP;
    return [name, /** @type {[number, number]} */ ([from, from + unit * part])];
  }));
}

/**
 * The scales that all rows of a lineage have in common.
 * @typedef {object} Scales
 * @property {number} share the largest prior or proposal of any action
 * @property {number} q the largest difference of Q at one state
 * @property {number} change the largest sum of parts of one sign
 * @property {[number, number]} running smallest and largest running log-weight; 0 is among them
 * @property {number} decimals of Q
 */

/**
 * @param {any[]} steps
 * @param {import("../frame/particle.js").Offer[]} offers
 * @param {{shown: number[], others: number}} columns
 * @returns {Scales}
 */
export function scalesOf(steps, offers, columns) {
  const finite = (values) => values.filter(Number.isFinite);
  const shares = offers.flatMap(({ priors, proposals }) => [...inColumns(priors, columns), ...inColumns(proposals, columns)]);
  const spans = offers.map(({ q }) => finite(q)).map((q) => (q.length ? Math.max(...q) - Math.min(...q) : 0));
  const running = finite(steps.map((step) => step.running ?? NaN));
  return {
    share: Math.max(...finite(shares), 1e-9),
    q: Math.max(...spans, 1e-9),
    change: Math.max(...steps.flatMap(({ parts = [] }) => [reach(parts, 1), reach(parts, -1)]), 1e-9),
    running: [Math.min(...running, 0), Math.max(...running, 0)],
    decimals: Math.min(decimalsOf(offers.map(({ q, taken }) => q[taken]), 4), 3),
  };
}

/** Sum of the parts of one sign, stacked. */
const reach = (parts, sign) => parts.reduce((sum, part) => sum + Math.max(sign * part, 0), 0);

/**
 * @typedef {object} Rows everything that the rows of a lineage are drawn from
 * @property {any} frame
 * @property {any[]} steps
 * @property {import("../frame/particle.js").Offer[]} offers
 * @property {boolean} complete
 * @property {{shown: number[], others: number}} columns
 * @property {Scales} scales
 * @property {number} width
 * @property {import("../lib/palette.js").Theme} theme
 */

/** Titles, and below those of the small multiples a mark for each action. @param {Rows} rows */
export function headNodes({ frame, columns, width, theme }) {
  const at = columnsAt(width, frame.tree);
  const names = { ...(width > WIDE ? WIDE_NAMES : width < NARROW ? NARROW_NAMES : NAMES), ...(frame.tree ? TREE_NAMES : {}) };
  const titles = Object.entries(at).map(([name, [from, to]]) => text((from + to) / 2, 10, names[name], { "text-anchor": "middle", fill: theme.muted, "font-size": width > WIDE ? 11 : 10.5 }));
  return [...titles, ...Object.keys(at).filter((name) => name in GROUPS).flatMap((name) => markNodes(frame, columns, at[name], theme, name === "prior"))];
}

const GROUPS = { prior: "priors", proposal: "proposals", q: "q" };

/** The marks of the actions, or, once, the two ends of a continuous action. */
function markNodes(frame, columns, [from, to], theme, first) {
  const y = 20;
  if (frame.continuous && !first) return [];
  if (frame.continuous) {
    const [low, high] = alike(frame.bounds[0]);
    const words = (x, said, anchor) => text(x, y + 3, said, { "text-anchor": anchor, fill: theme.muted, "font-size": FONT });
    return [words(from, low, "start"), words(to, high, "end")];
  }
  const places = placesOf(columns, [from, to]);
  return [
    ...columns.shown.map((action, index) => marker(actionSymbol(frame, action), places[index], y, Math.min(MARKER, (to - from) / places.length / 2.4), { fill: actionColour(theme, frame, action) })),
    ...(columns.others ? [text(places[places.length - 1], y + 3, "…", { "text-anchor": "middle", fill: theme.muted, "font-size": FONT })] : []),
  ];
}

/** The middle of each column of actions. */
function placesOf({ shown, others }, [from, to]) {
  const count = shown.length + (others ? 1 : 0);
  return Array.from({ length: count }, (_, index) => from + ((index + 0.5) / count) * (to - from));
}

/**
 * The picture of one step.
 * @param {Rows} rows
 * @param {number} index
 */
export function rowNodes(rows, index) {
  const { frame, width } = rows;
  const at = columnsAt(width, frame.tree);
  return Object.entries(at).flatMap(([name, place]) => DRAW[name](rows, index, place));
}

const said = (x, words, theme, attributes = {}) => text(x, WORDS, words, { "text-anchor": "middle", fill: theme.ink, "font-size": FONT, ...attributes });
const middle = ([from, to]) => (from + to) / 2;

const DRAW = {
  prior: (rows, index, place) => bars(rows, index, place, "priors"),
  proposal: (rows, index, place) => bars(rows, index, place, "proposals"),
  q(rows, index, place) {
    const { frame, offers, columns, scales, theme } = rows;
    const { q, places, taken } = offers[index];
    const own = inColumns(q, columns).slice(0, columns.shown.length);
    const finite = own.filter(Number.isFinite);
    if (!finite.length) return [said(middle(place), "–", theme, { fill: theme.muted }), foot(place, theme)];
    const low = Math.min(...finite);
    const y = (value) => FOOT - 1.5 - ((value - low) / scales.q) * (FOOT - TOP - 3);
    const xs = places ? columns.shown.map((action) => place[0] + places[action] * (place[1] - place[0])) : placesOf(columns, place);
    const dots = own.flatMap((value, column) => {
      if (!Number.isFinite(value)) return [];
      const action = columns.shown[column];
      const mine = action === taken;
      return [marker(actionSymbol(frame, action), xs[column], y(value), mine ? MARKER : MARKER - 0.7, { fill: colourOf(rows, index, action), "fill-opacity": mine ? 1 : 0.6, ...(mine ? { stroke: theme.ink, "stroke-width": 0.8 } : {}) })];
    });
    const value = q[taken];
    return [foot(place, theme), ...dots, said(middle(place), Number.isFinite(value) ? fixed(value, scales.decimals) : "–", theme)];
  },
  region({ steps, theme }, index, place) {
    const { kl, bound } = steps[index];
    if (!Number.isFinite(kl)) return [said(middle(place), "–", theme, { fill: theme.muted })];
    const [from, to] = place;
    const used = Number.isFinite(bound) && bound > 0 ? kl / bound : NaN;
    const frameOf = node("rect", { x: from, y: TOP + 4, width: to - from, height: 6, fill: "none", stroke: theme.faint, "stroke-dasharray": Number.isFinite(used) ? "none" : "2 2" });
    const filled = node("rect", { x: from, y: TOP + 4, width: Math.min(used || 0, 1) * (to - from), height: 6, fill: theme.policies[1] });
    const over = used > 1.01 ? [node("rect", { x: to - 2, y: TOP + 2, width: 3, height: 10, fill: theme.truth })] : [];
    return [filled, frameOf, ...over, said(middle(place), Number.isFinite(used) ? share(used) : nats(kl, 2), theme)];
  },
  change({ steps, scales, theme }, index, place) {
    const { parts, change } = steps[index];
    return [...partBars(parts, scales.change, place, [TOP, FOOT], theme), said(middle(place), signed(change, 2), theme)];
  },
  running({ steps, scales, theme }, index, [from, to]) {
    const [low, high] = scales.running;
    const x = (value) => from + 3 + ((Math.min(Math.max(value, low), high) - low) / Math.max(high - low, 1e-9)) * (to - from - 6);
    const [own, before, after] = [steps[index], steps[index - 1], steps[index + 1]];
    if (!Number.isFinite(own.running)) return [said((from + to) / 2, "−∞", theme)];
    const begin = own.fresh || !before ? x(0) : (x(before.running) + x(own.running)) / 2;
    const points = [[begin, 0], [x(own.running), ROW / 2]];
    // The line begins again with the weights.
    if (after && !after.fresh && Number.isFinite(after.running)) points.push([(x(own.running) + x(after.running)) / 2, ROW]);
    return [
      line(x(0), 0, x(0), ROW, theme.grid),
      node("path", { d: openPath(points), fill: "none", stroke: theme.ink, "stroke-width": 1.4 }),
      ...(own.fresh ? [node("circle", { cx: begin, cy: 0, r: 1.8, fill: theme.paper, stroke: theme.ink })] : []),
      node("circle", { cx: x(own.running), cy: ROW / 2, r: 2.2, fill: theme.ink }),
    ];
  },
};

const foot = ([from, to], theme) => line(from, FOOT, to, FOOT, theme.grid);

/** The colour of an action of a step. */
function colourOf({ frame, offers, theme }, index, action) {
  const place = offers[index].places?.[action];
  return place === undefined || place === null ? actionColour(theme, frame, action) : placeColour(theme, frame, place);
}

/** One bar for each action; of continuous actions a stem at its place. */
function bars(rows, index, place, name) {
  const { offers, columns, scales, theme } = rows;
  const offer = offers[index];
  const [from, to] = place;
  const values = inColumns(offer[name], columns);
  const middles = offer.places ? columns.shown.map((action) => from + offer.places[action] * (to - from)) : placesOf(columns, place);
  const wide = offer.places ? 2 : Math.max(Math.min((to - from) / values.length - 1, 14), 1.2);
  const drawn = values.flatMap((value, column) => {
    if (!Number.isFinite(value) || value <= 0) return [];
    const action = columns.shown[column];
    const [high, mine] = [Math.max((value / scales.share) * (FOOT - TOP), 0.6), action === offer.taken];
    const fill = action === undefined ? theme.muted : colourOf(rows, index, action);
    return [node("rect", { x: middles[column] - wide / 2, y: FOOT - high, width: wide, height: high, fill, "fill-opacity": mine ? 1 : 0.55 })];
  });
  const taken = offer[name][offer.taken];
  const mark = columns.shown.indexOf(offer.taken);
  const under = mark < 0 ? [] : [line(middles[mark] - Math.max(wide / 2, 2), FOOT + 1.5, middles[mark] + Math.max(wide / 2, 2), FOOT + 1.5, theme.ink, { "stroke-width": 1.4 })];
  return [foot(place, theme), ...drawn, ...under, said(middle(place), Number.isFinite(taken) ? fixed(taken, 2) : "–", theme)];
}

/** Colours of the three parts of a weight increment. */
export const partColours = (theme) => [theme.hues[3], theme.hues[4], theme.hues[5]];
/** The parts differ in height as well as in colour. */
export const PART_SHARES = [1, 0.7, 0.35];

/**
 * Parts stacked from the middle, gains to the right, losses to the left.
 * @param {number[]} parts
 * @param {number} largest sum of one sign
 * @param {[number, number]} place
 * @param {[number, number]} between
 * @param {import("../lib/palette.js").Theme} theme
 */
export function partBars(parts, largest, [from, to], [top, foot], theme) {
  const zero = (from + to) / 2;
  const scale = ((to - from) / 2 - 1) / largest;
  const edge = { 1: zero, "-1": zero };
  const drawn = parts.map((part, index) => {
    const sign = part < 0 ? -1 : 1;
    const long = Math.abs(part) * scale;
    const x = sign < 0 ? edge[sign] - long : edge[sign];
    edge[sign] += sign * long;
    const high = (foot - top) * PART_SHARES[index];
    return node("rect", { x, y: (top + foot - high) / 2, width: long, height: high, fill: partColours(theme)[index] });
  });
  return [...drawn, line(zero, top, zero, foot, theme.muted)];
}

/**
 * The step in words, for those who cannot see its picture and for those who want its digits.
 * @param {Rows} rows
 * @param {number} index
 */
export function rowText({ frame, steps, offers, complete, columns }, index) {
  const step = steps[index];
  const { priors, proposals, q } = offers[index];
  const share = (value) => (Number.isFinite(value) ? fixed(value, 3) : "not kept");
  const second = frame.tree ? "visits" : "proposal";
  const head = `Level ${step.level}, slot ${step.slot}: ${step.action}${step.terminal ? ", the episode ends here" : ""}${step.revived ? ", revived" : ""}`;
  const names = (action) => (frame.continuous ? `candidate ${action + 1}` : frame.actions[action]);
  const ofAction = (action) => `${names(action)}: prior ${share(priors[action])}, ${second} ${share(proposals[action])}${Number.isFinite(q[action]) ? `, Q ${number(q[action], 4)}` : ""}`;
  const all = complete || !frame.continuous ? columns.shown.filter((action) => Number.isFinite(priors[action]) || Number.isFinite(proposals[action])).map(ofAction) : [`prior ${share(step.prior)}, proposal ${share(step.proposal)}`];
  const lines = [head, ...all];
  if (frame.tree) return [...lines, `${step.visits} visits, Q ${number(step.q, 4)}, reward ${number(step.reward)}`].join("\n");
  const [used, allowed] = natsWithin(step.kl, step.bound);
  const region = Number.isFinite(step.kl) ? [`KL ${used}${Number.isFinite(step.bound) ? ` of ${allowed} allowed` : ", no bound"}`] : [];
  const parts = frame.weightParts.map((part, at) => `${part} ${signed(step.parts[at], 3)}`).join(", ");
  return [...lines, `reward ${number(step.reward)}, V ${number(step.value, 4)} → ${number(step.nextValue, 4)}`, ...region, `Δ log-weight ${signed(step.change, 3)}: ${parts}`,
    `log-weight ${fixed(step.running, 3)}${step.fresh && index ? " (begun again at 0)" : ""}, ${step.offspring} offspring`].join("\n");
}
