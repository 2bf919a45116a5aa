// Two plans side by side: A, which is pinned, and B, which is shown. What made them differ, what came out differently, and which particles are the
// same in both. Pure functions of two frames.

import { klPolicyPrior } from "./decision_numbers.js";

// Positions travel on a grid; the same state may be a step of either grid away.
const GRID_STEPS = 2 / 65535;
const MADE_BY = ["checkpoint", "planner", "seed", "environmentStep"];
const NAMES = { checkpoint: "checkpoint", planner: "planner", seed: "seed", environmentStep: "step" };

/** True where two frames are of one and the same plan, whatever they draw of it. Plans of files have no session that numbers them. */
export const samePlan = (a, b) => a.slot === b.slot || (!a.recorded && !b.recorded && !!a.session && a.session === b.session && a.id === b.id);

/** A model that was planned in by itself has no name. */
const worldOf = ({ environment }) => environment || "a model without a name";

/**
 * The reason why two plans cannot be compared, as a sentence; empty where they can.
 * @param {any} a
 * @param {any} b
 */
export function objection(a, b) {
  if (a.environment !== b.environment) return `A is a plan of ${worldOf(a)}, this is one of ${worldOf(b)}: only plans of one environment can be compared.`;
  if (a.over) return "In A the episode had ended, so there is no plan to compare with.";
  if (b.over) return "The episode has ended here: there is no plan to compare with A.";
  return "";
}

/**
 * The parts of their making in which two plans differ.
 * @param {any} a
 * @param {any} b
 * @returns {{name: string, a: any, b: any}[]} null where one of them does not have it
 */
export function differences(a, b) {
  const own = MADE_BY.filter((name) => `${a[name]}` !== `${b[name]}`).map((name) => ({ name: NAMES[name], a: a[name], b: b[name] }));
  const names = [...new Set([...Object.keys(a.settings), ...Object.keys(b.settings)])];
  // Another planner has other settings: that it is another one says it all.
  const shared = a.planner === b.planner ? names : names.filter((name) => name in a.settings && name in b.settings);
  const settings = shared
    .filter((name) => a.settings[name] !== b.settings[name])
    .map((name) => ({ name, a: a.settings[name] ?? null, b: b.settings[name] ?? null }));
  const changed = [a, b].map(({ interventions }) => interventions.length);
  const inside = JSON.stringify(a.interventions) === JSON.stringify(b.interventions) ? [] : [{ name: "interventions", a: changed[0], b: changed[1] }];
  return [...own, ...settings, ...inside];
}

const modelSteps = ({ tree, simulations, slots, levels }) => (tree ? simulations : slots * levels);

/** Level of the plan's lowest ESS as a share of its slots; NaN where it has none. */
const leastEss = ({ ess, slots }) => (ess ? Math.min(...ess) / slots : NaN);

/**
 * The numbers that two plans are compared by.
 * @param {any} a
 * @param {any} b
 * @returns {{name: string, unit: "" | "share" | "nats" | "count", a: number, b: number, help: string}[]} those that at least one has
 */
export function comparedNumbers(a, b) {
  const rows = /** @type {const} */ ([
    ["V(s₀)", "", ({ root_value }) => root_value, "The planner's value of the state it starts from."],
    ["value target", "", ({ value_target }) => value_target, "What the plan makes of that state."],
    ["KL to prior", "nats", klPolicyPrior, "How far the improved policy left the prior."],
    ["least ESS / N", "share", leastEss, "The smallest effective share of particles over all levels."],
    ["root ancestors", "count", ({ unique_branches, levels }) => unique_branches?.[levels - 1] ?? NaN, "Root slots that the last level descends from."],
    ["log-evidence", "nats", ({ log_evidence, levels }) => log_evidence?.[levels - 1] ?? NaN, "Logarithm of the mean weight over the whole plan."],
  ]);
  const budgets = /** @type {const} */ ({ name: "model steps", unit: "count", a: modelSteps(a), b: modelSteps(b), help: "Transitions that the plan simulates." });
  return [
    // Of plans of one budget it says nothing.
    ...(budgets.a === budgets.b ? [] : [budgets]),
    ...rows.map(([name, unit, read, help]) => ({ name, unit, a: read(a), b: read(b), help })).filter((row) => Number.isFinite(row.a) || Number.isFinite(row.b)),
  ];
}

/**
 * Prior, improved policy and Q-hat of each root action in both plans; null where their root actions are not the same ones, as with the candidates of
 * continuous actions.
 * @param {any} a
 * @param {any} b
 * @returns {{name: string, a: number, b: number, qA: number, qB: number}[] | null}
 */
