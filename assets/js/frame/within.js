// The particles within a box that was drawn over the genealogy: which they are, what they weigh, and where they come from and lead to. Pure functions.

import { count, percent } from "../lib/format.js";
import { steadyOf } from "./steady.js";
import { heights } from "./layouts.js";

/**
 * A box in parts of the whole picture, 0 to 1, and the layout that it was drawn over.
 * @typedef {{x0: number, x1: number, y0: number, y1: number, layout: string}} Box
 */

/**
 * Nodes within a box: those that take a step, and whose root action is not hidden.
 * @param {any} frame
 * @param {Box} box
 * @param {number[]} [hidden] root actions
 * @returns {number[]} in order of level
 */
export function nodesWithin(frame, { x0, x1, y0, y1, layout }, hidden = []) {
  const height = heights(frame, frame.tree ? "slots" : layout);
  const { levels } = steadyOf(frame);
  const found = [];
  for (let node = 0; node < frame.size; node++) {
    const across = (frame.level[node] + 1) / (levels + 0.5);
    const inside = frame.alive[node] && across >= x0 && across <= x1 && height[node] >= y0 && height[node] <= y1;
    if (inside && !hidden.includes(frame.root[node])) found.push(node);
  }
  return found;
}

/** All nodes from which some descend, themselves included, in order of level. */
export function lineagesOf({ size, parent }, nodes) {
  const marked = new Uint8Array(size);
  for (const own of nodes) for (let node = own; node >= 0 && !marked[node]; node = parent[node]) marked[node] = 1;
  const found = [];
  marked.forEach((mark, node) => mark && found.push(node));
  return found;
}

/**
 * Numbers of the nodes of a box.
 * @param {any} frame
 * @param {number[]} nodes as `nodesWithin` gives them
 */
export function boxNumbers(frame, nodes) {
  const { level, root, parent, weight, slots, survivors, actions, levels } = frame;
  const [from, to] = [level[nodes[0]] ?? 0, level[nodes[nodes.length - 1]] ?? 0];
  const mass = new Float64Array(levels);
  const byRoot = new Int32Array(actions.length);
  const inside = new Uint8Array(frame.size);
  let reached = 0;
  for (const node of nodes) {
    mass[level[node]] += weight[node] / slots;
    byRoot[root[node]]++;
    // The descendants of one whose ancestor is inside too are counted there.
    inside[node] = 1;
    let above = parent[node];
    while (above >= 0 && !inside[above]) above = parent[above];
    if (above < 0) reached += survivors[node];
  }
  const masses = [...mass.subarray(from, to + 1)].filter((part) => part > 0);
  return {
    steps: nodes.length, from, to, reached,
    mass: masses.length ? [Math.min(...masses), Math.max(...masses)] : [0, 0],
    roots: [...byRoot].map((number, action) => ({ action, number })).filter(({ number }) => number).sort((a, b) => b.number - a.number),
  };
}

const NAMED = 4;

/** A line about a box: how many particles, their mass and their root actions; pure. */
export function narrateBox(frame, nodes) {
  if (!nodes.length) return "No particle in the box.";
  const { steps, from, to, mass, roots, reached } = boxNumbers(frame, nodes);
  const drawn = frame.drawn < frame.steps ? "drawn " : "";
  const what = frame.tree ? "node" : from === to ? "particle" : "step";
  const where = from === to ? `at level ${from}` : `at levels ${from} to ${to}`;
  const many = from === to || mass[0] === mass[1] ? percent(mass[1]) : `${percent(mass[0])} to ${percent(mass[1])}`;
  const named = roots.slice(0, NAMED).map(({ action, number }) => `${frame.actions[action]} ${number}`);
  const rest = roots.slice(NAMED).reduce((sum, { number }) => sum + number, 0);
  const after = [...named, ...(rest ? [`others ${rest}`] : [])].join(", ");
  const kind = `of ${from === to ? "the" : "each"} level's ${frame.tree ? "visits" : "weight"}`;
  const ends = frame.tree ? "" : `; ${reached} of ${frame.slots} at the last level descend from them`;
  return `${count(steps, `${drawn}${what}`)} ${where}: ${many} ${kind}; root action ${after}${ends}.`;
}
