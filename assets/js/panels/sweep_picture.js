// The picture of a sweep over one setting: bands of the improved policy, and below them lines of the ESS and of the regret.

import { placeOf } from "../frame/sweep.js";
import { svg, svgText } from "../lib/elements.js";
import { number, percent, share } from "../lib/format.js";
import { actionColour } from "../lib/palette.js";
import { textWidth } from "./shapes.js";

export const PICTURE = { width: 320, policy: 96, strip: 26, gap: 8, left: 38, right: 8, foot: 16 };

/** Gap between the curves and their labels, and the size of the labels. */
const [BESIDE, FONT] = [4, 10];

/** The highest point of each line below the bands, where it is known; pure. */
function peaksOf(rows) {
  const most = (values) => Math.max(...values) || 1;
  return {
    ...(rows.some(({ ess }) => ess !== null) ? { ESS: 1 } : {}),
    ...(rows.some(({ regret }) => regret !== null) ? { regret: most(rows.map(({ regret }) => regret ?? 0)) } : {}),
  };
}

const LABELS = { ESS: "ESS/N", regret: "regret" };
const peakText = (peak) => `≤ ${number(peak, 2)}`;

/** The left end of the curves of a sweep: a tiny regret has a long label; pure. */
export const leftOf = (rows) =>
  Math.max(PICTURE.left, ...Object.entries(peaksOf(rows)).flatMap(([name, peak]) => [LABELS[name], peakText(peak)]).map((text) => Math.ceil(textWidth(text, FONT)) + BESIDE));

/** A corner of a shape. */
const point = (x, y) => `${x.toFixed(1)},${y.toFixed(1)}`;

/** The picture of a sweep. `now` is the value in force. */
export function sweepPicture({ rows, setting, frame }, now, theme) {
  const { width, policy, strip, gap, right, foot } = PICTURE;
  const left = leftOf(rows);
  const { place } = placeOf(setting.knob);
  const x = (value) => left + place(value) * (width - left - right);
  const peaks = peaksOf(rows);
  const bottom = policy + Object.keys(peaks).length * (gap + strip);
  const small = { "font-size": FONT, fill: theme.muted };
  const parts = [
    ...bands(rows, x, policy, (action) => actionColour(theme, frame, action)),
    svgText({ ...small, x: left - BESIDE, y: 9, "text-anchor": "end" }, "100 %"),
    svgText({ ...small, x: left - BESIDE, y: policy, "text-anchor": "end" }, "0"),
  ];
  Object.entries(peaks).forEach(([name, peak], index) => {
    const top = policy + gap + index * (gap + strip);
    const points = rows.flatMap((row) => {
      const value = name === "ESS" ? row.ess : row.regret;
      return value === null ? [] : [point(x(row.value), top + strip - (value / peak) * strip)];
    });
    parts.push(
      svg("rect", { x: left, y: top + strip, width: width - left - right, height: 1, fill: theme.grid }),
      svg("polyline", { points: points.join(" "), fill: "none", stroke: theme.accent, "stroke-width": 1.5 }),
      svgText({ ...small, x: left - BESIDE, y: top + 10, "text-anchor": "end" }, LABELS[name]),
      // Its upper end, by its line's highest point.
      svgText({ ...small, x: left - BESIDE, y: top + 22, "text-anchor": "end" }, peakText(peak)),
    );
  });
  if (typeof now === "number") {
    parts.push(svg("line", { x1: x(now), x2: x(now), y1: 0, y2: bottom, stroke: theme.ink, "stroke-width": 1.5, "stroke-dasharray": "3 2", "data-mark": "now" }));
  }
  const { minimum, maximum } = setting.knob;
  parts.push(
    svgText({ ...small, x: left, y: bottom + 12 }, number(minimum)),
    svgText({ ...small, x: width - right, y: bottom + 12, "text-anchor": "end" }, number(maximum)),
    svgText({ ...small, x: (left + width - right) / 2, y: bottom + 12, "text-anchor": "middle", fill: theme.ink }, setting.label),
  );
  const label = `Improved policy by ${setting.label}: ${[rows[0], rows[rows.length - 1]].map(({ value, policy: own, chosen }) => `at ${number(value)} ${share(own[chosen])} ${frame.actions[chosen] ?? ""}`).join(", ")}`;
  const made = svg("svg", { viewBox: `0 0 ${width} ${bottom + foot}`, width: "100%", role: "img", "aria-label": label, "font-family": theme.family }, ...parts);
  for (const row of rows) made.append(area(row, x, bottom, frame));
  return made;
}

/** Bands of the improved policy, one above the other, the first action on top. */
function bands(rows, x, height, colour) {
  const actions = rows[0].policy.length;
  const above = rows.map(() => 0);
  return Array.from({ length: actions }, (_, action) => {
    const top = rows.map((row, index) => point(x(row.value), above[index] * height));
    rows.forEach((row, index) => (above[index] += row.policy[action]));
    const low = rows.map((row, index) => point(x(row.value), above[index] * height)).reverse();
    return svg("polygon", { points: [...top, ...low].join(" "), fill: colour(action), "fill-opacity": 0.85, "data-action": action });
  });
}

/** All that is known at a value, for the pointer. */
function area({ value, policy, chosen, ess, regret }, x, height, { actions }) {
  const title = svgTitle([`${number(value)}: takes ${actions[chosen] ?? `action ${chosen + 1}`} (${percent(policy[chosen])})`, ...(ess === null ? [] : [`least ESS ${percent(ess)}`]), ...(regret === null ? [] : [`regret ${number(regret)}`])].join("\n"));
  return svg("rect", { x: x(value) - 4, y: 0, width: 8, height, fill: "transparent" }, title);
}

const svgTitle = (text) => {
  const made = svg("title", {});
  made.textContent = text;
  return made;
};
