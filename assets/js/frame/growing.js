// A plan as it was after a part of its budget: the levels, or the simulations of a tree, that were planned by then. Pure functions of a frame.

import { Frame } from "./frame.js";

const PER_NODE = ["slot", "before", "root", "flags", "weight", "survivors", "level", "alive", "terminal", "revived", "killed"];

/** Number of levels of particles, or of simulations of a tree, planned after a part of the budget; at least one. */
export function plannedAfter(frame, share) {
  const all = frame.tree ? frame.simulations : frame.levels;
  return Math.min(Math.max(Math.ceil(share * all - 1e-9), 1), all);
}

/** The level to look at after a part of the budget: the last one planned; of a tree the first, where all simulations are. */
export const levelAfter = (frame, share) => (frame.tree ? 0 : plannedAfter(frame, share) - 1);

/** "level 3 of 24", "128 of 512 simulations". */
export function growthText(frame, share) {
  const planned = plannedAfter(frame, share);
  return frame.tree ? `${planned} of ${frame.simulations} simulations` : `level ${planned} of ${frame.levels}`;
}

/**
 * The plan after a part of its budget. Positions are those of the whole plan, so that nothing moves while it grows.
 * @param {any} frame with the simulation of each node, where it is a tree
 * @param {number} share of the budget, 0 to 1
 * @returns {any} a frame
 */
export function grown(frame, share) {
  if (frame.over || share >= 1) return frame;
  const made = frame.tree ? grownTree(frame, plannedAfter(frame, share)) : grownParticles(frame, plannedAfter(frame, share));
  return Object.assign(Object.create(Frame.prototype), frame, made, { cache: new Map() });
}

function grownParticles(frame, levels) {
  // Nodes stand level by level.
  const size = frame.level_start[levels];
  const own = Object.fromEntries(PER_NODE.map((name) => [name, frame[name].subarray(0, size)]));
  const last = frame.level_start[levels - 1];
  // Of a plan that is drawn in part, those that are drawn stand for all.
  const each = frame.slots / (size - last);
  const survivors = countedBack(frame.parent.subarray(0, size), (node) => (node >= last ? each : 0));
  return {
    ...own, size, survivors, parent: frame.parent.subarray(0, size), position: frame.position.subarray(0, 2 * size),
    level_start: frame.level_start.map((start) => Math.min(start, size)),
    resampled: frame.resampled?.map((done, level) => (level < levels - 1 ? done : 0)),
  };
}

/** For each node what it and all of its descendants bring. */
function countedBack(parent, own) {
  const found = new Float64Array(parent.length);
  // Children stand after their parents.
  for (let node = parent.length - 1; node >= 0; node--) {
    found[node] += own(node);
    if (parent[node] >= 0) found[parent[node]] += found[node];
  }
  return found;
}

function grownTree(frame, simulations) {
  const kept = Array.from(frame.made.keys()).filter((node) => frame.made[node] < simulations);
  const number = new Map(kept.map((node, index) => [node, index]));
  const pick = (values) => values.constructor.from(kept, (node) => values[node]);
  const own = Object.fromEntries(PER_NODE.filter((name) => frame[name]).map((name) => [name, pick(frame[name])]));
  const parent = Int32Array.from(kept, (node) => number.get(frame.parent[node]) ?? -1);
  // Simulations that made no node are in the visits of the whole tree alone.
  const visits = countedBack(parent, () => 1);
  const passing = new Float64Array(frame.levels);
  const most = new Float64Array(frame.levels);
  const counts = new Int32Array(frame.levels * frame.actions.length);
  visits.forEach((count, node) => {
    passing[own.level[node]] += count;
    most[own.level[node]] = Math.max(most[own.level[node]], count);
    counts[own.level[node] * frame.actions.length + own.root[node]] += count;
  });
  return {
    ...own, size: kept.length, parent, survivors: visits, simulations, root_counts: counts,
    position: Float32Array.from({ length: 2 * kept.length }, (_, index) => frame.position[2 * kept[index >> 1] + (index & 1)]),
    level_start: Int32Array.from(frame.level_start, (start) => firstAt(kept, start)),
    weight: Float32Array.from(visits, (count, node) => (frame.slots * count) / passing[own.level[node]]),
    heaviest_weight: Float32Array.from(most, (count, level) => (passing[level] ? count / passing[level] : 0)),
  };
}

/** Number of those that are smaller than a bound, of some rising ones. */
function firstAt(numbers, bound) {
  const found = numbers.findIndex((each) => each >= bound);
  return found < 0 ? numbers.length : found;
}
