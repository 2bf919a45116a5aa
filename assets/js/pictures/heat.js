// The heat of the world: where the mass of the particles is, summed over the levels up to the one that is looked at, in the colour of the root action
// that has most of it there.

import { actionColour } from "../lib/palette.js";

// Side of a cell in pixels, and the deviation of a particle's mass around its place in cells.
const CELL = 4;
const SPREAD = 1.7;
const REACH = 4;
const TONES = 14;
// Less than this share of the largest mass is not seen.
const LEAST = 0.004;

const KERNEL = kernel();

/** Weights of the cells around a place; they add up to 1. */
function kernel() {
  const weights = [];
  for (let dy = -REACH; dy <= REACH; dy++) for (let dx = -REACH; dx <= REACH; dx++) weights.push({ dx, dy, weight: Math.exp(-(dx * dx + dy * dy) / (2 * SPREAD ** 2)) });
  const sum = weights.reduce((total, { weight }) => total + weight, 0);
  return weights.map((each) => ({ ...each, weight: each.weight / sum }));
}

/** Nodes by their root action. */
const byAction = (frame) => frame.once("nodes by action", ({ size, root, actions, weight }) => {
  const lists = actions.map(() => []);
  for (let node = 0; node < size; node++) if (weight[node] > 0) lists[root[node]]?.push(node);
  return lists;
});

/**
 * The mass of each cell of a view; pure. Each level counts as 1, shared out among its particles by their weights.
 * @param {any} frame
 * @param {{left: number, width: number, height: number, x: (node: number) => number, y: (node: number) => number}} place
 * @param {number} last level
 * @param {number | null} only one root action
 * @returns {{columns: number, rows: number, mass: Float32Array, action: Int16Array}} by row; -1 where there is no mass
 */
export function heatOf(frame, { left, width, height, x, y }, last, only = null) {
  const [columns, rows] = [Math.ceil(width / CELL), Math.ceil(height / CELL)];
  const [mass, most, own] = [new Float32Array(columns * rows), new Float32Array(columns * rows), new Float32Array(columns * rows)];
  const action = new Int16Array(columns * rows).fill(-1);
  byAction(frame).forEach((nodes, of) => {
    if (!nodes.length || (only !== null && only !== of)) return;
    own.fill(0);
    for (const node of nodes) {
      if (frame.level[node] > last) continue;
      const [column, row] = [Math.floor((x(node) - left) / CELL), Math.floor(y(node) / CELL)];
      for (const { dx, dy, weight } of KERNEL) {
        const [at, below] = [column + dx, row + dy];
        if (at >= 0 && at < columns && below >= 0 && below < rows) own[below * columns + at] += weight * (frame.weight[node] / frame.slots);
      }
    }
    for (let cell = 0; cell < own.length; cell++) {
      mass[cell] += own[cell];
      if (own[cell] <= most[cell]) continue;
      most[cell] = own[cell];
      action[cell] = of;
    }
  });
  return { columns, rows, mass, action };
}

/** Draws the heat of a view of the world. */
export function drawHeat(context, place, frame, view, theme) {
  const { columns, mass, action } = heatOf(frame, place, view.level, view.action);
  const largest = mass.reduce((most, each) => Math.max(most, each), 0);
  if (!largest) return;
  /** @type {Map<number, number[]>} */
  const tones = new Map();
  for (let cell = 0; cell < mass.length; cell++) {
    if (mass[cell] < LEAST * largest) continue;
    const key = action[cell] * (TONES + 1) + Math.ceil(TONES * Math.sqrt(mass[cell] / largest));
    if (!tones.has(key)) tones.set(key, []);
    tones.get(key)?.push(cell);
  }
  for (const [key, cells] of tones) {
    context.fillStyle = actionColour(theme, frame, Math.floor(key / (TONES + 1)));
    context.globalAlpha = 0.1 + 0.72 * ((key % (TONES + 1)) / TONES);
    for (const cell of cells) context.fillRect(place.left + (cell % columns) * CELL, Math.floor(cell / columns) * CELL, CELL, CELL);
  }
  context.globalAlpha = 1;
}
