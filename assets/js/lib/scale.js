// The value axis of a picture at rest: a range with some air, and round values in it.

// Room beyond the outermost values, as a share of the range.
const AIR = 0.06;

/** {low, high, ticks} around some values; of some width where they are equal. */
export function scaleOf(values, count = 4) {
  const usable = values.filter(Number.isFinite);
  if (!usable.length) return { low: 0, high: 1, ticks: [0, 1] };
  const [least, most] = [Math.min(...usable), Math.max(...usable)];
  const air = most > least ? (most - least) * AIR : Math.max(Math.abs(most) * 0.1, 0.5);
  const [low, high] = [least - air, most + air];
  return { low, high, ticks: roundValues(low, high, count) };
}

/** About `count` multiples of 1, 2 or 5 times a power of ten between two values, at most a third more. */
export function roundValues(low, high, count) {
  const rough = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((factor) => factor * power >= rough * 0.75) ?? 10);
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  // Counted, not added up: sums of 0.1 are not multiples of it.
  return Array.from({ length: last - first + 1 }, (_, index) => Number(((first + index) * step).toPrecision(12)));
}

/** Position of a value on a scale, in per cent of its length. */
export const shareOf = ({ low, high }, value) => (100 * (value - low)) / (high - low);
