// The axes of the world where it shows a projection of the states in place of their picture.

import { label } from "./pen.js";
import { fixed } from "../lib/format.js";
import { roundStep } from "../lib/steady_axis.js";

// Room for the numbers of the axes, in pixels.
const [LEFT, RIGHT, TOP, BOTTOM] = [52, 12, 20, 32];
// Pixels between two ticks, at least.
const [WIDE, HIGH] = [62, 20];

/** The rectangle inside the axes; pure. */
export const inAxes = (width, height) => ({ left: LEFT, top: TOP, width: Math.max(width - LEFT - RIGHT, 20), height: Math.max(height - TOP - BOTTOM, 20) });

/**
 * Round values between two, with as many decimals as their step needs; pure.
 * @param {number} low
 * @param {number} high
 * @param {number} most
 * @returns {{value: number, text: string}[]}
 */
export function roundTicks(low, high, most) {
  const step = roundStep((high - low) / Math.max(most, 1));
  const decimals = Math.min(Math.max(-Math.floor(Math.log10(step) + 1e-9), 0), 8);
  const first = Math.ceil(low / step - 1e-6);
  const count = Math.floor(high / step + 1e-6) - first + 1;
  return Array.from({ length: Math.max(count, 0) }, (_, index) => (first + index) * step).map((value) => ({ value, text: fixed(value, decimals) }));
}

export function drawAxes(context, { width, height }, { projection }, view, theme) {
  const box = inAxes(width, height);
  const [x0, y1] = view.world(box.left, box.top);
  const [right, bottom] = [box.left + box.width, box.top + box.height];
  const x1 = x0 + box.width / view.scale;
  const y0 = y1 - box.height / view.rise;
  const words = { colour: theme.muted, font: theme.font };
  for (const { value, text } of roundTicks(x0, x1, box.width / WIDE)) {
    context.fillStyle = theme.grid;
    context.fillRect(view.x(value), box.top, 1, box.height);
    label(context, text, view.x(value), bottom + 3, { ...words, align: "center", baseline: "top" });
  }
  for (const { value, text } of roundTicks(y0, y1, box.height / HIGH)) {
    context.fillStyle = theme.grid;
    context.fillRect(box.left, view.y(value), box.width, 1);
    label(context, text, box.left - 6, view.y(value), { ...words, align: "right", baseline: "middle" });
  }
  label(context, projection.y, 8, 10, { ...words, baseline: "middle" });
  label(context, projection.x, right, height - 8, { ...words, align: "right", baseline: "middle" });
}
