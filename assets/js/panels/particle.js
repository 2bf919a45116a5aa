// The panel of one particle: its fate, and its path step by step, each step with what its state offered, what the trust region allowed, and what it
// did to the weight. Or of one node of a tree: the steps that lead to it. With another particle kept, both side by side (panels/particle_pair.js).

import { fateOf } from "../frame/fate.js";
import { columnsOf, offersOf, particleFacts, stepsOf, treeFacts } from "../frame/particle.js";
import { around, element, svg } from "../lib/elements.js";
import { actionColour, actionGlyph, placeColour } from "../lib/palette.js";
import { HEAD, headNodes, partColours, PART_SHARES, ROW, rowNodes, rowText, scalesOf } from "./particle_rows.js";
import { ParticlePair } from "./particle_pair.js";
import { panelSection, setText } from "./section.js";
import { patch, shorten } from "./shapes.js";

// Actions that have a column of their own, where the panel is as narrow as at the side.
const MOST = 8;
const MOST_WIDE = 24;
const WIDE = 620;
// Room of the other cells of a row, in pixels; the name of an action has its part of it.
const ASIDE = 110;
const NAME = 50;
const KEY_HEIGHT = 10;
// At most so many pixels are above the first row.
const ABOVE = 180;

const NOT_KEPT = "Prior and proposal are of the actions taken: this kept plan does not hold those of every action.";
const ALONE = "Recorded are the numbers of this particle alone.";
const LOOKS = "Prior and proposal are of the actions taken. Who looks on sees those of every action once somebody in control asks for it.";
const NO_KL = "This kept plan does not hold the KL of each step.";

/**
 * @typedef {object} ParticleContext what the panel is written with, besides the frame
 * @property {boolean} compared true where another particle is kept, and is in the frame
 * @property {{level: number, slot: number} | null} kept
 * @property {boolean} offers true where the source can make what a plan keeps only on request
 * @property {boolean} wanted true where that is wanted of every plan
 * @property {string} said what is being done about it
 */

export class ParticlePanel {
  /**
   * @param {object} given
   * @param {import("../lib/lifetime.js").Lifetime} given.lifetime
   * @param {HTMLElement} given.whatIf the row above the numbers
   * @param {() => void} given.onKeep keeps the particle that is shown to compare it, or lets the kept one go
   * @param {() => void} given.onActions wants every action, or no longer
   * @param {() => void} given.onChange asks for another painting
   */
  constructor({ lifetime, whatIf, onKeep, onActions, onChange }) {
    const chip = (name, text, title) => Object.assign(element("button", `chip ${name}`, text), { type: "button", title });
    this.keep = chip("particle-keep", "compare", "Keep this particle, and compare it with the next one that is pointed at (b)");
    this.all = chip("particle-all", "every action", "Prior, proposal and Q of every action at every step: plans this moment again with all of them kept. The first time that compiles");
    this.section = panelSection("particle", around("span", "particle-tools", this.all, this.keep));
    this.numbers = element("div", "particle-numbers");
    // It scrolls, also by keys.
    Object.assign(this.numbers, { tabIndex: 0, role: "region", ariaLabel: "Steps" });
    this.section.append(whatIf, this.numbers);
    this.parts = null;
    this.pair = new ParticlePair(lifetime, onKeep);
    this.width = 0;
    /** The part of the numbers that is in sight, in pixels. */
    this.sight = { top: 0, height: 0 };
    /** True while rows out of sight may be of an earlier plan. */
    this.partly = false;
    lifetime.listen(this.numbers, "scroll", () => {
      this.sight.top = this.numbers.scrollTop;
      if (this.partly) onChange();
    });
    lifetime.listen(this.keep, "click", onKeep);
    lifetime.listen(this.all, "click", onActions);
    const observer = new ResizeObserver(() => {
      const { clientWidth, clientHeight } = this.numbers;
      const higher = clientHeight > this.sight.height && this.partly;
      this.sight.height = clientHeight;
      if (clientWidth === this.width && !higher) return;
      this.width = clientWidth;
      onChange();
    });
    observer.observe(this.numbers);
    lifetime.add(() => observer.disconnect());
  }

  /** Elements that are written over with every plan. */
  open() {
    if (this.parts) return this.parts;
    const line = element("p", "particle-branch");
    const fate = element("span", "particle-fate");
    line.append(element("span", "glyph"), element("span", "particle-facts"), fate);
    const [note, key] = [element("p", "hint particle-note"), element("p", "key")];
    note.setAttribute("role", "status");
    const head = svg("svg", { class: "step-head", height: HEAD, role: "img", "aria-label": "Numbers of the step" });
    const titles = around("tr", "", element("th", "", "lvl"), element("th", "", "action"), around("th", "step-picture", head));
    const body = element("tbody");
    const table = around("table", "steps", around("thead", "", titles), body);
    this.numbers.append(line, note, key, table, this.pair.element);
    this.parts = { line, fate, note, key, head, body, table, titles };
    return this.parts;
  }

  /**
   * Writes the panel over what was written before: with every plan while playing, so that elements stay. Names and numbers go in as text, never as markup.
   * @param {any} frame
   * @param {import("../lib/palette.js").Theme} theme
   * @param {ParticleContext} context
   */
  write(frame, theme, context) {
    if (!frame.particle) return;
    setText(this.section, ".panel-note", frame.over ? "no plan" : noteOf(frame));
    this.numbers.toggleAttribute("data-empty", frame.over);
    this.writeButtons(frame, context);
    if (frame.over) return;
    const parts = this.open();
    this.width ||= this.numbers.clientWidth;
    const steps = stepsOf(frame);
    const { offers, complete } = offersOf(frame, steps);
    this.writeFacts(frame, steps, theme);
    setPlain(parts.note, context.said || noteText(frame, steps, complete, context));
    this.numbers.toggleAttribute("data-pair", context.compared);
    writeKey(parts.key, frame, theme, columnsOf(offers, this.most));
    if (context.compared) this.pair.write(frame, theme, Math.max(this.width - 18, 200));
    else this.writeRows({ frame, steps, offers, complete, columns: columnsOf(offers, this.most), theme });
  }

