// The root decision as levels go by: a line for each action, the improved policy of the plan cut off after each level, from the prior on the left to
// the decision on the right, with the names beside its ends.

import { byProbability, noTrail, trailOf } from "../frame/decision_numbers.js";
import { partOf, share } from "../lib/format.js";
import { actionColour, actionSymbol } from "../lib/palette.js";
import { spread } from "./action_axis.js";
import { line, marker, node, openPath, shorten, text, textWidth, truthMarker } from "./shapes.js";
import { shareTicks } from "./ticks.js";

const LEFT = 46;
const NAMES = { share: 0.5, least: 92, apart: 14.5, size: 11, beside: 84 };
const TOP = 14;
const HIGH = 168;
const FOOT = 36;
const TICK = 10.5;
// So many lines have a name; the others are thin.
const NAMED = 8;

export function levelsLayout({ levels, actions }, width) {
  const longest = Math.max(...actions.map((name) => textWidth(name, NAMES.size, true)));
  const right = Math.round(Math.min(Math.max(longest + NAMES.beside, NAMES.least), width * NAMES.share));
  const [from, to] = [LEFT, width - right];
  // The prior stands in front of the first level.
  return { kind: "levels", width, height: TOP + HIGH + FOOT, plot: [from, to], top: TOP, base: TOP + HIGH, x: (level) => from + ((level + 1) / Math.max(levels, 1)) * (to - from) };
}

const up = ({ top, base }, { low, high }, value) => base - Math.min(Math.max((value - low) / (high - low), 0), 1) * (base - top);

/** Actions whose lines have a name: the most probable ones, the one that is chosen, and the one singled out. */
export function namedActions(frame, singled = null) {
  const first = byProbability(frame).slice(0, NAMED);
  const wanted = [frame.chosen, singled].filter((action) => action !== null && action >= 0 && !first.includes(action));
  return [...first.slice(0, NAMED - wanted.length), ...wanted];
}

/** Areas that take the pointer: the names. */
export function levelAreas(frame, layout, axes, singled = null) {
  return ends(frame, layout, axes, singled).map(({ action, y }) => ({ action, x: layout.plot[1], y: y - NAMES.apart / 2, width: layout.width - layout.plot[1], height: NAMES.apart }));
}

/** Heights of the names at the ends of their lines, apart from each other. */
function ends(frame, layout, { fine }, singled) {
  if (frame.over) return [];
  const actions = namedActions(frame, singled).sort((a, b) => frame.root_policy[b] - frame.root_policy[a] || a - b);
  const heights = spread(actions.map((action) => up(layout, fine, frame.root_policy[action])), NAMES.apart, [layout.top - 4, layout.base + 8]);
  return actions.map((action, index) => ({ action, y: heights[index] }));
}

/** The picture as nodes; pure. */
export function levelsPicture(frame, theme, layout, axes, singled = null) {
  const { plot: [from, to], top, base, x } = layout;
  const trail = trailOf(frame);
  const y = (value) => up(layout, axes.fine, value);
  const small = (more) => ({ "font-size": TICK, fill: theme.muted, ...more });
  const shown = !frame.over && trail;
  const axis = [
    ...shareTicks(axes.fine.high).flatMap(([at, words]) => [line(from, y(at), to, y(at), theme.grid), text(from - 5, y(at) + 3.7, words, small({ "text-anchor": "end" }))]),
    ...levelTicks(frame, layout).map((level) => text(x(level), base + 15, level < 0 ? "prior" : `${level}`, small({ "text-anchor": "middle" }))),
    text((from + to) / 2, base + 29, "after level", small({ "text-anchor": "middle", fill: theme.ink })),
    text(12, (top + base) / 2, "improved policy", small({ "text-anchor": "middle", transform: `rotate(-90 12 ${(top + base) / 2})` })),
  ];
  if (!shown) return [...axis, ...sentence(noTrail(frame) || "The trail is on its way …", layout, theme)];
  const named = namedActions(frame, singled);
  const faint = frame.actions.map((_, action) => action).filter((action) => !named.includes(action));
  const path = (action) => openPath([[x(-1), y(frame.root_prior[action])], ...trail.levels.map((level, cut) => [x(level), y(trail.policy(cut, action))])]);
  const dim = (action) => (singled !== null && singled !== action ? { opacity: 0.25 } : {});
  return [
    ...axis,
    ...faint.map((action) => node("path", { d: path(action), fill: "none", stroke: theme.faint, "stroke-width": 0.8, "data-mark": "other" })),
    ...named.toReversed().map((action) => node("path", {
      d: path(action), fill: "none", stroke: actionColour(theme, frame, action), "stroke-width": action === frame.chosen ? 2.6 : 1.5, "stroke-linejoin": "round", "data-mark": "trail", ...dim(action),
    })),
    ...(frame.truth ? named.map((action) => truthMarker(theme, to, y(frame.truth.policy[action]), 4)) : []),
    ...ends(frame, layout, axes, singled).map(({ action, y: at }) => name(frame, theme, layout, action, at, dim(action), y)),
  ];
}

/** The name of a line, with a thin lead from its end. */
function name(frame, theme, { plot: [, to], width }, action, at, dim, y) {
  const main = action === frame.chosen;
  const words = share(partOf(frame.root_policy, action), frame.actions.length > NAMED ? 1 : 0);
  const wide = textWidth(words, NAMES.size, main);
  const room = width - to - 34 - wide - 8;
  const style = { "font-size": NAMES.size, fill: theme.ink, ...(main ? { "font-weight": 700 } : {}) };
  const colour = actionColour(theme, frame, action);
  return node("g", { "data-action": action, ...dim },
    node("path", { d: openPath([[to, y(frame.root_policy[action])], [to + 10, at]]), fill: "none", stroke: colour, "stroke-width": 0.8 }),
    marker(actionSymbol(frame, action), to + 16, at, 3.8, { fill: colour }),
    text(to + 24, at + 4, shorten(frame.actions[action], room, NAMES.size, main), style),
    text(width - 6, at + 4, words, { ...style, "text-anchor": "end" }));
}

function levelTicks({ levels }, { plot: [from, to] }) {
  const step = [1, 2, 4, 5, 8, 10, 16, 20, 32, 50, 64].find((size) => ((to - from) / levels) * size >= 26) ?? 64;
  const ticks = Array.from({ length: Math.ceil(levels / step) }, (_, index) => (index + 1) * step - 1).filter((level) => level < levels);
  return [-1, ...ticks.filter((level) => ((to - from) / levels) * (level + 1) >= 30)];
}

function sentence(words, { plot: [from, to], top, base }, theme) {
  const lines = words.split(" ").reduce((found, word) => {
    const longer = found.length ? `${found.at(-1)} ${word}` : word;
    return found.length && textWidth(longer, 11.5) <= to - from ? [...found.slice(0, -1), longer] : [...found, word];
  }, /** @type {string[]} */ ([]));
  return lines.map((each, index) => text((from + to) / 2, (top + base) / 2 + 15 * (index - (lines.length - 1) / 2), each, { "font-size": 11.5, fill: theme.muted, "text-anchor": "middle" }));
}
