// A distribution in few numbers.

/**
 * Median, and the ends of the middle half; null where there is no number.
 * @param {Iterable<number | null>} values
 * @returns {{low: number, median: number, high: number} | null}
 */
export function quartiles(values) {
  const sorted = /** @type {number[]} */ (Array.from(values).filter(Number.isFinite)).sort((a, b) => a - b);
  const at = (share) => {
    const place = share * (sorted.length - 1);
    return sorted[Math.floor(place)] + (sorted[Math.ceil(place)] - sorted[Math.floor(place)]) * (place % 1);
  };
  return sorted.length ? { low: at(0.25), median: at(0.5), high: at(0.75) } : null;
}
