// The genealogy: levels to the right, slots downwards, every step of every particle a line from the state it stepped from.

import { axisOf, drawCursor } from "./axis.js";
import { filmGenealogy } from "./film.js";
import { dagger, fitting, gathered, label, markSize, penWidth, ring, sayInMiddle, strokeMany } from "./pen.js";
import { sameness } from "../frame/comparison.js";
import { heights, riverBands, treeOrder } from "../frame/layouts.js";
import { ancestry, descendants, endings, lastStep, revivals, strokeGroups, thinned } from "../frame/lineage.js";
import { OVER } from "../frame/narration.js";
import { traceMarker } from "../lib/markers.js";
import { actionColour, actionGlyph, actionSymbol } from "../lib/palette.js";

const TOP = 8;
const BOTTOM = 18;
// Marks that are nearer to each other share one.
const MARK_ROW = 13;
// Glyphs on the lines: how far apart along the levels, their size, and the height of neighbours that have room for one.
const GLYPH = { apart: 110, radius: 4.2, least: 12 };

const BY_SLOT = { from: "slots", to: "slots", share: 1 };

/** Positions in a layout: `x(node)` and `y(node)`, -1 the root, and the height of any slot of a level; pure. */
export function geometry({ width, height }, frame, layout = BY_SLOT) {
  const { slots, level } = frame;
  // The slots of a search tree are its layout already.
  const { from, to, share } = frame.tree ? BY_SLOT : layout;
  const axis = axisOf(width, frame);
  const pitch = (height - TOP - BOTTOM) / slots;
  const middle = TOP + (pitch * slots) / 2;
  const [before, after] = [heights(frame, from), heights(frame, to)];
  const y = (node) => (node < 0 ? middle : TOP + pitch * slots * (before[node] + share * (after[node] - before[node])));
  const bySlot = from === "slots" && to === "slots";
  return {
    axis,
    pitch,
    bySlot,
    /** Share of the river in it, 0 to 1. */
    river: (from === "river" ? 1 - share : 0) + (to === "river" ? share : 0),
    bottom: height - BOTTOM,
    x: (node) => axis.x(node < 0 ? -1 : level[node]),
    y,
    ySlot: (atLevel, at) => (bySlot ? TOP + (at + 0.5) * pitch : y(frame.nearest(atLevel, at))),
    pick(x, at) {
      if (x < axis.left - 4 || frame.over) return null;
      const found = axis.levelAt(x);
      return frame.particleAt(bySlot ? frame.nearest(found, Math.floor((at - TOP) / pitch)) : nearestTo(frame, found, y, at));
    },
  };
}

/** The node of a level that is drawn nearest to a height; -1 where none is. */
function nearestTo({ level_start: start }, level, y, at) {
  let best = -1;
  for (let node = start[level]; node < start[level + 1]; node++) if (best < 0 || Math.abs(y(node) - at) < Math.abs(y(best) - at)) best = node;
  return best;
}

export function draw(context, size, frame, view, theme) {
  if (frame.over) return sayInMiddle(context, size, OVER, theme);
  const place = geometry(size, frame, view.layout);
  drawLevels(context, place, frame, theme);
  if (place.river) drawRiver(context, place, frame, view, theme);
  drawContinuations(context, place, frame, theme);
  if (view.pinned) drawPinned(context, size, place, frame, view, theme);
  const { nodes, groups } = strokeGroups(frame);
  for (const group of groups) {
    const dimmed = view.action !== null && view.action !== group.action;
    // In a river lines only hint at the particles that it is made of.
    context.globalAlpha = (dimmed ? 0.06 : group.opacity) * (1 - 0.75 * place.river);
    context.strokeStyle = actionColour(theme, frame, group.action);
    // Lines leave some white between them as long as there are pixels for it.
    context.lineWidth = penWidth(group.width * Math.min(0.45 + 0.18 * place.pitch, 1.6));
    strokeMany(context, group.from, group.to, joiner(place, frame, nodes));
  }
  context.globalAlpha = 1;
  drawMarks(context, place, frame, theme);
  if (!frame.continuous) drawGlyphs(context, place, frame, view, theme);
  drawInterventions(context, place, frame, theme);
  drawLegend(context, place, frame, view, theme);
}

