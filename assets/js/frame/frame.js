// One plan as the pictures read it: a drawing (docs/api.md, Drawings) with its metadata parsed. What is drawn are *nodes*, transitions of
// particles or steps of a search tree, numbered level by level; of a large plan they are some of all.

import { amount, finenessOf, number, signed, withoutNoise } from "../lib/format.js";
import { decode } from "./decode.js";

const GRID = 65535;

/** @typedef {Float32Array | Float64Array | Int32Array | Uint8Array | Int16Array | Uint16Array} Numbers */

/**
 * Decodes one drawing.
 * @param {ArrayBuffer} buffer
 */
export const readFrame = (buffer) => new Frame(decode(buffer));

/** Metadata that is JSON, or what stands for it where it is absent. */
const json = (text, otherwise) => (text === undefined ? otherwise : JSON.parse(text));

export class Frame {
  // Arrays of the drawing, by name; what a plan does not have is undefined.
  /** @type {Numbers} */ level_start;
  /** @type {Numbers} */ slot;
  /** @type {Numbers} */ parent;
  /** @type {Numbers} */ before;
  /** @type {Numbers} */ root;
  /** @type {Numbers | undefined} number of the simulation that made each node, of a search tree */ made;
  /** @type {Numbers} */ flags;
  /** @type {Numbers} */ place;
  /** @type {Numbers} */ weight;
  /** @type {Numbers} */ survivors;
  /** @type {Numbers} */ extent;
  /** @type {Numbers} */ living;
  /** @type {Float64Array | undefined} of particles only */ kl;
  /** @type {Numbers} */ heaviest;
  /** @type {Numbers} */ heaviest_weight;
  /** @type {Numbers} */ root_counts;
  /** @type {Numbers} */ root_position;
  /** @type {Numbers} */ root_prior;
  /** @type {Numbers} */ root_proposal;
  /** @type {Numbers} */ root_policy;
  /** @type {Numbers} */ root_q;
  /** @type {Numbers | undefined} */ root_visits;
  /** @type {Numbers} of continuous actions only */ root_atoms;
  /** @type {Numbers} of continuous actions only */ root_gaussian;
  /** @type {number} */ root_value;
  /** @type {number} */ value_target;
  /** @type {any} one number where actions are discrete, one for each dimension where they are continuous */ chosen_action;
  /** @type {number} */ chosen_atom;
  /** @type {number} */ endings;
  /** @type {number} of a search tree */ simulations;
  /** @type {Uint8Array} of each node */ killed;
  /** @type {Uint16Array} of each node */ level;
  /** @type {Numbers} level, slot and root action of the particle whose numbers are in `lineage/…` */ particle;
  /** @type {number} */ particle_weight;
  /** @type {number | undefined} number of the pin, where this plan was pinned */ pin;
  /** @type {import("./steady.js").Steady | undefined} what held still when it was painted */ steady;

