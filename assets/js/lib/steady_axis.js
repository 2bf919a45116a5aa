// Axes that follow values from plan to plan. While playing they stay as long as they do, and else move a little with every plan: values that are
// ahead of them wait at their ends. At rest somebody wants to read them: they fit at once.

// Room around the values, as a share of what they span.
const AIR = 0.12;
// The ends are multiples of a round step, of which there are about so many.
const STEPS = 6;
// An axis makes room for the values of so many plans.
const PATIENCE = 16;
// It narrows where this share of it would do.
const NARROWER = 0.5;
/** An end moves by at most this share of the axis with a plan. */
export const PACE = 0.12;
const REACHES = [0.1, 0.25, 0.5, 1];

/** The least of 1, 2 and 5 times a power of ten that is not below a value. */
export function roundStep(rough) {
  const power = 10 ** Math.floor(Math.log10(rough));
  return ([1, 2, 5, 10].find((factor) => factor * power >= rough * 0.999) ?? 10) * power;
}

/** @param {number[]} ends */
export function snap([low, high]) {
  const step = roundStep((high - low) / STEPS);
  return [Math.floor(low / step + 1e-6) * step, Math.ceil(high / step - 1e-6) * step];
}

/** Smallest and largest of the values that are numbers, null where there is none. */
export function extent(values) {
  const usable = Array.from(values).filter(Number.isFinite);
  return usable.length ? [Math.min(...usable), Math.max(...usable)] : null;
}

/**
 * Round ends around some values; not too narrow, so that equal values do not seem to differ.
 * @param {number[]} ends
 */
export function fitEnds([low, high]) {
  const span = Math.max((high - low) * (1 + 2 * AIR), 0.005 * Math.max(Math.abs(low), Math.abs(high)), 0.01);
  const middle = (low + high) / 2;
  return snap([middle - span / 2, middle + span / 2]);
}

const union = (all) => [Math.min(...all.map(([low]) => low)), Math.max(...all.map(([, high]) => high))];

/**
 * @typedef {object} Axis
 * @property {number} low
 * @property {number} high
 * @property {number[][]} recent ends of the values of the last plans, the newest last
 * @property {boolean} moving
 */

/**
 * The next axis after `previous` (null at first) for values between two ends; pure.
 * @param {Axis | null | undefined} previous
 * @param {number[] | null} ends smallest and largest value, null where there is none
 * @param {boolean} playing
 * @param {(ends: number[]) => number[]} fit the ends that an axis would have for these values alone
 * @returns {Axis}
 */
export function steadyAxis(previous, ends, playing, fit = fitEnds) {
  if (!ends) return previous ?? { low: 0, high: 1, recent: [], moving: false };
  const recent = [...((playing && previous?.recent) || []), ends].slice(-PATIENCE);
  const [from, to] = fit(union(recent));
  if (!previous) return { low: from, high: to, recent, moving: false };
  const { low, high } = previous;
  const span = high - low;
  const inside = ends[0] >= low && ends[1] <= high;
  // Before there are enough plans to judge by, an axis does not narrow.
  const fits = inside && (to - from > NARROWER * span || (playing && recent.length < PATIENCE));
  if (fits && !(playing && previous.moving)) return { low, high, recent, moving: false };
  if (!playing) return { low: from, high: to, recent, moving: false };
  const towards = (at, goal) => at + Math.min(Math.max(goal - at, -PACE * span), PACE * span);
  const next = { low: towards(low, from), high: towards(high, to) };
  return { ...next, recent, moving: next.low !== from || next.high !== to };
}

/** The end of an axis of shares from 0 on, in the same way. `from`: the shortest axis there may be. */
export function steadyReach(previous, most, playing, from = REACHES[0]) {
  const fit = (/** @type {number[]} */ [, high]) => [0, REACHES.find((reach) => reach >= from && high <= reach * 1.0001) ?? 1];
  return steadyAxis(previous, [0, most], playing, fit);
}

/** The round reach that an axis of shares shows at least. */
export const reachShown = (reach) => REACHES.findLast((each) => each <= reach * 1.0001) ?? REACHES[0];
