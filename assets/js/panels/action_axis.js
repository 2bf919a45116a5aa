// The root decision where actions are continuous: a column for each candidate action, with a stem of the improved policy, a tick at the proposal,
// and Q-hat below. The columns stand over an axis of actions. Where candidates crowd, their columns keep apart, and lines lead down to the axis.

import { actionColour } from "../lib/palette.js";
import { roundValues } from "../lib/scale.js";
import { alike, partOf, share } from "../lib/format.js";
import { line, marker, node, rootValueLines, text, textWidth } from "./shapes.js";
import { axisTicks, shareTicks } from "./ticks.js";

const BINS = 64;
const LEFT = 54;
const RIGHT = 14;
const LABEL = 18;
const POLICY = 92;
const Q = 62;
const BETWEEN = 14;
const FAN = 12;
const DENSITY = 26;
const FOOT = 34;
const TICK_SIZE = 10.5;
// Baseline of the titles at the side.
const TITLE = 12;
// Heads of stems keep so far apart, from middle to middle.
const APART = 10;

/** The standard normal distribution, by a rational approximation of the error function that is good to a millionth. */
function normalCdf(value) {
  const [x, t] = [Math.abs(value) / Math.SQRT2, 1 / (1 + (0.3275911 * Math.abs(value)) / Math.SQRT2)];
  const tail = ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t * Math.exp(-x * x);
  return value < 0 ? tail / 2 : 1 - tail / 2;
}

/**
 * The mass of a squashed Gaussian in even bins of the action's range; pure. Its density has no bound where it is pressed against an end, its
 * mass has.
 * @returns {{action: number, mass: number}[]} by the middle of each bin
 */
export function priorMass([low, high], mean, deviation, bins = BINS) {
  const below = (part) => (part <= 0 ? 0 : part >= 1 ? 1 : normalCdf((Math.atanh(2 * part - 1) - mean) / deviation));
  return Array.from({ length: bins }, (_, bin) => ({
    action: low + ((bin + 0.5) / bins) * (high - low),
    mass: below((bin + 1) / bins) - below(bin / bins),
  }));
}

/**
 * Places as near to `places` (in rising order) as they can be at least `gap` apart between two ends: the least squares.
 * @param {number[]} places
 * @param {number} gap
 * @param {number[]} ends
 */
export function spread(places, gap, [from, to]) {
  const apart = Math.min(gap, (to - from) / Math.max(places.length - 1, 1));
  // Without the gaps they must only not fall: neighbours that do are pooled at their mean.
  const pools = [];
  places.forEach((place, index) => {
    let pool = { sum: place - index * apart, count: 1 };
    while (pools.length && pools.at(-1).sum / pools.at(-1).count > pool.sum / pool.count) {
      const before = pools.pop();
      pool = { sum: before.sum + pool.sum, count: before.count + pool.count };
    }
    pools.push(pool);
  });
  const even = pools.flatMap(({ sum, count }) => Array(count).fill(sum / count));
  return even.map((place, index) => Math.min(Math.max(place, from), to - (places.length - 1) * apart) + index * apart);
}

/** Positions: heights by the kind alone, columns by the candidate actions. */
export function axisLayout({ atoms, bounds: [[low, high]] }, width) {
  const plot = [LEFT + 6, width - RIGHT - 6];
  const place = (action) => plot[0] + ((action - low) / (high - low)) * (plot[1] - plot[0]);
  const policy = { top: LABEL + 6, base: LABEL + 6 + POLICY };
  const q = { top: policy.base + BETWEEN, base: policy.base + BETWEEN + Q };
  const fan = { top: q.base + 4, base: q.base + 4 + FAN };
  const axis = fan.base + DENSITY;
  const places = atoms.map(place);
  const columns = spread(places, APART, plot);
  // Each column takes what is nearer to it than to its neighbours.
  const hits = columns.map((x, atom) => {
    const from = atom ? (columns[atom - 1] + x) / 2 : LEFT;
    return { x: from, width: (atom + 1 < columns.length ? (columns[atom + 1] + x) / 2 : width) - from };
  });
  return { kind: "axis", width, height: axis + FOOT, plot, place, policy, q, fan, axis, places, columns, hits };
}

