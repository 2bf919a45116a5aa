// The part of the genealogy that is shown: a window on the whole picture, in parts of it, from 0 at its left and upper ends to 1. Pure functions.

import { steadyOf } from "../frame/steady.js";
import { number } from "../lib/format.js";

/**
 * @typedef {object} Window
 * @property {number} x left end, 0 to 1
 * @property {number} y upper end, 0 to 1
 * @property {number} wide 1 for the whole width
 * @property {number} high 1 for the whole height
 */

/** @typedef {{wide: number, high: number}} Least the smallest window */

/** @type {Window} */
export const WHOLE = Object.freeze({ x: 0, y: 0, wide: 1, high: 1 });

// The nearest view shows so many levels, and so many rows where each slot has one.
const LEVELS = 4;
const ROWS = 6;
// Levels are never magnified faster than slots, and never left far behind.
const SLOWEST = 0.35;
const AIR = 0.12;

const within = (value, low, high) => Math.min(Math.max(value, low), high);

/** @param {Window | undefined} window */
export const isWhole = (window) => !window || (window.wide >= 1 && window.high >= 1);

/**
 * The window nearest to one that is no smaller than allowed and does not leave the picture.
 * @param {Window} window
 * @param {Least} least
 * @returns {Window}
 */
export function inside({ x, y, wide, high }, least) {
  const [across, down] = [within(wide, least.wide, 1), within(high, least.high, 1)];
  if (across === 1 && down === 1) return WHOLE;
  return { x: within(x, 0, 1 - across), y: within(y, 0, 1 - down), wide: across, high: down };
}

/**
 * The smallest window of a plan: some levels wide and some rows high.
 * @param {any} frame
 * @returns {Least}
 */
export function leastOf(frame) {
  const { levels } = steadyOf(frame);
  const rows = frame.once("rows of a level", ({ tree, slots, level_start: start }) =>
    (tree ? slots : Math.max(...Array.from({ length: start.length - 1 }, (_, level) => start[level + 1] - start[level]), 1)));
  return { wide: Math.min(LEVELS / levels, 1), high: Math.min(ROWS / rows, 1) };
}

/**
 * Magnifies around a point of the picture, which stays where it is. Slots are far more than levels: both directions are magnified so that they reach
 * their nearest view together.
 * @param {Window} window
 * @param {{x: number, y: number}} point in parts of the picture
 * @param {number} times more than 1 comes nearer
 * @param {Least} least
 * @returns {Window}
 */
export function zoomed(window, point, times, least) {
  const slow = within(Math.log(least.wide) / Math.log(least.high) || 1, SLOWEST, 1);
  const [wide, high] = [within(window.wide / times ** slow, least.wide, 1), within(window.high / times, least.high, 1)];
  const kept = (at, from, size, now) => at - ((at - from) * now) / size;
  return inside({ x: kept(point.x, window.x, window.wide, wide), y: kept(point.y, window.y, window.high, high), wide, high }, least);
}

/**
 * Moves a window by parts of its own size.
 * @param {Window} window
 * @param {number} across
 * @param {number} down
 * @returns {Window}
 */
export const moved = (window, across, down) => inside({ ...window, x: window.x + across * window.wide, y: window.y + down * window.high }, window);

/**
 * The window of the same size around a point of the picture.
 * @param {Window} window
 * @param {{x: number, y: number}} point
 */
export const centred = (window, { x, y }) => inside({ ...window, x: x - window.wide / 2, y: y - window.high / 2 }, window);

/**
 * The window that shows a box with some air around it.
 * @param {{x0: number, x1: number, y0: number, y1: number}} box in parts of the picture
 * @param {Least} least
 */
export function fitted({ x0, x1, y0, y1 }, least) {
  const [wide, high] = [within((x1 - x0) * (1 + 2 * AIR), least.wide, 1), within((y1 - y0) * (1 + 2 * AIR), least.high, 1)];
  return inside({ x: (x0 + x1 - wide) / 2, y: (y0 + y1 - high) / 2, wide, high }, least);
}

/**
 * The window moved by as little as shows a point; of a direction that is not given nothing changes.
 * @param {Window} window
 * @param {{x?: number, y?: number}} point in parts of the picture
 */
export function revealing(window, { x, y }) {
  const next = (from, size, at) => (at === undefined || (at >= from && at <= from + size) ? from : within(from, at - size * (1 - AIR), at - size * AIR));
  return inside({ ...window, x: next(window.x, window.wide, x), y: next(window.y, window.high, y) }, window);
}

/**
 * From a point of the window, in parts of it, to that of the picture.
 * @param {Window} window
 * @param {{x: number, y: number}} point
 */
export const ofPicture = ({ x, y, wide, high }, point) => ({ x: x + point.x * wide, y: y + point.y * high });

/** The plan's shape that a window was opened on: while that is the same it stays as plans follow each other. */
export function shapeOf(frame) {
  // A search tree has another depth, and other leaves, with every plan.
  const size = frame.tree ? ["tree"] : [frame.levels, frame.slots];
  return JSON.stringify([frame.environment, frame.tree, ...size, frame.continuous ? frame.dimensions : frame.actions]);
}

/** Words for a window: "× 2 across, 4 down". */
export function narrateWindow({ wide, high }) {
  const times = (size) => number(1 / size, 2);
  return `× ${times(wide)} across, ${times(high)} down`;
}
