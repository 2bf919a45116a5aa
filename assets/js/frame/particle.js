// One lineage as numbers: its steps with the three parts of each weight increment, and what the state of each step offered, action by action.
// `lineage/…` are the arrays of the particle that is shown, `other/…` those of the one that it is compared with. Pure.

import { isKilled } from "./fate.js";
import { number, percent, count } from "../lib/format.js";

/**
 * @typedef {object} Step
 * @property {number} level
 * @property {number} slot
 * @property {string} action
 * @property {number} taken index of the action among the actions, or among the candidate actions of its state; -1 where that is not kept
 * @property {number} prior
 * @property {number} proposal
 * @property {number[]} parts of the log-weight increment (E5): prior − proposal; reward; value difference
 * @property {number} change of the log-weight: the sum of the parts
 * @property {number} running log-weight after the step, before any resampling
 * @property {boolean} fresh true where the log-weight began at 0 before this step
 * @property {number} reward
 * @property {number} value V(s)
 * @property {number} nextValue V(s'), 0 where the step ended the episode
 * @property {number} kl KL(proposal ‖ prior), nats; NaN where that is not kept
 * @property {number} bound of the trust region, nats; NaN likewise
 * @property {boolean} terminal
 * @property {boolean} revived
 * @property {number} from level of the step before it on the line; -1 for the root
 * @property {number} offspring
 */

/** The parts of a step's log-weight increment. */
function increment(frame, at) {
  const { reward_temperature: tau, discount, advantage } = frame.settings;
  const before = advantage === false ? 0 : at("value");
  return [at("log_prior") - at("log_proposal"), at("reward") / tau, (discount * at("continuation") * at("next_value") - before) / tau];
}

/**
 * The steps of a particle from the root on.
 * @param {any} frame
 * @param {"lineage" | "other"} [name]
 * @returns {Step[]}
 */
export function particleSteps(frame, name = "lineage") {
  let [from, sum] = [-1, 0];
  return Array.from(frame[`${name}/level`], (level, step) => {
    const at = (of) => frame[`${name}/${of}`]?.[step];
    const parts = increment(frame, at);
    const change = parts.reduce((total, part) => total + part, 0);
    // Weights begin again wherever a level between the two steps was resampled.
    const fresh = step === 0 || resampledBetween(frame, from, level);
    sum = at("log_weight") ?? (fresh ? 0 : sum) + change;
    const made = {
      level, slot: at("slot"), action: frame.lineageAction(step, name), taken: takenAt(frame, at), prior: Math.exp(at("log_prior")), proposal: Math.exp(at("log_proposal")),
      parts, change, running: sum, fresh, reward: at("reward"), value: at("value"), nextValue: at("next_value"), kl: at("kl") ?? NaN, bound: at("kl_bound") ?? NaN,
      terminal: !!at("terminal"), revived: !!at("revived"), from, offspring: at("offspring"),
    };
    from = level;
    return made;
  });
}

const takenAt = ({ continuous }, at) => (continuous ? at("atom") ?? -1 : at("action"));

function resampledBetween({ resampled }, from, level) {
  for (let at = Math.max(from, 0); at < level; at++) if (resampled?.[at]) return true;
  return from < 0;
}

/**
 * The steps of a tree that lead to a node.
 * @param {any} frame
 * @param {"lineage" | "other"} [name]
 */
export function treeSteps(frame, name = "lineage") {
  let from = -1;
  return Array.from(frame[`${name}/level`], (level, step) => {
    const at = (of) => frame[`${name}/${of}`]?.[step];
    const made = {
      level, slot: at("slot"), action: frame.lineageAction(step, name), taken: takenAt(frame, at), prior: at("prior"), visits: at("visits"), q: at("q_value"), reward: at("reward"),
      terminal: !!at("terminal"), revived: false, from,
    };
    from = level;
    return made;
  });
}

/** The steps of a lineage, whichever kind of plan it is of. */
export const stepsOf = (frame, name = "lineage") => (frame.tree ? treeSteps(frame, /** @type {any} */ (name)) : particleSteps(frame, /** @type {any} */ (name)));

/** Facts of a particle, in a line. */
export function particleFacts(frame, steps) {
  const reward = number(steps.reduce((sum, step) => sum + step.reward, 0));
  // Killed where it waits, it has no weight; its last step, before that, had one.
  const running = isKilled(frame, steps) ? -Infinity : steps.at(-1)?.running;
  return [`weight ${percent(frame.particle_weight)}`, `reward ${reward}`, ...(steps.length ? [`log-weight ${number(running)}`] : [])];
}