  /** @param {{arrays: Record<string, {data: any, shape?: number[]}>, metadata: Record<string, string>}} drawing */
  constructor({ arrays, metadata }) {
    const own = /** @type {any} */ (this);
    // An array without dimensions is a number.
    for (const [name, { data, shape }] of Object.entries(arrays)) own[name] = shape?.length === 0 ? data[0] : data;
    this.tree = metadata.kind === "tree";
    this.levels = Number(metadata.levels);
    this.slots = Number(metadata.slots);
    this.id = Number(metadata.frame ?? 0);
    this.session = metadata.session ?? "";
    this.revision = Number(metadata.revision ?? 0);
    this.step = Number(metadata.step ?? 0);
    /** Of the environment; the steps of a replay are frames. */
    this.environmentStep = Number(metadata.environment_step ?? metadata.step ?? 0);
    this.replayed = json(metadata.replayed, false);
    this.furthest = Number(metadata.furthest ?? this.step);
    this.skipped = Number(metadata.skipped ?? 0);
    this.planMs = Number(metadata.plan_ms ?? NaN);
    this.playing = json(metadata.playing, false);
    /** True where nobody has just planned this: it was kept. */
    this.recorded = json(metadata.recorded, false);
    /** True where it was kept, and no live plan follows it on this page. */
    this.alone = false;
    /** Query of the link to the moment, of the recorded one that a page opens with. @type {string | null} */
    this.link = metadata.link ?? null;
    /** The algorithm's declaration about its plans. */
    this.traits = json(metadata.traits, /** @type {Record<string, any>} */ ({}));
    this.seed = metadata.seed;
    this.checkpoint = metadata.checkpoint ?? "";
    this.planner = metadata.planner ?? "";
    this.device = metadata.device ?? "";
    this.environment = metadata.environment ?? "";
    this.scene = json(metadata.scene, null);
    /** Projections of the states that positions may be from, each {name, x, y}. @type {{name: string, x: string, y: string}[]} */
    this.projections = json(metadata.projections, []);
    /** The one that they are from; null for the picture. @type {{name: string, x: string, y: string} | null} */
    this.projection = json(metadata.projection, null);
    this.episode = json(metadata.episode, null);
    this.settings = json(metadata.settings, {});
    /** Sentences about what is not as it was when the link to this plan was made. @type {string[]} */
    this.notes = json(metadata.notes, []);
    /** Changes inside the plan, each {kind, level, slot, …}. @type {any[]} */
    this.interventions = json(metadata.interventions, []);
    this.bounds = json(metadata.action_bounds, null);
    /** Names of the three parts of a log-weight's increment. @type {string[]} */
    this.weightParts = json(metadata.weight_parts, []);
    /** Why the estimated variance of the evidence means nothing here; empty where it does. @type {string[]} */
    this.varianceObjections = json(metadata.variance_objections, []);
    this.continuous = !!this.root_atoms;
    const names = json(metadata.actions, null);
    // Continuous actions: the candidate actions at the root take the place of the actions.
    /** @type {string[]} */
    this.dimensions = this.continuous ? names : [];
    /** @type {string[]} names where the dimension of continuous actions is said elsewhere */
    this.values = this.continuous ? this.atomValues() : names ?? Array.from(this.root_policy, (_, action) => `action ${action}`);
    /** @type {string[]} */
    this.actions = this.continuous ? this.values.map((value) => `${this.dimensions[0]} ${value}`) : this.values;
    this.size = this.slot.length;
    this.kl = this.kl?.map(withoutNoise);
    this.unpack();
    /** @type {Map<string, any>} */
    this.cache = new Map();
  }

  /** Spreads what travels packed, so that the pictures can say `alive[node]`. */
  unpack() {
    const { size, levels, level_start, flags, place, extent: [x0, x1, y0, y1] } = this;
    this.level = new Uint16Array(size);
    for (let level = 0; level < levels; level++) this.level.fill(level, level_start[level], level_start[level + 1]);
    this.alive = new Uint8Array(size);
    this.terminal = new Uint8Array(size);
    this.revived = new Uint8Array(size);
    this.killed = new Uint8Array(size);
    this.position = new Float32Array(2 * size);
    const [wide, high] = [(x1 - x0) / GRID, (y1 - y0) / GRID];
    for (let node = 0; node < size; node++) {
      this.alive[node] = flags[node] & 1;
      this.terminal[node] = (flags[node] >> 1) & 1;
      this.revived[node] = (flags[node] >> 2) & 1;
      this.killed[node] = (flags[node] >> 3) & 1;
      this.position[2 * node] = x0 + wide * place[2 * node];
      this.position[2 * node + 1] = y0 + high * place[2 * node + 1];
    }
  }

  /**
   * A value derived from the frame, computed when it is first asked for.
   * @template T
   * @param {string} name
   * @param {(frame: any) => T} compute
   * @returns {T}
   */
  once(name, compute) {
    if (!this.cache.has(name)) this.cache.set(name, compute(this));
    return this.cache.get(name);
  }

  /** Number of steps planned. */
  get steps() {
    return this.once("steps", ({ living }) => living.reduce((sum, count) => sum + count, 0));
  }

  /** Number of steps drawn. */
  get drawn() {
    return this.once("drawn", ({ alive }) => alive.reduce((sum, flag) => sum + flag, 0));
  }

  /** Number at every level: particles, or the simulations of a tree. */
  get total() {
    return this.tree ? this.simulations : this.slots;
  }

