// Spreads over the levels: smallest, mean and largest of something, as the server sends them.

/** The smallest, mean or largest of a spread, level by level. */
export const partOf = (spreads, levels, name) => Array.from({ length: levels }, (_, level) => spreadAt(spreads, level)?.[name] ?? null);

/** From the smallest to the largest, and of some height where they are equal. */
export function around(values) {
  const usable = values.filter((value) => value !== null && Number.isFinite(value));
  if (!usable.length) return [0, 1];
  const [low, high] = [Math.min(...usable), Math.max(...usable)];
  return low === high ? [low, low + 1] : [low, high];
}

/** Of the three numbers of a spread at a level: smallest, mean, largest; null where there is none. */
export function spreadAt(spreads, level) {
  const [low, mean, high] = spreads.subarray(3 * level, 3 * level + 3);
  return Number.isNaN(mean) ? null : { low, mean, high };
}

/** True where the proposal is another than the prior, by more than rounding. @type {(kl: Float32Array, level: number) => boolean} */
export const leavesPrior = (kl, level) => (spreadAt(kl, level)?.high ?? 0) > 1e-6;
