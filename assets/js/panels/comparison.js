// The panel "Comparison", shown while a plan is pinned: what was made differently in A (pinned) and B (shown), which particles are the same, and the
// differences in numbers and bars.

import { comparedActions, comparedNumbers, comparisonSentence, differences, movedProbability, objection, samePlan, sameness } from "../frame/comparison.js";
import { around, element, svg } from "../lib/elements.js";
import { alike, decimalsOf, fixed, nats, number, percent, share, signed } from "../lib/format.js";
import { panelSection } from "./section.js";

// Rows of actions; of more those that changed most.
const MOST_ACTIONS = 6;
const BAR = { width: 44, height: 9 };
const SAME = { width: 300, height: 22 };

/** A value as people read it in the list of differences; pure. */
function valueText(value) {
  if (value === null || value === undefined) return "none";
  if (typeof value === "boolean") return value ? "on" : "off";
  return `${value}`.replace(/^-/, "−");
}

/** The differences of their making, as lines "alpha 0.1 → 0.5"; pure. */
export const differenceTexts = (a, b) => differences(a, b).map(({ name, a: before, b: after }) => `${name.replaceAll("_", " ")} ${valueText(before)} → ${valueText(after)}`);

const TEXTS = { share: (value) => (Number.isFinite(value) ? percent(value) : "none"), nats: (value) => nats(value), count: (value) => fixed(value, 0) };

/** The table of numbers as texts and bars, [name, A, B, B − A, bar from −1 to 1, help]; pure. */
export function numberRows(a, b) {
  return comparedNumbers(a, b).map(({ name, unit, a: before, b: after, help }) => {
    const texts = unit === "" ? alike([before, after]) : [before, after].map(TEXTS[unit]);
    const change = after - before;
    const size = Math.max(Math.abs(before), Math.abs(after));
    const bar = Number.isFinite(change) && size > 0 ? Math.min(Math.max(change / size, -1), 1) : 0;
    return { name, help, texts: [...texts, changeText(change, unit, [before, after])], bar };
  });
}

function changeText(change, unit, values) {
  if (!Number.isFinite(change)) return "none";
  if (unit === "share") return `${signed(change * 100, Math.abs(change) < 0.095 ? 1 : 0)} pts`;
  if (unit === "count") return signed(change, 0);
  const text = signed(change, unit === "nats" ? 3 : Math.max(...alike(values).map((each) => each.split(".")[1]?.length ?? 0)));
  // No false 0.
  const vanishes = unit !== "nats" && change !== 0 && !/[1-9]/.test(text);
  return vanishes ? `${change > 0 ? "+" : ""}${number(change, 2)}` : text;
}

/** The root actions whose probability changed most, as texts and bars, which are as long as all of it where all of it moved; pure. Null where the two plans have no actions in common. */
export function actionRows(a, b) {
  const actions = comparedActions(a, b);
  if (!actions) return null;
  const change = (row) => row.b - row.a;
  // Of the differences themselves: as many as would tell all Q-hats apart leave no room for the table.
  const decimals = decimalsOf(actions.map(({ qA, qB }) => qB - qA), 3);
  return actions
    .map((row, action) => ({ ...row, action }))
    .sort((one, other) => Math.abs(change(other)) - Math.abs(change(one)))
    .slice(0, MOST_ACTIONS)
    .sort((one, other) => one.action - other.action)
    .map((row) => ({
      name: row.name, help: `Q-hat ${alike([row.qA, row.qB]).join(" in A, ")} in B`,
      texts: [share(row.a), share(row.b), Number.isFinite(row.qB - row.qA) ? signed(row.qB - row.qA, decimals) : "none"], bar: change(row),
    }));
}

export class ComparisonPanel {
  /**
   * @param {object} given
   * @param {() => void} given.onUnpin
   * @param {() => void} given.onBeside shows A beside B, or no longer
   * @param {import("../lib/lifetime.js").Lifetime} given.lifetime
   */
  constructor({ onUnpin, onBeside, lifetime }) {
    this.beside = element("button", "quiet beside-open", "side by side");
    this.beside.title = "Show A beside B; level, pointer and selection are the same in both";
    this.beside.setAttribute("aria-pressed", "false");
    // Until somebody can show it there: not in a file, which has no knobs either.
    this.beside.hidden = true;
    const unpin = element("button", "quiet unpin", "let go");
    unpin.title = "Stop comparing (p)";
    for (const button of [this.beside, unpin]) button.type = "button";
    lifetime.listen(unpin, "click", onUnpin);
    lifetime.listen(this.beside, "click", onBeside);
    this.section = panelSection("comparison", this.beside, unpin);
    this.section.hidden = true;
    this.made = element("p", "comparison-made");
    this.sentence = element("p", "comparison-sentence");
    this.same = element("div", "comparison-same");
    this.numbers = around("table", "comparison-table", element("thead"), element("tbody"), element("tbody"));
    this.section.append(this.made, this.sentence, this.same, this.numbers);
    /** @type {any[]} the two frames that are written */
    this.written = [];
  }