  /** True if the planner restarts all particles at the root, round by round; it then has no trust region. */
  get restarts() {
    return !!this.traits.rounds;
  }

  /** True where the plan is not of a session that goes on: it was kept, with what it held then. */
  get kept() {
    return this.recorded || this.replayed || !this.session;
  }

  /** The picture that positions lie in; null where they are from a projection. */
  get picture() {
    return this.projection ? null : this.scene;
  }

  /** True where nothing was planned: the episode has ended in this state. */
  get over() {
    return this.steps === 0;
  }

  /** The action the planner takes here; -1 where nothing was planned. */
  get chosen() {
    if (this.over) return -1;
    return this.continuous ? this.chosen_atom : this.chosen_action;
  }

  /** The action that the improved policy makes most probable. */
  get preferred() {
    return this.once("preferred", ({ root_policy }) => root_policy.indexOf(Math.max(...root_policy)));
  }

  /** A root action as a command names it: its index, or the numbers of its dimensions. */
  commandAction(action) {
    const { continuous, root_atoms, dimensions: { length } } = this;
    return continuous ? Array.from(root_atoms.slice(action * length, (action + 1) * length)) : action;
  }

  /** The first dimension of the atoms at the root. */
  get atoms() {
    const { root_atoms, dimensions } = this;
    return this.once("atoms", ({ actions }) => actions.map((_, atom) => root_atoms[atom * dimensions.length]));
  }

  /** The atoms by their first dimension, fine enough to tell them apart; equal ones are counted. */
  atomValues() {
    const { dimensions: { length }, root_atoms, root_policy, bounds } = this;
    const own = Array.from(root_policy, (_, atom) => root_atoms[atom * length]);
    const usual = finenessOf(bounds?.[0]);
    const texts = (decimals) => own.map((value) => signed(value, decimals));
    const apart = [usual, usual + 1, usual + 2].map(texts).find((names) => new Set(names).size === new Set(own).size) ?? texts(usual + 2);
    return apart.map((name, atom) => {
      const before = apart.slice(0, atom).filter((other) => other === name).length;
      return before ? `${name} (${before + 1})` : name;
    });
  }

  /** The action of a step of the particle's lineage, or of the one it is compared with; a continuous one without its dimension. */
  lineageAction(step, name = "lineage") {
    const taken = /** @type {any} */ (this)[`${name}/action`];
    return this.continuous ? amount(taken[step * this.dimensions.length], this.bounds?.[0]) : this.actions[taken[step]];
  }

  /** Exact answers at the root, where the environment can be solved; else null. */
  get truth() {
    if (!(/** @type {any} */ (this)["exact/policy"])) return null;
    return this.once("truth", (frame) => ({
      policy: frame["exact/policy"], q: frame["exact/q"], optimalQ: frame["exact/optimal_q"], value: frame["exact/value"],
      optimalValue: frame["exact/optimal_value"], kl: frame["exact/policy_kl"], logEvidence: frame["exact/log_evidence"] ?? null,
    }));
  }

  /** Source of values, where that is not the network: "exact values, noise 0.5 sd"; else "". */
  get valueSource() {
    const { value_source: source, value_noise: noise } = this.settings;
    if (source !== "exact") return "";
    return noise ? `exact values, noise ${number(noise, 2)} sd` : "exact values";
  }

  /**
   * The same plan with the numbers of another particle.
   * @param {Record<string, Numbers | number>} lineage `particle`, `particle_weight` and `lineage/…`
   * @returns {Frame}
   */
  withLineage(lineage) {
    const other = Object.assign(Object.create(Frame.prototype), this);
    // Numbers that are not known of this particle must not stay that of the one before.
    if (lineage.particle) for (const name of Object.keys(other)) if (name.startsWith("lineage/") || name.startsWith("other/")) delete other[name];
    return Object.assign(other, lineage);
  }

  /** True where another frame has the same plan and draws the same nodes of it: only the particle's numbers may differ. */
  drawsTheSame(other) {
    if (!other) return false;
    if (this.projection?.name !== other.projection?.name) return false;
    if (this.slot === other.slot) return true;
    return !this.recorded && this.id === other.id && this.session === other.session && this.drawn === this.steps;
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
