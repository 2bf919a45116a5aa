// Reasons of a decision, as sentences with numbers, each with the place in the pictures that it is about. Pure functions of a frame and of what the
// server found out about it.

import { klPolicyPrior } from "./decision_numbers.js";
import { halvingReason, OVER } from "./narration.js";
import { placeOf } from "./sweep.js";
import { asTried, capital, list, nats, number, partOf, percent, share, signed, significant } from "../lib/format.js";

/**
 * The place of a reason: a particle, a root action, a level, the many seeds, the sweep of a setting, or a knob.
 * @typedef {{particle?: {level: number, slot: number}, action?: number, level?: number, seeds?: boolean, sweep?: string, knob?: string}} Place
 */

/** @typedef {{id: string, text: string, place: Place | null, mark?: number}} Reason a sentence; `mark` is the root action it is about */

/**
 * The parts of a root action's weight, as the server describes them (docs/api.md, Reasons).
 * @typedef {{action: number, log_prior: number, sampling: number, reward: number, value: number, changed: number, spread: number, levels: number[],
 *   lineages: number, level: number, slot: number, share: number}} Carried
 */

// Parts that are smaller than this share of the largest are not worth a word.
const MINOR = 0.04;
/** Largest share of each range by which continuous actions of two seeds may differ and still be called the same. */
const SAME_ACTION = 0.05;
// Upper bounds of a KL in nats, and of a share of seeds.
const MOVED = /** @type {[number, string][]} */ ([
  [0.003, "That hardly moved the policy"], [0.05, "That moved the policy a little"], [0.3, "That moved the policy clearly"], [Infinity, "That moved the policy far"],
]);
const SURE = /** @type {[number, string][]} */ ([[0.5, "Mostly luck"], [0.8, "Not sure"], [0.95, "Fairly sure"], [Infinity, "Sure"]]);

// Probabilities that differ by less are equal, as those of sampled candidates are.
const LEVEL = 1e-6;

const wordOf = (table, value) => /** @type {[number, string]} */ (table.find(([bound]) => value < bound) ?? table.at(-1))[1];

/** The most probable action of the improved policy beside the chosen one; -1 where no other has any probability. */
export function rivalOf({ root_policy: policy, chosen }) {
  let best = -1;
  policy.forEach((part, action) => {
    if (action !== chosen && part > 0 && (best < 0 || part > policy[best])) best = action;
  });
  return best;
}

/**
 * The plan against the prior.
 * @param {any} frame
 * @param {boolean} [short] without the reason for an action that is not the improved policy's
 * @returns {Reason}
 */
export function priorReason(frame, short = false) {
  if (frame.over) return { id: "prior", text: OVER, place: null };
  const { actions, chosen, preferred, settings, traits } = frame;
  const drawn = settings.act === "sample" ? "Drawn from the improved policy. " : "";
  const kl = klPolicyPrior(frame);
  const change = changeOfMind(frame, kl);
  const halving = !short && traits.halving && preferred !== chosen ? ` ${halvingReason(actions[preferred], settings)}` : "";
  return { id: "prior", text: `${drawn}${change} ${wordOf(MOVED, kl)}: KL ${nats(kl)} nats.${halving}`, place: { action: chosen }, mark: chosen };
}

function changeOfMind({ actions, chosen, preferred, root_prior: prior, root_policy: policy, settings, traits }, kl) {
  const [before, after] = apart(prior[chosen], partOf(policy, chosen));
  const first = prior.indexOf(Math.max(...prior));
  const level = (action) => prior[first] - prior[action] < LEVEL;
  const name = actions[chosen];
  // The improved policy may prefer another action than the one that is taken.
  const by = preferred === chosen ? "" : traits.halving ? `${settings.gumbel_scale ? "Gumbel noise" : "Halving"} took` : "Taken was";
  const taken = traits.halving && by ? ` ${by} it.` : "";
  if (actions.every((_, action) => level(action))) return `The prior gave ${before} to each of ${actions.length} actions; the plan gives ${after} to ${name}.${taken}`;
  if (level(chosen)) return `The prior preferred ${name} already, with ${before}; the plan gives it ${after}.${taken}`;
  const preference = `The prior preferred ${actions[first]} (${percent(prior[first])})`;
  const moved = before === after ? `stays at ${after}` : `went from ${before} to ${after}`;
  if (!by) return `${preference}. The plan ${kl < MOVED[0][0] ? "only just prefers another action" : "overruled it"}: ${name} ${moved}.`;
  return `${preference}${preferred === first ? ", and so does the plan" : `, the plan prefers ${actions[preferred]}`}. ${by} ${name}, which ${moved}.`;
}

