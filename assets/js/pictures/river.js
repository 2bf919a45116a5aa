// The river of the genealogy: a band for each root action, as high as its mass at each level. Magnified, a band unzips into the particles that it is
// made of: a strand for each, as high as its weight, that springs from its parent's.

import { strands, riverBands } from "../frame/layouts.js";
import { shows, showsAction } from "../frame/marks.js";
import { actionColour } from "../lib/palette.js";

// From this mean height of a strand on, in pixels, they begin to be drawn, and from the other on nothing else is.
const UNZIP = { from: 1.4, to: 4 };
// Strands that are higher than this are kept apart.
const APART = 1.2;
// Those that die out are paler than those that reach the end.
const OPACITY = { surviving: 1, extinct: 0.38 };
const STRANDS_PER_FILL = 100;

/** The share of the way to which the bands are unzipped at a magnification, 0 to 1. */
export function unzipped(place, { size, levels }) {
  const strand = place.span / Math.max(size / levels, 1);
  const part = Math.min(Math.max((strand - UNZIP.from) / (UNZIP.to - UNZIP.from), 0), 1);
  return part * part * (3 - 2 * part);
}

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
  const { axis, river, at } = place;
  const { parent, level, root, actions, survivors, level_start: start } = frame;
  const { top, bottom, fromTop, fromBottom } = strands(frame);
  const [first, end] = [start[axis.first], start[Math.min(axis.last + 2, frame.levels)]];
  const kinds = actions.flatMap((_, action) => ["extinct", "surviving"].map((kind) => ({ action, kind })));
  for (const { action, kind } of kinds) {
    if (!showsAction(view, action) || !shows(view, kind)) continue;
    context.globalAlpha = river * opacity * OPACITY[kind] * (dimmed(view, action) ? 0.2 : 1);
    context.fillStyle = actionColour(theme, frame, action);
    let open = 0;
    context.beginPath();
    for (let node = first; node < end; node++) {
      if (root[node] !== action || bottom[node] <= top[node] || survivors[node] > 0 !== (kind === "surviving")) continue;
      const [x0, x1] = [axis.x(parent[node] < 0 ? -1 : level[parent[node]]), axis.x(level[node])];
      const [y0, y1] = apart(at(fromTop[node]), at(fromBottom[node]));
      const [y2, y3] = apart(at(top[node]), at(bottom[node]));
      if (!place.seen(Math.min(y0, y2), Math.max(y1, y3))) continue;
      context.moveTo(x0, y0);
      flow(context, x0, x1, y0, y2);
      context.lineTo(x1, y3);
      flow(context, x1, x0, y3, y1);
      if (++open < STRANDS_PER_FILL) continue;
      context.fill();
      context.beginPath();
      open = 0;
    }
    if (open) context.fill();
  }
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
