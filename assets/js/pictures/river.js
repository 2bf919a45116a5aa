// The river of the genealogy: a band for each root action, as high as its mass at each level. Magnified, a band unzips into the particles that it is
// made of: a strand for each, as high as its weight, that springs from its parent's.

import { fillMany } from "./pen.js";
import { riverBands, springsFrom, strands, treeOrder } from "../frame/layouts.js";
import { shows, showsAction } from "../frame/marks.js";
import { actionColour } from "../lib/palette.js";

// From this mean height of a strand on, in pixels, they begin to be drawn, and from the other on nothing else is.
const UNZIP = { from: 2.5, to: 6 };
// And only where there are few enough of them in sight to be drawn while one drags.
const STRANDS = { few: 1200, many: 2400 };
// Strands that are higher than this are kept apart.
const APART = 1.2;
// Thinner ones are drawn together with their neighbours, in pixels across.
const THIN = 1.6;
// Those that die out are paler than those that reach the end.
const OPACITY = { surviving: 1, extinct: 0.38 };

/** The share of the way to which the bands are unzipped at a magnification, 0 to 1. */
export function unzipped(place, { size, levels }) {
  const rows = Math.max(size / levels, 1);
  const strand = place.span / rows;
  const seen = (place.axis.last - place.axis.first + 1) * Math.min((place.bottom - place.top) / strand, rows);
  const part = Math.min(share(strand, UNZIP.from, UNZIP.to), share(seen, STRANDS.many, STRANDS.few));
  return part * part * (3 - 2 * part);
}

const share = (value, from, to) => Math.min(Math.max((value - from) / (to - from), 0), 1);

export function drawRiver(context, place, frame, view, theme) {
  const open = unzipped(place, frame);
  if (shows(view, "bands") && open < 1) drawBands(context, place, frame, view, theme, (1 - open) * 0.8);
  if (open > 0) drawStrands(context, place, frame, view, theme, open * 0.85);
  context.globalAlpha = 1;
}

const dimmed = (view, action) => view.action !== null && view.action !== action;

/** Each band springs from the root. */
function drawBands(context, { axis, river, at }, frame, view, theme, opacity) {
  const last = frame.levels - 1;
  for (const { action, top, bottom: low } of riverBands(frame)) {
    if (!showsAction(view, action)) continue;
    context.globalAlpha = river * opacity * (dimmed(view, action) ? 0.2 : 1);
    context.fillStyle = actionColour(theme, frame, action);
    context.beginPath();
    context.moveTo(axis.x(-1), at(0.5));
    for (let level = 0; level <= last; level++) flow(context, axis.x(level - 1), axis.x(level), at(level ? top[level - 1] : 0.5), at(top[level]));
    context.lineTo(axis.x(last), at(low[last]));
    for (let level = last; level >= 0; level--) flow(context, axis.x(level), axis.x(level - 1), at(low[level]), at(level ? low[level - 1] : 0.5));
    context.fill();
  }
}

/** The strands that are seen, those of one root action in few fills. */
function drawStrands(context, place, frame, view, theme, opacity) {
  const { axis: { first, last }, river } = place;
  const runs = [];
  for (let level = first; level <= Math.min(last + 1, frame.levels - 1); level++) runs.push(...strandRuns(place, frame, level));
  const kinds = frame.actions.flatMap((_, action) => ["extinct", "surviving"].map((kind) => ({ action, kind })));
  for (const { action, kind } of kinds) {
    if (!showsAction(view, action) || !shows(view, kind)) continue;
    context.globalAlpha = river * opacity * OPACITY[kind] * (dimmed(view, action) ? 0.2 : 1);
    context.fillStyle = actionColour(theme, frame, action);
    const own = runs.filter((run) => run.action === action && run.survives === (kind === "surviving"));
    fillMany(context, 0, own.length, (_, index) => traceStrand(context, own[index]));
  }
}

/** @typedef {{action: number, survives: boolean, x0: number, x1: number, y0: number, y1: number, y2: number, y3: number}} Run upper and lower end, first at the parents, then at the level */

/**
 * The strands of a level that are seen. Neighbours of one kind that touch each other, and are too thin to be told apart, are one: the eye loses nothing.
 * @param {any} place
 * @param {any} frame
 * @param {number} level
 * @returns {Run[]}
 */
export function strandRuns(place, frame, level) {
  const { axis, at } = place;
  const { parent, root, survivors, level_start: start } = frame;
  const { top, bottom, fromTop, fromBottom } = strands(frame);
  /** @type {Run[]} */
  const found = [];
  let before = /** @type {Run | undefined} */ (undefined);
  for (const node of treeOrder(frame).subarray(start[level], start[level + 1])) {
    if (bottom[node] <= top[node]) continue;
    // One that was revived comes from an earlier level.
    const from = springsFrom(frame, node) >= 0 ? level - 1 : parent[node] < 0 ? -1 : frame.level[parent[node]];
    const x0 = axis.x(from);
    const run = { action: root[node], survives: survivors[node] > 0, x0, x1: axis.x(level), y0: at(fromTop[node]), y1: at(fromBottom[node]), y2: at(top[node]), y3: at(bottom[node]) };
    if (!place.seen(Math.min(run.y0, run.y2), Math.max(run.y1, run.y3))) continue;
    const joins = before && before.action === run.action && before.survives === run.survives && before.x0 === x0 && touch(before.y1, run.y0) && touch(before.y3, run.y2);
    if (before && joins && thin(run)) Object.assign(before, { y1: run.y1, y3: run.y3 });
    else found.push((before = run));
  }
  return found;
}

const touch = (one, other) => Math.abs(one - other) < 1e-3;

/** True where a strand is thinner than a pixel or so, measured across it. */
function thin({ x0, x1, y0, y1, y2, y3 }) {
  const [wide, rise] = [x1 - x0, (y2 + y3 - y0 - y1) / 2];
  return ((y3 - y2) * wide) / Math.hypot(wide, rise * 1.5) < THIN;
}

function traceStrand(context, { x0, x1, y0, y1, y2, y3 }) {
  const [above, below] = [apart(y0, y1), apart(y2, y3)];
  context.moveTo(x0, above[0]);
  flow(context, x0, x1, above[0], below[0]);
  context.lineTo(x1, below[1]);
  flow(context, x1, x0, below[1], above[1]);
}

/** A little air above and below a strand that is high enough for it. */
function apart(top, bottom) {
  const air = Math.min(Math.max((bottom - top - APART) * 0.2, 0), 0.9);
  return [top + air, bottom - air];
}

/** An edge that leaves and arrives level. */
function flow(context, x0, x1, y0, y1) {
  const bend = (x1 - x0) / 2;
  context.bezierCurveTo(x0 + bend, y0, x1 - bend, y1, x1, y1);
}