  /**
   * @param {any} pinned frame of A, or null
   * @param {any} frame of B
   */
  write(pinned, frame) {
    this.section.hidden = !pinned;
    if (!pinned || (this.written[0] === pinned && samePlan(this.written[1], frame))) return;
    this.written = [pinned, frame];
    const refused = objection(pinned, frame);
    this.writeMade(pinned, frame, refused);
    const sentence = comparisonSentence(pinned, frame);
    if (this.sentence.textContent !== sentence) this.sentence.textContent = sentence;
    for (const part of [this.same, this.numbers]) part.hidden = !!refused;
    if (refused) return;
    this.writeSame(sameness(pinned, frame), frame.levels);
    this.writeNumbers(pinned, frame);
  }

  writeMade(pinned, frame, refused) {
    const texts = refused ? [] : differenceTexts(pinned, frame);
    const chips = texts.map((text) => element("span", "chip", text));
    this.made.replaceChildren(...(chips.length ? chips : refused ? [] : [element("span", "hint", this.beside.hidden ? "Made alike." : "Made alike. Turn a knob, take a step, or choose another checkpoint.")]));
  }

  /** A bar for each level: the share of its particles that are the same. */
  writeSame(alike, levels) {
    this.same.hidden = !alike;
    if (!alike) return;
    const column = SAME.width / levels;
    const bars = alike.byLevel.map((part, level) => {
      const height = (part ?? 0) * (SAME.height - 2);
      return svg("rect", { x: level * column + 0.5, y: SAME.height - height - 1, width: Math.max(column - 1, 0.5), height, class: "same-bar" });
    });
    const label = `Particles that are the same in both, by level: ${alike.byLevel.map((part) => (part === null ? "none" : share(part))).join(", ")}`;
    const picture = svg("svg", { viewBox: `0 0 ${SAME.width} ${SAME.height}`, preserveAspectRatio: "none", role: "img", "aria-label": label },
      svg("rect", { x: 0, y: SAME.height - 1, width: SAME.width, height: 1, class: "same-axis" }), ...bars);
    this.same.replaceChildren(element("span", "hint", "same particles by level"), picture);
  }

  writeNumbers(pinned, frame) {
    const [head, actions, numbers] = Array.from(this.numbers.children);
    const titles = (names) => around("tr", "", ...names.map((name) => element("th", "", name)));
    const rows = actionRows(pinned, frame);
    const moved = movedProbability(comparedActions(pinned, frame) ?? []);
    head.replaceChildren(titles(["improved policy", "A", "B", rows ? `${percent(moved)} moved` : "", "ΔQ-hat"]));
    head.toggleAttribute("hidden", !rows);
    const line = ({ name, help, texts, bar }) => {
      const [before, after, change] = texts;
      const row = around("tr", "", ...[["name", name], ["", before], ["", after]].map(([kind, text]) => element("td", kind, text)), around("td", "bar", barOf(bar)), element("td", "", change));
      row.title = help;
      return row;
    };
    actions.replaceChildren(...(rows ?? []).map(line));
    numbers.replaceChildren(titles(["plan", "A", "B", "", "B − A"]), ...numberRows(pinned, frame).map(line));
  }
}

/** A bar to the right of the middle for more in B, to the left for less. */
function barOf(value) {
  const middle = BAR.width / 2;
  const length = value === 0 ? 0 : Math.max(Math.abs(value) * (middle - 1), 0.75);
  return svg("svg", { width: BAR.width, height: BAR.height, "aria-hidden": "true" },
    svg("rect", { x: middle - 0.5, y: 0, width: 1, height: BAR.height, class: "same-axis" }),
    svg("rect", { x: value < 0 ? middle - length : middle, y: 1.5, width: length, height: BAR.height - 3, class: value < 0 ? "bar-less" : "bar-more" }));
}
