// Ticks of the axes of the root decision.

import { reachShown, roundStep } from "../lib/steady_axis.js";
import { fixed } from "../lib/format.js";
import { textWidth } from "./shapes.js";

// An axis is about so many of its steps long; texts have the decimals of a step.
const STEPS = 6;

/** Texts of some values of an axis, all with the decimals of its step. */
function tickTexts({ low, high }, values) {
  if (Math.max(Math.abs(low), Math.abs(high)) >= 1e5) return values.map((value) => value.toExponential(2).replaceAll("-", "−").replace("+", ""));
  const step = roundStep((high - low) / STEPS);
  const decimals = Math.min(Math.max(-Math.floor(Math.log10(step) + 1e-9), 0), 8);
  return values.map((value) => fixed(value, decimals));
}

/**
 * The ticks of an axis as [value, text]: both ends, and the middle where it is as round as they are.
 * @param {{low: number, high: number}} axis
 * @param {(texts: string[]) => boolean} fits whether there is room for the middle one
 */
export function axisTicks(axis, fits = () => true) {
  const { low, high } = axis;
  const steps = Math.round((high - low) / roundStep((high - low) / STEPS));
  const ends = [low, high];
  const all = steps % 2 ? ends : [low, (low + high) / 2, high];
  const texts = tickTexts(axis, all);
  const values = fits(texts) ? all : ends;
  return values.map((value, index) => [value, tickTexts(axis, values)[index]]);
}

/** True if texts fit next to each other along a length, with some space between them. */
export const fitsAlong = (length, size) => (texts) => texts.reduce((sum, words) => sum + textWidth(words, size) + 8, 0) <= length;

/** The ticks of shares on an axis up to `reach`, as [share, text]. */
export function shareTicks(reach) {
  const shown = reachShown(reach);
  const middle = shown === 0.25 ? 0.1 : shown / 2;
  const last = shown === 0.25 ? 0.2 : shown;
  return [[0, "0"], [middle, `${Math.round(100 * middle)}`], [last, `${Math.round(100 * last)} %`]];
}
