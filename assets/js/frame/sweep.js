// A sweep of one live setting over its range, as data: which values are planned, where the action changes, and the sentence about it. Pure functions.

import { asTried, share, significant } from "../lib/format.js";

/** Values of a sweep: odd, so that the middle of the range is one of them. */
export const VALUES = 33;
// Ends of a logarithmic range come back as they were.
const DIGITS = 6;

/**
 * Evenly spaced values over the range of a knob, on its own scale.
 * @param {{minimum: number, maximum: number, scale: string}} knob
 */
export function sweepValues({ minimum, maximum, scale }, count = VALUES) {
  const at = placeOf({ minimum, maximum, scale });
  return Array.from({ length: count }, (_, index) => significant(at.value(index / (count - 1)), DIGITS));
}

/**
 * A knob's scale: the place of a value, 0 to 1, and the value at a place.
 * @param {{minimum: number, maximum: number, scale: string}} knob
 */
export function placeOf({ minimum, maximum, scale }) {
  const log = scale === "log" && minimum > 0;
  const [low, high] = log ? [Math.log(minimum), Math.log(maximum)] : [minimum, maximum];
  return {
    place: (value) => Math.min(Math.max(((log ? Math.log(Math.max(value, minimum)) : value) - low) / (high - low), 0), 1),
    value: (place) => (log ? Math.exp(low + place * (high - low)) : low + place * (high - low)),
  };
}

/**
 * Values at which another action is taken than at the value before.
 * @param {{value: number, chosen: number}[]} rows in rising order of their values
 * @returns {{value: number, from: number, to: number}[]}
 */
export function turns(rows) {
  return rows.slice(1).flatMap(({ value, chosen }, index) => (rows[index].chosen === chosen ? [] : [{ value, from: rows[index].chosen, to: chosen }]));
}

/**
 * The turn that is nearest to the value in force, on the knob's scale; null where there is none.
 * @param {ReturnType<typeof turns>} all
 * @param {number} now
 * @param {{minimum: number, maximum: number, scale: string}} knob
 */
export function nearestTurn(all, now, knob) {
  const { place } = placeOf(knob);
  const distance = ({ value }) => Math.abs(place(value) - place(now));
  return all.length ? all.reduce((best, each) => (distance(each) < distance(best) ? each : best)) : null;
}

// From so many changes over a range on, little decides between the actions.
const OFTEN = 4;

/**
 * The answer of a sweep in one sentence.
 * @param {object} sweep
 * @param {any[]} sweep.rows
 * @param {string} sweep.label of the setting
 * @param {number} sweep.now the value in force
 * @param {string[]} sweep.actions names of the root actions
 * @param {{minimum: number, maximum: number, scale: string}} sweep.knob
 */
export function sweepSentence({ rows, label, now, actions, knob }) {
  const name = (action) => actions[action] ?? `action ${action + 1}`;
  const turn = nearestTurn(turns(rows), now, knob);
  const shares = rows.map(({ policy }) => policy[rows[0].chosen]);
  if (!turn) return `No ${label} in this range makes it take another action than ${name(rows[0].chosen)} (${share(Math.min(...shares))} to ${share(Math.max(...shares))}).`;
  // The turn lies between two values; the one on the other side of the value in force is the first that is known to act otherwise.
  const index = rows.findIndex(({ value }) => value === turn.value);
  const up = turn.value > now;
  const start = up ? index : index - 1;
  const end = endOfRun(rows, start, up ? 1 : -1);
  const [from, to] = [asTried(rows[start].value), asTried(rows[end].value)];
  const reaches = up ? end === rows.length - 1 : end === 0;
  const where = reaches ? (up ? `from ${label} ${from} on` : `at ${label} ${from} and below`) : start === end ? `at ${label} ${from}` : `from ${label} ${from} ${up ? "up" : "down"} to ${to}`;
  const nearest = `it takes ${name(up ? turn.to : turn.from)} ${where}`;
  const changes = turns(rows).length;
  return changes > 1 ? `Next to the value in force, ${nearest}; over the range the action changes ${changes} times${changes >= OFTEN ? ": a close call" : ""}.` : `I${nearest.slice(1)}.`;
}

/** Last of the rows from one on that take the same action. @param {any[]} rows @param {number} start @param {1 | -1} by */
function endOfRun(rows, start, by) {
  let end = start;
  while (rows[end + by]?.chosen === rows[start].chosen) end += by;
  return end;
}
