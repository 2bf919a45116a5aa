// A sweep of two settings as data: the fineness of a map, the values of its rows and columns, and the sentence about it. Pure functions.

import { placeOf, sweepValues } from "./sweep.js";
import { count, list, number, share } from "../lib/format.js";

/** Time that the plans of a map may take together, in seconds. */
export const MOST_SECONDS = 30;
const FINENESSES = [13, 11, 9, 7, 5];

/** @typedef {import("../panels/sweep.js").Swept} Swept */

/**
 * A map: a row of cells for each value of the second setting, a cell for each value of the first.
 * @typedef {object} SweepMap
 * @property {Swept} first
 * @property {Swept} second
 * @property {number[]} xs
 * @property {number[]} ys
 * @property {(any[] | null)[]} rows null as long as a row is not planned
 * @property {any} frame that it is of
 */

/**
 * Values of each setting that there is time for: the finest map whose plans take no longer than they may. Null where not even the coarsest is.
 * @param {number} planMs time of one plan; where it is not known, the finest will do
 */
export function finenessFor(planMs) {
  const fits = (size) => !(size * size * planMs > 1000 * MOST_SECONDS);
  return FINENESSES.find(fits) ?? null;
}

/** Why there is no map, in a sentence. */
export function tooLongText(planMs) {
  const size = FINENESSES[FINENESSES.length - 1];
  const seconds = Math.round((size * size * planMs) / 1000);
  return `${size} × ${size} plans of about ${Math.round(planMs)} ms take ${seconds} s, allowed are ${MOST_SECONDS}: make the plan smaller first.`;
}

/**
 * An empty map.
 * @param {Swept} first
 * @param {Swept} second
 * @param {number} size
 * @returns {SweepMap}
 */
export function emptyMap(first, second, size, frame) {
  return { first, second, xs: sweepValues(first.knob, size), ys: sweepValues(second.knob, size), rows: Array.from({ length: size }, () => null), frame };
}

/** Rows in the order in which they are worth planning: from the value in force outwards. */
export function rowOrder({ ys, second }, now) {
  const { place } = placeOf(second.knob);
  const distance = (row) => Math.abs(place(ys[row]) - place(now));
  return ys.map((_, row) => row).sort((a, b) => distance(a) - distance(b) || a - b);
}

/** All cells that are planned, with their values. */
export const cellsOf = ({ rows, ys }) => rows.flatMap((row, at) => (row ?? []).map((cell) => ({ ...cell, second: ys[at] })));

/**
 * The planned cell nearest to two values that takes another action than the one chosen; null where there is none.
 * @param {SweepMap} map
 * @param {{first: number, second: number}} now
 * @param {number} chosen
 */
export function nearestOther(map, now, chosen) {
  const [across, up] = [placeOf(map.first.knob).place, placeOf(map.second.knob).place];
  const distance = ({ value, second }) => (across(value) - across(now.first)) ** 2 + (up(second) - up(now.second)) ** 2;
  const others = cellsOf(map).filter((cell) => cell.chosen !== chosen);
  return others.length ? others.reduce((best, each) => (distance(each) < distance(best) ? each : best)) : null;
}

/**
 * The map in a sentence.
 * @param {SweepMap} map
 * @param {{first: number, second: number}} now values in force
 */
export function mapSentence(map, now) {
  const { first, second, frame: { actions, chosen } } = map;
  const cells = cellsOf(map);
  const name = (action) => actions[action] ?? `action ${action + 1}`;
  const votes = new Map();
  for (const cell of cells) votes.set(cell.chosen, (votes.get(cell.chosen) ?? 0) + 1);
  const most = [...votes].sort((a, b) => b[1] - a[1]).slice(0, 3).map(([action, own]) => `${name(action)} in ${share(own / cells.length)}`);
  const other = nearestOther(map, now, chosen);
  if (!other) return `It takes ${name(chosen)} in all of ${count(cells.length, "plan")}.`;
  const place = `${first.label} ${number(other.value)}, ${second.label} ${number(other.second)}`;
  return `It takes ${list(most)} of ${count(cells.length, "plan")}. Nearest to now it takes ${name(other.chosen)} at ${place}.`;
}

/** Numbers of one cell in words. */
export function cellText({ first, second, frame: { actions } }, { value, second: up, chosen, policy, ess, regret }) {
  const parts = [`takes ${actions[chosen] ?? `action ${chosen + 1}`} (${share(policy[chosen])})`];
  if (ess !== null) parts.push(`least ESS ${share(ess)}`);
  if (regret !== null) parts.push(`regret ${number(regret)}`);
  return `${first.label} ${number(value)}, ${second.label} ${number(up)}: ${parts.join(", ")}`;
}
