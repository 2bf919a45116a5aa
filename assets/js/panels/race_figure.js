// The outcome of a race as one picture: a row for each planner, its improved policy on one axis with those of the others and the exact one, and what
// each of many seeds loses as dots, their middle half and median, with the seeds that it wins. Pure.

import { measureName, winsText } from "../frame/race.js";
import { number, share } from "../lib/format.js";
import { actionColour, actionGlyph } from "../lib/palette.js";
import { quartiles } from "../lib/quartiles.js";
import { roundValues } from "../lib/scale.js";
import { node, shorten, text as words } from "./shapes.js";

const ROW = 38;
const HEAD = 30;
const FOOT = 22;
const BAR = 11;
// From here on policies and losses stand side by side.
const WIDE = 720;
const NARROW_NAMES = 104;
const NAMES = 132;
const WINS = 76;
const GAP = 36;
// A share that is narrower is read from its bar alone.
const LABELLED = 46;
const JITTER = 20;
const DASHED = { "stroke-width": 1.2, "stroke-dasharray": "2 3" };

/**
 * @typedef {object} Row
 * @property {string} title
 * @property {any} frame of its plan, or null where there is none yet
 * @property {number[]} [values] of its seeds, the first that of the plan shown
 * @property {number} [wins]
 * @property {string} [waits] what there is to say as long as there are no values
 */

/**
 * @param {object} race
 * @param {Row[]} race.rows
 * @param {import("../frame/race.js").Measure | null} race.measure null as long as it is not known
 * @param {number | null} race.prior value of the prior itself, without planning
 * @param {number} width in pixels
 * @param {import("../lib/palette.js").Theme} theme
 */
export function raceFigure({ rows, measure, prior }, width, theme) {
  const wide = width >= WIDE;
  const names = wide ? NAMES : NARROW_NAMES;
  const frame = rows.find((row) => row.frame)?.frame ?? null;
  const lines = policyLines(rows, frame, measure);
  const policies = { left: names, right: wide ? Math.round(names + (width - names) * 0.43) : width - 10, top: HEAD };
  const below = HEAD + lines.length * ROW + FOOT + 10;
  const losses = { left: wide ? policies.right + GAP : names, right: width - WINS, top: wide ? HEAD : below + HEAD };
  const height = wide ? HEAD + lines.length * ROW + FOOT : losses.top + rows.length * ROW + FOOT;
  const text = drawText(theme);
  const parts = [
    ...policyAxis(policies, lines.length, frame, text, theme),
    ...(measure?.action && frame ? longAction(policies, lines.length, frame.bounds[0], measure.action[0], text, theme) : []),
    ...lines.flatMap((line, index) => policyRow(line, { ...policies, y: HEAD + index * ROW }, text, theme)),
    ...(wide ? [] : rows.flatMap((row, index) => name(row.title, "", losses.top + index * ROW, text, theme))),
    ...lossRows({ rows, measure, prior }, losses, width, text, theme),
  ];
  const about = { role: "img", "aria-label": describe(rows, measure), "font-family": theme.family };
  return node("svg", { viewBox: `0 0 ${width} ${height}`, width, height, ...about }, ...parts);
}

/** Words for those who cannot see the picture. */
function describe(rows, measure) {
  const own = rows.map(({ title, frame, values, wins }) => {
    const middle = values && quartiles(values);
    const chosen = frame && !frame.over ? ` takes ${frame.actions[frame.chosen]}` : "";
    const lost = middle && measure ? `, median ${measureName(measure)} ${number(middle.median)}${wins === undefined ? "" : `, wins ${winsText(wins)} seeds`}` : "";
    return `${title}${chosen}${lost}`;
  });
  return `Improved policies and losses of the planners: ${own.join("; ")}`;
}

const drawText = (theme) => (x, y, content, more = {}) => words(x, y, content, { "font-size": 11, fill: theme.ink, ...more });

/** The planners' policies, and for comparison the prior and the exact one. */
function policyLines(rows, frame, measure) {
  const own = rows.map(({ title, frame: each }) => ({ title, frame: each, policy: each?.root_policy ?? null, chosen: each?.chosen ?? -1 }));
  if (!frame || frame.continuous) return own;
  const others = [["prior", frame.root_prior], ["exact posterior", frame.truth?.policy], ["long plan", measure?.policy]];
  return [...own, ...others.flatMap(([title, policy]) => (policy ? [{ title, frame, policy, chosen: -1, quiet: true }] : []))];
}