/** A band for each root action, as high as its mass at each level; it springs from the root. */
function drawRiver(context, { axis, bottom, river, y }, frame, view, theme) {
  const at = (part) => TOP + part * (bottom - TOP);
  const last = frame.levels - 1;
  for (const { action, top, bottom: low } of riverBands(frame)) {
    context.globalAlpha = river * (view.action !== null && view.action !== action ? 0.15 : 0.8);
    context.fillStyle = actionColour(theme, frame, action);
    context.beginPath();
    context.moveTo(axis.x(-1), y(-1));
    for (let level = 0; level <= last; level++) flow(context, axis, level - 1, level, level ? at(top[level - 1]) : y(-1), at(top[level]));
    context.lineTo(axis.x(last), at(low[last]));
    for (let level = last; level >= 0; level--) flow(context, axis, level, level - 1, at(low[level]), level ? at(low[level - 1]) : y(-1));
    context.fill();
  }
  context.globalAlpha = 1;
}

/** An edge of a band that leaves and arrives level. */
function flow(context, axis, from, to, y0, y1) {
  const [x0, x1] = [axis.x(from), axis.x(to)];
  const bend = (x1 - x0) / 2;
  context.bezierCurveTo(x0 + bend, y0, x1 - bend, y1, x1, y1);
}

/** The surviving lineages of the plan that is pinned, as a grey shade behind; and the level from which on its particles are other ones. */
function drawPinned(context, size, { axis, bottom }, frame, view, theme) {
  const { pinned } = view;
  if (pinned.tree === frame.tree) {
    const ghost = { ...geometry(size, pinned, view.layout), x: (node) => axis.x(node < 0 ? -1 : pinned.level[node]) };
    const { nodes, groups } = strokeGroups(pinned);
    context.strokeStyle = theme.muted;
    context.globalAlpha = 0.3;
    for (const group of groups) {
      if (!group.survives) continue;
      // Many wide lines would be one grey ground.
      context.lineWidth = penWidth(group.width) * Math.min(0.45 + 0.18 * ghost.pitch, 1.6) + 1;
      strokeMany(context, group.from, group.to, joiner(ghost, pinned, nodes, frame.levels));
    }
    context.globalAlpha = 1;
  }
  const parts = frame.once(`parts from ${pinned.pin}`, () => sameness(pinned, frame)?.parts ?? null);
  if (parts === null) return;
  const x = axis.x(parts) - axis.column / 2;
  Object.assign(context, { strokeStyle: theme.ink, lineWidth: 1 });
  context.setLineDash([2, 3]);
  context.beginPath();
  context.moveTo(x, 0);
  context.lineTo(x, bottom);
  context.stroke();
  context.setLineDash([]);
}

/** Draws one step; where slots are finer than pixels, equal neighbours are drawn once. */
function joiner(place, { parent, level }, nodes, levels = Infinity) {
  const fine = place.bySlot && place.pitch < 0.75;
  const grain = place.pitch < 0.2 ? 2 : 1;
  let last = null;
  return (context, index) => {
    const node = nodes[index];
    if (level[node] >= levels) return false;
    const [x0, y0, x1, y1] = [place.x(parent[node]), place.y(parent[node]), place.x(node), place.y(node)];
    if (fine) {
      // x1 in the high digits, then both heights: one number says which pixels are joined.
      const key = (x1 * 4096 + Math.round(y0 / grain)) * 4096 + Math.round(y1 / grain);
      if (key === last) return false;
      last = key;
    }
    connect(context, x0, y0, x1, y1);
    return true;
  };
}

/** A line that leaves and arrives level; straight where one could not tell, since curves cost several times as much. */
function connect(context, x0, y0, x1, y1) {
  context.moveTo(x0, y0);
  if (Math.abs(y1 - y0) < 3) return context.lineTo(x1, y1);
  const bend = (x1 - x0) / 2;
  return context.bezierCurveTo(x0 + bend, y0, x1 - bend, y1, x1, y1);
}

/** A particle that has ended keeps its slot (or is copied): a faint line shows where it is, without a step of its own. */
function drawContinuations(context, place, { size, level, before, alive }, theme) {
  context.strokeStyle = theme.faint;
  context.lineWidth = Math.min(1, place.pitch);
  strokeMany(context, 0, size, (_, node) => {
    if (alive[node] || level[node] === 0) return false;
    context.moveTo(place.axis.x(level[node] - 1), place.ySlot(level[node] - 1, before[node]));
    context.lineTo(place.x(node), place.y(node));
    return true;
  });
}

function drawMarks(context, place, frame, theme) {
  const size = Math.min(Math.max(place.pitch * 0.45, 2.4), 4);
  const marks = (nodes) => gathered(nodes, place.x, place.y, 1, Math.max(MARK_ROW, place.pitch));
  context.strokeStyle = theme.ink;
  context.lineWidth = 1;
  context.beginPath();
  for (const { x, y, count } of marks(endings(frame))) dagger(context, x, y, markSize(size, count));
  context.stroke();
  context.strokeStyle = theme.muted;
  context.beginPath();
  for (const { x, y, count } of marks(revivals(frame))) ring(context, x, y, markSize(size, count));
  context.stroke();
}