/** Two shares of one action as percentages: alike only where they are, to a hundredth of a percent. @param {number} before @param {number} after */
function apart(before, after) {
  for (let decimals = 1; percent(before) === percent(after) && decimals <= 2; decimals++) {
    const [was, is] = [before, after].map((value) => share(value, decimals));
    if (was !== is) return [was, is];
  }
  return [percent(before), percent(after)];
}

/**
 * The exact answer, where there is one.
 * @param {any} frame
 * @param {{loss: number | null, rejected: boolean | null}} why
 * @returns {Reason[]}
 */
export function exactReasons(frame, { loss, rejected }) {
  if (!frame.truth || loss === null) return [];
  const { actions, chosen, truth: { optimalQ } } = frame;
  const best = optimalQ.indexOf(Math.max(...optimalQ));
  const text = rejected
    ? `The exact answer takes ${actions[best]}: by it ${actions[chosen]} loses a return of ${number(loss)}.`
    : `The exact answer agrees: no action has a larger optimal Q than ${actions[chosen]}.`;
  const action = rejected ? best : chosen;
  return [{ id: "exact", text, place: { action }, mark: action }];
}

/**
 * Parts of the weight that put the chosen action ahead of its rival, the level where, and the lineages that carried it.
 * @param {any} frame
 * @param {Carried[]} carried
 * @returns {Reason[]}
 */
export function weightReasons(frame, carried) {
  const { actions, chosen, settings } = frame;
  const own = carried.find(({ action }) => action === chosen);
  if (!own) return [];
  const [rival] = carried.filter(({ action }) => action !== chosen).sort((a, b) => frame.root_policy[b.action] - frame.root_policy[a.action]);
  const alone = { id: "parts", text: `No other action than ${actions[chosen]} kept any weight.`, place: { action: chosen } };
  const first = rival ? partsReason(frame, own, rival) : alone;
  if (rival && diedOut(frame, rival.action)) first.text += ` No particle of ${actions[rival.action]} is left at the last level: where its lineages were dropped, values stand for the rewards that would have followed.`;
  if (settings.policy_target !== "message") first.text += ` That is by messages; the policy target here is ${settings.policy_target}.`;
  else if (settings.temperature_rule === "target_kl") first.text += " That is at the reward temperature; the improved policy here is read off at a target KL.";
  return [first, ...(rival ? levelReasons(frame, own, rival) : []), lineageReason(frame, own)];
}

/** True where no particle of the last level descends from an action. */
const diedOut = ({ root_counts: counts, levels, actions }, action) => counts?.[(levels - 1) * actions.length + action] === 0;

function lineageReason({ actions, chosen }, { lineages, level, slot, share: part }) {
  const many = Math.round(lineages);
  const most = `slot ${slot} at level ${level}`;
  const text = many <= 1
    ? `One lineage carries ${actions[chosen]}; it ends in ${most}.`
    : `About ${many} lineages carry ${actions[chosen]}; the one with most of it, ${share(part)}, ends in ${most}.`;
  return { id: "lineages", text, place: { particle: { level, slot } }, mark: chosen };
}

/** The fewer lineages carry an action, the less its spread counts (docs/method.md, Reasons of a decision). @param {number} gain */
const spreadWord = (gain) => (gain < 0 ? "fewer lineages carry it" : "more lineages carry it");

const PARTS = /** @type {[keyof Carried, string | ((gain: number) => string)][]} */ ([
  ["reward", "rewards"], ["value", "values"], ["sampling", "prior − proposal"], ["log_prior", "the prior itself"], ["spread", spreadWord],
  ["changed", "interventions"],
]);

