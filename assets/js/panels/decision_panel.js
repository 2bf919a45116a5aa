// The panel of the root decision: its heading, and below it the decision as panels/decision.js writes it.

import { headline } from "../frame/narration.js";
import { element } from "../lib/elements.js";
import { openDecision, renderDecision } from "./decision.js";
import { panelSection, setText } from "./section.js";

export class DecisionPanel {
  /** @param {import("../lib/lifetime.js").Lifetime} lifetime */
  constructor(lifetime) {
    this.section = panelSection("decision", element("span", "badge value-source"));
    const root = element("div", "decision");
    this.section.append(root);
    this.decision = openDecision(root, lifetime);
  }

  /**
   * Writes the decision of a frame.
   * @param {any} frame
   * @param {import("../lib/palette.js").Theme} theme
   * @param {{action: number | null, onAction: (action: number | null) => void, onSelect: (action: number) => void}} pointing the action singled out, and
   *   what to do when one is pointed at or clicked
   */
  write(frame, theme, pointing) {
    renderDecision(this.decision, frame, theme, pointing);
    setText(this.section, ".panel-note", headline(frame));
    setText(this.section, ".value-source", frame.valueSource);
    this.section.toggleAttribute("data-truth", !!frame.truth);
  }
}
