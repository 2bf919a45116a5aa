// The gallery of checkpoints: a card for each, with a plan that grows from its first state, its returns at a glance, and details on demand; filtered
// by environment and stage, sorted, and two of one environment compared.

import { arranged, byEnvironment, factsOf, measured, SORTS, STAGES, stageOf } from "./cards.js";
import { dumbbell, returnsPicture } from "./returns.js";
import { readFrame } from "../frame/frame.js";
import { linkTo } from "../lib/address.js";
import { around, element } from "../lib/elements.js";
import { signed } from "../lib/format.js";
import { GrowingWorld } from "../pictures/growing_world.js";

export class CheckpointGallery {
  /**
   * @param {object} page
   * @param {any[]} page.checkpoints cards as the service has them
   * @param {{name: string, detail: string}[]} page.missing checkpoints that cannot be planned with, and how they could
   * @param {any[]} page.planners
   * @param {import("../source/api.js").Api} page.api
   * @param {() => import("../lib/palette.js").Theme} page.theme
   * @param {string} page.wanted environment that the address asks for; "" for all
   * @param {import("../lib/lifetime.js").Lifetime} page.lifetime
   */
  constructor({ checkpoints, missing, planners, api, theme, wanted, lifetime }) {
    this.api = api;
    this.theme = theme;
    this.known = { checkpoints, missing, planners };
    const environments = byEnvironment(checkpoints).map(({ environment }) => environment);
    this.wish = { environment: environments.includes(wanted) ? wanted : "", stage: "", sort: SORTS[0].name };
    /** @type {string[]} names of the checkpoints to compare */
    this.compared = [];
    /** @type {Map<string, {card: any, element: HTMLElement, picture: GrowingWorld}>} */
    this.made = new Map();
    this.cards = element("div", "gallery-cards");
    this.chips = around("div", "gallery-chips", ...["", ...environments].map((environment) => this.chip(environment, lifetime)));
    this.chips.setAttribute("role", "group");
    this.chips.setAttribute("aria-label", "Environment");
    const stage = choice("stage", [["", "all stages"], ...STAGES.map((each) => [each, each])]);
    const sort = choice("sorted by", SORTS.map(({ name, text }) => [name, text]));
    lifetime.listen(stage.list, "change", () => this.ask({ stage: stage.list.value }));
    lifetime.listen(sort.list, "change", () => this.ask({ sort: sort.list.value }));
    this.note = element("span", "hint gallery-note", "");
    this.note.setAttribute("role", "status");
    this.tray = around("div", "gallery-compare");
    this.tray.hidden = true;
    this.tray.setAttribute("role", "status");
    this.element = around("div", "gallery", around("div", "gallery-tools", this.chips, stage.label, sort.label, this.note), this.cards, this.tray);
    lifetime.add(() => this.made.forEach(({ picture }) => picture.dispose()));
    this.write();
  }

  chip(environment, lifetime) {
    const made = Object.assign(element("button", "chip", environment || "all"), { type: "button" });
    made.dataset.environment = environment;
    lifetime.listen(made, "click", () => this.ask({ environment }));
    return made;
  }

  /** @param {Partial<typeof this.wish>} change */
  ask(change) {
    Object.assign(this.wish, change);
    this.write();
  }

  write() {
    const found = arranged(this.known.checkpoints, this.known.planners, this.wish);
    for (const chip of this.chips.children) if (chip instanceof HTMLElement) chip.setAttribute("aria-pressed", `${chip.dataset.environment === this.wish.environment}`);
    this.cards.replaceChildren(...(found.length ? found.map((each) => this.cardOf(each)) : [element("p", "hint gallery-none", "No checkpoint is of this environment and stage.")]));
    this.note.textContent = found.length === this.known.checkpoints.length ? "" : `${found.length} of ${this.known.checkpoints.length}`;
  }