/** The height of a value; one that is ahead of its axis waits at the end. */
const up = ({ top, base }, { low, high }, value) => base - Math.min(Math.max((value - low) / (high - low), 0), 1) * (base - top);
const small = (theme, more) => ({ "font-size": TICK_SIZE, fill: theme.muted, ...more });

/** The picture as nodes; pure. `axes`: {reach, q} as steady_axis.js makes them. */
export function axisPicture(frame, theme, layout, axes, singled = null, pinned = null) {
  const shares = (value) => up(layout.policy, axes.reach, value);
  const values = (value) => up(layout.q, axes.q, value);
  const [from, to] = [LEFT, layout.width - RIGHT];
  const empty = [
    ...sideAxis(theme, layout, shareTicks(axes.reach.high), shares),
    ...sideAxis(theme, layout, axisTicks(axes.q, clearOfTitle), values, "q"),
    sideTitle(theme, layout.policy, "improved policy"),
    sideTitle(theme, layout.q, "Q-hat"),
    ...actionAxis(frame, theme, layout),
  ];
  if (frame.over) return empty;
  const lines = rootValueLines(frame, theme, (at, style) => node("line", { x1: from, x2: to, y1: values(at), y2: values(at), ...style }));
  return [
    ...density(frame, theme, layout),
    ...empty,
    ...lines,
    ...order(frame, singled).map((atom) => candidate(frame, theme, layout, atom, { shares, values, dim: singled !== null && singled !== atom })),
    ...(pinned ? ghosts(pinned, theme, layout, shares) : []),
    headline(frame, theme, layout, singled ?? frame.chosen),
  ];
}

/** Draws the action that is singled out over the others. */
function order({ actions, chosen }, singled) {
  const weight = (atom) => (atom === singled ? 2 : atom === chosen ? 1 : 0);
  return actions.map((_, atom) => atom).sort((a, b) => weight(a) - weight(b));
}