/** Facts of a node of a tree. */
export function treeFacts({ simulations }, steps) {
  const last = steps.at(-1);
  const reward = number(steps.reduce((sum, step) => sum + step.reward, 0));
  const facts = [`${last.visits} of ${count(simulations, "simulation")}`, `Q ${number(last.q, 4)}`, `reward ${reward}`];
  return [...facts, count(steps.length, "step"), ...(last.terminal ? ["ends here"] : [])];
}

/**
 * The choice at the state of one step, action by action; NaN where it is not known.
 * @typedef {object} Offer
 * @property {number[]} priors
 * @property {number[]} proposals of a tree the shares of the visits
 * @property {number[]} q
 * @property {number[] | null} places of continuous actions, 0 to 1 within their bounds
 * @property {number} taken index of the action taken; -1 where that is not known
 */

/**
 * The choice at the state of each step.
 * @param {any} frame
 * @param {any[]} steps
 * @param {"lineage" | "other"} [name]
 * @returns {{offers: Offer[], complete: boolean}} `complete` where that is known of every action
 */
export function offersOf(frame, steps, name = "lineage") {
  const known = frame[`${name}/priors`];
  if (!known) return { offers: steps.map((step, index) => offerOfTaken(frame, step, index, name)), complete: false };
  const width = known.length / Math.max(steps.length, 1);
  const row = (of, step) => Array.from(frame[`${name}/${of}`].subarray(step * width, (step + 1) * width));
  const offers = steps.map((step, index) => ({
    priors: row("priors", index), proposals: row(frame.tree ? "shares" : "proposals", index), q: row("q_values", index), taken: step.taken,
    places: frame.continuous ? Array.from({ length: width }, (_, atom) => placeOf(frame, frame[`${name}/atoms`][(index * width + atom) * frame.dimensions.length])) : null,
  }));
  return { offers, complete: true };
}

/** The place of a continuous action's first dimension within its bounds. */
export const placeOf = ({ bounds }, value) => (value - bounds[0][0]) / (bounds[0][1] - bounds[0][0]);

/**
 * As much as the numbers of the action taken say: they are all that a plan keeps of most states. Of two actions the other has the rest; at the root all
 * are known.
 */
function offerOfTaken(frame, step, index, name) {
  const proposal = step.proposal ?? NaN;
  if (frame.continuous) {
    const place = placeOf(frame, frame[`${name}/action`][index * frame.dimensions.length]);
    return { priors: [step.prior], proposals: [proposal], q: [step.q ?? NaN], places: [place], taken: 0 };
  }
  const only = (value, other) => Array.from({ length: frame.actions.length }, (_, action) => (action === step.taken ? value : other));
  const q = only(step.q ?? NaN, NaN);
  if (step.level === 0 && !frame.tree) return { priors: Array.from(frame.root_prior), proposals: Array.from(frame.root_proposal), q, places: null, taken: step.taken };
  const rest = (value) => only(value, frame.actions.length === 2 ? 1 - value : NaN);
  return { priors: rest(step.prior), proposals: rest(proposal), q, places: null, taken: step.taken };
}

/**
 * The actions that have a column: all of few; of many those that the proposal gives most anywhere on the line and those taken, and one for all others.
 * @param {Offer[]} offers
 * @param {number} most
 * @returns {{shown: number[], others: number}}
 */
export function columnsOf(offers, most) {
  const size = offers[0]?.priors.length ?? 0;
  if (size <= most) return { shown: Array.from({ length: size }, (_, action) => action), others: 0 };
  const largest = Array.from({ length: size }, (_, action) => Math.max(...offers.map(({ proposals }) => proposals[action] || 0)));
  const taken = new Set(offers.map((offer) => offer.taken));
  const order = Array.from(largest.keys()).sort((a, b) => Number(taken.has(b)) - Number(taken.has(a)) || largest[b] - largest[a] || a - b);
  const shown = order.slice(0, most - 1).sort((a, b) => a - b);
  return { shown, others: size - shown.length };
}

/**
 * Values of the columns: of each action that has one, and of all others together.
 * @param {number[]} values
 * @param {{shown: number[], others: number}} columns
 */
export function inColumns(values, { shown, others }) {
  const own = shown.map((action) => values[action]);
  if (!others) return own;
  const rest = values.filter((value, action) => !shown.includes(action) && Number.isFinite(value));
  return [...own, rest.length ? rest.reduce((sum, value) => sum + value, 0) : NaN];
}
