// Numbers and counts as people read them.

/** Three significant digits, or as many as asked for, without an exponent where that stays short. */
export function number(value, digits = 3) {
  if (value === null || value === undefined || Number.isNaN(value)) return "none";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e5)) return value.toExponential(1).replaceAll("-", "−").replace("+", "");
  const text = Number(size >= 10 ** digits ? value.toFixed(0) : value.toPrecision(digits)).toString();
  return text.replace("-", "−");
}

/** A share as a percentage, never rounded to a false 0 or 100. */
export function percent(share) {
  const value = 100 * share;
  if (value > 0 && value < 0.1) return "<0.1 %";
  if (value < 100 && value > 99.9) return ">99.9 %";
  return `${value >= 10 ? value.toFixed(0) : value.toFixed(1)} %`;
}

/** A number with its sign, as fine as a hundredth of the range it is from. */
export function amount(value, [low, high] = [-1, 1]) {
  const digits = Math.min(Math.max(2 - Math.floor(Math.log10(high - low)), 0), 6);
  const text = Math.abs(value).toFixed(digits);
  return Number(text) === 0 ? text : `${value < 0 ? "−" : "+"}${text}`;
}

/** Meaning of an infinite temperature. */
export const NO_TWIST = "no twist: the proposal is the prior";

/** "1 particle", "3 particles". */
export const count = (amount, noun) => `${amount} ${noun}${amount === 1 ? "" : "s"}`;

/** "a", "a and b", "a, b and c". */
export function list(words) {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}

/** The value that a text means: a number where it is one, else the text. */
export function meaning(text) {
  const typed = text.trim().replace("−", "-");
  const value = Number(typed);
  return /^[-+.\d]/.test(typed) && Number.isFinite(value) ? value : typed;
}
