// The genealogy: levels to the right, slots downwards, every step of every particle a line from the state it stepped from. A window shows a part of it.

import { axisOf, drawCursor, inPlot } from "./axis.js";
import { filmGenealogy } from "./film.js";
import { drawGlyphs, drawInterventions, drawMarks, drawParticles, drawRest, hasRoom } from "./genealogy_marks.js";
import { drawCounts, drawNames, pickName } from "./gutter.js";
import { label, penWidth, ring, sayInMiddle, strokeMany } from "./pen.js";
import { drawRiver, unzipped } from "./river.js";
import { isWhole, WHOLE } from "./window.js";
import { sameness } from "../frame/comparison.js";
import { heights } from "../frame/layouts.js";
import { ancestry, descendants, lastStep, sampleLines, strokeGroups, thinned } from "../frame/lineage.js";
import { shows, showsAction } from "../frame/marks.js";
import { OVER } from "../frame/narration.js";
import { lineagesOf, nodesWithin } from "../frame/within.js";
import { actionColour } from "../lib/palette.js";

const TOP = 8;
const BOTTOM = 18;

// So many steps hint at the particles of a river: they are as long as it is wide, and all of them would take longer to draw than the river.
const HINTS = 1500;

const BY_SLOT = { from: "slots", to: "slots", share: 1 };

/**
 * Positions in a layout: `x(node)` and `y(node)`, -1 the root, and the height of any slot of a level; pure. `at` is the height of a part of the whole
 * picture, `part` the other way round.
 */
export function geometry({ width, height }, frame, layout = BY_SLOT, window = WHOLE) {
  const { slots, level } = frame;
  // The slots of a search tree are its layout already.
  const { from, to, share } = frame.tree ? BY_SLOT : layout;
  const axis = axisOf(width, frame, window);
  const [top, bottom] = [TOP, height - BOTTOM];
  const span = (bottom - top) / window.high;
  const at = (part) => top + (part - window.y) * span;
  const part = (y) => window.y + (y - top) / span;
  const [before, after] = [heights(frame, from), heights(frame, to)];
  const y = (node) => at(node < 0 ? 0.5 : before[node] + share * (after[node] - before[node]));
  const bySlot = from === "slots" && to === "slots";
  const rows = Math.max(frame.size / frame.levels, 1);
  return {
    axis,
    top,
    bottom,
    span,
    at,
    part,
    pitch: span / slots,
    /** Pixels for each particle that is drawn. */
    room: span / (bySlot && frame.drawn === frame.steps ? slots : rows),
    bySlot,
    whole: isWhole(window),
    /** Share of the river in it, 0 to 1. */
    river: (from === "river" ? 1 - share : 0) + (to === "river" ? share : 0),
    x: (node) => axis.x(node < 0 ? -1 : level[node]),
    y,
    ySlot: (atLevel, slot) => (bySlot ? at((slot + 0.5) / slots) : y(frame.nearest(atLevel, slot))),
    /** True unless all between two heights is above or below the window. */
    seen: (y0, y1) => Math.max(y0, y1) >= top - 8 && Math.min(y0, y1) <= bottom + 8,
    pick(x, height) {
      if (x < axis.left - 4 || frame.over) return null;
      const found = axis.levelAt(x);
      return frame.particleAt(bySlot ? frame.nearest(found, Math.floor(part(height) * slots)) : nearestTo(frame, found, y, height));
    },
  };
}

/** The positions of a picture as it is looked at. */
const placeOf = (size, frame, view) => geometry(size, frame, view.layout, view.window);

/** The node of a level that is drawn nearest to a height; -1 where none is. */
function nearestTo({ level_start: start }, level, y, at) {
  let best = -1;
  for (let node = start[level]; node < start[level + 1]; node++) if (best < 0 || Math.abs(y(node) - at) < Math.abs(y(best) - at)) best = node;
  return best;
}

