// The parts that the pages beside the microscope have in common: the view, keys and buttons, links to the other pages, and the wait for the service.

import { linkTo } from "../lib/address.js";
import { followKeys } from "../lib/keyboard.js";
import { Lifetime } from "../lib/lifetime.js";
import { apiOfPage } from "../source/page_api.js";
import { untilAnswered } from "../source/until_answered.js";
import { followButtons } from "./buttons.js";
import { PAGE_KEYS } from "./page_keys.js";
import { ViewDialog } from "./view.js";

/** The element with this id, which the page has. @returns {HTMLElement} */
export const at = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

export const WAITING = "The planning service does not answer yet. Trying again …";

/**
 * Sets up what all plain pages have.
 * @param {Record<string, () => void>} [own] actions of this page, by the names that its buttons and PAGE_KEYS have
 */
export function plainPage(own = {}) {
  const api = apiOfPage();
  const lifetime = new Lifetime();
  const view = new ViewDialog(lifetime);
  const actions = { view: () => view.toggle(), ...own };
  document.body.append(view.element);
  followButtons(actions, lifetime);
  followKeys(document, PAGE_KEYS.filter(({ does }) => does in actions), actions, lifetime);
  for (const link of /** @type {NodeListOf<HTMLAnchorElement>} */ (document.querySelectorAll("[data-page]"))) link.href = linkTo(`${link.dataset.page}`, location.search);
  return { api, lifetime };
}

/**
 * Asks until the service answers, and says in a note that it does not yet.
 * @template T
 * @param {string} note id of the note
 * @param {() => Promise<T>} ask
 */
export const waitingIn = (note, ask) => untilAnswered(ask, () => { at(note).textContent = WAITING; });

/** Shows the page as complete. The address may name a part that was not there when the page was loaded. */
export function complete() {
  at("all").setAttribute("aria-busy", "false");
  if (location.hash && document.getElementById(location.hash.slice(1))) location.replace(location.hash);
}