const INTERVENED = { kill: "×", force: "!", weigh: "w", redraw: "↻" };

/** A badge where the plan was changed, by kind. */
function drawInterventions(context, { axis, ySlot }, { interventions }, theme) {
  for (const { kind, level, slot } of interventions) {
    context.beginPath();
    ring(context, axis.x(level), ySlot(level, slot), 7);
    Object.assign(context, { fillStyle: theme.paper, strokeStyle: theme.accent, lineWidth: 2 });
    context.fill();
    context.stroke();
    label(context, INTERVENED[kind], axis.x(level), ySlot(level, slot), { colour: theme.ink, font: theme.font, align: "center", baseline: "middle" });
  }
}

/** The glyphs of root actions on their lines, where enough neighbours have the same: colour is not for all eyes. */
function drawGlyphs(context, place, frame, view, theme) {
  const { axis } = place;
  const every = Math.max(Math.round(GLYPH.apart / axis.column), 1);
  for (let level = Math.min(every >> 1, frame.levels - 1); level < frame.levels; level += every) {
    for (const { action, y, high } of place.bySlot ? slotRuns(place, frame, level) : treeRuns(place, frame, level)) {
      if (high < GLYPH.least || (view.action !== null && view.action !== action)) continue;
      context.beginPath();
      traceMarker(context, actionSymbol(frame, action), axis.x(level), y, GLYPH.radius);
      Object.assign(context, { fillStyle: actionColour(theme, frame, action), strokeStyle: theme.paper, lineWidth: 3, lineJoin: "round" });
      context.stroke();
      context.fill();
    }
  }
  context.lineJoin = "miter";
}

const slotRuns = ({ pitch, ySlot }, frame, level) => runs(frame, level).map(({ action, from, to }) => ({ action, y: ySlot(level, (from + to) / 2), high: pitch * (to - from + 1) }));

/** Each root action of a level of tree or river: its particles stand together. */
function treeRuns({ y }, frame, level) {
  const nodes = [...treeOrder(frame).subarray(frame.level_start[level], frame.level_start[level + 1])];
  return frame.actions.flatMap((_, action) => {
    const own = nodes.filter((node) => frame.root[node] === action).map(y);
    const [low, high] = [own[0], own[own.length - 1]];
    return own.length ? [{ action, y: (low + high) / 2, high: high - low }] : [];
  });
}

/** Neighbouring slots of a level with the same root action, as {action, from, to}; pure. */
export function runs({ level_start: start, slot, root }, level) {
  const found = [];
  for (let node = start[level]; node < start[level + 1]; node++) {
    const last = found[found.length - 1];
    if (last?.action === root[node]) last.to = slot[node];
    else found.push({ action: root[node], from: slot[node], to: slot[node] });
  }
  return found;
}

function drawLevels(context, { axis, bottom }, { levels, resampled }, theme) {
  context.fillStyle = theme.grid;
  for (let level = 0; level < levels; level++) {
    if (!resampled?.[level]) continue;
    // Resampling happens after the level, before the next.
    context.fillRect(axis.x(level) + axis.column / 2 - 0.5, 0, 1, bottom);
  }
  for (const level of axis.ticks()) {
    label(context, `${level}`, axis.x(level), bottom + 4, { colour: theme.muted, font: theme.font, align: "center", baseline: "top" });
  }
  const name = { colour: theme.muted, font: theme.font, baseline: "top", align: "right" };
  label(context, "level", axis.left - 10, bottom + 4, name);
}

/** Rows of the legend in the gutter: root action, how many particles (or simulations) of the level descend from it. */
export function legendRows({ actions, root_counts }, level) {
  return actions.map((name, action) => ({ name, action, count: root_counts[level * actions.length + action] }));
}

// Above the rows stands which level their counts are of.
const LEGEND = { x: 4, head: 11, top: 28, row: 30, compact: 15, name: 14 };

/** Which root actions have a row, and where: the first that fit; of continuous ones evenly some, since their colours lie between. */
export function legendLayout({ actions: { length: actions }, continuous }, bottom) {
  const row = (actions - 1) * LEGEND.row + LEGEND.top + 14 <= bottom ? LEGEND.row : LEGEND.compact;
  const room = Math.max(Math.min(actions, Math.floor((bottom - LEGEND.top) / row) + 1), 1);
  const every = continuous && room > 1 ? (actions - 1) / (room - 1) : 1;
  return { row, y: (index) => LEGEND.top + index * row, shown: Array.from({ length: room }, (_, index) => Math.round(index * every)) };
}