function partsReason({ actions, chosen, root_policy }, own, rival) {
  const parts = PARTS.map(([name, word]) => {
    const gain = own[name] - rival[name];
    return { word: typeof word === "string" ? word : word(gain), gain };
  });
  const lead = parts.reduce((sum, { gain }) => sum + gain, 0);
  const least = MINOR * Math.max(...parts.map(({ gain }) => Math.abs(gain)), 0.01);
  const said = parts.filter(({ gain }) => Math.abs(gain) >= least).sort((a, b) => b.gain - a.gain);
  const words = (some) => list(some.map(({ word, gain }) => `${word} ${signed(gain, 2)}`));
  const [gains, losses] = [said.filter(({ gain }) => gain > 0), said.filter(({ gain }) => gain < 0)];
  const other = `${actions[rival.action]} (${percent(root_policy[rival.action])})`;
  const rest = lead - said.reduce((sum, { gain }) => sum + gain, 0);
  const head = `${capital(actions[chosen])} ${lead >= 0 ? "leads" : "trails"} ${other} by ${number(Math.abs(lead), 2)} nats`;
  const because = gains.length ? `: ${gains.length > 1 ? "mostly " : ""}${words(gains)}` : "";
  const against = losses.length ? `${gains.length ? "; against it " : ": "}${words(losses.reverse())}` : "";
  const smaller = Math.abs(rest) >= 0.1 ? `; the rest ${signed(rest, 2)}` : "";
  return { id: "parts", text: `${head}${because}${against}${smaller}.`, place: { action: rival.action }, mark: rival.action };
}

/** The level at which most of the lead was made. */
function levelReasons({ actions }, own, rival) {
  const gains = own.levels.map((each, level) => each - rival.levels[level]);
  const most = Math.max(...gains);
  if (gains.length < 2 || !(most > 0.005)) return [];
  const level = gains.indexOf(most);
  const later = gains.reduce((sum, gain) => sum + gain, 0) - most;
  const lost = -later > most ? `${number(-later, 2)} back, which is more` : `${number(-later, 2)} of it back`;
  const rest = Math.abs(later) < 0.005 ? "" : later < 0 ? `; the other levels took ${lost}` : `; the other levels added ${number(later, 2)}`;
  return [{ id: "level", text: `It gained most at level ${level}: ${signed(most, 2)} nats on ${actions[rival.action]}${rest}.`, place: { level } }];
}

/** Visits and values of a search tree. @returns {Reason[]} */
export function treeReasons(frame) {
  const { actions, chosen, root_visits: visits, root_q: q, simulations } = frame;
  const rival = visits.reduce((best, count, action) => (action !== chosen && (best < 0 || count > visits[best]) ? action : best), -1);
  const reasons = [];
  if (rival >= 0) {
    const own = `${visits[chosen]} of ${simulations} simulations began with ${actions[chosen]}, with a mean return of ${number(q[chosen], 4)}`;
    const text = `${own}; ${visits[rival]} with ${actions[rival]}, ${number(q[rival], 4)}.`;
    reasons.push({ id: "parts", text, place: { action: rival }, mark: rival });
  }
  const line = mostVisitedLine(frame, chosen);
  const end = line.at(-1);
  if (end !== undefined) {
    const middle = line.length >> 1;
    const text = `Its most visited line is ${line.length} steps deep; ${frame.survivors[line[middle]]} simulations go through its step at level ${middle}.`;
    reasons.push({ id: "lineages", text, place: { particle: frame.particleAt(end) }, mark: chosen });
  }
  return reasons;
}

/** Nodes from the root step of an action on, the most visited child after the other. */
export function mostVisitedLine({ size, parent, root, level, survivors }, action) {
  const line = [];
  for (let above = -1; ;) {
    let best = -1;
    for (let node = above + 1; node < size; node++) {
      if (parent[node] === above && (above >= 0 || root[node] === action) && (best < 0 || survivors[node] > survivors[best])) best = node;
      if (above >= 0 && level[node] > level[above] + 1) break;
    }
    if (best < 0) return line;
    line.push(best);
    above = best;
  }
}

