// Numbers in columns: with as many decimals each, so that they can be compared at a glance.

const MINUS = "−";

/** Decimals that show the largest of some values with so many significant digits. */
export function decimalsOf(values, digits = 4) {
  const largest = Math.max(0, ...Array.from(values).filter(Number.isFinite).map(Math.abs));
  return largest === 0 ? 0 : Math.min(Math.max(digits - 1 - Math.floor(Math.log10(largest)), 0), digits);
}

/** A number with so many decimals and a real minus, without a sign where all of its digits are zero. */
export function fixed(value, decimals) {
  if (value === null || value === undefined || Number.isNaN(value)) return "none";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : `${MINUS}∞`;
  if (Math.abs(value) >= 1e7) return value.toExponential(2).replaceAll("-", MINUS).replace("+", "");
  const digits = Math.abs(value).toFixed(decimals);
  return value < 0 && Number(digits) !== 0 ? MINUS + digits : digits;
}

/** As `fixed`, with a sign at gains too. */
export const signed = (value, decimals) => (value > 0 && Number(value.toFixed(decimals)) !== 0 ? `+${fixed(value, decimals)}` : fixed(value, decimals));

/** A KL in nats. It is not negative: what is left of rounding is 0. */
export function nats(value, decimals = 3) {
  if (value > 0 && value < 0.5 * 10 ** -decimals) return `<${(10 ** -decimals).toFixed(decimals)}`;
  return fixed(value > -1e-5 && value < 0 ? 0 : value, decimals);
}

/** A share as a percentage with so many decimals, never rounded to a false 0 or 100. */
export function share(value, decimals = 0) {
  if (!Number.isFinite(value)) return "none";
  const [least, shown] = [10 ** -decimals, (100 * value).toFixed(decimals)];
  if (value > 0 && Number(shown) === 0) return `<${least.toFixed(decimals)} %`;
  if (value < 1 && Number(shown) >= 100) return `>${(100 - least).toFixed(decimals)} %`;
  return `${shown} %`;
}

/** One of some shares: less than all of it where others have any, though single precision says 1. */
export const partOf = (shares, index) => (shares[index] >= 1 && shares.some((part, other) => part > 0 && other !== index) ? 1 - Number.EPSILON : shares[index]);