  /** The card of a checkpoint, made once. */
  cardOf(found) {
    const { card } = found;
    let made = this.made.get(card.name);
    if (!made) {
      const picture = new GrowingWorld(this.theme, () => this.opening(card));
      made = { card, picture, element: this.makeCard(found, picture) };
      this.made.set(card.name, made);
    }
    return made.element;
  }

  makeCard({ card, rows, scale, gain }, picture) {
    const href = linkTo("./", location.search, { checkpoint: card.name, step: null });
    const open = element("a", "open-checkpoint", "open");
    Object.assign(open, { href });
    open.setAttribute("aria-label", `open in the microscope: ${card.title}`);
    const tick = Object.assign(element("input"), { type: "checkbox" });
    tick.setAttribute("aria-label", `compare ${card.title}`);
    tick.addEventListener("change", () => this.compare(card.name, tick.checked));
    const facts = element("dl", "facts-of-card");
    for (const [term, text, title] of factsOf(card)) {
      const value = element("dd", "", text);
      if (title) value.title = title;
      facts.append(around("div", "", element("dt", "", term), value));
    }
    const details = around("details", "", element("summary", "", "details"), element("p", "", card.description), facts, returnsPicture(rows, scale));
    const line = element("p", "card-gain");
    if (gain) line.append("prior alone ", element("b", "", measured(gain.prior.mean, NaN)), `, with ${gain.best.title} `, element("b", "", measured(gain.best.mean, NaN)), ` (${signed(gain.gain, 1)})`);
    else line.append("No returns were measured.");
    const missing = this.known.missing.filter(({ name }) => name === card.name).map(({ detail }) => element("p", "card-missing", `Recorded plan only: ${detail}`));
    const words = around("div", "card-words", around("h3", "", card.title, element("code", "", card.name)), ...(gain ? [dumbbell(rows, scale)] : []), line, ...missing, around("div", "card-tools", open, around("label", "", tick, "compare")), details);
    const made = around("article", "card", picture.element, words);
    Object.assign(made.dataset, { checkpoint: card.name, environment: card.environment, stage: stageOf(card) });
    return made;
  }

  /** The plan that a card shows; where none was recorded, the state alone. @returns {Promise<{frame: any} | {scene: any}>} */
  async opening({ name }) {
    const bytes = await this.api.opening(name).catch(() => null);
    return bytes ? { frame: readFrame(bytes) } : { scene: await this.api.scene(name) };
  }

  /** @param {string} name @param {boolean} chosen */
  compare(name, chosen) {
    const others = this.compared.filter((other) => other !== name);
    // Of three the first one goes.
    this.compared = chosen ? [...others, name].slice(-2) : others;
    for (const [other, { element: own }] of this.made) {
      const tick = own.querySelector("input");
      if (tick) tick.checked = this.compared.includes(other);
    }
    this.writeTray();
  }

  writeTray() {
    const [a, b] = this.compared.map((name) => this.made.get(name)?.card);
    this.tray.hidden = !a;
    if (!a) return;
    if (!b) return this.tray.replaceChildren(element("span", "", `${a.title}: choose another one of ${a.environment} to compare it with.`));
    if (a.environment !== b.environment) {
      return this.tray.replaceChildren(element("span", "", `${a.title} is of ${a.environment}, ${b.title} of ${b.environment}: only plans of one environment can be compared.`));
    }
    const link = element("a", "", `Compare ${a.title} (A) with ${b.title} (B)`);
    link.href = linkTo("./", location.search, { checkpoint: b.name, compare: a.name, step: null });
    this.tray.replaceChildren(link);
  }

  /** Draws the pictures in other colours. */
  repaint() {
    for (const { picture } of this.made.values()) picture.paint();
  }
}

function choice(name, options) {
  const list = element("select");
  list.append(...options.map(([value, text]) => Object.assign(element("option", "", text), { value })));
  return { list, label: around("label", "", name, list) };
}