/** Two numbers with as many digits, three at least, as give their difference to a fiftieth. @param {number} a @param {number} b */
function subtractable(a, b) {
  let digits = 3;
  const error = () => Math.abs(significant(a, digits) - significant(b, digits) - (a - b));
  while (digits < 7 && error() > Math.abs(a - b) / 50) digits++;
  return [number(a, digits), number(b, digits)];
}

/** Estimates and prior of planners that restart their particles, whose weights are comparable only among particles of one action. @returns {Reason[]} */
export function halvingReasons(frame) {
  const { actions, chosen, root_q: q, root_prior: prior, settings: { reward_temperature: tau } } = frame;
  const rival = rivalOf(frame);
  if (rival < 0 || !Number.isFinite(q[chosen]) || !Number.isFinite(q[rival])) return [];
  const [by, before] = [(q[chosen] - q[rival]) / tau, Math.log(prior[chosen] / prior[rival])];
  const [ours, its] = subtractable(q[chosen], q[rival]);
  const values = `Q-hat of ${actions[chosen]} is ${ours}, of ${actions[rival]} ${its}`;
  const text = `${values}: ${signed(by, 2)} nats at this reward temperature; the prior gives ${signed(before, 2)}.`;
  return [{ id: "parts", text, place: { action: rival }, mark: rival }, ...heaviestReasons(frame)];
}

/** The heaviest of the last particles that descend from the chosen action. */
function heaviestReasons({ chosen, level_start: start, levels, slot, root, alive, weight }) {
  let best = -1;
  for (let node = start[levels - 1]; node < start[levels]; node++) {
    if (root[node] === chosen && alive[node] && (best < 0 || weight[node] > weight[best])) best = node;
  }
  if (best < 0) return [];
  const text = `Of its particles at the last level that in slot ${slot[best]} weighs most.`;
  return [{ id: "lineages", text, place: { particle: { level: levels - 1, slot: slot[best] } }, mark: chosen }];
}

/**
 * All reasons that are known without planning.
 * @param {any} frame
 * @param {{actions: Carried[] | null, loss: number | null, rejected: boolean | null} | null} why null where the server has not answered
 * @returns {Reason[]}
 */
export function reasonsOf(frame, why) {
  const first = priorReason(frame);
  if (frame.over || !why) return [first];
  const own = frame.tree ? treeReasons(frame) : why.actions ? weightReasons(frame, why.actions) : halvingReasons(frame);
  return [first, ...own, ...exactReasons(frame, why)];
}

/**
 * The seeds that choose the same action.
 * @param {any} frame
 * @param {{chosen_action: ArrayLike<number>, count: number}} seeds decisions of the same plan with other random numbers
 * @returns {Reason}
 */
export function sureReason(frame, { chosen_action: taken, count }) {
  const same = seedsTaking(frame, { chosen_action: taken, count });
  const others = frame.continuous ? "" : othersText(frame, taken, count, same);
  // Interventions belong to the random numbers of one plan: many seeds say nothing of how sure the changed one is.
  const word = frame.interventions?.length ? "Without the interventions" : wordOf(SURE, same / count);
  return { id: "seeds", text: `${word}: ${same} of ${count} seeds take ${sameAction(frame)}${others}.`, place: { seeds: true }, mark: frame.chosen };
}

/**
 * Number of seeds that take the action that the plan takes.
 * @param {any} frame
 * @param {{chosen_action: ArrayLike<number>, count: number}} seeds
 */
export function seedsTaking({ chosen, chosen_action: own, continuous, dimensions, bounds }, { chosen_action: taken, count }) {
  const width = continuous ? dimensions.length : 1;
  const values = continuous ? Array.from(own) : [chosen];
  const near = continuous ? bounds.map(([low, high]) => SAME_ACTION * (high - low)) : [0];
  const takesIt = (seed) => values.every((value, at) => Math.abs(taken[seed * width + at] - value) <= near[at] + 1e-9);
  return Array.from({ length: count }, (_, seed) => takesIt(seed)).filter(Boolean).length;
}

const sameAction = ({ actions, chosen, continuous }) => (continuous ? `an action within ${share(SAME_ACTION)} of the range of ${actions[chosen]}` : actions[chosen]);

