// Things that hold still while plans follow each other: the number of columns, the ends of the strips' axes, and the part of the world under the lens.

import { kindOf, STRIPS } from "./level_series.js";
import { snap, steadyAxis } from "../lib/steady_axis.js";

// Columns are added so many at once, so that it seldom happens.
const COLUMNS = 4;
// Paths that are narrower than this share of the picture deserve a lens.
const SMALL = 0.5;
// A lens shows no less than this share of the picture, so that paths without extent are not magnified without end.
const LEAST = 1 / 200;
const AIR = 0.02;

/**
 * @typedef {object} Steady
 * @property {string} of names of the session and planner whose plans follow each other
 * @property {number} levels columns of the level axis
 * @property {Map<string, import("../lib/steady_axis.js").Axis>} domains ends of the strips' axes, by strip
 * @property {{x: import("../lib/steady_axis.js").Axis, y: import("../lib/steady_axis.js").Axis} | null} paths the box around the paths, as seen from the root
 * @property {boolean} lens
 */

/**
 * The things that hold still with a frame after another one; pure.
 * @param {Steady | null} previous
 * @param {any} frame
 * @param {string[]} open ids of the strips that are open
 * @returns {Steady}
 */
export function steadyAfter(previous, frame, open) {
  const { session, environment, checkpoint, planner, playing, projection } = frame;
  const of = JSON.stringify([session, environment, checkpoint, planner, projection?.name]);
  const before = previous?.of === of ? previous : null;
  // Nothing was planned, so there is nothing to follow.
  if (frame.over) return before ?? { of, levels: frame.levels, domains: new Map(), paths: null, lens: false };
  const paths = steadyPaths(before?.paths, frame);
  const lens = playing && before?.paths ? before.lens : isSmall(paths, frame);
  return { of, levels: steadyLevels(before?.levels, frame), domains: steadyDomains(before?.domains, frame, open), paths, lens };
}

/** The depth of a search tree changes from plan to plan. */
function steadyLevels(before, { levels, playing, tree }) {
  if (!tree || !playing || !before) return levels;
  return levels <= before ? before : Math.ceil(levels / COLUMNS) * COLUMNS;
}

function steadyDomains(before, frame, open) {
  const { playing } = frame;
  return new Map(STRIPS[kindOf(frame)].filter(({ id }) => open.includes(id)).map(({ id, row }) => {
    return [id, steadyDomain(before?.get(id), frame.once(`strip ${id}`, () => ({ id, ...row(frame) })), playing)];
  }));
}

/** The axis of a row after the one before; of a logarithmic one the exponents. */
function steadyDomain(before, { domain, log, round }, playing) {
  if (!round) return { low: domain[0], high: domain[1], recent: [], moving: false };
  return steadyAxis(before, log ? domain.map(Math.log10) : domain, playing, snap);
}

/** The ends of a row's axis. A strip that was opened just now has not followed anything yet. */
export function domainOf(domains, row) {
  const { low, high } = domains.get(row.id) ?? steadyDomain(null, row, false);
  return row.round && row.log ? [10 ** low, 10 ** high] : [low, high];
}

/** The box around the root and all steps, seen from the root: where that goes the box goes along. */
function steadyPaths(before, { extent: [x0, x1, y0, y1], root_position: [x, y], playing, picture, projection }) {
  const [left, right, low, high] = picture?.focus ?? [0, 0, 0, 0];
  const least = Math.max((right - left) * LEAST, (high - low) * LEAST, 1e-3);
  const air = Math.max(x1 - x0, y1 - y0, least) * AIR;
  // The axes of a projection have nothing to do with each other.
  const fit = (/** @type {number[]} */ [from, to]) => (projection ? [from - (to - from) * 2 * AIR, to + (to - from) * 2 * AIR] : [from - air, to + air]);
  const wide = ([from, to]) => (to - from >= least ? [from, to] : [from - least / 2, to + least / 2]);
  return {
    x: steadyAxis(before?.x, wide([x0 - x, x1 - x]), playing, fit),
    y: steadyAxis(before?.y, wide([y0 - y, y1 - y]), playing, fit),
  };
}

function isSmall({ x }, { picture }) {
  if (!picture?.focus) return false;
  const [left, right] = picture.focus;
  return (x.high - x.low) / (right - left) < SMALL;
}

/** The things that hold still with a frame, after the frame before or by itself. */
export const steadyOf = (frame, open = []) => frame.steady ?? frame.once("steady alone", () => steadyAfter(null, frame, open));

/**
 * The box around a frame's paths and whether a lens shows it. Beside another frame of the same world both have one box, so that their paths are
 * drawn to the same scale.
 * @param {any} frame
 * @param {any} alongside
 */
export function pathsOf(frame, alongside = null) {
  const { paths, lens } = steadyOf(frame);
  const comparable = alongside && !alongside.over && alongside.environment === frame.environment && alongside.projection?.name === frame.projection?.name;
  const other = comparable ? steadyOf(alongside) : null;
  if (!paths || !other?.paths) return { paths, lens };
  const both = (name) => ({ low: Math.min(paths[name].low, other.paths[name].low), high: Math.max(paths[name].high, other.paths[name].high) });
  return { paths: { x: both("x"), y: both("y") }, lens: lens || other.lens };
}

/** The box that the lens shows, in the world. */
export function boxOfPaths({ x, y }, [rootX, rootY]) {
  return [rootX + x.low, rootX + x.high, rootY + y.low, rootY + y.high];
}