/** A curve over the axis: only where it is high means something, not how high it is. */
function density({ bounds: [bounds], dimensions, root_gaussian }, theme, { place, axis, fan }) {
  const bins = priorMass(bounds, root_gaussian[0], root_gaussian[dimensions.length]);
  const rise = (axis - fan.base) / Math.max(...bins.map(({ mass }) => mass));
  const points = bins.map(({ action, mass }) => [place(action), axis - mass * rise]);
  const [left, right] = [place(bounds[0]), place(bounds[1])];
  const outline = [[left, points[0][1]], ...points, [right, points[points.length - 1][1]]].map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`).join("L");
  return [node("path", { d: `M${left} ${axis}L${outline}L${right} ${axis}Z`, fill: theme.policies[0], "data-mark": "density" })];
}

function sideAxis(theme, { width }, ticks, place, name = "share") {
  return ticks.flatMap(([at, words]) => [
    line(LEFT, place(at), width - RIGHT, place(at), theme.grid),
    text(LEFT - 5, place(at) + 3.7, words, small(theme, { "text-anchor": "end", "data-tick": name })),
  ]);
}

function sideTitle(theme, { top, base }, words) {
  const middle = (top + base) / 2;
  return text(TITLE, middle, words, small(theme, { "text-anchor": "middle", transform: `rotate(-90 ${TITLE} ${middle})` }));
}

/** Numbers in the middle of an axis stand beside its title, those at its ends do not. */
const clearOfTitle = (texts) => texts.every((words) => textWidth(words, TICK_SIZE) < LEFT - 5 - TITLE - 4);

function actionAxis({ bounds: [[low, high]], dimensions }, theme, { axis, plot, place }) {
  const inner = roundValues(low, high, 4).filter((value) => value - low > (high - low) * 0.12 && high - value > (high - low) * 0.12);
  const ticks = [low, ...inner, high];
  const words = alike(ticks);
  const title = `${dimensions[0]}, from ${words[0]} to ${words[words.length - 1]}`;
  return [
    line(plot[0], axis, plot[1], axis, theme.muted),
    ...ticks.flatMap((tick, index) => [
      line(place(tick), axis, place(tick), axis + 3, theme.muted),
      text(place(tick), axis + 14, words[index], small(theme, { "text-anchor": "middle", "data-tick": "action" })),
    ]),
    text((plot[0] + plot[1]) / 2, axis + 28, title, small(theme, { "text-anchor": "middle", fill: theme.ink })),
  ];
}

/** One candidate action: where it is on the axis, its stem, its tick at the proposal, and its Q-hat. */
function candidate(frame, theme, { columns, places, policy, q, fan, axis }, atom, { shares, values, dim }) {
  const { root_policy, root_proposal, root_q, root_visits, chosen } = frame;
  const [x, colour, main] = [columns[atom], actionColour(theme, frame, atom), atom === chosen];
  const tried = root_visits[atom] > 0;
  const radius = main ? 5.6 : 4;
  const [top, proposal] = [shares(root_policy[atom]), shares(root_proposal[atom])];
  const head = { fill: tried ? colour : theme.paper, stroke: main ? theme.ink : tried ? theme.paper : colour, "stroke-width": main ? 1.8 : tried ? 0.8 : 1.5 };
  const lead = `M${x} ${fan.top}L${places[atom]} ${fan.base}L${places[atom]} ${axis}`;
  return node("g", { "data-action": atom, ...(dim ? { opacity: 0.25 } : {}) },
    node("path", { d: lead, fill: "none", stroke: colour, "stroke-width": main ? 1.6 : 1, "data-mark": "lead" }),
    line(x, policy.base, x, top, main ? theme.ink : theme.muted, { "stroke-width": main ? 2 : 1.2, "data-mark": "stem" }),
    line(x - 4.5, proposal, x + 4.5, proposal, theme.policies[1], { "stroke-width": 2.6, "data-mark": "proposal" }),
    marker("circle", x, top, radius, { ...head, "data-mark": "policy" }),
    ...(Number.isFinite(root_q[atom]) ? [marker("circle", x, values(root_q[atom]), radius, { ...head, "data-mark": "q" })] : []));
}

/** The candidates of the plan that is pinned: others than this one's, so each stands where it is on the axis, as high as its improved policy. */
function ghosts({ atoms, root_policy, chosen }, theme, { policy, place }, shares) {
  const style = { fill: "none", stroke: theme.ink, "stroke-dasharray": "2 1.6" };
  return atoms.flatMap((action, atom) => [
    line(place(action), policy.base, place(action), shares(root_policy[atom]), theme.ink, { "stroke-width": 0.8, "stroke-dasharray": "2 2" }),
    marker("circle", place(action), shares(root_policy[atom]), atom === chosen ? 5.6 : 4, { ...style, "stroke-width": atom === chosen ? 1.8 : 1, "data-mark": "pinned" }),
  ]);
}

/** The one candidate that is named: what is chosen, or what is singled out. Over its column, as far as the panel reaches. */
function headline(frame, theme, { columns, width }, atom) {
  const { actions, root_policy, root_visits, chosen } = frame;
  const words = [actions[atom], share(partOf(root_policy, atom)), ...(root_visits[atom] ? [] : ["never tried"])].join(" · ");
  const lead = atom === chosen ? "▸ " : "";
  const half = textWidth(lead + words, 11.5, true) / 2;
  const x = Math.min(Math.max(columns[atom], 6 + half), width - 6 - half);
  return text(x, 13, lead + words, { "font-size": 11.5, "font-weight": 700, fill: theme.ink, "text-anchor": "middle", "data-mark": "headline" });
}
