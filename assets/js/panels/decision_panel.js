// The panel of the root decision: its heading, and below it the decision as panels/decision.js writes it.

import { element } from "../lib/elements.js";
import { disposeDecision, renderDecision } from "./decision.js";
import { panelSection, setText } from "./section.js";

/**
 * An empty panel.
 * @param {import("../lib/lifetime.js").Lifetime} lifetime
 */
export function decisionSection(lifetime) {
  const section = panelSection("decision", element("span", "badge value-source"));
  const decision = element("div", "decision");
  section.append(decision);
  lifetime.add(() => disposeDecision(decision));
  return section;
}

/**
 * Writes the decision of a frame.
 * @param {HTMLElement} section
 * @param {any} frame
 * @param {import("../lib/palette.js").Theme} theme
 * @param {{action: number | null, onAction: (action: number | null) => void, onSelect: (action: number) => void}} pointing the action singled out, and
 *   what to do when one is pointed at or clicked
 */
export function writeDecision(section, frame, theme, pointing) {
  renderDecision(/** @type {Element} */ (section.querySelector(".decision")), frame, theme, pointing);
  setText(section, ".panel-note", `takes ${frame.actions[frame.chosen]}`);
  setText(section, ".value-source", frame.valueSource);
  section.toggleAttribute("data-truth", !!frame.truth);
}
