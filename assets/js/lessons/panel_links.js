// Names of panels in the text of a lesson lead to them: on a phone a panel may be far down the page, and on a projector one of ten.

import { element } from "../lib/elements.js";
import { isBelow, NARROW } from "../lib/looks.js";
import { keepTogether, markWords } from "./marking.js";

/** By the name of the panel, as texts write it. @type {Record<string, RegExp>} */
export const NAMED = {
  decision: /\bRoot decision\b/,
  seeds: /\bMany seeds\b/i,
  why: /\bWhy this action\b\??/,
  genealogy: /\bgenealogy\b/i,
  strips: /\bstrips?\b/,
  sweep: /\bsweep\b/i,
  timeline: /\btime line\b/i,
  world: /\bWorld\b/,
  particle: /\bParticle\b/,
};

// As long as the outline of a panel is shown.
const SHOWN = 1600;

/**
 * @param {HTMLElement} root
 * @param {(panel: string) => void} lead
 */
export function linkPanels(root, lead) {
  markWords(root, NAMED, (panel, word) => {
    const link = Object.assign(element("button", "panel-link", word), { type: "button", title: "Show this panel" });
    link.addEventListener("click", () => lead(panel));
    return link;
  });
  // A button is a box of its own, before and after which a line may be broken.
  root.querySelectorAll(".panel-link").forEach((link) => keepTogether(/** @type {HTMLElement} */ (link)));
}

/**
 * Brings a panel into sight, unfolded, and outlines it for a moment.
 * @param {HTMLElement} root
 * @param {string} name
 */
export function pointAt(root, name) {
  const panel = /** @type {HTMLElement | null} */ (root.querySelector(`.panel[data-panel="${name}"]`));
  if (!panel) return;
  const unfold = /** @type {HTMLElement | null} */ (panel.querySelector(":is(.why-more, .timeline-toggle)[aria-expanded=false]"));
  unfold?.click();
  // There the text of the lesson lies over the lower part of the page.
  panel.scrollIntoView({ block: isBelow(NARROW) ? "start" : "nearest" });
  panel.toggleAttribute("data-pointed", true);
  setTimeout(() => panel.toggleAttribute("data-pointed", false), SHOWN);
}
