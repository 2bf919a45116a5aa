// Axes that hold still while values change: they widen at once, and narrow only when the values have kept together for a while.

import { fixed } from "./digits.js";
import { textWidth } from "./shapes.js";

// Room around the values, as a share of what they span.
const AIR = 0.12;
// The ends are multiples of a round step, of which there are about so many.
const STEPS = 6;
// While playing, an axis narrows after so many plans in a row that would do with less than this share of it; at rest at once.
const PATIENCE = 12;
const NARROWER = 0.6;
const REACHES = [0.1, 0.25, 0.5, 1];

function roundStep(rough) {
  const power = 10 ** Math.floor(Math.log10(rough));
  return ([1, 2, 5, 10].find((factor) => factor * power >= rough * 0.999) ?? 10) * power;
}

function snap(low, high) {
  const step = roundStep((high - low) / STEPS);
  return { low: Math.floor(low / step + 1e-6) * step, high: Math.ceil(high / step - 1e-6) * step, step };
}

/** Smallest and largest of the values that are numbers, null where there is none. */
export function extent(values) {
  const usable = Array.from(values).filter(Number.isFinite);
  return usable.length ? [Math.min(...usable), Math.max(...usable)] : null;
}

/**
 * {low, high, step} around some values; not too narrow, so that equal values do not seem to differ.
 * @param {number[]} ends
 */
export function fitAxis([low, high]) {
  const span = Math.max((high - low) * (1 + 2 * AIR), 0.005 * Math.max(Math.abs(low), Math.abs(high)), 0.01);
  const middle = (low + high) / 2;
  return snap(middle - span / 2, middle + span / 2);
}

const widthOf = ({ low, high }) => high - low;

/**
 * The next axis after `previous` (null at first) for values between two ends; pure.
 * @param {?{low: number, high: number, step: number, recent: ?number[], plans: number}} previous
 * @param {?number[]} ends smallest and largest value, null where there is none
 * @param {boolean} playing
 */
export function steadyAxis(previous, ends, playing) {
  if (!ends) return previous ?? { low: 0, high: 1, step: 0.2, recent: null, plans: 0 };
  if (!previous) return { ...fitAxis(ends), recent: null, plans: 0 };
  if (ends[0] < previous.low || ends[1] > previous.high) {
    const { low, high } = fitAxis(ends);
    return { ...snap(Math.min(low, previous.low), Math.max(high, previous.high)), recent: null, plans: 0 };
  }
  const recent = previous.recent && playing ? [Math.min(ends[0], previous.recent[0]), Math.max(ends[1], previous.recent[1])] : ends;
  const narrow = fitAxis(recent);
  if (widthOf(narrow) > NARROWER * widthOf(previous)) return { ...previous, recent: null, plans: 0 };
  const plans = previous.plans + 1;
  return playing && plans < PATIENCE ? { ...previous, recent, plans } : { ...narrow, recent: null, plans: 0 };
}

/** The end of an axis of shares from 0 on, in the same way. `from`: the shortest axis there may be. */
export function steadyReach(previous, most, playing, from = REACHES[0]) {
  const needed = REACHES.find((reach) => reach >= from && most <= reach * 1.0001) ?? 1;
  if (!previous || needed >= previous.reach) return { reach: needed, plans: 0 };
  const plans = previous.plans + 1;
  return playing && plans < PATIENCE ? { ...previous, plans } : { reach: needed, plans: 0 };
}

/** Texts of some values of an axis, all with the decimals of its step. */
export function tickTexts({ low, high, step }, values) {
  if (Math.max(Math.abs(low), Math.abs(high)) >= 1e5) return values.map((value) => value.toExponential(2).replaceAll("-", "−").replace("+", ""));
  const decimals = Math.min(Math.max(-Math.floor(Math.log10(step) + 1e-9), 0), 8);
  return values.map((value) => fixed(value, decimals));
}

/**
 * The ticks of an axis as [value, text]: both ends, and the middle where it is a round number.
 * @param {{low: number, high: number, step: number}} axis
 * @param {(texts: string[]) => boolean} fits whether there is room for the middle one
 */
export function axisTicks(axis, fits = () => true) {
  const { low, high, step } = axis;
  const steps = Math.round((high - low) / step);
  const ends = [low, high];
  const all = steps % 2 ? ends : [low, (low + high) / 2, high];
  const texts = tickTexts(axis, all);
  const values = fits(texts) ? all : ends;
  return values.map((value, index) => [value, tickTexts(axis, values)[index]]);
}

/** True if texts fit next to each other along a length, with some space between them. */
export const fitsAlong = (length, size) => (texts) => texts.reduce((sum, words) => sum + textWidth(words, size) + 8, 0) <= length;

/** The ticks of shares up to `reach`, as [share, text]. */
export function shareTicks(reach) {
  const middle = reach === 0.25 ? 0.1 : reach / 2;
  const last = reach === 0.25 ? 0.2 : reach;
  return [[0, "0"], [middle, `${Math.round(100 * middle)}`], [last, `${Math.round(100 * last)} %`]];
}
