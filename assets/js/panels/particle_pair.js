// Two particles side by side: where their lineages part, what each gained on one scale, and the difference by part. The first is the one that was
// kept, the second the one that is shown.

import { stepsOf } from "../frame/particle.js";
import { gainedBy, pairOf, pairSentence, partTexts } from "../frame/two_particles.js";
import { around, element } from "../lib/elements.js";
import { fixed, signed } from "../lib/format.js";
import { actionColour, actionGlyph } from "../lib/palette.js";
import { partBars } from "./particle_rows.js";
import { build, line, node, openPath, shorten, text } from "./shapes.js";

const HIGH = 104;
const [LEFT, BOTTOM, TOP] = [36, 16, 8];
const BAR = { width: 84, height: 12 };
const SMALL = { width: 54, height: 16 };

export class ParticlePair {
  /**
   * @param {import("../lib/lifetime.js").Lifetime} lifetime
   * @param {() => void} onDrop lets the kept particle go
   */
  constructor(lifetime, onDrop) {
    this.drop = Object.assign(element("button", "chip pair-drop", "let go"), { type: "button", title: "Stop comparing (b or esc)" });
    lifetime.listen(this.drop, "click", onDrop);
    this.names = element("div", "pair-names");
    this.sentence = element("p", "pair-sentence");
    this.sentence.setAttribute("role", "status");
    this.curves = element("div", "pair-curves");
    this.difference = element("div", "pair-difference");
    this.table = around("table", "pair-steps", element("thead"), element("tbody"));
    this.element = around("div", "pair", this.names, this.sentence, this.curves, this.difference, this.table);
  }

  /**
   * @param {any} frame with `lineage/…` and `other/…`
   * @param {import("../lib/palette.js").Theme} theme
   * @param {number} width
   */
  write(frame, theme, width) {
    const [first, second] = [stepsOf(frame, "other"), stepsOf(frame)];
    const pair = pairOf(first, second);
    this.names.replaceChildren(nameLine(frame, frame["other/particle"], theme, 0, this.drop), nameLine(frame, frame.particle, theme, 1));
    const sentence = pairSentence(frame, first, second, pair);
    if (this.sentence.textContent !== sentence) this.sentence.textContent = sentence;
    this.curves.replaceChildren(...(frame.tree ? [] : [curvesPicture(first, second, pair, theme, width, frame.levels)]));
    this.difference.replaceChildren(...(frame.tree || pair.kind === "same" ? [] : differenceRows(frame, pair, theme)));
    writeSteps(this.table, frame, [first, second], pair, theme, width);
  }
}

/** Lines of the two, as the pictures mark them. */
const strokeOf = (theme, index) => (index ? { stroke: theme.ink } : { stroke: theme.accent, "stroke-dasharray": "5 3" });

function nameLine(frame, [level, slot, top], theme, index, ...more) {
  const glyph = element("span", "glyph", actionGlyph(frame, top));
  glyph.style.color = actionColour(theme, frame, top);
  const sample = build(node("svg", { width: 22, height: 8, "aria-hidden": "true" }, line(1, 4, 21, 4, strokeOf(theme, index).stroke, { ...strokeOf(theme, index), "stroke-width": 2 })));
  const words = `${index ? "second, shown" : "first, kept"}: ${frame.tree ? "node" : "slot"} ${slot} at level ${level}, ${frame.actions[top]}`;
  return around("p", "pair-name", sample, glyph, element("span", "pair-name-text", words), ...more);
}

/** The gains of both since the root, level by level, on one scale. */
function curvesPicture(first, second, pair, theme, width, levels) {
  const lines = [gainedBy(first), gainedBy(second)].map((points) => points.filter(([, gained]) => Number.isFinite(gained)));
  const values = lines.flat().map(([, gained]) => gained);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const span = Math.max(high - low, 1e-9);
  const x = (level) => LEFT + ((level + 1) / levels) * (width - LEFT - 6);
  const y = (value) => TOP + ((high - value) / span) * (HIGH - TOP - BOTTOM);
  const words = (at, height, said, anchor) => text(at, height, said, { "text-anchor": anchor, fill: theme.muted, "font-size": 10 });
  const parted = pair.level === null ? [] : [line(x(pair.level - 1), TOP - 4, x(pair.level - 1), HIGH - BOTTOM, theme.muted, { "stroke-dasharray": "2 3" })];
  const label = `Log-weights gained since the root: the first ${lastOf(lines[0])}, the second ${lastOf(lines[1])}`;
  const drawn = node("svg", { width, height: HIGH, role: "img", "aria-label": label },
    line(LEFT, y(0), width - 6, y(0), theme.grid), ...parted,
    ...lines.map((points, index) => node("path", { d: openPath(points.map(([level, gained]) => [x(level), y(gained)])), fill: "none", "stroke-width": index ? 1.6 : 2, ...strokeOf(theme, index) })),
    words(LEFT - 4, y(high) + 4, fixed(high, 1), "end"), ...(y(low) - y(high) > 12 ? [words(LEFT - 4, y(low) + 3, fixed(low, 1), "end")] : []),
    words(LEFT, HIGH - 3, "gained since the root, in nats", "start"), words(width - 6, HIGH - 3, `level ${levels - 1}`, "end"));
  return build(drawn);
}

