// One particle: its path step by step, with the three parts that each step added to its log-weight. Or one node of a tree: the steps that lead
// to it, with what the search makes of each.

import { around, element } from "../lib/elements.js";
import { actionColour, actionGlyph } from "../lib/palette.js";
import { count, decimalsOf, fixed, number, percent } from "../lib/format.js";
import { setText } from "./section.js";
import { shorten } from "./shapes.js";

// The three parts differ in height as well as in colour.
const BAR = { width: 40, height: 10, parts: [10, 7, 3.5] };
const SHARE = 2;
// Room for the name of an action, in pixels; its title has the whole.
const NAME = 84;

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
export function particleFacts({ particle: [level], particle_weight, interventions }, steps) {
  const facts = [`weight ${percent(particle_weight)}`, `reward ${number(steps.reduce((sum, step) => sum + step.reward, 0))}`, count(steps.length, "step")];
  const last = steps.at(-1);
  if (last.level !== level) facts.push(`ended at level ${last.level}`);
  else if (last.terminal) facts.push("ends here");
  if (interventions.some((each) => each.kind === "kill" && each.level === last.level && each.slot === last.slot)) facts.push("killed");
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
 * Writes the panel over what was written before: with every plan while playing, so that elements stay. Names and numbers go in as text, never as markup.
 * @param {HTMLElement} section
 */
export function renderParticle(section, frame, theme) {
  const root = section.querySelector(".particle-numbers");
  if (!(root instanceof HTMLElement) || !frame.particle) return;
  setText(section, ".panel-note", frame.over ? "no plan" : noteOf(frame));
  root.toggleAttribute("data-empty", frame.over);
  if (frame.over) return;
  if (!root.childElementCount) root.append(openBranch(), element("p", "key"), around("table", "steps", element("thead"), element("tbody")));
  const steps = frame.tree ? treeSteps(frame) : particleSteps(frame);
  writeBranch(root, frame, steps, theme);
  writeKey(root, frame, theme);
  const { titles, rows } = frame.tree ? treeTable(frame, steps) : particleTable(frame, steps, theme);
  writeHead(root, ["lvl", frame.continuous ? frame.dimensions[0] : "action", ...titles], rows[0].length);
  writeRows(root.querySelector("tbody"), rows);
}

function noteOf({ tree, heaviest, particle: [level, slot] }) {
  const first = heaviest[level] === slot;
  return tree ? `${first ? "most visited" : "one"} of level ${level}` : `${first ? "heaviest: " : ""}slot ${slot} at level ${level}`;
}

const openBranch = () => around("p", "particle-branch", element("span", "glyph"), element("span", "particle-facts"));

function writeBranch(root, frame, steps, theme) {
  const [, , top] = frame.particle;
  const glyph = root.querySelector(".glyph");
  glyph.style.color = actionColour(theme, frame, top);
  setText(root, ".glyph", actionGlyph(frame, top));
  setText(root, ".particle-facts", ` ${frame.actions[top]} · ${(frame.tree ? treeFacts : particleFacts)(frame, steps).join(" · ")}`);
}

const partColours = (theme) => [theme.hues[3], theme.hues[4], theme.hues[5]];

function writeKey(root, { weightParts }, theme) {
  const written = JSON.stringify([weightParts, partColours(theme)]);
  const line = root.querySelector(".key");
  if (line.dataset.written === written) return;
  line.dataset.written = written;
  line.replaceChildren(...weightParts.flatMap((part, index) => {
    const swatch = element("span", "swatch");
    Object.assign(swatch.style, { background: partColours(theme)[index], height: `${BAR.parts[index]}px` });
    return [swatch, part];
  }));
}

/** The columns after level and action, and all cells of a row per step; a cell is {text, title, kind, background}. */
function particleTable(frame, steps, theme) {
  const largest = Math.max(1e-9, ...steps.map(({ parts }) => Math.max(reach(parts, 1), reach(parts, -1))));
  const totals = steps.map(({ parts }) => parts.reduce((sum, part) => sum + part, 0));
  const decimals = Math.min(decimalsOf(totals), 2);
  const rows = steps.map((step, index) => [
    ...opening(step),
    { text: fixed(step.prior, SHARE) }, { text: fixed(step.proposal, SHARE) }, { text: `${step.offspring}` },
    {
      text: "", kind: "bar", background: bars(step.parts, largest, theme),
      title: frame.weightParts.map((part, at) => `${part} ${number(step.parts[at])}`).join("\n"),
    },
    { text: fixed(totals[index], decimals) },
  ]);
  return { titles: ["prior", "prop.", "offspr.", "Δ log-weight"], rows };
}

function treeTable(frame, steps) {
  const decimals = decimalsOf(steps.map(({ q }) => q));
  const rows = steps.map((step) => [...opening(step), { text: fixed(step.prior, SHARE) }, { text: `${step.visits}` }, { text: fixed(step.q, decimals) }]);
  return { titles: ["prior", "visits", "Q"], rows };
}

/** The first two cells of a step. */
function opening({ level, action, terminal, revived }) {
  const title = [action, terminal && "the episode ends here", revived && "revived"].filter(Boolean).join(", ");
  return [{ text: `${level}` }, { text: `${shorten(action, NAME, 11.5)}${terminal ? " †" : ""}${revived ? " ○" : ""}`, kind: "action", title }];
}

/** Titles of the columns; the last one may stand over a bar and its number. */
function writeHead(root, titles, columns) {
  const head = root.querySelector("thead");
  const written = JSON.stringify([titles, columns]);
  if (head.dataset.written === written) return;
  head.dataset.written = written;
  head.replaceChildren(around("tr", "", ...titles.map((title) => element("th", "", title))));
  head.querySelector("th:last-child").colSpan = columns - titles.length + 1;
  root.querySelector("tbody").replaceChildren();
}

function writeRows(body, rows) {
  while (body.childElementCount > rows.length) body.lastElementChild.remove();
  rows.forEach((cells, index) => {
    const row = body.children[index] ?? body.appendChild(around("tr", "", ...cells.map(({ kind }) => element("td", kind ?? ""))));
    cells.forEach(({ text, title = "", background }, column) => {
      const own = row.children[column];
      if (own.textContent !== text) own.textContent = text;
      if (own.title !== title) own.title = title;
      if (background) own.style.background = background;
    });
  });
}

/** Sum of the parts of one sign, stacked. */
const reach = (parts, sign) => parts.reduce((sum, part) => sum + Math.max(sign * part, 0), 0);

/** Parts stacked from the middle, gains to the right, losses to the left: as a background, which costs no elements. */
function bars(parts, largest, theme) {
  const middle = BAR.width / 2;
  const scale = (middle - 1) / largest;
  const edge = { 1: middle, "-1": middle };
  const layer = (colour, x, width, height) => `linear-gradient(${colour} 0 0) ${x.toFixed(1)}px center / ${width.toFixed(1)}px ${height}px no-repeat`;
  const layers = parts.map((part, index) => {
    const sign = part < 0 ? -1 : 1;
    const width = Math.abs(part) * scale;
    const from = sign < 0 ? edge[sign] - width : edge[sign];
    edge[sign] += sign * width;
    return layer(partColours(theme)[index], from, width, BAR.parts[index]);
  });
  return [layer(theme.muted, middle - 0.5, 1, BAR.height), ...layers].join(", ");
}
