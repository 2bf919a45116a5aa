// The frame of a panel: its heading with a title, a note, and room for what belongs beside them.

import { KINDS } from "../frame/captions.js";
import { around, element } from "../lib/elements.js";

/**
 * An empty panel.
 * @param {string} name one of the titles in frame/captions.js
 * @param {...Node} more what stands in the heading after the note
 * @returns {HTMLElement}
 */
export function panelSection(name, ...more) {
  const section = around("section", `panel panel-${name}`, around("div", "panel-heading", element("h2"), element("span", "panel-note"), ...more));
  section.dataset.panel = name;
  nameSection(section, "particles");
  return section;
}

/**
 * Writes title and tooltip of a kind of plan.
 * @param {HTMLElement} section
 * @param {"particles" | "tree"} kind
 */
export function nameSection(section, kind) {
  const name = section.dataset.panel ?? "";
  const { titles, help } = KINDS[kind];
  setText(section, "h2", titles[name]);
  const heading = section.querySelector(".panel-heading");
  if (heading instanceof HTMLElement) heading.title = help[name] ?? "";
}

/**
 * Sets the text of a part where it changed, so that screen readers do not repeat it.
 * @param {ParentNode} root
 * @param {string} selector
 * @param {string} text
 */
export function setText(root, selector, text) {
  const part = root.querySelector(selector);
  if (part && part.textContent !== text) part.textContent = text;
}
