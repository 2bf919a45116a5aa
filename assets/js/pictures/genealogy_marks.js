// The marks on the lines of the genealogy: particles where there is room for them, daggers, rings, signs of root actions, badges of changes.

import { dagger, fillMany, gathered, label, markSize, ring, strokeMany } from "./pen.js";
import { treeOrder } from "../frame/layouts.js";
import { endings, revivals } from "../frame/lineage.js";
import { shows, showsAction } from "../frame/marks.js";
import { traceMarker } from "../lib/markers.js";
import { actionColour, actionSymbol } from "../lib/palette.js";

// Marks that are nearer to each other share one.
const MARK_ROW = 13;
// Glyphs on the lines: how far apart along the levels, their size, and the height of neighbours that have room for one.
const GLYPH = { apart: 110, radius: 4.2, least: 12 };
// Particles are drawn where a row and a column have so many pixels.
const ROOM = { row: 6, column: 14 };
const PARTICLE = { least: 1.3, most: 8, share: 0.27 };

/** True where rows and columns are wide enough for a mark of each particle. */
export const hasRoom = ({ room, axis }) => room >= ROOM.row && axis.column >= ROOM.column;

/** The radius of a particle, by its weight: its area is in proportion to that, as far as there is room. */
function particleRadius({ room, axis }, weight) {
  const most = Math.min(room * 0.55, axis.column * 0.3, PARTICLE.most);
  return Math.min(Math.max(Math.min(room * PARTICLE.share, PARTICLE.most / 2) * Math.sqrt(weight), PARTICLE.least), most);
}

/** A mark for each particle, as large as its weight. */
export function drawParticles(context, place, frame, view, theme) {
  const { alive, root, weight, level_start: start, actions } = frame;
  const [first, end] = [start[place.axis.first], start[place.axis.last + 1]];
  context.lineWidth = 2;
  actions.forEach((_, action) => {
    if (!showsAction(view, action)) return;
    context.globalAlpha = (1 - place.river) * (view.action !== null && view.action !== action ? 0.15 : 1);
    context.fillStyle = actionColour(theme, frame, action);
    context.strokeStyle = theme.paper;
    const trace = (_, node) => {
      if (root[node] !== action || !alive[node]) return false;
      const y = place.y(node);
      return place.seen(y, y) && traceMarker(context, actionSymbol(frame, action), place.x(node), y, particleRadius(place, weight[node])) === undefined;
    };
    strokeMany(context, first, end, trace);
    fillMany(context, first, end, trace);
  });
  context.globalAlpha = 1;
}

export function drawMarks(context, place, frame, view, theme) {
  const size = Math.min(Math.max(place.pitch * 0.45, 2.4), 4);
  const own = (nodes) => nodes.filter((node) => showsAction(view, frame.root[node]) && place.axis.first <= frame.level[node] && frame.level[node] <= place.axis.last);
  const marks = (nodes) => gathered(own(nodes), place.x, place.y, 1, Math.max(MARK_ROW, place.pitch));
  context.lineWidth = 1;
  if (shows(view, "endings")) {
    context.strokeStyle = theme.ink;
    context.beginPath();
    for (const { x, y, count } of marks(endings(frame))) dagger(context, x, y, markSize(size, count));
    context.stroke();
  }
  if (shows(view, "revivals")) {
    context.strokeStyle = theme.muted;
    context.beginPath();
    for (const { x, y, count } of marks(revivals(frame))) ring(context, x, y, markSize(size, count));
    context.stroke();
  }
}

/** The level from which on no particle takes a step, since every episode has ended; the number of levels where some do to the end; pure. */
export function restsFrom({ living, levels, tree }) {
  if (tree) return levels;
  return Array.from(living).findLastIndex((count) => count > 0) + 1;
}

const RESTS = ["every episode has ended", "all have ended", "ended"];

/** Words over the levels at which nothing is planned any more, where there is room: a grey ground alone would say nothing. */
export function drawRest(context, { axis, top }, frame, theme) {
  const from = restsFrom(frame);
  if (from >= frame.levels || from > axis.last) return;
  const left = axis.x(Math.max(from, axis.first)) - axis.column / 2;
  const right = Math.min(axis.x(Math.min(axis.last, frame.levels - 1)) + axis.column / 2, axis.right);
  context.font = theme.font;
  const text = RESTS.find((words) => context.measureText(words).width <= right - left - 20);
  if (!text) return;
  const [middle, y, wide] = [(left + right) / 2, top + 13, context.measureText(text).width + 14];
  Object.assign(context, { fillStyle: theme.paper, globalAlpha: 0.85 });
  context.fillRect(middle - wide / 2, y - 9, wide, 18);
  context.globalAlpha = 1;
  label(context, text, middle, y, { colour: theme.muted, font: theme.font, align: "center", baseline: "middle" });
}

const INTERVENED = { kill: "×", force: "!", weigh: "w", redraw: "↻" };

/** A badge where the plan was changed, by kind. */
export function drawInterventions(context, { axis, ySlot }, { interventions }, view, theme) {
  if (!shows(view, "interventions")) return;
  for (const { kind, level, slot } of interventions) {
    context.beginPath();
    ring(context, axis.x(level), ySlot(level, slot), 7);
    Object.assign(context, { fillStyle: theme.paper, strokeStyle: theme.accent, lineWidth: 2 });
    context.fill();
    context.stroke();
    // Nothing is drawn beyond the window, not even text.
    if (axis.shows(level)) label(context, INTERVENED[kind], axis.x(level), ySlot(level, slot), { colour: theme.ink, font: theme.font, align: "center", baseline: "middle" });
  }
}

/** The glyphs of root actions on their lines, where enough neighbours have the same: colour is not for all eyes. */
export function drawGlyphs(context, place, frame, view, theme) {
  const { axis } = place;
  const every = Math.max(Math.round(GLYPH.apart / axis.column), 1);
  const begin = Math.min(every >> 1, frame.levels - 1);
  for (let level = begin + Math.ceil(Math.max(axis.first - begin, 0) / every) * every; level <= axis.last; level += every) {
    for (const { action, top, bottom } of place.bySlot ? slotRuns(place, frame, level) : treeRuns(place, frame, level)) {
      // In the middle of what is seen of them.
      const [from, to] = [Math.max(top, place.top), Math.min(bottom, place.bottom)];
      if (to - from < GLYPH.least || !showsAction(view, action) || (view.action !== null && view.action !== action)) continue;
      context.beginPath();
      traceMarker(context, actionSymbol(frame, action), axis.x(level), (from + to) / 2, GLYPH.radius);
      Object.assign(context, { fillStyle: actionColour(theme, frame, action), strokeStyle: theme.paper, lineWidth: 3, lineJoin: "round" });
      context.stroke();
      context.fill();
    }
  }
  context.lineJoin = "miter";
}

const slotRuns = ({ at }, frame, level) =>
  runs(frame, level).map(({ action, from, to }) => ({ action, top: at(from / frame.slots), bottom: at((to + 1) / frame.slots) }));

/** Each root action of a level of tree or river: its particles stand together. */
function treeRuns({ y }, frame, level) {
  const ends = new Map();
  for (const node of treeOrder(frame).subarray(frame.level_start[level], frame.level_start[level + 1])) {
    const at = y(node);
    const own = ends.get(frame.root[node]);
    if (own) own.bottom = at;
    else ends.set(frame.root[node], { action: frame.root[node], top: at, bottom: at });
  }
  return [...ends.values()];
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
