// Finds out by planning how sure a decision is and what would have changed it: many seeds, sweeps of live settings with a closer look at the value where
// the action changes, and at last other sizes of the plan.

import { decode, SEEDS } from "../frame/decode.js";
import { readFrame } from "../frame/frame.js";
import { placeOf, sweepValues } from "../frame/sweep.js";
import { nearestChange, seedsTaking, valuesBetween } from "../frame/why.js";
import { asTried } from "../lib/format.js";
import { sweepable } from "./sweep.js";

const COUNT = 64;
const COARSE = 17;
const FINE = 7;
// Plans of one request: it can be cancelled between two.
const CHUNK = 6;
// The settings that a plan's size follows.
const SIZES = ["particles", "num_simulations"];
// Sizes are looked at up to this many times as large, or as small.
const FARTHEST = 4;

/**
 * @typedef {object} Asked
 * @property {import("../source/api.js").Api} api
 * @property {string} id of the session
 * @property {any} frame that is shown
 * @property {any[]} described settings of the planner
 * @property {AbortSignal} signal
 * @property {(text: string) => void} report says what is being done
 * @property {(found: {seeds?: {buffer: ArrayBuffer, decisions: any}, change?: import("../frame/why.js").Change, sweep?: any}) => void} found
 */

/**
 * All that can be found out, one after the other.
 * @param {Asked} asked
 */
export async function probe(asked) {
  const { api, id, frame, described, signal, report, found } = asked;
  report(`Planning with ${COUNT} seeds …`);
  const buffer = await api.seeds(id, COUNT, signal, { step: frame.step });
  found({ seeds: { buffer, decisions: decisionsOf(buffer) } });
  const settings = sweepable(described, frame.settings);
  for (const [at, setting] of settings.entries()) {
    report(`Sweeping ${setting.label}, ${at + 1} of ${settings.length} …`);
    await sweepSetting(setting, asked);
  }
  if (!frame.interventions.length) await otherSizes(asked);
}

/** The whole range of a setting first, then the part in which the action changes. */
async function sweepSetting(setting, { api, id, frame, signal, report, found }) {
  const { name, label, knob } = setting;
  const now = frame.settings[name];
  const rows = await sweepValuesOf(api, id, name, sweepValues(knob, COARSE), signal);
  const first = nearestChange(rows, now, frame.chosen, knob);
  if (first) {
    rows.push(...(await sweepValuesOf(api, id, name, valuesBetween(first.before, first.value, knob, FINE), signal)));
    rows.sort((a, b) => a.value - b.value);
  }
  const change = nearestChange(rows, now, frame.chosen, knob);
  if (!change) return found({ change: { name, label, now, change }, sweep: { rows, setting, frame } });
  // The sweep has one seed, and its action may be that seed's luck. Interventions belong to the random numbers of one plan.
  report(`Planning with ${COUNT} seeds at ${label} ${asTried(change.value)} …`);
  const other = { planner: frame.planner, settings: { ...frame.settings, [name]: change.value }, step: frame.step };
  const decisions = frame.interventions.length ? null : decisionsOf(await api.seeds(id, COUNT, signal, other));
  const votes = decisions ? { same: seedsTaking(frame, decisions), count: decisions.count } : undefined;
  found({ change: { name, label, now, change, votes, tried: rows.length }, sweep: { rows, setting, frame } });
}

function decisionsOf(buffer) {
  const { arrays } = decode(buffer, SEEDS);
  return { chosen_action: arrays.chosen_action.data, count: arrays.seed.shape[0] };
}

async function sweepValuesOf(api, id, name, values, signal) {
  const rows = [];
  for (let at = 0; at < values.length; at += CHUNK) rows.push(...(await api.sweep(id, name, values.slice(at, at + CHUNK), signal)).rows);
  return rows;
}

/**
 * The sizes around the one in force, the nearest first; of equally near ones the smaller.
 * @param {number[]} sizes in rising order
 * @param {number} now
 */
export function sizesAround(sizes, now) {
  const distance = (size) => Math.abs(Math.log(size / now));
  return sizes.filter((size) => size !== now && distance(size) <= Math.log(FARTHEST) + 1e-9).sort((a, b) => distance(a) - distance(b) || a - b);
}

/** Sizes of the plan, which compile: no more than are needed to find one that changes the action. */
async function otherSizes({ api, id, frame, described, signal, report, found }) {
  const setting = described.find(({ name, knob }) => SIZES.includes(name) && knob?.sizes);
  if (!setting) return;
  const { name, label, knob } = setting;
  const now = frame.settings[name];
  const sizes = sizesAround(knob.sizes, now);
  if (!sizes.length) return;
  let change = null;
  for (const size of sizes) {
    report(`Planning with ${label} ${size} …`);
    const plan = { planner: frame.planner, settings: { ...frame.settings, [name]: size }, step: frame.step };
    const other = readFrame(await api.otherPlan(id, plan, signal));
    if (other.chosen === frame.chosen) continue;
    const { place } = placeOf({ ...knob, scale: "log" });
    change = { value: size, action: other.chosen, distance: Math.abs(place(size) - place(now)) };
    break;
  }
  found({ change: { name, label, now, change, sizes } });
}
