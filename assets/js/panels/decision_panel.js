// The panel of the root decision: its heading, its views, the trust region, and below the decision as panels/decision.js writes it.

import { regionUse } from "../frame/decision_numbers.js";
import { headline } from "../frame/narration.js";
import { around, element } from "../lib/elements.js";
import { keep, read } from "../lib/storage.js";
import { openDecision, renderDecision, VIEWS } from "./decision.js";
import { panelSection, setText } from "./section.js";

const KEY = "twistscope.decision";

/** The view that was chosen last. @param {Pick<Storage, "getItem"> | null} storage */
function readView(storage) {
  const kept = read(storage, KEY) ?? "";
  return kept in VIEWS ? kept : "bars";
}

export class DecisionPanel {
  /**
   * @param {object} given
   * @param {import("../lib/lifetime.js").Lifetime} given.lifetime
   * @param {Storage | null} given.storage keeps the view
   * @param {() => void} given.onChange asks for another painting
   */
  constructor({ lifetime, storage, onChange }) {
    this.storage = storage;
    this.onChange = onChange;
    this.view = readView(storage);
    this.take = element("button", "quiet take-action", "take it");
    this.take.type = "button";
    this.take.hidden = true;
    this.section = panelSection("decision", this.take, element("span", "badge value-source"));
    /** @type {(() => void) | null} */
    this.onTake = null;
    lifetime.listen(this.take, "click", () => this.onTake?.());
    this.buttons = Object.entries(VIEWS).map(([name, title]) => {
      const button = Object.assign(element("button", "chip", name), { type: "button", title });
      lifetime.listen(button, "click", () => this.choose(name));
      return { name, button };
    });
    const views = around("span", "decision-views", ...this.buttons.map(({ button }) => button));
    views.setAttribute("role", "group");
    views.setAttribute("aria-label", "View of the decision");
    this.meter = around("span", "region-meter", element("span", "region-bar", ""), element("span", "region-text", ""));
    const root = element("div", "decision");
    this.section.append(around("div", "decision-tools", views, this.meter), root);
    this.decision = openDecision(root, lifetime, onChange);
    this.press();
  }

  /** True where the decision as levels go by is shown. */
  get wantsTrail() {
    return this.view !== "bars";
  }

  /** @param {string} name one of VIEWS */
  choose(name) {
    this.view = name;
    // Very many actions have all their rows until another view is chosen.
    this.decision.all = false;
    keep(this.storage, KEY, name);
    this.press();
    this.onChange();
  }

  press() {
    for (const { name, button } of this.buttons) button.setAttribute("aria-pressed", `${name === this.view}`);
  }

  /**
   * Writes the decision of a frame.
   * @param {any} frame
   * @param {import("../lib/palette.js").Theme} theme
   * @param {object} pointing
   * @param {number | null} pointing.action the action singled out
   * @param {(action: number | null) => void} pointing.onAction when one is pointed at
   * @param {(action: number) => void} pointing.onSelect when one is clicked
   * @param {number | null} pointing.offered the action that may be taken in place of the planner's
   * @param {(action: number) => void} pointing.onTake when it is to be taken
   */
  write(frame, theme, pointing) {
    renderDecision(this.decision, frame, theme, { ...pointing, view: this.view });
    this.offer(frame, pointing);
    this.writeMeter(frame);
    setText(this.section, ".panel-note", headline(frame));
    setText(this.section, ".value-source", frame.valueSource);
    this.section.toggleAttribute("data-truth", !!frame.truth);
  }

  /** The part of the trust region that is used: a bar, and the numbers. */
  writeMeter(frame) {
    const use = regionUse(frame);
    this.meter.hidden = !use;
    if (!use) return;
    const [bar, text] = this.meter.children;
    bar.toggleAttribute("data-none", !Number.isFinite(use.bound));
    bar.toggleAttribute("data-over", use.share > 1.01);
    /** @type {HTMLElement} */ (bar).style.setProperty("--used", `${Math.min(Math.max(use.share, 0), 1)}`);
    if (text.textContent !== use.text) text.textContent = use.text;
    if (this.meter.title !== use.title) this.meter.title = use.title;
  }

  /** A button for the action that was clicked, so that a click alone takes none. */
  offer(frame, { offered, onTake }) {
    const name = offered === null || frame.over ? null : frame.actions[offered];
    this.take.hidden = name === null || name === undefined;
    if (offered === null || this.take.hidden) return;
    this.take.title = `Take ${name} in the environment, in place of the planner's action (t)`;
    this.take.setAttribute("aria-label", `take ${name}`);
    this.onTake = () => onTake(offered);
  }
}
