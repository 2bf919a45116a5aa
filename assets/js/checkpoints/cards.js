// Cards of checkpoints as the page of checkpoints shows them: by environment, in the order of training, in words. Pure. Whoever trained a checkpoint
// wrote its card, so what a card may lack is looked for before it is used.

import { scaleOf } from "../lib/scale.js";
import { fixed, number } from "../lib/format.js";

/** [{environment, cards}], environments by name, the cards of each from early to final. */
export function byEnvironment(cards) {
  const groups = new Map();
  for (const card of cards) groups.set(card.environment, [...(groups.get(card.environment) ?? []), card]);
  return [...groups]
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([environment, members]) => ({ environment, cards: members.sort((a, b) => stepsOf(a) - stepsOf(b) || a.name.localeCompare(b.name)) }));
}

// A card that does not say how long it was trained comes last.
const stepsOf = ({ training }) => training.environment_steps ?? Infinity;

/**
 * Returns by planner, the prior alone first: [{who, title, budget, mean, error, episodes}].
 * @param planners those of the backend, which know their titles
 */
export function returnsOf({ returns }, planners) {
  const order = ["prior", ...planners.map(({ name }) => name)];
  const place = (who) => (order.includes(who) ? order.indexOf(who) : order.length);
  return Object.entries(returns)
    .sort(([a], [b]) => place(a) - place(b))
    .map(([who, { mean, standard_error, episodes, settings }]) => ({
      who,
      title: who === "prior" ? "prior alone" : planners.find(({ name }) => name === who)?.title ?? who,
      budget: budgetOf(settings ?? {}),
      mean, error: standard_error, episodes,
    }));
}

/** A planner's budget, as far as its settings tell. */
function budgetOf({ particles, depth, num_simulations: simulations }) {
  if (particles && depth) return { short: `${particles} × ${depth}`, long: `${particles} particles, depth ${depth}` };
  return simulations ? { short: `${simulations}`, long: `${simulations} simulations` } : null;
}

export const STAGES = ["early", "middle", "final"];

/** The stage of a run that a checkpoint is of; the last one's name says nothing of it. */
export const stageOf = ({ name }) => STAGES.find((stage) => name.endsWith(`-${stage}`)) ?? "final";

/** The planner with the highest mean return, and what planning with it adds to the prior alone, also as a share of the environment's axis; null where that is not known. */
function gainOf(rows, { low, high }) {
  const prior = rows.find(({ who }) => who === "prior");
  const planned = rows.filter(({ who, mean }) => who !== "prior" && Number.isFinite(mean));
  if (!prior || !Number.isFinite(prior.mean) || !planned.length) return null;
  const best = planned.reduce((one, other) => (other.mean > one.mean ? other : one));
  return { prior, best, gain: best.mean - prior.mean, share: (best.mean - prior.mean) / (high - low) };
}

/** Ways to sort the cards: name, words, and the number they go by, largest first; none keeps environments together, in the order of training. */
export const SORTS = [
  { name: "environment", text: "environment" },
  { name: "gain", text: "what planning adds", by: ({ gain }) => gain?.share ?? -Infinity },
  { name: "prior", text: "the prior alone", by: ({ rows, scale }) => heightOf(rows.find(({ who }) => who === "prior"), scale) },
  { name: "steps", text: "training steps", by: ({ card }) => stepsOf(card) },
];

const heightOf = (row, { low, high }) => (row && Number.isFinite(row.mean) ? (row.mean - low) / (high - low) : -Infinity);

/**
 * The cards that pass a filter, sorted: [{card, rows, scale, gain}].
 * @param {any[]} cards
 * @param {any[]} planners
 * @param {{environment?: string, stage?: string, sort?: string}} wanted "" for all
 */
export function arranged(cards, planners, { environment = "", stage = "", sort = "environment" } = {}) {
  const all = byEnvironment(cards).flatMap(({ cards: own }) => {
    const scale = returnsScale(own);
    return own.map((card) => {
      const rows = returnsOf(card, planners);
      return { card, rows, scale, gain: gainOf(rows, scale) };
    });
  });
  const passing = all.filter(({ card }) => (!environment || card.environment === environment) && (!stage || stageOf(card) === stage));
  const { by } = SORTS.find(({ name }) => name === sort) ?? SORTS[0];
  return by ? passing.toSorted((a, b) => by(b) - by(a) || 0) : passing;
}

// Labels of more would touch on a narrow page.
const TICKS = 3;

/** The axis that all cards of an environment share, bars included. */
export function returnsScale(cards) {
  const known = cards.flatMap(({ returns }) => Object.values(returns)).filter(({ mean }) => Number.isFinite(mean));
  return scaleOf(known.flatMap(({ mean, standard_error: error }) => [mean - error, mean + error]), TICKS);
}

const MOST_DIGITS = 3;

/** "161.8 ± 2.6": the error with two digits, the mean as fine; what is smaller than that counts as 0. */
export function measured(mean, error) {
  if (!Number.isFinite(mean)) return "none";
  if (!Number.isFinite(error)) return number(mean, 4);
  if (error < 0.5 * 10 ** -MOST_DIGITS) return `${number(mean, 4)} ± 0`;
  const digits = Math.min(Math.max(1 - Math.floor(Math.log10(error)), 0), MOST_DIGITS);
  return `${fixed(mean, digits)} ± ${fixed(error, digits)}`;
}

/** Facts about the training and the file of a card: [[term, text, title?]]. */
export function factsOf({ training, licence, sha256 }) {
  return [
    ["environment steps", whole(training.environment_steps)],
    ["wall time", duration(training.wall_seconds)],
    ["device", training.device ?? "not said"],
    ["licence", licence],
    ["sha256", `${sha256.slice(0, 12)}…`, sha256],
  ];
}

export const whole = (value) => (Number.isFinite(value) ? value.toLocaleString("en") : "not said");

/** "24 s", "12 min", "3 h 20 min". */
export function duration(seconds) {
  if (!Number.isFinite(seconds)) return "not said";
  if (seconds < 100) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 100) return `${minutes} min`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