/** The name of a row, with what it takes below. */
function name(title, note, y, text, theme, quiet = false) {
  const first = text(0, note ? y + 15 : y + 22, title, { "font-weight": quiet ? 400 : 600, fill: quiet ? theme.muted : theme.ink });
  return note ? [first, text(0, y + 29, note, { fill: theme.muted })] : [first];
}

const titleOf = (content) => node("title", {}, content);

function policyAxis({ left, right, top }, count, frame, text, theme) {
  const bottom = top + count * ROW;
  const muted = { fill: theme.muted };
  const title = frame?.continuous ? `improved policy over ${frame.dimensions[0]}` : "improved policy";
  const ticks = frame?.continuous ? rangeTicks(frame.bounds[0]) : [[0, "0"], [0.5, "50"], [1, "100 %"]];
  return [
    text(left, 13, shorten(title, right - left), muted),
    ...ticks.flatMap(([at, label]) => {
      const x = left + at * (right - left);
      const anchor = at === 1 ? "end" : at ? "middle" : "start";
      const line = node("rect", { x: x - 0.5, y: top, width: 1, height: bottom - top, fill: theme.grid });
      return [line, text(x, bottom + 14, label, { ...muted, "text-anchor": anchor })];
    }),
  ];
}

/** The action of the long plan, along all rows. */
function longAction({ left, right, top }, count, [low, high], value, text, theme) {
  const x = left + ((value - low) / (high - low)) * (right - left);
  const after = x < (left + right) / 2;
  return [
    node("line", { x1: x, x2: x, y1: top - 4, y2: top + count * ROW, stroke: theme.muted, ...DASHED, "data-mark": "long" }),
    text(x + (after ? 4 : -4), top - 6, "long plan", { fill: theme.muted, "text-anchor": after ? "start" : "end" }),
  ];
}

const rangeTicks = ([low, high]) => [[0, number(low)], [0.5, number((low + high) / 2)], [1, number(high)]];

function policyRow({ title, frame, policy, chosen, quiet = false }, { left, right, y }, text, theme) {
  const glyph = chosen >= 0 ? `${actionGlyph(frame, chosen)} ` : "";
  const note = chosen < 0 ? "" : shorten(frame.values[chosen], left - 22);
  const heading = name(title, note && " ", y, text, theme, quiet);
  if (note) heading.push(text(0, y + 29, glyph, { fill: actionColour(theme, frame, chosen) }), text(14, y + 29, note, { fill: theme.muted }));
  if (!policy) return heading;
  if (frame.continuous) return [...heading, ...atomRow(frame, { left, right, y }, theme)];
  let from = left;
  const bars = Array.from(policy).flatMap((part, action) => {
    const size = part * (right - left);
    const at = from;
    from += size;
    if (size < 0.05) return [];
    const look = { fill: actionColour(theme, frame, action), "fill-opacity": quiet ? 0.55 : 1, "data-action": action };
    const said = titleOf(`${title}: ${frame.actions[action]} ${share(part)}`);
    const bar = node("rect", { x: at, y: y + 18, width: Math.max(size - 1, 0.5), height: BAR, ...look }, said);
    if (size < LABELLED) return [bar];
    const style = { fill: quiet ? theme.muted : theme.ink, "font-weight": action === chosen ? 650 : 400 };
    return [bar, text(at, y + 14, actionGlyph(frame, action), { fill: look.fill }), text(at + 13, y + 14, share(part), style)];
  });
  return [...heading, ...bars];
}

/** Continuous actions: a stroke for each candidate, as high as its probability, and a triangle on the one that is taken. */
function atomRow(frame, { left, right, y }, theme) {
  const [low, high] = frame.bounds[0];
  const base = y + ROW - 6;
  const x = (value) => left + ((value - low) / (high - low)) * (right - left);
  const most = Math.max(...frame.root_policy);
  const strokes = frame.atoms.map((value, atom) => {
    const height = Math.max((frame.root_policy[atom] / most) * (ROW - 14), 1.5);
    const title = titleOf(`${frame.actions[atom]}: ${share(frame.root_policy[atom])}`);
    const look = { fill: actionColour(theme, frame, atom), "data-action": atom };
    return node("rect", { x: x(value) - 1.5, y: base - height, width: 3, height, ...look }, title);
  });
  const taken = x(frame.atoms[frame.chosen]);
  return [
    node("rect", { x: left, y: base, width: right - left, height: 1, fill: theme.grid }), ...strokes,
    node("polygon", { points: `${taken - 4},${base + 6} ${taken + 4},${base + 6} ${taken},${base + 1}`, fill: theme.ink }),
  ];
}

