// One plan as the pictures read it: the arrays of the trace by name, its metadata parsed, and what several pictures derive from them,
// computed once and only when asked for.

import { decodeTrace } from "./decode.js";

/** What the page draws, and asks the server for. */
export const ARRAYS = [
  "parent", "ancestor", "branch", "action", "alive", "terminal", "revived", "log_weight", "resampled", "ess", "log_evidence",
  "kl", "kl_bound", "temperature", "position", "root_position", "root_action", "root_prior", "root_proposal", "root_policy", "root_q",
  "root_visits", "root_value", "value_target", "chosen_action",
];

/** What only the numbers of one particle need: left out of large plans while none is looked at. */
export const DETAIL_ARRAYS = ["depth", "log_prior", "log_proposal", "reward", "continuation", "value", "next_value"];

const SCALARS = ["root_value", "value_target", "chosen_action"];

/** Decodes one message of the stream. */
export const readFrame = (buffer) => new Frame(decodeTrace(buffer));

export class Frame {
  constructor({ arrays, metadata }) {
    for (const [name, { data }] of Object.entries(arrays)) this[name] = SCALARS.includes(name) ? data[0] : data;
    [this.levels, this.slots] = arrays.parent.shape;
    this.id = Number(metadata.frame ?? 0);
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
    const count = this.root_policy?.length ?? 0;
    this.actions = JSON.parse(metadata.actions ?? "null") ?? Array.from({ length: count }, (_, action) => `action ${action}`);
    this.cache = new Map();
  }

  /** Whether the numbers of one particle came along. */
  get detailed() {
    return DETAIL_ARRAYS.every((name) => this[name] !== undefined);
  }

  once(name, compute) {
    if (!this.cache.has(name)) this.cache.set(name, compute(this));
    return this.cache.get(name);
  }

  /** [T*N] normalised weight of every particle at its level, before resampling. */
  get weights() {
    return this.once("weights", normalisedWeights);
  }

  /** [T*N] index of the root action that each transition descends from. */
  get rootOf() {
    return this.once("rootOf", rootActions);
  }

  /** Per level, what the strips and the sentence say. */
  get stats() {
    return this.once("stats", levelStats);
  }

  /** The action the planner takes here. */
  get chosen() {
    return this.chosen_action;
  }
}

// Loops over all transitions are written out: with 4096 particles a callback for each would cost more than the drawing.

function rootActions({ branch, root_action }) {
  const actions = new Uint16Array(branch.length);
  for (let id = 0; id < actions.length; id++) actions[id] = root_action[branch[id]];
  return actions;
}

function normalisedWeights({ levels, slots, log_weight }) {
  const weights = new Float32Array(levels * slots);
  for (let level = 0; level < levels; level++) {
    const [from, to] = [level * slots, (level + 1) * slots];
    let [top, total] = [-Infinity, 0];
    for (let id = from; id < to; id++) if (log_weight[id] > top) top = log_weight[id];
    for (let id = from; id < to; id++) {
      // With every weight zero the planner falls back to equal ones; so does the picture.
      weights[id] = top > -Infinity ? Math.exp(log_weight[id] - top) : 1;
      total += weights[id];
    }
    for (let id = from; id < to; id++) weights[id] /= total;
  }
  return weights;
}

/** Distinct root ancestors, particles still going, and mean and range of KL, its bound and the temperature among those. */
function levelStats(frame) {
  const { levels, slots, branch, alive, kl, kl_bound, temperature } = frame;
  const seen = new Int32Array(slots).fill(-1);
  const stats = { unique: new Int32Array(levels), alive: new Int32Array(levels), kl: [], bound: [], temperature: [] };
  for (let level = 0; level < levels; level++) {
    const from = level * slots;
    for (let id = from; id < from + slots; id++) {
      stats.alive[level] += alive[id];
      if (seen[branch[id]] !== level) stats.unique[level]++;
      seen[branch[id]] = level;
    }
    stats.kl.push(spread(kl, alive, from, from + slots));
    stats.bound.push(spread(kl_bound, alive, from, from + slots));
    stats.temperature.push(spread(temperature, alive, from, from + slots, Math.log, Math.exp));
  }
  return stats;
}

/** Smallest, mean and largest of the finite values of living particles; null where there are none. */
function spread(values, alive, from, to, into = Number, back = Number) {
  let [low, high, sum, count] = [Infinity, -Infinity, 0, 0];
  for (let id = from; id < to; id++) {
    const value = into(values[id]);
    if (!alive[id] || !Number.isFinite(value)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
    sum += value;
    count++;
  }
  return count ? { low: back(low), mean: back(sum / count), high: back(high) } : null;
}