/** The subject of a point of the picture: a root action of the gutter, or a particle that is not hidden. */
export function pick(size, frame, x, y, view) {
  const place = placeOf(size, frame, view);
  const action = pickName(place, frame, x, y);
  if (action) return action;
  const found = place.pick(x, y);
  return found && showsAction(view, frame.root[frame.find(found)]) ? found : null;
}

/** The rectangle that the window is seen in. */
export function plotOf(size, frame) {
  const { axis, top, bottom } = geometry(size, frame);
  return { left: axis.left, top, width: axis.right - axis.left, height: bottom - top };
}

export function draw(context, size, frame, view, theme) {
  if (frame.over) return sayInMiddle(context, size, OVER, theme);
  const place = placeOf(size, frame, view);
  if (shows(view, "resampling")) drawResampling(context, place, frame, theme);
  drawTicks(context, place, theme);
  inPlot(context, place.axis, place.bottom, () => drawLines(context, size, place, frame, view, theme), !place.whole);
  drawNames(context, place, frame, view, theme);
}

function drawLines(context, size, place, frame, view, theme) {
  if (place.river) drawRiver(context, place, frame, view, theme);
  if (shows(view, "waiting")) drawContinuations(context, place, frame, view, theme);
  if (view.pinned && shows(view, "pinned")) drawPinned(context, size, place, frame, view, theme);
  const { nodes, groups } = strokeGroups(frame);
  // In a river lines only hint at the particles that it is made of, and of strands they say nothing new.
  const hint = 1 - place.river * (0.75 + (place.river ? 0.25 * unzipped(place, frame) : 0));
  const sample = place.river > 0.5 ? sampleLines(frame, HINTS) : null;
  for (const group of groups) {
    if (!showsGroup(frame, view, group) || hint <= 0) continue;
    const dimmed = view.action !== null && view.action !== group.action;
    context.globalAlpha = (dimmed ? 0.06 : group.opacity) * hint;
    context.strokeStyle = actionColour(theme, frame, group.action);
    // Lines leave some white between them as long as there are pixels for it.
    context.lineWidth = penWidth(group.width * Math.min(0.45 + 0.18 * place.pitch, 1.6));
    const join = joiner(place, frame, nodes);
    strokeMany(context, group.from, group.to, sample ? (_, index) => sample[nodes[index]] === 1 && join(context, index) : join);
  }
  context.globalAlpha = 1;
  if (hasRoom(place) && place.river < 1 && shows(view, "particles")) drawParticles(context, place, frame, view, theme);
  drawMarks(context, place, frame, view, theme);
  if (!frame.continuous && shows(view, "glyphs")) drawGlyphs(context, place, frame, view, theme);
  if (!view.film) drawRest(context, place, frame, theme);
  drawInterventions(context, place, frame, view, theme);
  drawRoot(context, place, theme);
}

/** Of a search tree all lines are of one kind. */
const showsGroup = ({ tree }, view, { action, survives }) => showsAction(view, action) && (tree || shows(view, survives ? "surviving" : "extinct"));

function drawRoot(context, { axis, at }, theme) {
  context.fillStyle = theme.ink;
  context.beginPath();
  context.arc(axis.x(-1), at(0.5), 3.5, 0, 2 * Math.PI);
  context.fill();
}

