// One particle: its path step by step, with the three parts that each step added to its log-weight.

import { ancestry, lastStep } from "./lineage.js";
import { actionColour, actionGlyph } from "./palette.js";
import { count, number, percent } from "./words.js";

const BAR = { width: 84, height: 10 };
const PARTS = ["prior − proposal", "reward", "value difference"];

/** The heaviest particle of a level: shown while none is pointed at or selected. */
export function heaviest({ slots, weights }, level) {
  let slot = 0;
  for (let other = 1; other < slots; other++) if (weights[level * slots + other] > weights[level * slots + slot]) slot = other;
  return { level, slot };
}

/** The three parts of a step's log-weight increment (E5): prior - proposal; reward; value difference. */
export function increment(frame, id) {
  const { settings: { reward_temperature: tau, discount, advantage }, log_prior, log_proposal, reward, continuation, value, next_value } = frame;
  const before = advantage === false ? 0 : value[id];
  return [log_prior[id] - log_proposal[id], reward[id] / tau, (discount * continuation[id] * next_value[id] - before) / tau];
}

/** The steps of a particle from the root on; pure. */
export function particleSteps(frame, particle) {
  return ancestry(frame, lastStep(frame, particle)).reverse().map((id) => ({
    id,
    level: Math.floor(id / frame.slots),
    slot: id % frame.slots,
    action: frame.action[id],
    prior: Math.exp(frame.log_prior[id]),
    proposal: Math.exp(frame.log_proposal[id]),
    parts: increment(frame, id),
    reward: frame.reward[id],
    terminal: !!frame.terminal[id],
    revived: !!frame.revived[id],
  }));
}

/** What is said above the table. */
export function particleFacts(frame, { level, slot }, steps) {
  const id = level * frame.slots + slot;
  const facts = [`weight ${percent(frame.weights[id])}`, `reward ${number(steps.reduce((sum, step) => sum + step.reward, 0))}`, count(steps.length, "step")];
  if (!frame.alive[id]) facts.push(steps.length ? `ended at level ${steps.at(-1).level}` : "the episode is over");
  else if (frame.terminal[id]) facts.push("ends here");
  if (steps.some((step) => step.revived)) facts.push("revived");
  return facts;
}

/** Writes the panel anew. Names and numbers go in as text, never as markup. */
export function renderParticle(root, note, frame, view, theme) {
  const particle = view.particle ?? heaviest(frame, view.level);
  note.textContent = `${view.particle ? "" : "heaviest: "}slot ${particle.slot} at level ${particle.level}`;
  if (!frame.detailed) return root.replaceChildren(element("p", "hint", "Select a particle to fetch its numbers."));
  const steps = particleSteps(frame, particle);
  const top = frame.rootOf[particle.level * frame.slots + particle.slot];
  const branch = element("p", "particle-branch");
  const glyph = element("span", "glyph", actionGlyph(top));
  glyph.style.color = actionColour(theme, top);
  branch.append(glyph, ` ${frame.actions[top]} · ${particleFacts(frame, particle, steps).join(" · ")}`);
  root.replaceChildren(branch, key(theme), table(frame, steps, theme));
}

const partColours = (theme) => [theme.hues[3], theme.hues[4], theme.hues[5]];

function key(theme) {
  const line = element("p", "key");
  PARTS.forEach((part, index) => {
    const swatch = element("span", "swatch");
    swatch.style.background = partColours(theme)[index];
    line.append(swatch, part);
  });
  return line;
}

function table(frame, steps, theme) {
  const largest = Math.max(1e-9, ...steps.map(({ parts }) => Math.max(reach(parts, 1), reach(parts, -1))));
  const head = document.createElement("tr");
  for (const title of ["lvl", "action", "prior", "prop.", "Δ log-weight", ""]) head.append(element("th", "", title));
  const body = steps.map((step) => {
    const row = document.createElement("tr");
    const action = element("td", "action", `${frame.actions[step.action]}${step.terminal ? " †" : ""}${step.revived ? " ○" : ""}`);
    action.title = [step.terminal && "the episode ends here", step.revived && "revived"].filter(Boolean).join(", ");
    const bar = document.createElement("td");
    bar.append(bars(step.parts, largest, theme));
    bar.title = PARTS.map((part, index) => `${part} ${number(step.parts[index])}`).join("\n");
    const total = step.parts.reduce((sum, part) => sum + part, 0);
    const cell = (text) => element("td", "", text);
    row.append(cell(`${step.level}`), action, cell(step.prior.toFixed(2)), cell(step.proposal.toFixed(2)), bar, cell(signed(total)));
    return row;
  });
  const whole = element("table", "steps");
  whole.append(head, ...body);
  return whole;
}

const signed = (value) => (value < 0 ? `−${(-value).toFixed(2)}` : value.toFixed(2));

/** How far the parts of one sign reach when stacked. */
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

function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

function svg(tag, attributes) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}
