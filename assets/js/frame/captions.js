// Names of the panels, the tooltips on them, and the notes next to them. Particles and search trees are drawn alike but
// are not the same thing, so each kind has its own words.

import { count, percent } from "../lib/format.js";

/**
 * @typedef {object} Captions
 * @property {Record<string, string>} titles by panel
 * @property {Record<string, string>} help by panel
 * @property {string} shares name of the shares that first actions are drawn by
 * @property {Record<string, (frame: any, level: number) => string>} notes by panel
 */

/** @type {Captions} */
const PARTICLES = {
  titles: {
    world: "World", genealogy: "Genealogy", strips: "Per level", weights: "Weights", decision: "Root decision", particle: "Particle", seeds: "Many seeds",
    comparison: "Comparison", why: "Why this action?", sweep: "Sweep", timeline: "Time line",
  },
  help: {
    world: "Every particle's path over the state it was planned from.",
    genealogy: "Levels run to the right, slots downwards; every line is one step of one particle. Colour: first action. Thick: lineages that survive.",
    strips: "Line: mean or number; band: range, or one standard deviation; dashed: threshold, bound, or exact value.",
    weights: "Normalised weight of every particle at every level.",
    decision: "Prior, proposal, improved policy and value estimates of the actions at the root.",
    particle: "One particle's path, step by step, with the three parts of its weight.",
    comparison: "The plan that is pinned (A) against the one that is shown (B).",
    why: "Reasons of the decision, in numbers. Each leads to its place in the pictures.",
    sweep: "The same plan with other values of one setting: how far the decision depends on it. A click takes a value over.",
    seeds: "The same plan with other random numbers: how much of the decision depends on them.",
    timeline: "Numbers of every step of the episode, with marks of the steps that deserve a look.",
  },
  shares: "proposal",
  notes: {
    world: (frame) => `${frame.environment}: ${frame.drawn < frame.steps ? "some particles' paths" : "every particle's path"}`,
    genealogy: ({ drawn, steps, slots, levels }) => {
      const size = `${count(slots, "imagined future")}, ${count(levels, "step")} deep`;
      return drawn < steps ? `${size} · ${percent(drawn / steps)} of the steps drawn` : size;
    },
    weights: ({ slots, heaviest_weight }, level) => `level ${level}: the heaviest of ${slots} carries ${percent(heaviest_weight[level])}`,
  },
};

/** @type {Captions} */
const TREE = {
  titles: { ...PARTICLES.titles, weights: "Visits", particle: "Node" },
  help: {
    ...PARTICLES.help,
    world: "Every path of the search tree over the state it was planned from.",
    genealogy: "Levels run to the right; every line is one step of the search tree, thicker the more simulations passed it. Colour: first action.",
    strips: "Line: mean or number over the nodes of the level; band: range.",
    weights: "Visits of every node; a node covers the rows of all its leaves.",
    decision: "Prior, visits, improved policy and value estimates of the actions at the root.",
    particle: "The steps that lead to one node, with its visits and values.",
  },
  shares: "visits",
  notes: {
    world: (frame) => `${frame.environment}: ${frame.drawn < frame.steps ? "the most visited paths" : "every path searched"}`,
    genealogy: (frame) => {
      const part = frame.drawn < frame.steps ? `${frame.drawn} of ${frame.steps} nodes drawn` : "thick: often visited";
      return `${count(frame.simulations, "simulation")}, up to ${count(frame.levels, "step")} deep · ${part}`;
    },
    weights: (frame, level) => `level ${level}: the most visited node has ${percent(frame.heaviest_weight[level])} of ${count(frame.passing[level], "visit")}`,
  },
};

export const KINDS = { particles: PARTICLES, tree: TREE };

/** Notes where nothing was planned. */
const OVER = {
  world: ({ environment }) => `${environment}: the state in which the episode ended`,
  genealogy: () => "no plan",
  weights: () => "no plan",
};

/** The captions of a frame's kind; before there is a frame, those of particles. */
export function captions(frame) {
  const own = KINDS[frame?.tree ? "tree" : "particles"];
  return frame?.over ? { ...own, notes: OVER } : own;
}
