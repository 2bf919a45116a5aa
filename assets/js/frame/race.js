// A race as data: what each planner's decisions are measured by, the seeds that each of them wins, and the sentence about it. Pure functions of the
// decisions of many seeds (docs/method.md, Races).

import { list, number } from "../lib/format.js";
import { quartiles } from "../lib/quartiles.js";

// Values that differ by less than this share of the largest are level: they were computed in single precision.
const LEVEL = 1e-5;

/**
 * The measure of decisions: a loss of each root action, or the action that is taken where actions are continuous.
 * @typedef {object} Measure
 * @property {boolean} exact
 * @property {number[]} [losses] of each action, in units of return
 * @property {ArrayLike<number>} [policy] the long plan's improved policy
 * @property {number} [own] the loss of the action that the long plan takes
 * @property {number[]} [action] of each dimension
 * @property {number[]} [ranges] width of each dimension
 */

/**
 * The decisions of one planner: rows of S seeds.
 * @typedef {object} Decisions
 * @property {ArrayLike<number>} root_policy [S, A]
 * @property {ArrayLike<number>} chosen_action [S], or [S, D] where actions are continuous
 * @property {ArrayLike<number>} [root_atoms] [S, A, D] where actions are continuous
 * @property {number} count S
 */

/** The loss of each action against the best. One without a value loses as much as the worst that has one. */
export function lossesOf(qvalues) {
  const known = Array.from(qvalues).filter(Number.isFinite);
  const [best, worst] = [Math.max(...known), Math.min(...known)];
  return Array.from(qvalues, (value) => best - (Number.isFinite(value) ? value : worst));
}

/**
 * The measure by exact answers.
 * @param {{optimalQ: ArrayLike<number>}} truth
 * @returns {Measure}
 */
export const exactMeasure = ({ optimalQ }) => ({ exact: true, losses: lossesOf(optimalQ) });

/**
 * The measure by a long plan.
 * @param {{root_q: ArrayLike<number>, chosen_action: ArrayLike<number>, root_policy: ArrayLike<number>}} decision of its one seed
 * @param {[number, number][] | null} bounds of continuous actions
 * @returns {Measure}
 */
export function longMeasure({ root_q, chosen_action, root_policy: policy }, bounds) {
  if (!bounds) {
    const losses = lossesOf(root_q);
    return { exact: false, losses, policy, own: losses[chosen_action[0]] };
  }
  return { exact: false, action: Array.from(chosen_action), ranges: bounds.map(([low, high]) => high - low) };
}

/**
 * The value of each seed's decision: what it loses, or how far it is from the long plan's action as a share of the range. 0 is best.
 * @param {Decisions} decisions
 * @param {Measure} measure
 * @param {"policy" | "action"} of the improved policy, or the action that is taken
 * @returns {number[]}
 */
export function valuesOf(decisions, measure, of) {
  const { root_policy: policy, chosen_action: chosen, count } = decisions;
  const actions = policy.length / count;
  const part = (seed, loss) => {
    let sum = 0;
    for (let action = 0; action < actions; action++) sum += policy[seed * actions + action] && policy[seed * actions + action] * loss(action);
    return sum;
  };
  return Array.from({ length: count }, (_, seed) => {
    const { losses, action, ranges } = measure;
    if (losses) return of === "action" ? losses[chosen[seed]] : part(seed, (each) => losses[each]);
    const width = /** @type {number[]} */ (ranges).length;
    const apart = (values, start, at) => Math.abs(values[start + at] - (action?.[at] ?? 0)) / /** @type {number[]} */ (ranges)[at];
    const distance = (values, start) => /** @type {number[]} */ (ranges).reduce((sum, _, at) => sum + apart(values, start, at), 0) / width;
    return of === "action" ? distance(chosen, seed * width) : part(seed, (each) => distance(decisions.root_atoms, (seed * actions + each) * width));
  });
}

/**
 * Seeds that each planner wins: those at which its value is the smallest. Planners that are level share the seed.
 * @param {number[][]} values of each planner, by seed
 * @returns {{wins: number[], level: number}} `level`: seeds at which all of them are level
 */
