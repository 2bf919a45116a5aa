// One particle: its path step by step, with the three parts that each step added to its log-weight. Or one node of a tree: the steps that lead
// to it, with what the search makes of each.

import { element, svg } from "../lib/elements.js";
import { actionColour, actionGlyph } from "../lib/palette.js";
import { count, decimalsOf, fixed, number, percent } from "../lib/format.js";
import { setText } from "./section.js";

// The three parts differ in height as well as in colour.
const BAR = { width: 40, height: 10, parts: [10, 7, 3.5] };
const SHARE = 2;

/** The three parts of each step's log-weight increment (E5): prior - proposal; reward; value difference. */
function increment(frame, step) {
  const { reward_temperature: tau, discount, advantage } = frame.settings;
  const at = (name) => frame[`lineage/${name}`][step];
  const before = advantage === false ? 0 : at("value");
  return [at("log_prior") - at("log_proposal"), at("reward") / tau, (discount * at("continuation") * at("next_value") - before) / tau];
}

/** The steps of the frame's particle from the root on; pure. */
export function particleSteps(frame) {
  const at = (name, step) => frame[`lineage/${name}`][step];
  return Array.from(frame["lineage/level"], (level, step) => ({
    level,
    slot: at("slot", step),
    action: frame.lineageAction(step),
    prior: Math.exp(at("log_prior", step)),
    proposal: Math.exp(at("log_proposal", step)),
    parts: increment(frame, step),
    reward: at("reward", step),
    terminal: !!at("terminal", step),
    revived: !!at("revived", step),
    offspring: at("offspring", step),
  }));
}

/** Facts shown above the table. */
export function particleFacts({ particle: [level], particle_weight }, steps) {
  const facts = [`weight ${percent(particle_weight)}`, `reward ${number(steps.reduce((sum, step) => sum + step.reward, 0))}`, count(steps.length, "step")];
  const last = steps.at(-1);
  if (last.level !== level) facts.push(`ended at level ${last.level}`);
  else if (last.terminal) facts.push("ends here");
  if (steps.some((step) => step.revived)) facts.push("revived");
  return facts;
}

/** The steps of a tree that lead to the frame's node; pure. */
export function treeSteps(frame) {
  const at = (name, step) => frame[`lineage/${name}`][step];
  return Array.from(frame["lineage/level"], (level, step) => ({
    level, action: frame.lineageAction(step), prior: at("prior", step), visits: at("visits", step), q: at("q_value", step), reward: at("reward", step),
    terminal: !!at("terminal", step),
  }));
}

export function treeFacts({ simulations }, steps) {
  const last = steps.at(-1);
  const facts = [`${last.visits} of ${count(simulations, "simulation")}`, `Q ${number(last.q, 4)}`, `reward ${number(steps.reduce((sum, step) => sum + step.reward, 0))}`];
  return [...facts, count(steps.length, "step"), ...(last.terminal ? ["ends here"] : [])];
}

/**
 * Writes the panel anew. Names and numbers go in as text, never as markup.
 * @param {HTMLElement} section
 */
export function renderParticle(section, frame, theme) {
  const root = section.querySelector(".particle-numbers");
  if (!root || !frame.particle) return;
  setText(section, ".panel-note", frame.over ? "no plan" : noteOf(frame));
  if (frame.over) return root.replaceChildren();
  const { tree, particle: [, , top] } = frame;
  const steps = tree ? treeSteps(frame) : particleSteps(frame);
  const branch = element("p", "particle-branch");
  const glyph = element("span", "glyph", actionGlyph(frame, top));
  glyph.style.color = actionColour(theme, frame, top);
  branch.append(glyph, ` ${frame.actions[top]} · ${(tree ? treeFacts : particleFacts)(frame, steps).join(" · ")}`);
  root.replaceChildren(branch, ...(tree ? [treeTable(frame, steps)] : [key(frame, theme), particleTable(frame, steps, theme)]));
}

