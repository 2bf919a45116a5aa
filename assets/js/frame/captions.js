// What the panels are called and what is noted beside their names: particles and search trees are drawn alike, but are not the same thing.

import { count, percent } from "../lib/format.js";

const TREE = {
  titles: { weights: "Visits", particle: "Node" },
  shares: "visits",
  world: (frame) => `${frame.environment}: ${frame.drawn < frame.steps ? "the most visited paths" : "every path searched"} from this state`,
  genealogy: (frame) => {
    const part = frame.drawn < frame.steps ? ` · the ${frame.drawn} most visited of ${frame.steps} nodes drawn` : "";
    return `${count(frame.simulations, "simulation")}, up to ${count(frame.levels, "step")} deep${part} · colour: first action · thick: often visited`;
  },
  weights: (frame, level) => `level ${level}: the most visited node has ${percent(frame.heaviest_weight[level])} of ${count(frame.passing[level], "visit")}`,
  pictures: { weights: "Visits" },
};

const PARTICLES = {
  titles: { weights: "Weights", particle: "Particle" },
  shares: "proposal",
  world: (frame) => `${frame.environment}: ${frame.drawn < frame.steps ? "some particles' paths" : "every particle's path"} from this state`,
  genealogy: ({ drawn, steps, slots, levels }) => {
    const size = `${slots} imagined futures, ${levels} steps deep`;
    return drawn < steps ? `${size} · ${drawn} of ${steps} steps drawn, in whole lines · thick: lineages that survive` : `${size} · colour: first action · thick: lineages that survive`;
  },
  weights: ({ slots, heaviest_weight }, level) => `level ${level}: the heaviest of ${slots} carries ${percent(heaviest_weight[level])}`,
  pictures: { weights: "Weights" },
};

/** The captions of a frame's kind. */
export const captions = (frame) => (frame.tree ? TREE : PARTICLES);