function lossRows({ rows, measure, prior }, { left, right, top }, width, text, theme) {
  const bottom = top + rows.length * ROW;
  const muted = { fill: theme.muted };
  const known = rows.flatMap(({ values = [] }) => values);
  const most = Math.max(...known, ...(prior !== null && known.length ? [prior] : []), 0) || 1;
  const x = (value) => left + (value / most) * (right - left - 8);
  const ticks = known.length ? roundValues(0, most, 3) : [];
  const seeds = rows.find(({ values }) => values)?.values?.length;
  const parts = [text(left, top - 17, measure ? measureName(measure) : "", muted)];
  if (rows.some(({ wins }) => wins !== undefined)) parts.push(text(width, top - 17, `won of ${seeds}`, { ...muted, "text-anchor": "end" }));
  for (const tick of ticks) {
    parts.push(node("rect", { x: x(tick) - 0.5, y: top, width: 1, height: bottom - top, fill: theme.grid }));
    parts.push(text(x(tick), bottom + 14, number(tick), { ...muted, "text-anchor": tick ? "middle" : "start" }));
  }
  if (prior !== null && known.length) {
    parts.push(node("line", { x1: x(prior), x2: x(prior), y1: top - 4, y2: bottom, stroke: theme.muted, ...DASHED, "data-mark": "prior" }));
    const after = x(prior) < left + 40;
    parts.push(text(x(prior) + (after ? 4 : -4), top - 6, "prior", { ...muted, "text-anchor": after ? "start" : "end" }));
  }
  rows.forEach((row, index) => parts.push(...lossRow(row, { y: top + index * ROW, left, right, width, x }, text, theme)));
  return parts;
}

function lossRow({ values, wins, waits = "", title }, { y, left, right, width, x }, text, theme) {
  const middle = values && quartiles(values);
  if (!values || !middle) return [text(left, y + 22, shorten(waits, right - left), { fill: theme.muted })];
  const at = y + ROW / 2 + 2;
  const look = { fill: theme.accent, "fill-opacity": 0.1, stroke: theme.accent, "stroke-width": 1, "data-mark": "quartiles" };
  const said = titleOf(`${title}: median ${number(middle.median)}, half of the seeds ${number(middle.low)} to ${number(middle.high)}`);
  const size = { width: Math.max(x(middle.high) - x(middle.low), 1), height: 22 };
  const box = node("rect", { x: x(middle.low), y: at - 11, ...size, ...look }, said);
  const dot = { r: 2.2, fill: theme.accent, "fill-opacity": 0.45, "data-mark": "seed" };
  const dots = values.map((value, seed) => node("circle", { cx: x(value), cy: at + jitter(seed), ...dot }, titleOf(`seed + ${seed}: ${number(value)}`)));
  return [
    box, ...dots,
    node("rect", { x: x(middle.median) - 1.25, y: at - 13, width: 2.5, height: 26, fill: theme.ink, "data-mark": "median" }),
    text(x(values[0]), at + 4, "★", { "font-size": 12, "text-anchor": "middle", stroke: theme.paper, "stroke-width": 2, "paint-order": "stroke" }),
    ...(wins === undefined ? [] : [
      text(width, y + 17, winsText(wins), { "text-anchor": "end", "font-weight": 600 }),
      node("rect", { x: width - WINS + 16, y: y + 22, width: WINS - 16, height: 5, fill: theme.grid }),
      node("rect", { x: width - WINS + 16, y: y + 22, width: (wins / values.length) * (WINS - 16), height: 5, fill: theme.accent }),
    ]),
  ];
}

/** Dots that share a value are spread over the row, evenly and always alike. */
const jitter = (seed) => (((seed * 0.618034) % 1) - 0.5) * JITTER;
