// The panel of the root decision: its heading, and below it the decision as panels/decision.js writes it.

import { headline } from "../frame/narration.js";
import { element } from "../lib/elements.js";
import { openDecision, renderDecision } from "./decision.js";
import { panelSection, setText } from "./section.js";

export class DecisionPanel {
  /**
   * @param {import("../lib/lifetime.js").Lifetime} lifetime
   * @param {() => void} onResize asks for another painting
   */
  constructor(lifetime, onResize) {
    this.take = element("button", "quiet take-action", "take it");
    this.take.type = "button";
    this.take.hidden = true;
    this.section = panelSection("decision", this.take, element("span", "badge value-source"));
    /** @type {(() => void) | null} */
    this.onTake = null;
    lifetime.listen(this.take, "click", () => this.onTake?.());
    const root = element("div", "decision");
    this.section.append(root);
    this.decision = openDecision(root, lifetime, onResize);
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
    renderDecision(this.decision, frame, theme, pointing);
    this.offer(frame, pointing);
    setText(this.section, ".panel-note", headline(frame));
    setText(this.section, ".value-source", frame.valueSource);
    this.section.toggleAttribute("data-truth", !!frame.truth);
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