export function comparedActions(a, b) {
  if (a.continuous || b.continuous || a.actions.length !== b.actions.length) return null;
  return b.actions.map((name, action) => ({ name, a: a.root_policy[action], b: b.root_policy[action], qA: a.root_q[action], qB: b.root_q[action] }));
}

/** Total variation distance between two policies over the same actions, 0 to 1: the probability that has moved. */
export const movedProbability = (actions) => actions.reduce((sum, { a, b }) => sum + Math.abs(a - b), 0) / 2;

/**
 * @typedef {object} Sameness
 * @property {Uint8Array} same of each node of B: 1 where A has the same step of the same slot after the same steps
 * @property {(number | null)[]} byLevel share of the level's nodes drawn in both that are the same; null where none is drawn in both
 * @property {number | null} parts the first level with a particle that is not the same; null where all are
 */

/**
 * Which particles are the same in both plans. Particles are told apart by level and slot, as both plans use the same random numbers there.
 * @param {any} a
 * @param {any} b
 * @returns {Sameness | null} null where nothing can be the same: trees, other numbers of slots, other states; or seen, as in another projection
 */
export function sameness(a, b) {
  if (a.tree || b.tree || a.slots !== b.slots || a.projection?.name !== b.projection?.name || objection(a, b)) return null;
  const near = tolerances(a, b);
  const together = (x, y, part) => Math.abs(x - y) <= near[part];
  if (![0, 1].every((part) => together(a.root_position[part], b.root_position[part], part))) return null;
  const levels = Math.min(a.levels, b.levels);
  const same = new Uint8Array(b.size);
  const byLevel = Array.from({ length: levels }, (_, level) => {
    let [both, alike] = [0, 0];
    let at = a.level_start[level];
    for (let node = b.level_start[level]; node < b.level_start[level + 1]; node++) {
      // Both are in the order of their slots.
      while (at < a.level_start[level + 1] && a.slot[at] < b.slot[node]) at++;
      if (at === a.level_start[level + 1] || a.slot[at] !== b.slot[node]) continue;
      both++;
      if (!sameStep(a, at, b, node, same, together)) continue;
      same[node] = 1;
      alike++;
    }
    return both ? alike / both : null;
  });
  const parts = byLevel.findIndex((share) => share !== null && share < 1);
  return { same, byLevel, parts: parts < 0 ? null : parts };
}

/** Largest distance, in each direction, of what is one place on both grids. */
function tolerances(a, b) {
  return [0, 1].map((part) => Math.max(...[a, b].map(({ extent }) => extent[2 * part + 1] - extent[2 * part])) * GRID_STEPS + 1e-6);
}

function sameStep(a, at, b, node, same, together) {
  const [before, after] = [a.parent[at], b.parent[node]];
  const origin = before < 0 || after < 0 ? before === after : a.level[before] === b.level[after] && a.slot[before] === b.slot[after] && same[after] === 1;
  return origin && a.root[at] === b.root[node] && a.alive[at] === b.alive[node]
    && [0, 1].every((part) => together(a.position[2 * at + part], b.position[2 * node + part], part));
}

/**
 * The comparison in one sentence.
 * @param {any} a
 * @param {any} b
 */
export function comparisonSentence(a, b) {
  const refused = objection(a, b);
  if (refused) return refused;
  const [before, after] = [a.actions[a.chosen], b.actions[b.chosen]];
  const taken = a.continuous || b.continuous || a.actions.length !== b.actions.length
    ? `A takes ${before}, B takes ${after}.`
    : a.chosen === b.chosen ? `Both take ${after}.` : `A takes ${before}, B takes ${after} instead.`;
  return `${taken} ${particleSentence(a, b)}`.trim();
}

function particleSentence(a, b) {
  if (a.tree || b.tree) return "";
  if (a.slots !== b.slots) return `Their particles are not the same ones: ${a.slots} and ${b.slots} slots.`;
  const alike = sameness(a, b);
  if (!alike) return "They start from different states, so no particle is the same.";
  if (alike.parts === null) return "All particles are the same.";
  const last = alike.byLevel.findLast((share) => share !== null) ?? 0;
  const left = last === 0 ? "none is" : `${Math.max(Math.round(last * 100), 1)} % are`;
  return alike.parts === 0
    ? `Particles part at once, at level 0; at the last level ${left} the same.`
    : `Particles are the same until level ${alike.parts - 1}; at the last level ${left}.`;
}
