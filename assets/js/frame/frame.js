// One plan as the pictures read it: a drawing (docs/api.md, Drawings) with its metadata parsed. What is drawn are *nodes*, transitions of
// particles or steps of a search tree, numbered level by level; of a large plan they are some of all.

import { decode } from "./decode.js";
import { amount, number } from "../lib/format.js";

const SCALARS = [
  "root_value", "value_target", "chosen_atom", "particle_weight", "endings", "simulations", "evidence_variance_valid",
  "exact/value", "exact/optimal_value", "exact/policy_kl",
];
const GRID = 65535;

/** Decodes one message of the stream. */
export const readFrame = (buffer) => new Frame(decode(buffer));

export class Frame {
  constructor({ arrays, metadata }) {
    for (const [name, { data }] of Object.entries(arrays)) this[name] = SCALARS.includes(name) ? data[0] : data;
    this.tree = metadata.kind === "tree";
    this.levels = Number(metadata.levels);
    this.slots = Number(metadata.slots);
    this.id = Number(metadata.frame ?? 0);
    this.session = metadata.session ?? "";
    this.revision = Number(metadata.revision ?? 0);
    this.step = Number(metadata.step ?? 0);
    this.furthest = Number(metadata.furthest ?? this.step);
    this.skipped = Number(metadata.skipped ?? 0);
    this.planMs = Number(metadata.plan_ms ?? NaN);
    this.playing = metadata.playing === "true" || metadata.playing === "True";
    this.seed = metadata.seed;
    this.device = metadata.device ?? "";
    this.environment = metadata.environment ?? "";
    this.scene = JSON.parse(metadata.scene ?? "null");
    this.episode = JSON.parse(metadata.episode ?? "null");
    this.settings = JSON.parse(metadata.settings ?? "{}");
    this.bounds = JSON.parse(metadata.action_bounds ?? "null");
    this.continuous = !!this.root_atoms;
    const names = JSON.parse(metadata.actions ?? "null");
    // Where actions are continuous, what the particles chose among at the root stands where actions stand otherwise.
    this.dimensions = this.continuous ? names : [];
    this.actions = this.continuous ? this.atomNames() : names ?? Array.from(this.root_policy, (_, action) => `action ${action}`);
    this.size = this.slot.length;
    this.unpack();
    this.cache = new Map();
  }

  /** Spreads what travels packed, so that the pictures can say `alive[node]`. */
  unpack() {
    const { size, levels, level_start, flags, place, extent: [x0, x1, y0, y1] } = this;
    this.level = new Uint16Array(size);
    for (let level = 0; level < levels; level++) this.level.fill(level, level_start[level], level_start[level + 1]);
    [this.alive, this.terminal, this.revived] = [new Uint8Array(size), new Uint8Array(size), new Uint8Array(size)];
    this.position = new Float32Array(2 * size);
    const [wide, high] = [(x1 - x0) / GRID, (y1 - y0) / GRID];
    for (let node = 0; node < size; node++) {
      this.alive[node] = flags[node] & 1;
      this.terminal[node] = (flags[node] >> 1) & 1;
      this.revived[node] = (flags[node] >> 2) & 1;
      this.position[2 * node] = x0 + wide * place[2 * node];
      this.position[2 * node + 1] = y0 + high * place[2 * node + 1];
    }
  }

  once(name, compute) {
    if (!this.cache.has(name)) this.cache.set(name, compute(this));
    return this.cache.get(name);
  }

  /** How many steps were planned. */
  get steps() {
    return this.once("steps", ({ living }) => living.reduce((sum, count) => sum + count, 0));
  }

  /** How many of them are drawn. */
  get drawn() {
    return this.once("drawn", ({ alive }) => alive.reduce((sum, flag) => sum + flag, 0));
  }

  /** How many there are at every level: particles, or the simulations of a tree. */
  get total() {
    return this.tree ? this.simulations : this.slots;
  }

  /** Whether the planner begins anew at the root with all its particles, round by round; such a one has no trust region. */
  get restarts() {
    return !this.tree && !("resampling_scheme" in this.settings);
  }

  /** The action the planner takes here. */
  get chosen() {
    return this.continuous ? this.chosen_atom : this.chosen_action[0];
  }

  /** The first dimension of the atoms at the root. */
  get atoms() {
    const { root_atoms, dimensions } = this;
    return this.once("atoms", ({ actions }) => actions.map((_, atom) => root_atoms[atom * dimensions.length]));
  }

  atomNames() {
    const { dimensions: { length }, root_atoms } = this;
    return Array.from(this.root_policy, (_, atom) => this.actionText(root_atoms[atom * length]));
  }

  /** A continuous action by its first dimension: "torque +1.25". */
  actionText(value) {
    return `${this.dimensions[0]} ${amount(value, this.bounds?.[0])}`;
  }

  /** The action of a step of the particle's lineage; a continuous one without its dimension. */
  lineageAction(step) {
    const taken = this["lineage/action"];
    return this.continuous ? amount(taken[step * this.dimensions.length], this.bounds?.[0]) : this.actions[taken[step]];
  }

  /** What is true of the root, where the environment can be solved; else null. */
  get truth() {
    if (!this["exact/policy"]) return null;
    return this.once("truth", (frame) => ({
      policy: frame["exact/policy"], q: frame["exact/q"], optimalQ: frame["exact/optimal_q"], value: frame["exact/value"],
      optimalValue: frame["exact/optimal_value"], kl: frame["exact/policy_kl"], logEvidence: frame["exact/log_evidence"] ?? null,
    }));
  }

  /** Who judges states, where that is not the network: "exact values, noise 0.5 sd"; else "". */
  get judge() {
    const { value_source: source, value_noise: noise } = this.settings;
    if (source !== "exact") return "";
    return noise ? `exact values, noise ${number(noise, 2)} sd` : "exact values";
  }

  /** The node of a particle, -1 where it is not drawn. */
  find(particle) {
    const near = this.nearest(particle.level, particle.slot);
    return near >= 0 && this.slot[near] === particle.slot ? near : -1;
  }

  /** The node drawn nearest to a slot of a level, -1 where none is. */
  nearest(level, slot) {
    const [first, end] = [this.level_start[level], this.level_start[level + 1]];
    if (first === end) return -1;
    let [from, to] = [first, end];
    while (from < to) {
      const middle = (from + to) >> 1;
      if (this.slot[middle] < slot) from = middle + 1;
      else to = middle;
    }
    if (from === end) return end - 1;
    return from > first && slot - this.slot[from - 1] < this.slot[from] - slot ? from - 1 : from;
  }

  /** A node as a particle. */
  particleAt(node) {
    return node < 0 ? null : { level: this.level[node], slot: this.slot[node] };
  }
}

/** Of the three numbers of a spread at a level: smallest, mean, largest; null where there is none. */
export function spreadAt(spreads, level) {
  const [low, mean, high] = spreads.subarray(3 * level, 3 * level + 3);
  return Number.isNaN(mean) ? null : { low, mean, high };
}