/** The surviving lineages of the plan that is pinned, as a grey shade behind; and the level from which on its particles are other ones. */
function drawPinned(context, size, { axis, bottom }, frame, view, theme) {
  const { pinned } = view;
  if (pinned.tree === frame.tree) {
    const ghost = { ...geometry(size, pinned, view.layout, view.window), axis, x: (node) => axis.x(node < 0 ? -1 : pinned.level[node]) };
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

/** Draws one step that is seen; where slots are finer than pixels, equal neighbours are drawn once. */
function joiner(place, { parent, level }, nodes, levels = Infinity) {
  const fine = place.bySlot && place.pitch < 0.75;
  const grain = place.pitch < 0.2 ? 2 : 1;
  const { axis: { first, last: end } } = place;
  let last = null;
  return (context, index) => {
    const node = nodes[index];
    const own = level[node];
    // A step that begins at the last level shown leads out of the window.
    if (own >= levels || own < first || (own > end && (parent[node] < 0 ? -1 : level[parent[node]]) > end)) return false;
    const [y0, y1] = [place.y(parent[node]), place.y(node)];
    if (!place.whole && !place.seen(y0, y1)) return false;
    const [x0, x1] = [place.x(parent[node]), place.x(node)];
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

/** A line that leaves and arrives level; straight, or of three straight pieces, where one could not tell: curves cost several times as much. */
function connect(context, x0, y0, x1, y1) {
  context.moveTo(x0, y0);
  const [wide, high] = [x1 - x0, y1 - y0];
  if (Math.abs(high) < 3) return context.lineTo(x1, y1);
  if (Math.abs(high) < 10) {
    context.lineTo(x0 + 0.3 * wide, y0 + 0.216 * high);
    context.lineTo(x0 + 0.7 * wide, y0 + 0.784 * high);
    return context.lineTo(x1, y1);
  }
  const bend = wide / 2;
  return context.bezierCurveTo(x0 + bend, y0, x1 - bend, y1, x1, y1);
}

/** A particle that has ended keeps its slot (or is copied): a faint line shows where it is, without a step of its own. */
function drawContinuations(context, place, { size, level, before, alive, root }, view, theme) {
  const { axis: { first, last } } = place;
  context.strokeStyle = theme.faint;
  context.lineWidth = Math.min(1, place.pitch);
  strokeMany(context, 0, size, (_, node) => {
    if (alive[node] || level[node] === 0 || level[node] < first || level[node] > last + 1 || !showsAction(view, root[node])) return false;
    const [y0, y1] = [place.ySlot(level[node] - 1, before[node]), place.y(node)];
    if (!place.seen(y0, y1)) return false;
    context.moveTo(place.axis.x(level[node] - 1), y0);
    context.lineTo(place.x(node), y1);
    return true;
  });
}

function drawResampling(context, { axis, bottom }, { levels, resampled }, theme) {
  context.fillStyle = theme.grid;
  for (let level = axis.first; level <= Math.min(axis.last, levels - 1); level++) {
    // Resampling happens after the level, before the next.
    const x = axis.x(level) + axis.column / 2 - 0.5;
    if (resampled?.[level] && x < axis.right) context.fillRect(x, 0, 1, bottom);
  }
}

function drawTicks(context, { axis, bottom }, theme) {
  for (const level of axis.ticks()) {
    label(context, `${level}`, axis.x(level), bottom + 4, { colour: theme.muted, font: theme.font, align: "center", baseline: "top" });
  }
  label(context, "level", axis.left - 10, bottom + 4, { colour: theme.muted, font: theme.font, baseline: "top", align: "right" });
}

export function overlay(context, size, frame, view, theme) {
  if (frame.over) return;
  const place = placeOf(size, frame, view);
  drawCursor(context, place.axis, view.level, place.bottom, theme);
  drawCounts(context, place, frame, view, theme);
  if (view.film) return inPlot(context, place.axis, size.height, () => filmGenealogy(context, place, frame, view, theme));
  if (shows(view, "coalescence")) inPlot(context, place.axis, size.height, () => drawCoalesced(context, place, frame, view, theme));
  inPlot(context, place.axis, place.bottom, () => {
    if (view.box) drawBox(context, place, frame, view, theme);
    if (view.compared) drawCompared(context, place, frame, view.compared, theme);
    if (view.kept && view.kept !== view.particle) drawLineage(context, place, frame, view.kept, theme, true);
    if (view.particle) drawLineage(context, place, frame, view.particle, theme, false);
    if (view.kept) drawKept(context, place, frame, view.kept, theme);
  }, !place.whole);
}

/** The lineage of a particle from the root, and what descends from it; of one that is only kept, while another is pointed at, a dashed line. */
function drawLineage(context, place, frame, particle, theme, aside) {
  const own = frame.find(particle);
  // The nodes of a particle that is not drawn come with the next frame.
  if (own < 0) return;
  const last = lastStep(frame, particle);
  const line = ancestry(frame, last);
  const pass = (nodes, width, colour) => {
    context.lineWidth = width;
    context.strokeStyle = colour;
    strokeMany(context, 0, nodes.length, (_, index) => connectNodes(context, place, frame, nodes[index]));
  };
  if (aside) {
    context.setLineDash([5, 3]);
    pass(line, 1.4, theme.ink);
    return context.setLineDash([]);
  }
  const children = descendants(frame, last).filter((node) => frame.alive[node]);
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
  return context.stroke();
}

const connectNodes = (context, place, { parent }, node) => connect(context, place.x(parent[node]), place.y(parent[node]), place.x(node), place.y(node));

/** The lineage that others are compared with, as the panel of the particle marks it. */
function drawCompared(context, place, frame, particle, theme) {
  const own = frame.find(particle);
  if (own < 0) return;
  const line = ancestry(frame, lastStep(frame, particle));
  for (const [width, colour, dashes] of [[5, theme.paper, []], [2.2, theme.accent, [5, 3]]]) {
    Object.assign(context, { lineWidth: width, strokeStyle: colour });
    context.setLineDash(dashes);
    strokeMany(context, 0, line.length, (_, index) => connectNodes(context, place, frame, line[index]));
  }
  context.setLineDash([]);
  Object.assign(context, { lineWidth: 2, strokeStyle: theme.accent, fillStyle: actionColour(theme, frame, frame.root[own]) });
  context.beginPath();
  ring(context, place.x(own), place.y(own), 5);
  context.fill();
  context.stroke();
}

/** A second ring around the particle that a click has kept, on a ground that keeps it apart from the lines. */
function drawKept(context, place, frame, kept, theme) {
  const own = frame.find(kept);
  if (own < 0) return;
  for (const [radius, width, colour] of [[9, 4, theme.paper], [9, 1.8, theme.accent]]) {
    Object.assign(context, { lineWidth: width, strokeStyle: colour });
    context.beginPath();
    ring(context, place.x(own), place.y(own), radius);
    context.stroke();
  }
}

/** A box, and the lineages of the particles in it. */
function drawBox(context, place, frame, { box, layout, hidden }, theme) {
  const { axis, at } = place;
  if (box.layout === layout?.to && layout?.share === 1) {
    const [nodes, lines] = frame.once(`box ${JSON.stringify([box, hidden?.actions])}`, () => {
      const found = nodesWithin(frame, box, hidden?.actions);
      return [found, lineagesOf(frame, found)];
    });
    // Many lines would be one black ground.
    Object.assign(context, { strokeStyle: theme.ink, lineWidth: 1, globalAlpha: Math.min(Math.max(80 / lines.length, 0.14), 0.7) });
    strokeMany(context, 0, lines.length, (_, index) => connectNodes(context, place, frame, lines[index]));
    context.globalAlpha = 1;
    context.fillStyle = theme.ink;
    context.beginPath();
    for (const node of thinned(nodes, 1500)) ring(context, place.x(node), place.y(node), Math.min(Math.max(place.room * 0.4, 0.8), 1.8));
    context.fill();
  }
  const [x0, x1] = [axis.ofPart(box.x0), axis.ofPart(box.x1)];
  Object.assign(context, { strokeStyle: theme.accent, lineWidth: 1.5, fillStyle: theme.cursor });
  context.setLineDash([4, 3]);
  context.fillRect(x0, at(box.y0), x1 - x0, at(box.y1) - at(box.y0));
  context.strokeRect(x0, at(box.y0), x1 - x0, at(box.y1) - at(box.y0));
  context.setLineDash([]);
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