  get most() {
    return this.width > WIDE ? MOST_WIDE : MOST;
  }

  writeButtons(frame, { kept, compared, offers, wanted }) {
    this.keep.hidden = frame.over || compared;
    this.keep.setAttribute("aria-pressed", `${!!kept}`);
    // A tree has its numbers of every action in any case.
    this.all.hidden = frame.over || frame.tree || compared || !offers;
    this.all.setAttribute("aria-pressed", `${wanted}`);
  }

  writeFacts(frame, steps, theme) {
    const { line, fate } = this.open();
    const [, , top] = frame.particle;
    const glyph = /** @type {HTMLElement} */ (line.firstElementChild);
    glyph.style.color = actionColour(theme, frame, top);
    setPlain(glyph, actionGlyph(frame, top));
    setPlain(line.children[1], ` ${frame.actions[top]} · ${(frame.tree ? treeFacts : particleFacts)(frame, steps).join(" · ")}. `);
    setPlain(fate, frame.tree ? "" : fateOf(frame, steps));
  }

  writeRows(given) {
    const { frame, steps, offers, columns, theme } = given;
    const { head, body, titles } = this.open();
    const width = Math.max(this.width - ASIDE, 120);
    const rows = { ...given, width, scales: scalesOf(steps, offers, columns) };
    setPlain(titles.children[1], frame.continuous ? frame.dimensions[0] : "action");
    if (head.getAttribute("width") !== `${width}`) head.setAttribute("width", `${width}`);
    patch(head, headNodes(rows));
    while (body.childElementCount > steps.length) body.lastElementChild?.remove();
    // While plans follow each other, rows out of sight would cost most of the time.
    this.partly = !!frame.playing && this.sight.height > 0;
    const first = this.partly ? (this.sight.top - ABOVE) / ROW - 1 : 0;
    const last = this.partly ? (this.sight.top + this.sight.height) / ROW : Infinity;
    steps.forEach((step, index) => {
      const row = body.children[index] ?? body.appendChild(newRow());
      const [level, action, picture] = row.children;
      const drawing = picture.firstElementChild;
      // Also out of sight: the widest row makes the table wide.
      if (drawing.getAttribute("width") !== `${width}`) drawing.setAttribute("width", `${width}`);
      if (index < first || index > last) return;
      const words = rowText(rows, index);
      if (row.title !== words) row.title = words;
      setPlain(level, `${step.level}`);
      const [glyph, name, small] = action.children;
      const place = offers[index].places?.[step.taken < 0 ? 0 : step.taken];
      glyph.style.color = frame.continuous ? placeColour(theme, frame, place || 0) : actionColour(theme, frame, step.taken);
      setPlain(glyph, actionGlyph(frame, Math.max(step.taken, 0)));
      setPlain(name, shorten(step.action, this.width > WIDE ? 90 : NAME, 11.5));
      setPlain(small, smallText(step, frame));
      if (drawing.getAttribute("aria-label") !== words) drawing.setAttribute("aria-label", words);
      patch(drawing, rowNodes(rows, index));
    });
  }
}

/** @returns {any} */
function newRow() {
  const action = around("td", "action", element("span", "glyph"), element("span", "action-name"), element("small", ""));
  return around("tr", "", element("td", "level"), action, around("td", "step-picture", svg("svg", { height: ROW, role: "img" })));
}

/** The event of a step, in as few letters as there is room for. */
function smallText({ terminal, revived, offspring, visits }, { tree }) {
  if (terminal) return "† ends";
  if (tree) return `${visits} visits`;
  return `${revived ? "○ " : ""}${offspring} offspr.`;
}

function noteOf({ tree, heaviest, particle: [level, slot] }) {
  const first = heaviest[level] === slot;
  return tree ? `${first ? "most visited" : "one"} of level ${level}` : `${first ? "heaviest: " : ""}slot ${slot} at level ${level}`;
}

/** The parts that a kept plan does not hold, where it is one. */
function noteText(frame, steps, complete, { offers }) {
  if (frame.alone) return complete ? "" : ALONE;
  // After a recorded opening the live plan follows at once.
  if (frame.tree || offers || frame.playing || frame.recorded) return "";
  const unknown = !complete && (frame.continuous || frame.actions.length > 2);
  return [unknown ? (frame.kept ? NOT_KEPT : LOOKS) : "", steps.some((step) => Number.isNaN(step.kl)) ? NO_KL : ""].filter(Boolean).join(" ");
}

function setPlain(part, words) {
  if (part.textContent !== words) part.textContent = words;
}

function writeKey(key, frame, theme, { shown, others }) {
  const written = JSON.stringify([frame.weightParts, partColours(theme), shown.length, others]);
  if (key.dataset.written === written) return;
  key.dataset.written = written;
  const parts = frame.weightParts.flatMap((part, index) => {
    const swatch = element("span", "swatch");
    Object.assign(swatch.style, { background: partColours(theme)[index], height: `${KEY_HEIGHT * PART_SHARES[index]}px` });
    return [swatch, part];
  });
  const of = frame.tree ? "visited most" : "proposed most";
  key.replaceChildren(...parts, ...(others ? [element("span", "key-others", `${shown.length} actions ${of}; … ${others} others together`)] : []));
}