function othersText({ actions, chosen }, taken, count, same) {
  if (same === count) return "";
  const votes = actions.map((name, action) => ({ name, votes: Array.from(taken).filter((each) => each === action).length, action }));
  const others = votes.filter(({ action, votes: own }) => action !== chosen && own).sort((a, b) => b.votes - a.votes);
  return others.length ? `, ${list(others.slice(0, 2).map(({ name, votes: own }) => `${own} ${name}`))}` : "";
}

/**
 * The value of a setting nearest to the one in force at which another action is taken, and the last one before it at which it is not; null where
 * there is none.
 * @param {{value: number, chosen: number}[]} rows in rising order of their values
 * @param {number} now
 * @param {number} chosen
 * @param {{minimum: number, maximum: number, scale: string}} knob
 */
export function nearestChange(rows, now, chosen, knob) {
  const { place } = placeOf(knob);
  const distance = ({ value }) => Math.abs(place(value) - place(now));
  const changed = rows.filter((row) => row.chosen !== chosen);
  if (!changed.length) return null;
  const nearest = changed.reduce((best, each) => (distance(each) < distance(best) ? each : best));
  const up = nearest.value > now;
  const [low, high] = up ? [now, nearest.value] : [nearest.value, now];
  const between = rows.filter(({ value, chosen: own }) => own === chosen && value > low && value < high);
  const before = between.reduce((last, each) => (distance(each) > distance(last) ? each : last), { value: now, chosen });
  return { value: nearest.value, action: nearest.chosen, before: before.value, distance: distance(nearest) };
}

/** Values between two, for a closer look; neither of them. */
export function valuesBetween(from, to, knob, count) {
  const { place, value } = placeOf(knob);
  const [low, high] = [place(from), place(to)].sort((a, b) => a - b);
  return Array.from({ length: count }, (_, index) => significant(value(low + ((index + 1) / (count + 1)) * (high - low)), 6));
}

/**
 * @typedef {object} Change
 * @property {string} name of a setting
 * @property {string} label
 * @property {number} now the value in force
 * @property {{value: number, action: number, distance: number} | null} change the smallest one that changes the action; null where none does
 * @property {number} [tried] values of the setting that were planned with
 * @property {number[]} [sizes] those that were tried, of a size of the plan: it has other random numbers, too
 * @property {{same: number, count: number}} [votes] seeds that take the same action as before even with this change, of so many
 */

/**
 * Changes that would have changed the action: the smallest one first, then those of other settings.
 * @param {any} frame
 * @param {Change[]} changes
 * @returns {Reason[]}
 */
export function changeReasons(frame, changes) {
  const { actions, chosen } = frame;
  const found = changes.filter((each) => each.change).sort((a, b) => /** @type {any} */ (a.change).distance - /** @type {any} */ (b.change).distance);
  const tried = (/** @type {Change} */ { label, sizes }) => (sizes ? `${label} from ${Math.min(...sizes)} to ${Math.max(...sizes)}` : label);
  const none = changes.filter(({ change }) => !change).map(tried);
  const reasons = found.map(({ name, label, now, change, sizes, votes, tried: values }, index) => {
    const { value, action } = /** @type {NonNullable<Change["change"]>} */ (change);
    // Of a sweep: with fewer digits the value may not change the action.
    const step = `${label} from ${number(now)} to ${asTried(value)}`;
    const first = `The smallest change that makes it take another action: ${step}, then ${actions[action]}`;
    const text = `${index ? `So would ${step}: ${actions[action]}` : first}${sizes ? ", with other random numbers" : votes ? ` with this seed${values ? `, of ${values} values tried` : ""}; ${votesText(frame, votes)}` : ""}.`;
    return { id: `change ${name}`, text, place: sizes ? { knob: name } : { sweep: name }, mark: action };
  });
  if (!none.length) return reasons;
  return [...reasons, { id: "no change", text: `It takes ${actions[chosen]} with all values tried of ${list(none)}, one setting at a time.`, place: null }];
}

function votesText(frame, { same, count }) {
  const what = sameAction(frame);
  return same === 0 ? `none of ${count} seeds takes ${what} then` : same === count ? `all of ${count} seeds still take ${what}` : `${same} of ${count} seeds still take ${what}`;
}
