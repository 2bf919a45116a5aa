// Words and curves for a search tree: a node takes the place of a particle, visits those of weight and descendants.

import { around, partOf, spreadAt } from "./spread.js";
import { alike, count, percent } from "../lib/format.js";

/** About a level: its nodes, how many simulations get so far, and after which first action. `groups` as `descent` gives them. */
export function narrateTree(frame, level, groups) {
  const { living, passing, simulations } = frame;
  const parts = [`Level ${level}: ${count(living[level], "node")}`];
  const [first, ...others] = groups;
  const simulated = passing[level] === 1 ? "simulation passes" : "simulations pass";
  const share = others.length ? `${first.particles} of them after ${first.name}` : `all after ${first.name}`;
  parts.push(`${passing[level]} of ${simulations} ${simulated} here, ${share}`);
  if (living[level] > 1) parts.push(`the most visited node has ${percent(frame.heaviest_weight[level])} of them`);
  const q = spreadAt(frame.q_spread, level);
  if (q) parts.push(`Q ${[...new Set(alike([q.low, q.high], 4))].join(" to ")}`);
  return `${parts.join("; ")}.`;
}

export function treeOutlook(frame) {
  const { simulations, levels, endings } = frame;
  return `${count(simulations, "simulation")} ${simulations === 1 ? "looks" : "look"} up to ${count(levels, "step")} ahead; ${count(endings, "path")} came to an end.`;
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

function qRow({ levels, q_spread }) {
  const [low, mean, high] = ["low", "mean", "high"].map((name) => partOf(q_spread, levels, name));
  return { name: "Q", short: "Q", domain: around([...low, ...high]), round: true, bands: [{ low, high, style: "main" }], lines: [{ name: "Q", values: mean, style: "main" }] };
}

const counted = (name, short, values, most) => ({ name, short, domain: [0, most], lines: [{ name, values: Array.from(values), style: "main" }] });

/** The strips of a tree, as those of particles. */
export const treeStrips = [
  { id: "nodes", button: "nodes", title: "Nodes of each level", row: ({ living }) => ({ ...counted("nodes", "nodes", living, Math.max(...living, 1)), round: true }) },
  {
    id: "simulations", button: "simulations", title: "Simulations that pass each level",
    row: ({ passing, simulations }) => counted("simulations", "simul.", passing, simulations),
  },
  {
    id: "visited", button: "most visited", title: "Share of the level's visits that the most visited node has",
    row: ({ heaviest_weight }) => counted("most visited", "most vis.", heaviest_weight, 1),
  },
  { id: "q", button: "Q", title: "Mean return from each node on: mean and range over the level", row: qRow },
];
