// Learning curves as they were measured (assets/learning.json), made ready to be drawn; pure.

import { roundValues, scaleOf } from "../lib/scale.js";
import { whole } from "./cards.js";
import { count, list, number } from "../lib/format.js";

/**
 * One chart for each environment: {environment, unit, lines: [{title, seeds, look, points: [{x, y, low, high}]}], x, y}. Lines of one algorithm have
 * the same `look`, a number, in all charts.
 * @throws {TypeError} where the file is not what it should be
 */
export function readLearning({ environments }) {
  // The chart with the most algorithms has them in their order.
  const names = [...new Set(Object.values(environments).map(({ curves }) => Object.keys(curves)).sort((a, b) => b.length - a.length).flat())];
  return Object.entries(environments).map(([environment, { unit, curves }]) => {
    const lines = Object.entries(curves).map(([name, curve]) => ({ title: curve.title ?? name, seeds: curve.seeds, look: names.indexOf(name), points: pointsOf(curve) }));
    const points = lines.flatMap((line) => line.points);
    const furthest = Math.max(1, ...points.map(({ x }) => x));
    return {
      environment, unit, lines: lines.filter((line) => line.points.length),
      x: { low: 0, high: furthest, ticks: roundValues(0, furthest, 4) },
      y: scaleOf(points.flatMap(({ y, low, high }) => [y, low, high])),
    };
  });
}

/** The points that were measured; a missing band is as wide as the line. */
function pointsOf({ environment_steps: steps, iqm, low = iqm, high = iqm }) {
  return steps.map((x, index) => ({ x, y: iqm[index], low: low[index] ?? iqm[index], high: high[index] ?? iqm[index] })).filter(({ x, y }) => Number.isFinite(x) && Number.isFinite(y));
}

/** Places for labels, in the order given: as near to where they belong as they can be without touching, within 0 … end. */
export function spreadLabels(wanted, gap, end) {
  const order = wanted.map((_, index) => index).sort((a, b) => wanted[a] - wanted[b]);
  const places = [...wanted];
  let free = 0;
  for (const index of order) free = (places[index] = Math.max(places[index], free)) + gap;
  // A label pushed beyond the end pushes the others back.
  let limit = end;
  for (const index of order.reverse()) limit = (places[index] = Math.min(places[index], limit)) - gap;
  return places;
}

/** "50k", "1.5M": environment steps on an axis. */
export function shortSteps(steps) {
  if (steps >= 1e6) return `${number(steps / 1e6)}M`;
  return steps >= 1000 ? `${number(steps / 1000)}k` : `${steps}`;
}

/** A chart in words, for those who cannot see it. */
export function narrateLearning({ environment, unit, lines }) {
  const ends = lines.map(({ title, points }) => {
    const { x, y, low, high } = points.at(-1);
    return `${title} ends at ${number(y)} (${number(low)} to ${number(high)}) after ${whole(x)} steps`;
  });
  return `${environment}, ${unit} over environment steps: ${list(ends) || "nothing was measured"}.`;
}

/** "20 seeds", "5 to 20 seeds" where lines differ, and nothing where no line says its number. */
export function seedsOf(lines) {
  const numbers = [...new Set(lines.map(({ seeds }) => seeds))].filter(Number.isFinite).sort((a, b) => a - b);
  if (numbers.length < 2) return numbers.length ? count(numbers[0], "seed") : "";
  return `${numbers[0]} to ${count(numbers.at(-1), "seed")}`;
}

/**
 * Facts about all curves of the file, as a sentence or two.
 * @param {{about?: {command?: string, device?: string, interval?: string}}} results
 * @param {any[]} charts
 */
export function aboutLearning({ about = {} }, charts) {
  const seeds = seedsOf(charts.flatMap(({ lines }) => lines));
  const over = seeds ? ` over ${seeds}` : "";
  const band = about.interval ? ` Band: ${about.interval}.` : "";
  const how = [about.command && `by ${about.command}`, about.device && `on ${about.device}`].filter(Boolean).join(" ");
  return `Line: interquartile mean${over}.${band}${how ? ` Measured ${how}.` : ""}`;
}
