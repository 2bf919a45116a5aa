// Spreads over the levels: smallest, mean and largest of something, as the server sends them.

/** The smallest, mean or largest of a spread, level by level. */
export const partOf = (spreads, levels, name) => Array.from({ length: levels }, (_, level) => spreadAt(spreads, level)?.[name] ?? null);

/**
 * From the smallest to the largest, and of some height where they are equal.
 * @param {any[]} values
 * @param {number} [least] height below which rounding would look like a difference
 */
export function around(values, least = 0) {
  const usable = values.filter((value) => value !== null && Number.isFinite(value));
  if (!usable.length) return [0, 1];
  const [low, high] = [Math.min(...usable), Math.max(...usable)];
  if (low === high) return [low, low + 1];
  const more = Math.max(least - (high - low), 0) / 2;
  return [low - more, high + more];
}

/** Of the three numbers of a spread at a level: smallest, mean, largest; null where there is none. */
export function spreadAt(spreads, level) {
  const [low, mean, high] = spreads.subarray(3 * level, 3 * level + 3);
  return Number.isNaN(mean) ? null : { low, mean, high };
}

/** True where the proposal is another than the prior, by more than rounding. @type {(kl: Float32Array, level: number) => boolean} */
export const leavesPrior = (kl, level) => (spreadAt(kl, level)?.high ?? 0) > 1e-6;
