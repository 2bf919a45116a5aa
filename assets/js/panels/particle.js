// One particle: its path step by step, with the three parts that each step added to its log-weight. Or one node of a tree: the steps that lead
// to it, with what the search makes of each.

import { element, svg } from "../lib/elements.js";
import { actionColour, actionGlyph } from "../lib/palette.js";
import { count, number, percent } from "../lib/format.js";

const BAR = { width: 48, height: 10 };

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
  if (last?.level !== level) facts.push(last ? `ended at level ${last.level}` : "the episode is over");
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
  if (!last) return ["the episode is over"];
  const facts = [`${last.visits} of ${simulations} simulations`, `Q ${number(last.q, 4)}`, `reward ${number(steps.reduce((sum, step) => sum + step.reward, 0))}`];
  return [...facts, count(steps.length, "step"), ...(last.terminal ? ["ends here"] : [])];
}

/** Writes the panel anew. Names and numbers go in as text, never as markup. */
export function renderParticle(root, note, frame, theme) {
  const [level, slot, top] = frame.particle;
  const heaviest = frame.heaviest[level] === slot;
  const tree = frame.tree;
  note.textContent = tree ? `${heaviest ? "most visited" : "one"} of level ${level}` : `${heaviest ? "heaviest: " : ""}slot ${slot} at level ${level}`;
  const steps = tree ? treeSteps(frame) : particleSteps(frame);
  const branch = element("p", "particle-branch");
  const glyph = element("span", "glyph", actionGlyph(frame, top));
  glyph.style.color = actionColour(theme, frame, top);
  branch.append(glyph, ` ${frame.actions[top]} · ${(tree ? treeFacts : particleFacts)(frame, steps).join(" · ")}`);
  root.replaceChildren(branch, ...(tree ? [treeTable(frame, steps)] : [key(frame, theme), particleTable(frame, steps, theme)]));
}

const partColours = (theme) => [theme.hues[3], theme.hues[4], theme.hues[5]];

function key({ weightParts }, theme) {
  const line = element("p", "key");
  weightParts.forEach((part, index) => {
    const swatch = element("span", "swatch");
    swatch.style.background = partColours(theme)[index];
    line.append(swatch, part);
  });
  return line;
}

function particleTable(frame, steps, theme) {
  const largest = Math.max(1e-9, ...steps.map(({ parts }) => Math.max(reach(parts, 1), reach(parts, -1))));
  return table(frame, ["prior", "prop.", "offspring", "Δ log-weight"], steps, (step) => {
    const bar = document.createElement("td");
    bar.append(bars(step.parts, largest, theme));
    bar.title = frame.weightParts.map((part, index) => `${part} ${number(step.parts[index])}`).join("\n");
    const total = step.parts.reduce((sum, part) => sum + part, 0);
    return [cell(step.prior.toFixed(2)), cell(step.proposal.toFixed(2)), cell(`${step.offspring}`), bar, cell(signed(total))];
  });
}

const treeTable = (frame, steps) =>
  table(frame, ["prior", "visits", "Q"], steps, ({ prior, visits, q }) => [cell(prior.toFixed(2)), cell(`${visits}`), cell(number(q, 4))]);

/** A row per step: level, action, and the cells that `numbers` makes of it. */
function table(frame, titles, steps, numbers) {
  const head = document.createElement("tr");
  for (const title of ["lvl", frame.continuous ? frame.dimensions[0] : "action", ...titles]) head.append(element("th", "", title));
  // The last title may stand over a bar and its number.
  const columns = steps.length ? numbers(steps[0]).length : titles.length;
  if (columns > titles.length) /** @type {HTMLTableCellElement} */ (head.lastElementChild).colSpan = 2;
  const body = steps.map((step) => {
    const row = document.createElement("tr");
    const action = element("td", "action", `${step.action}${step.terminal ? " †" : ""}${step.revived ? " ○" : ""}`);
    action.title = [step.terminal && "the episode ends here", step.revived && "revived"].filter(Boolean).join(", ");
    row.append(cell(`${step.level}`), action, ...numbers(step));
    return row;
  });
  const whole = element("table", "steps");
  whole.append(head, ...body);
  return whole;
}

const cell = (text) => element("td", "", text);

const signed = (value) => (value < 0 ? `−${(-value).toFixed(2)}` : value.toFixed(2));

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
    picture.append(svg("rect", { x: sign < 0 ? edge[sign] - width : edge[sign], y: 1, width, height: BAR.height - 2, fill: partColours(theme)[index] }));
    edge[sign] += sign * width;
  });
  picture.append(svg("rect", { x: middle - 0.5, y: 0, width: 1, height: BAR.height, fill: theme.muted }));
  return picture;
}
