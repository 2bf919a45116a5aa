// Dialogs of the page. The browser closes them on Escape, and gives the focus back where it was. A button that opens one also closes it.

import { followBackdrop } from "../lib/backdrop.js";
import { around, element } from "../lib/elements.js";

/**
 * A dialog with a heading and a button that closes it.
 * @param {object} given
 * @param {string} given.id also the name of the action that opens and closes it (buttons.js)
 * @param {string} given.label its name, for those who cannot see the heading
 * @param {string} given.title
 * @param {Node[]} given.content
 * @param {import("../lib/lifetime.js").Lifetime} given.lifetime
 * @returns {HTMLDialogElement}
 */
export function openableDialog({ id, label, title, content, lifetime }) {
  const close = element("button", "quiet", "close");
  close.type = "button";
  close.dataset.do = id;
  const dialog = element("dialog", `dialog ${id}`);
  dialog.id = id;
  dialog.setAttribute("aria-label", label);
  dialog.append(around("div", "panel-heading", element("h2", "", title), close), ...content);
  followBackdrop(dialog, dialog, () => dialog.close(), lifetime);
  return dialog;
}
