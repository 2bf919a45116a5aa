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
  const tools = around("span", "panel-tools", tool("panel-enlarge"), tool("panel-hide"));
  const section = around("section", `panel panel-${name}`, around("div", "panel-heading", element("h2"), element("span", "panel-note"), ...more, tools));
  section.dataset.panel = name;
  nameSection(section, "particles");
  return section;
}

/** A button that a microscope answers, drawn by the style sheet. */
function tool(className) {
  const button = element("button", `panel-tool ${className}`);
  button.type = "button";
  return button;
}

/**
 * Marks a panel as having all the room, or not.
 * @param {HTMLElement} section
 * @param {boolean} enlarged
 */
export function markEnlarged(section, enlarged) {
  section.toggleAttribute("data-enlarged", enlarged);
  nameTools(section);
}

/** Says what the buttons of a panel do. */
function nameTools(section) {
  const title = section.querySelector("h2")?.textContent;
  const enlarged = section.hasAttribute("data-enlarged");
  const texts = { ".panel-enlarge": enlarged ? `Show the other panels too (f or esc)` : `Enlarge: ${title} (f)`, ".panel-hide": `Hide: ${title}` };
  for (const [selector, text] of Object.entries(texts)) {
    const button = section.querySelector(selector);
    button?.setAttribute("aria-label", text);
    button?.setAttribute("title", text);
  }
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
  nameTools(section);
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
