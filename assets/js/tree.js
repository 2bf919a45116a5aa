// What is said of a search tree where of particles something else would be: a node for a particle, its visits for weight and descendants.

import { spreadAt } from "./frame.js";
import { count, number, percent } from "./words.js";

/** About a level: its nodes, how many simulations get so far, and after which first action. `groups` as `descent` gives them. */
export function narrateTree(frame, level, groups) {
  if (!frame.steps) return "The episode is over: there is no step to search.";
  const { living, passing, simulations } = frame;
  const parts = [`Level ${level}: ${count(living[level], "node")}`];
  const [first, ...others] = groups;
  const simulated = passing[level] === 1 ? "simulation passes" : "simulations pass";
  const share = others.length ? `${first.particles} of them after ${first.name}` : `all after ${first.name}`;
  parts.push(`${passing[level]} of ${simulations} ${simulated} here, ${share}`);
  if (living[level] > 1) parts.push(`the most visited node has ${percent(frame.heaviest_weight[level])} of them`);
  const q = spreadAt(frame.q_spread, level);
  if (q) parts.push(q.low === q.high ? `Q ${number(q.mean, 4)}` : `Q ${number(q.low, 4)} to ${number(q.high, 4)}`);
  return `${parts.join("; ")}.`;
}

export function treeOutlook(frame) {
  const steps = frame.steps ? count(frame.levels, "step") : "no step";
  return `${count(frame.simulations, "simulation")} look up to ${steps} ahead; ${count(frame.endings, "path")} came to an end.`;
}

/** The rows of each node: those of the leaves below it, of which its slot is the middle one. */
export const rowsOf = (frame) =>
  frame.once("rows", ({ size, parent, slot, level_start: start }) => {
    const leaves = new Uint16Array(size);
    for (let node = size - 1; node >= 0; node--) {
      leaves[node] ||= 1;
      if (parent[node] >= 0) leaves[parent[node]] += leaves[node];
    }
    const first = (node) => slot[node] - ((leaves[node] - 1) >> 1);
    const count = (node) => leaves[node];
    /** The node of a level that covers a row, or else the nearest. */
    const at = (level, row) => {
      for (let node = start[level]; node < start[level + 1]; node++) if (row >= first(node) && row < first(node) + count(node)) return node;
      return frame.nearest(level, row);
    };
    return { first, count, at };
  });

/** The strips of a tree, as `stripRows`. */
export function treeRows({ levels, living, passing, heaviest_weight, q_spread, simulations }) {
  const part = (name) => Array.from({ length: levels }, (_, level) => spreadAt(q_spread, level)?.[name] ?? null);
  const [low, mean, high] = ["low", "mean", "high"].map(part);
  const found = [...low, ...high].filter((value) => value !== null);
  const domain = found.length ? [Math.min(...found), Math.max(...found)] : [0, 1];
  if (domain[0] === domain[1]) domain[1] += 1;
  return [
    { name: "nodes", short: "nodes", mean: Array.from(living), domain: [0, Math.max(...living, 1)] },
    { name: "simulations", short: "simul.", mean: Array.from(passing), domain: [0, simulations] },
    { name: "most visited", short: "most vis.", mean: Array.from(heaviest_weight), domain: [0, 1] },
    { name: "Q", short: "Q", mean, low, high, domain },
  ];
}
