// The root decision as dots: to the right Q-hat, upwards the improved policy, as large as the prior. A line through a dot is the spread of the values
// that Q-hat is the mean of; a trail is the way of the decision as levels go by.

import { trailOf } from "../frame/decision_numbers.js";
import { actionColour, actionSymbol } from "../lib/palette.js";
import { line, marker, node, openPath, rootValueLines, shorten, text, textWidth, truthMarker } from "./shapes.js";
import { axisTicks, fitsAlong, shareTicks } from "./ticks.js";

const LEFT = 46;
const RIGHT = 16;
const TOP = 14;
const HIGH = 168;
const FOOT = 36;
const TICK = 10.5;
const NAME = { size: 11, room: 120, apart: 3 };
const DOT = { least: 3.2, range: 8.5, hit: 10 };
// Trails of more actions than this would be a thicket: then only that of the one singled out, or chosen, is drawn.
const FEW_TRAILS = 4;

/** Positions; they depend on the width alone. */
export function dotsLayout(_, width) {
  const [plot, rows] = [[LEFT, width - RIGHT], { top: TOP, base: TOP + HIGH }];
  return { kind: "dots", width, height: rows.base + FOOT, plot, ...rows };
}

const within = (share) => Math.min(Math.max(share, 0), 1);
const across = ({ plot: [from, to] }, { low, high }, value) => from + within((value - low) / (high - low)) * (to - from);
const up = ({ top, base }, { low, high }, value) => base - within((value - low) / (high - low)) * (base - top);

/** The radius of a dot: its area follows the prior. */
const dotRadius = (prior) => DOT.least + DOT.range * Math.sqrt(within(prior));

/** Place and size of each action's dot; those that were not tried have none. */
export function dotPlaces({ root_q, root_policy, root_prior }, layout, { fine, wide }) {
  return Array.from(root_q, (value, action) => (Number.isFinite(value)
    ? { action, x: across(layout, wide, value), y: up(layout, fine, root_policy[action]), radius: dotRadius(root_prior[action]) }
    : null)).filter((place) => place !== null);
}

/** Areas that take the pointer, the smallest dots last and so on top. */
export const dotAreas = (frame, layout, axes) => dotPlaces(frame, layout, axes).sort((a, b) => b.radius - a.radius).map(({ action, x, y, radius }) => {
  const reach = Math.max(radius + 2, DOT.hit);
  return { action, x: x - reach, y: y - reach, width: 2 * reach, height: 2 * reach };
});

/** The picture as nodes; pure. */
export function dotsPicture(frame, theme, layout, axes, singled = null, pinned = null) {
  const { plot: [from, to], top, base } = layout;
  const empty = [
    ...shareTicks(axes.fine.high).flatMap(([at, words]) => [
      line(from, up(layout, axes.fine, at), to, up(layout, axes.fine, at), theme.grid),
      text(from - 5, up(layout, axes.fine, at) + 3.7, words, small(theme, { "text-anchor": "end" })),
    ]),
    ...valueAxis(theme, layout, axes.wide),
    text(12, (top + base) / 2, "improved policy", small(theme, { "text-anchor": "middle", transform: `rotate(-90 12 ${(top + base) / 2})` })),
    text((from + to) / 2, base + 29, "Q-hat", small(theme, { "text-anchor": "middle", fill: theme.ink })),
  ];
  if (frame.over) return empty;
  const places = dotPlaces(frame, layout, axes);
  const drawn = places.toSorted((a, b) => order(frame, singled, a.action) - order(frame, singled, b.action) || b.radius - a.radius);
  return [
    ...empty,
    ...rootValueLines(frame, theme, (value, style) => node("line", { x1: across(layout, axes.wide, value), x2: across(layout, axes.wide, value), y1: top - 4, y2: base + 1, ...style })),
    ...trails(frame, theme, layout, axes, singled),
    ...(pinned ? ghosts(pinned, theme, layout, axes) : []),
    ...drawn.map((place) => dot(frame, theme, layout, axes, place, singled)),
    ...labels(frame, theme, layout, places, singled),
    ...untried(frame, theme, layout),
  ];
}

const small = (theme, more) => ({ "font-size": TICK, fill: theme.muted, ...more });
const order = ({ chosen }, singled, action) => (action === singled ? 2 : action === chosen ? 1 : 0);

function valueAxis(theme, layout, axis) {
  const { plot: [from, to], base, top, width } = layout;
  return axisTicks(axis, fitsAlong(to - from, TICK)).flatMap(([at, words]) => {
    const [x, half] = [across(layout, axis, at), textWidth(words, TICK) / 2];
    return [line(x, top, x, base + 3, theme.grid), text(Math.min(Math.max(x, half + 2), width - 2 - half), base + 15, words, small(theme, { "text-anchor": "middle", "data-tick": "q" }))];
  });
}

