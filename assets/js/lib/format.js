// Numbers and counts as people read them. One rule rounds all of them: half away from zero.

const MINUS = "−";
// Numbers were computed in single precision, where 1/8 may be 0.12499998: one that is so many decimals close to a half is a half.
const FINER = 4;
// Significant digits that single precision has.
const SINGLE_DIGITS = 7;
// A KL of so few nats is left over from rounding.
const NO_KL = 1e-6;

const withMinus = (text) => text.replaceAll("-", MINUS).replace("+", "");

/** Digits of a size with so many decimals, without a sign. */
function digitsOf(value, decimals) {
  const size = Math.abs(value);
  if (size >= 1e15) return size.toFixed(decimals);
  const whole = Math.round(Number(`${size.toFixed(decimals + FINER)}e${decimals}`));
  return (whole / 10 ** decimals).toFixed(decimals);
}

/** Words for a value that is no finite number; null for one that is. */
function notFinite(value) {
  if (value === null || value === undefined || Number.isNaN(value)) return "none";
  return Number.isFinite(value) ? null : value > 0 ? "∞" : `${MINUS}∞`;
}

/** A number with so many decimals and a real minus, without a sign where all of its digits are zero. */
export function fixed(value, decimals) {
  const said = notFinite(value);
  if (said) return said;
  if (Math.abs(value) >= 1e7) return withMinus(value.toExponential(2));
  const digits = digitsOf(value, decimals);
  return value < 0 && Number(digits) !== 0 ? MINUS + digits : digits;
}

/** As `fixed`, with a sign at gains too. */
export const signed = (value, decimals) => (value > 0 && Number(digitsOf(value, decimals)) !== 0 ? `+${fixed(value, decimals)}` : fixed(value, decimals));

/** Three significant digits, or as many as asked for, without an exponent where that stays short. */
export function number(value, digits = 3) {
  const said = notFinite(value);
  if (said) return said;
  const size = Math.abs(value);
  if (size === 0) return "0";
  if (size < 1e-3 || size >= 1e5) return withMinus(value.toExponential(1));
  const text = `${Number(digitsOf(size, Math.max(digits - 1 - Math.floor(Math.log10(size)), 0)))}`;
  return value < 0 ? MINUS + text : text;
}

/**
 * Some numbers that are compared: as many decimals each. As few as show all of them exactly, or so many that the largest has so many significant
 * digits and different ones look different, as far as single precision tells them apart.
 * @param {number[]} values
 */
export function alike(values, digits = 3) {
  const usable = values.filter(Number.isFinite);
  const most = decimalsOf(usable, digits);
  const shown = (decimals) => new Set(usable.map((value) => fixed(value, decimals))).size;
  const exact = (decimals) => usable.every((value) => Math.abs(Number(value.toFixed(decimals)) - value) <= 1e-9 * Math.abs(value));
  const finest = Math.min(Math.max(SINGLE_DIGITS - 1 - Math.floor(Math.log10(Math.max(...usable.map(Math.abs), 1e-8))), most), 8);
  const different = shown(finest);
  let decimals = Array.from({ length: most }, (_, fewer) => fewer).find(exact) ?? most;
  while (decimals < finest && shown(decimals) < different) decimals++;
  return values.map((value) => fixed(value, decimals));
}

/** Decimals that show the largest of some values with so many significant digits. */
export function decimalsOf(values, digits = 4) {
  const largest = Math.max(0, ...Array.from(values).filter(Number.isFinite).map(Math.abs));
  return largest === 0 ? 0 : Math.min(Math.max(digits - 1 - Math.floor(Math.log10(largest)), 0), digits);
}

/** A KL without what rounding makes of zero, which may even be negative. */
export const withoutNoise = (value) => (Math.abs(value) < NO_KL ? 0 : value);

/** A KL in nats, never rounded to a false 0. */
export function nats(value, decimals = 3) {
  if (withoutNoise(value) > 0 && value < 0.5 * 10 ** -decimals) return `<${(10 ** -decimals).toFixed(decimals)}`;
  return fixed(withoutNoise(value), decimals);
}

/** A KL and its bound in nats, with as many decimals as show the bound with two digits. One in single precision may lie just below a round number. */
export function natsWithin(used, bound) {
  const decimals = bound > NO_KL && Number.isFinite(bound) ? Math.min(Math.max(1 - Math.floor(Math.log10(bound * 1.001)), 3), 6) : 3;
  return [nats(used, decimals), nats(bound, decimals)];
}

/** A share as a percentage with so many decimals, never rounded to a false 0 or 100. */
export function share(value, decimals = 0) {
  if (!Number.isFinite(value)) return "none";
  const [least, shown] = [10 ** -decimals, digitsOf(100 * value, decimals)];
  if (value > 0 && Number(shown) === 0) return `<${least.toFixed(decimals)} %`;
  if (value < 1 && Number(shown) >= 100) return `>${(100 - least).toFixed(decimals)} %`;
  return `${shown} %`;
}

/** A share in a sentence: a percentage without decimals, or with one where it is small. */
export function percent(value) {
  if (value < 1 && value > 0.999) return ">99.9 %";
  return share(value, value < 0.0995 ? 1 : 0);
}

/** One of some shares: less than all of it where others have any, though single precision says 1. */
export const partOf = (shares, index) => (shares[index] >= 1 && shares.some((part, other) => part > 0 && other !== index) ? 1 - Number.EPSILON : shares[index]);

/** Decimals that are as fine as a hundredth of a range. */
export const finenessOf = ([low, high] = [-1, 1]) => Math.min(Math.max(2 - Math.floor(Math.log10(high - low)), 0), 6);

/** A number with its sign, as fine as a hundredth of the range it is from. */
export const amount = (value, range) => signed(value, finenessOf(range));

/** Meaning of an infinite temperature. */
export const NO_TWIST = "no twist: the proposal is the prior";
/** Meaning of a temperature of zero. */
export const GREEDY = "greedy: the proposal takes the best Q";

/** "1 particle", "3 particles". */
export const count = (amount, noun) => `${amount} ${noun}${amount === 1 ? "" : "s"}`;

/** A text as a sentence begins. @param {string} text */
export const capital = (text) => text.slice(0, 1).toUpperCase() + text.slice(1);

/** "a", "a and b", "a, b and c". */
export function list(words) {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}

/** A number as it is set, not as it is read: cut to so many significant digits. */
export const significant = (value, digits) => Number(value.toPrecision(digits));

/** A number that was tried, with all digits that it was tried with. */
export const asTried = (value) => withMinus(`${significant(value, 6)}`);

/** The value that a text means: a number where it is one, else the text. */
export function meaning(text) {
  const typed = text.trim().replace("−", "-");
  const value = Number(typed);
  return /^[-+.\d]/.test(typed) && Number.isFinite(value) ? value : typed;
}