export function winsOf(values) {
  const close = LEVEL * Math.max(...values.flat(), 0);
  const wins = values.map(() => 0);
  let level = 0;
  for (let seed = 0; seed < (values[0]?.length ?? 0); seed++) {
    const best = Math.min(...values.map((own) => own[seed]));
    const winners = values.flatMap((own, planner) => (own[seed] <= best + close ? [planner] : []));
    for (const planner of winners) wins[planner] += 1 / winners.length;
    if (winners.length === values.length) level++;
  }
  return { wins, level };
}

/**
 * Decisions of further seeds behind those there are.
 * @param {Decisions | null} first
 * @param {Decisions} further
 * @returns {Decisions}
 */
export function joinDecisions(first, further) {
  if (!first) return further;
  const join = (name) => first[name] && [...first[name], ...further[name]];
  return { count: first.count + further.count, root_policy: join("root_policy"), chosen_action: join("chosen_action"), root_atoms: join("root_atoms") };
}

/** A number of wins: whole, or with one digit where a seed was shared. */
export const winsText = (wins) => `${Math.round(wins * 10) / 10}`;

/**
 * Name of what is measured.
 * @param {Measure} measure
 */
export const measureName = ({ exact, losses }) => (exact ? "regret" : losses ? "loss by the long plan" : "distance from the long plan");

/**
 * The outcome in one sentence.
 * @param {{title: string, values: number[]}[]} planners those whose seeds are planned
 * @param {Measure} measure
 */
export function raceSentence(planners, measure) {
  if (planners.length < 2) return "";
  const { wins, level } = winsOf(planners.map(({ values }) => values));
  const seeds = planners[0].values.length;
  const name = measureName(measure);
  if (level === seeds) return `All of them are level at each of the ${seeds} seeds${planners[0].values.every((value) => value === 0) ? `, with a ${name} of 0` : ""}.`;
  const medians = planners.map(({ values }) => quartiles(values)?.median ?? NaN);
  const close = LEVEL * Math.max(...planners.flatMap(({ values }) => values));
  const best = Math.min(...medians);
  const first = planners.filter((_, index) => medians[index] <= best + close).map(({ title }) => title);
  const most = Math.max(...wins);
  const winners = planners.filter((_, index) => wins[index] > most - 1e-9).map(({ title }) => title);
  const shared = level ? ` At ${level} of them all are level.` : "";
  const smallest = `${list(first)} ${first.length > 1 ? "have" : "has"} the smallest median ${name}, ${number(best < close ? 0 : best)}`;
  const won = `${winners.length > 1 ? "win" : "wins"} the most seeds, ${winsText(most)} of ${seeds}${winners.length > 1 ? " each" : ""}.${shared}`;
  // The long plan's own loss is how far its values are to be trusted.
  const rest = medians.filter((median) => median > best + close);
  const near = rest.length && Math.min(...rest) - best <= (measure.own ?? 0) ? "Too close to rank by this measure. " : "";
  return near + (`${list(first)}` === `${list(winners)}` ? `${smallest}, and ${won}` : `${smallest}; ${list(winners)} ${won}`);
}

/**
 * Why a planner cannot enter with a budget of model steps, as a sentence; empty where it can.
 * @param {{title: string, objection: string, least: number | null, most: number | null}} planner as the server describes it
 * @param {number | null} steps null where the budget is one of time
 */
export function entryObjection({ title, objection, least, most }, steps) {
  if (objection) return `${title} cannot run here: ${objection}.`;
  if (steps === null || least === null || most === null || (steps >= least && steps <= most)) return "";
  return steps < least ? `${title} needs at least ${least} model steps here.` : `${title} takes at most ${most} model steps here.`;
}

/**
 * The measure in a sentence.
 * @param {Measure} measure
 * @param {"policy" | "action"} of
 * @param {{title: string, size: string} | null} reference the long plan
 */
export function measureText(measure, of, reference) {
  const decision = of === "action" ? "the action taken" : "the improved policy";
  if (measure.exact) return `Regret: the optimal Q of the best action, minus that of ${decision}. 0 is best. Exact answers are known here.`;
  const long = `a long plan (${reference?.title} with its usual settings, ${reference?.size}), as no exact answers are known here`;
  // Its action need not be the one of its largest Q-hat.
  const own = measure.own ? ` The long plan itself takes an action that loses ${number(measure.own)}: losses of that size rank nobody.` : "";
  if (measure.losses) return `Loss: the Q-hat of the best action, minus that of ${decision}, both by ${long}. 0 is best.${own}`;
  return `Distance of ${decision} from the action of ${long}, as a share of the range. 0 is the same action.`;
}