function noteOf({ tree, heaviest, particle: [level, slot] }) {
  const first = heaviest[level] === slot;
  return tree ? `${first ? "most visited" : "one"} of level ${level}` : `${first ? "heaviest: " : ""}slot ${slot} at level ${level}`;
}

const partColours = (theme) => [theme.hues[3], theme.hues[4], theme.hues[5]];

function key({ weightParts }, theme) {
  const line = element("p", "key");
  weightParts.forEach((part, index) => {
    const swatch = element("span", "swatch");
    Object.assign(swatch.style, { background: partColours(theme)[index], height: `${BAR.parts[index]}px` });
    line.append(swatch, part);
  });
  return line;
}

function particleTable(frame, steps, theme) {
  const largest = Math.max(1e-9, ...steps.map(({ parts }) => Math.max(reach(parts, 1), reach(parts, -1))));
  const totals = steps.map(({ parts }) => parts.reduce((sum, part) => sum + part, 0));
  const decimals = Math.min(decimalsOf(totals), 2);
  return table(frame, ["prior", "prop.", "offspr.", "Δ log-weight"], steps, (step, index) => {
    const bar = document.createElement("td");
    bar.append(bars(step.parts, largest, theme));
    bar.title = frame.weightParts.map((part, index) => `${part} ${number(step.parts[index])}`).join("\n");
    return [cell(fixed(step.prior, SHARE)), cell(fixed(step.proposal, SHARE)), cell(`${step.offspring}`), bar, cell(fixed(totals[index], decimals))];
  });
}

function treeTable(frame, steps) {
  const decimals = decimalsOf(steps.map(({ q }) => q));
  return table(frame, ["prior", "visits", "Q"], steps, ({ prior, visits, q }) => [cell(fixed(prior, SHARE)), cell(`${visits}`), cell(fixed(q, decimals))]);
}

/** A row per step: level, action, and the cells that `numbers` makes of it. */
function table(frame, titles, steps, numbers) {
  const head = document.createElement("tr");
  for (const title of ["lvl", frame.continuous ? frame.dimensions[0] : "action", ...titles]) head.append(element("th", "", title));
  // The last title may stand over a bar and its number.
  const columns = numbers(steps[0], 0).length;
  if (columns > titles.length) /** @type {HTMLTableCellElement} */ (head.lastElementChild).colSpan = 2;
  const body = steps.map((step, index) => {
    const row = document.createElement("tr");
    const action = element("td", "action", `${step.action}${step.terminal ? " †" : ""}${step.revived ? " ○" : ""}`);
    action.title = [step.terminal && "the episode ends here", step.revived && "revived"].filter(Boolean).join(", ");
    row.append(cell(`${step.level}`), action, ...numbers(step, index));
    return row;
  });
  const whole = element("table", "steps");
  whole.append(head, ...body);
  return whole;
}

const cell = (text) => element("td", "", text);

/** Sum of the parts of one sign, stacked. */
const reach = (parts, sign) => parts.reduce((sum, part) => sum + Math.max(sign * part, 0), 0);

/** Parts stacked from the middle: gains to the right, losses to the left. */
function bars(parts, largest, theme) {
  const picture = svg("svg", { width: BAR.width, height: BAR.height, "aria-hidden": "true" });
  const middle = BAR.width / 2;
  const scale = (middle - 1) / largest;
  const edge = { 1: middle, "-1": middle };
  parts.forEach((part, index) => {
    const sign = part < 0 ? -1 : 1;
    const width = Math.abs(part) * scale;
    const high = BAR.parts[index];
    picture.append(svg("rect", { x: sign < 0 ? edge[sign] - width : edge[sign], y: (BAR.height - high) / 2, width, height: high, fill: partColours(theme)[index] }));
    edge[sign] += sign * width;
  });
  picture.append(svg("rect", { x: middle - 0.5, y: 0, width: 1, height: BAR.height, fill: theme.muted }));
  return picture;
}