/** One action: its spread, what is exact of it, and its dot. */
function dot(frame, theme, layout, axes, { action, x, y, radius }, singled) {
  const { root_q_spread: spread, truth, chosen } = frame;
  const main = action === chosen;
  const colour = actionColour(theme, frame, action);
  const [low, high] = spread ? [spread[2 * action], spread[2 * action + 1]].map((value) => across(layout, axes.wide, value)) : [x, x];
  const exact = truth ? [across(layout, axes.wide, truth.q[action]), up(layout, axes.fine, truth.policy[action])] : null;
  return node("g", { "data-action": action, ...(singled !== null && singled !== action ? { opacity: 0.25 } : {}) },
    ...(high - low > 1 ? [line(low, y, high, y, colour, { "stroke-width": 3, opacity: 0.45, "stroke-linecap": "round", "data-mark": "spread" })] : []),
    ...(exact ? [line(x, y, exact[0], exact[1], theme.truth, { "stroke-width": 1.2, "stroke-dasharray": "2 2" }), truthMarker(theme, exact[0], exact[1], 4)] : []),
    marker(actionSymbol(frame, action), x, y, radius, { fill: colour, stroke: main ? theme.ink : theme.paper, "stroke-width": main ? 2 : 1.2, "data-mark": "dot" }));
}

/** The way of the decision of each action, from the first level on, in small steps that grow stronger. */
function trails(frame, theme, layout, axes, singled) {
  const trail = trailOf(frame);
  if (!trail) return [];
  const shown = singled !== null ? [singled] : frame.actions.length <= FEW_TRAILS ? frame.actions.map((_, action) => action) : [frame.chosen];
  return shown.flatMap((action) => {
    const points = trail.levels.map((_, cut) => [trail.q(cut, action), trail.policy(cut, action)]).filter(([q]) => Number.isFinite(q))
      .map(([q, policy]) => [across(layout, axes.wide, q), up(layout, axes.fine, policy)]);
    const colour = actionColour(theme, frame, action);
    return [
      node("path", { d: openPath(points), fill: "none", stroke: colour, "stroke-width": 1.2, opacity: 0.5, "data-mark": "trail" }),
      ...points.slice(0, -1).map(([x, y], index) => marker("circle", x, y, 1.3, { fill: colour, opacity: 0.35 + (0.5 * index) / points.length })),
    ];
  });
}

/** The plan that is pinned, as outlines. */
const ghosts = (pinned, theme, layout, axes) => dotPlaces(pinned, layout, axes).map(({ x, y, radius }) =>
  marker("circle", x, y, radius, { fill: "none", stroke: theme.ink, "stroke-dasharray": "2 1.6", "data-mark": "pinned" }));

/** Names beside their dots, the most probable first, as long as there is room that nothing else takes. */
function labels(frame, theme, layout, places, singled) {
  const taken = places.map(({ x, y, radius }) => [x - radius, y - radius, x + radius, y + radius]);
  // The axes keep their numbers.
  taken.push([0, layout.base - 2, layout.width, layout.height]);
  const rank = places.toSorted((a, b) => order(frame, singled, b.action) - order(frame, singled, a.action) || frame.root_policy[b.action] - frame.root_policy[a.action]);
  return rank.flatMap(({ action, x, y, radius }) => {
    const words = shorten(frame.actions[action], NAME.room, NAME.size, action === frame.chosen);
    const box = roomFor(textWidth(words, NAME.size, action === frame.chosen), { x, y, radius }, taken, layout);
    if (!box) return [];
    taken.push(box);
    const style = { "font-size": NAME.size, fill: theme.ink, ...(action === frame.chosen ? { "font-weight": 700 } : {}), stroke: theme.paper, "stroke-width": 3, "paint-order": "stroke" };
    return [text(box[0], box[3] - 3, words, { ...style, "data-mark": "name", ...(singled !== null && singled !== action ? { opacity: 0.25 } : {}) })];
  });
}

/** A box beside a dot that overlaps nothing: right, left, above or below. */
function roomFor(width, { x, y, radius }, taken, { width: all, top }) {
  const high = NAME.size + 3;
  const gap = radius + NAME.apart;
  const corners = [[x + gap, y - high / 2], [x - gap - width, y - high / 2], [x - width / 2, y - gap - high], [x - width / 2, y + gap], [x + gap * 0.7, y - gap - high * 0.6], [x - gap * 0.7 - width, y - gap - high * 0.6]];
  const boxes = corners.map(([left, above]) => [left, above, left + width, above + high]);
  return boxes.find(([x0, y0, x1, y1]) => x0 >= LEFT + 2 && x1 <= all - 2 && y0 >= top - 12
    && taken.every((other) => Math.min(x1, other[2]) <= Math.max(x0, other[0]) || Math.min(y1, other[3]) <= Math.max(y0, other[1])));
}

function untried({ root_q }, theme, { base, plot: [from] }) {
  const count = Array.from(root_q).filter((value) => !Number.isFinite(value)).length;
  return count ? [text(from, base + 29, `${count} never tried`, small(theme, { "font-style": "italic" }))] : [];
}
