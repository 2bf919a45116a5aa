// Two particles of one plan: where their lineages part, and what each earned since. The first is the one that was kept, the second the one that is
// shown. Pure.

import { fixed, list, number, signed } from "../lib/format.js";

// Nats that two lineages may differ by and still have gained the same.
const ALIKE = 5e-3;

/**
 * @typedef {object} Pair
 * @property {number} common number of steps that both lineages share
 * @property {"same" | "first" | "second" | "apart"} kind whether the first is an ancestor of the second, or the other way round
 * @property {number | null} level of the first step that they do not share
 * @property {number} until last level up to which both are compared
 * @property {number[]} difference of what they gained since they parted, by part: first less second
 * @property {number} total of the difference
 */

/**
 * @param {{level: number, slot: number, parts?: number[]}[]} first steps
 * @param {{level: number, slot: number, parts?: number[]}[]} second
 * @returns {Pair}
 */
export function pairOf(first, second) {
  let common = 0;
  while (common < Math.min(first.length, second.length) && first[common].level === second[common].level && first[common].slot === second[common].slot) common++;
  const ends = [first, second].map((steps) => steps.at(-1)?.level ?? -1);
  const until = Math.min(...ends);
  const kind = common === first.length ? (common === second.length ? "same" : "first") : common === second.length ? "second" : "apart";
  const gained = [first, second].map((steps) => gains(steps.slice(common).filter(({ level }) => kind !== "apart" || level <= until)));
  const difference = gained[0].map((part, index) => part - gained[1][index]);
  const next = [first[common]?.level, second[common]?.level].filter((level) => level !== undefined);
  return { common, kind, level: next.length ? Math.min(...next) : null, until, difference, total: difference.reduce((sum, part) => sum + part, 0) };
}

const gains = (steps) => steps.reduce((sum, { parts = [0, 0, 0] }) => sum.map((part, index) => part + parts[index]), [0, 0, 0]);

/**
 * The gain of a lineage since the root, step by step, whatever was resampled on the way.
 * @param {{level: number, change: number}[]} steps
 * @returns {[level: number, gained: number][]}
 */
export function gainedBy(steps) {
  let sum = 0;
  return [[-1, 0], ...steps.map(({ level, change }) => /** @type {[number, number]} */ ([level, (sum += change)]))];
}

/**
 * The comparison in a sentence or two.
 * @param {any} frame
 * @param {any[]} first
 * @param {any[]} second
 * @param {Pair} pair
 */
export function pairSentence(frame, first, second, pair) {
  const { common, kind, level, until } = pair;
  if (kind === "same") return "Both are one particle.";
  const begins = frame.restarts && common === 0 && first[0]?.level !== second[0]?.level ? "They are of different rounds." : null;
  const parting = begins ?? (kind === "apart"
    ? `They part at level ${level}${turns(first[common], second[common])}.`
    : kind === "first" ? "The second descends from the first." : "The first descends from the second.");
  if (frame.tree) return `${parting} ${treeText(first.at(-1), second.at(-1))}`;
  const early = [first, second].findIndex((steps) => (steps.at(-1)?.level ?? -1) === until && kind === "apart");
  const ends = (first.at(-1)?.level ?? -1) !== (second.at(-1)?.level ?? -1);
  const span = kind === "apart" && ends ? `Up to level ${until}, where the ${["first", "second"][early]} ends` : "";
  return `${parting} ${gainText(frame, pair, span)}`;
}

const turns = (first, second) => (first.action === second.action ? `, with the same action, ${first.action}` : `: the first takes ${first.action}, the second ${second.action}`);

function gainText({ weightParts }, { kind, difference, total }, span) {
  if (Math.abs(total) < ALIKE) return kind === "apart" ? `${span ? `${span},` : "Since then"} both gained the same.` : "From there it gained nothing.";
  const sign = Math.sign(total);
  const better = sign > 0 ? "first" : "second";
  const size = fixed(Math.abs(total), 2);
  const opening = kind !== "apart"
    ? `From there it ${(kind === "first") === (sign < 0) ? "gained" : "lost"} ${size}`
    : span ? `${span}, the ${better} gained ${size} more` : `The ${better} gained ${size} more since`;
  return `${opening}, ${shareText(weightParts, difference.map((part) => part * sign), Math.abs(total))}.`;
}

/** By which part; `parts` are positive where they add to the total. */
function shareText(names, parts, total) {
  const largest = parts.indexOf(Math.max(...parts));
  const by = names[largest] === "reward" || names[largest] === "value difference" ? `the ${names[largest]}` : names[largest];
  if (parts[largest] <= total * 1.005) return parts[largest] >= total * 0.995 ? `all of it by ${by}` : `${fixed(parts[largest], 2)} of it by ${by}`;
  const back = names.filter((_, index) => index !== largest && parts[index] < -ALIKE);
  return `${fixed(parts[largest], 2)} by ${by}, of which ${list(back)} took ${fixed(parts[largest] - total, 2)} back`;
}

function treeText(first, second) {
  const of = ({ q, visits }) => `Q ${number(q, 4)} and ${visits} ${visits === 1 ? "visit" : "visits"}`;
  return `The first has ${of(first)}, the second ${of(second)}.`;
}

/** The parts of the difference as texts. @param {number[]} values */
export const partTexts = (values) => values.map((value) => signed(value, 2));