function drawLegend(context, { axis, bottom }, frame, view, theme) {
  const { shown, row, y } = legendLayout(frame, bottom);
  context.font = theme.font;
  const beside = row === LEGEND.compact ? context.measureText(`${frame.total}`).width + 6 : 0;
  const room = axis.left - 8 - LEGEND.x - LEGEND.name - beside;
  shown.forEach((action, index) => {
    context.globalAlpha = view.action === null || view.action === action ? 1 : 0.35;
    label(context, actionGlyph(frame, action), LEGEND.x, y(index), { colour: actionColour(theme, frame, action), font: theme.font });
    // Of a continuous action the value alone where the dimension does not fit too: that can be read elsewhere.
    const name = fitting(context, [frame.actions[action], frame.values[action]], room);
    label(context, name, LEGEND.x + LEGEND.name, y(index), { colour: theme.ink, font: theme.font });
  });
  context.globalAlpha = 1;
  context.fillStyle = theme.ink;
  context.beginPath();
  context.arc(axis.x(-1), (TOP + bottom) / 2, 3.5, 0, 2 * Math.PI);
  context.fill();
}

/** The root action whose legend row is at a point of the gutter, or null. */
export function pickAction(size, frame, x, y) {
  if (frame.over) return null;
  const { axis, bottom } = geometry(size, frame);
  const { row, shown } = legendLayout(frame, bottom);
  if (x >= axis.left - 16) return null;
  const action = shown[Math.floor((y - LEGEND.top + LEGEND.head) / row)];
  return action === undefined ? null : { action };
}

export function overlay(context, size, frame, view, theme) {
  if (frame.over) return;
  const place = geometry(size, frame, view.layout);
  drawCursor(context, place.axis, view.level, place.bottom, theme);
  drawCounts(context, place, frame, view, theme);
  if (view.film) return filmGenealogy(context, place, frame, view, theme);
  drawCoalesced(context, place, frame, view, theme);
  // The nodes of a particle that is not drawn come with the next frame.
  const own = view.particle ? frame.find(view.particle) : -1;
  if (own < 0) return;
  const last = lastStep(frame, view.particle);
  const step = (node) => connect(context, place.x(frame.parent[node]), place.y(frame.parent[node]), place.x(node), place.y(node));
  const children = descendants(frame, last).filter((node) => frame.alive[node]);
  const line = ancestry(frame, last);
  const pass = (nodes, width, colour) => {
    context.lineWidth = width;
    context.strokeStyle = colour;
    strokeMany(context, 0, nodes.length, (_, index) => step(nodes[index]));
  };
  context.globalAlpha = 0.55;
  pass(thinned(children, 2000), 1.2, theme.ink);
  context.globalAlpha = 1;
  pass(line, 5, theme.paper);
  pass(line, 2.2, theme.ink);
  context.fillStyle = theme.ink;
  context.beginPath();
  for (const node of line) ring(context, place.x(node), place.y(node), 2.4);
  context.fill();
  // The particle's own position; one that has ended is not where its last step led.
  context.lineWidth = 2;
  context.strokeStyle = theme.ink;
  context.fillStyle = actionColour(theme, frame, frame.root[own]);
  context.beginPath();
  ring(context, place.x(own), place.y(own), 5);
  context.fill();
  context.stroke();
}

/** Under the levels that one particle decided, as seen from the level looked at: all of its particles descend from it. */
function drawCoalesced(context, { axis, bottom }, { coalescence_level: last }, view, theme) {
  if (!(last?.[view.level] >= 0)) return;
  const end = axis.x(last[view.level]);
  context.fillStyle = theme.ink;
  context.fillRect(axis.x(-1), bottom + 1, end - axis.x(-1), 2);
  context.beginPath();
  context.arc(end, bottom + 2, 3.2, 0, 2 * Math.PI);
  context.fill();
}

function drawCounts(context, { axis, bottom }, frame, view, theme) {
  const { shown, row, y } = legendLayout(frame, bottom);
  const counts = legendRows(frame, view.level);
  context.font = theme.font;
  label(context, fitting(context, [`from each at level ${view.level}`, `at level ${view.level}`, `level ${view.level}`], axis.left - 12), LEGEND.x, LEGEND.head, { colour: theme.muted, font: theme.font });
  shown.forEach((action, index) => {
    const { count } = counts[action];
    const share = axis.narrow ? `${count}` : `${count} of ${frame.total}`;
    if (row === LEGEND.row) label(context, share, LEGEND.x + LEGEND.name, y(index) + 13, { colour: theme.muted, font: theme.font });
    else label(context, `${count}`, axis.left - 8, y(index), { colour: theme.muted, font: theme.font, align: "right" });
  });
}