const lastOf = (points) => fixed(points[points.length - 1][1], 2);

/** First less second since they parted, part by part. */
function differenceRows({ weightParts }, { difference, total }, theme) {
  const values = [...difference, total];
  const largest = Math.max(...values.map(Math.abs), 1e-9);
  const texts = partTexts(values);
  const rows = [...weightParts, "together"].map((name, index) => {
    const alone = difference.map((part, at) => (index === difference.length ? part : at === index ? part : 0));
    const bar = build(node("svg", { width: BAR.width, height: BAR.height, "aria-hidden": "true" }, ...partBars(alone, Math.max(largest, sums(difference)), [0, BAR.width], [1, BAR.height - 1], theme)));
    return around("p", "pair-part", element("span", "", name), bar, element("span", "pair-number", texts[index]));
  });
  return [element("p", "hint", "first − second, since they parted"), ...rows];
}

const sums = (parts) => Math.max(...[1, -1].map((sign) => parts.reduce((sum, part) => sum + Math.max(sign * part, 0), 0)));

/** Level by level both steps; those in common in one row. */
function writeSteps(table, frame, [first, second], pair, theme, width) {
  const [head, body] = table.children;
  const titles = frame.tree ? ["lvl", "first", "Q", "second", "Q"] : ["lvl", "first", "Δ log-w.", "second", "Δ log-w."];
  head.replaceChildren(around("tr", "", ...titles.map((title) => element("th", "", title))));
  const common = first.slice(0, pair.common);
  const shared = common.length ? [commonRow(common)] : [];
  const levels = [...new Set([...first.slice(pair.common), ...second.slice(pair.common)].map(({ level }) => level))].sort((a, b) => a - b);
  const largest = Math.max(...[...first, ...second].map(({ parts = [] }) => sums(parts)), 1e-9);
  const room = Math.max((width - 24) / 2 - SMALL.width - 24, 30);
  const cells = (steps, level) => {
    const step = steps.find((each) => each.level === level);
    if (!step) return [element("td", "action", ""), element("td", "", "")];
    const glyph = element("span", "glyph", actionGlyph(frame, Math.max(step.taken, 0)));
    if (!frame.continuous) glyph.style.color = actionColour(theme, frame, step.taken);
    const action = around("td", "action", glyph, ` ${shorten(step.action, room, 11.5)}`);
    action.title = step.action;
    if (frame.tree) return [action, element("td", "", fixed(step.q, 2))];
    const bar = build(node("svg", { width: SMALL.width, height: SMALL.height, role: "img", "aria-label": signed(step.change, 3) }, ...partBars(step.parts, largest, [0, SMALL.width], [2, SMALL.height - 2], theme)));
    const cell = around("td", "bar", bar);
    cell.title = `${signed(step.change, 3)}: ${frame.weightParts.map((part, index) => `${part} ${signed(step.parts[index], 3)}`).join(", ")}`;
    return [action, cell];
  };
  body.replaceChildren(...shared, ...levels.map((level) => around("tr", "", element("td", "level", `${level}`), ...cells(first.slice(pair.common), level), ...cells(second.slice(pair.common), level))));
}

function commonRow(steps) {
  const [from, to] = [steps[0].level, steps.at(-1).level];
  const cell = element("td", "pair-common", `in common: ${shorten(runs(steps.map(({ action }) => action)), 240, 11.5)}`);
  Object.assign(cell, { colSpan: 4, title: steps.map(({ action }) => action).join(", ") });
  return around("tr", "", element("td", "level", from === to ? `${from}` : `${from}–${to}`), cell);
}

/** "left × 3, right" of a list of actions. */
export function runs(actions) {
  const found = [];
  for (const action of actions) {
    if (found.at(-1)?.action === action) found[found.length - 1].times++;
    else found.push({ action, times: 1 });
  }
  return found.map(({ action, times }) => (times > 1 ? `${action} × ${times}` : action)).join(", ");
}
