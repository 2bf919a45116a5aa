// Covers over panels that would give the answer away, until the question is answered. Whoever wants to look anyway may.

import { element } from "../lib/elements.js";

/**
 * Covers these panels of the microscope, and no others.
 * @param {HTMLElement} root
 * @param {string[]} names
 * @param {() => void} look the person wants to see them without an answer
 */
export function coverPanels(root, names, look) {
  for (const panel of root.querySelectorAll("[data-panel]")) {
    const covered = names.includes(/** @type {HTMLElement} */ (panel).dataset.panel ?? "");
    if (panel.hasAttribute("data-covered") === covered) continue;
    panel.toggleAttribute("data-covered", covered);
    panel.querySelector(".cover")?.remove();
    // The sentence is text alone.
    if (covered && panel.matches(".panel")) panel.append(coverOf(look));
  }
}

/** @param {() => void} look */
function coverOf(look) {
  const cover = Object.assign(element("button", "cover", "Covered until the question is answered. Look anyway"), { type: "button" });
  cover.addEventListener("click", look);
  return cover;
}
