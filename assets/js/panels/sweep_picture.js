// The picture of a sweep over one setting: bands of the improved policy, and below them lines of the ESS and of the regret.

import { placeOf } from "../frame/sweep.js";
import { svg, svgText } from "../lib/elements.js";
import { number, percent, share } from "../lib/format.js";
import { actionColour } from "../lib/palette.js";

export const PICTURE = { width: 320, policy: 96, strip: 26, gap: 8, left: 34, right: 8, foot: 16 };

/** A corner of a shape. */
const point = (x, y) => `${x.toFixed(1)},${y.toFixed(1)}`;

/** The picture of a sweep. `now` is the value in force. */
export function sweepPicture({ rows, setting, frame }, now, theme) {
  const { width, policy, strip, gap, left, right, foot } = PICTURE;
  const { place } = placeOf(setting.knob);
  const x = (value) => left + place(value) * (width - left - right);
  const exact = rows.some(({ regret }) => regret !== null);
  const particles = rows.some(({ ess }) => ess !== null);
  const tops = { ess: policy + gap, regret: policy + gap + (particles ? strip + gap : 0) };
  const bottom = tops.regret + (exact ? strip + gap : 0) - gap;
  const small = { "font-size": 10, fill: theme.muted };
  const parts = [
    ...bands(rows, x, policy, (action) => actionColour(theme, frame, action)),
    svgText({ ...small, x: left - 4, y: 9, "text-anchor": "end" }, "100 %"),
    svgText({ ...small, x: left - 4, y: policy, "text-anchor": "end" }, "0"),
  ];
  const curve = (name, top, values, most) => {
    const y = (value) => top + strip - (value / (most || 1)) * strip;
    const points = rows.flatMap((row, index) => (values[index] === null ? [] : [point(x(row.value), y(values[index]))]));
    return [
      svg("rect", { x: left, y: top + strip, width: width - left - right, height: 1, fill: theme.grid }),
      svg("polyline", { points: points.join(" "), fill: "none", stroke: theme.accent, "stroke-width": 1.5 }),
      svgText({ ...small, x: left - 4, y: top + 10, "text-anchor": "end" }, name),
      // Its upper end, by its line's highest point.
      svgText({ ...small, x: left - 4, y: top + 22, "text-anchor": "end" }, `≤ ${number(most || 1, 2)}`),
    ];
  };
  if (particles) parts.push(...curve("ESS", tops.ess, rows.map(({ ess }) => ess), 1));
  if (exact) parts.push(...curve("regret", tops.regret, rows.map(({ regret }) => regret), Math.max(...rows.map(({ regret }) => regret ?? 0))));
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
