// Small buttons that choose the layout of the genealogy: slots, tree or river. The change is smooth, so that one sees which particle goes where.

import { LAYOUTS } from "../frame/layouts.js";
import { element } from "../lib/elements.js";
import { keep, read } from "../lib/storage.js";

const KEY = "twistscope.layout";
const MILLISECONDS = 450;
const TITLES = {
  slots: "Every particle at its slot, as the planner keeps them",
  tree: "Lineages sorted so that none cross, those of one root action together",
  river: "The mass of each root action, level by level",
};

/** @typedef {{from: string, to: string, share: number}} Layout on the way `from` one `to` another; `share` 0 to 1 of the way is done */

/** @type {(name: string) => Layout} */
const resting = (name) => ({ from: name, to: name, share: 1 });

/**
 * The layout that was chosen last.
 * @param {Pick<Storage, "getItem"> | null | undefined} storage
 */
export function readLayout(storage) {
  const kept = read(storage, KEY) ?? "";
  return resting(LAYOUTS.includes(kept) ? kept : LAYOUTS[0]);
}

/** Slow, fast, slow. */
const eased = (part) => part * part * (3 - 2 * part);

export class LayoutChooser {
  /**
   * @param {import("../lib/store.js").Store<any>} store with `layout`
   * @param {Storage | null} storage
   * @param {import("../lib/lifetime.js").Lifetime} lifetime
   */
  constructor(store, storage, lifetime) {
    this.store = store;
    this.storage = storage;
    /** @type {number | null} */
    this.moving = null;
    this.buttons = LAYOUTS.map((name) => {
      const button = element("button", "chip", name);
      Object.assign(button, { type: "button", title: `${TITLES[name]} (g)` });
      lifetime.listen(button, "click", () => this.choose(name));
      return button;
    });
    this.element = element("span", "layout-chooser");
    this.element.setAttribute("role", "group");
    this.element.setAttribute("aria-label", "Layout");
    this.element.append(...this.buttons);
    lifetime.add(() => this.stop());
    this.press();
  }

  /** Goes on to the next layout. */
  next() {
    this.choose(LAYOUTS[(LAYOUTS.indexOf(this.store.state.layout.to) + 1) % LAYOUTS.length]);
  }

  /** @param {string} name one of LAYOUTS; false for another one @returns {boolean} */
  choose(name) {
    if (!LAYOUTS.includes(name)) return false;
    const { layout: { to } } = this.store.state;
    if (name === to) return true;
    this.stop();
    keep(this.storage, KEY, name);
    const still = globalThis.matchMedia?.("(prefers-reduced-motion: reduce)").matches;
    this.store.set({ layout: still ? resting(name) : { from: to, to: name, share: 0 } });
    this.press();
    if (!still) this.move(performance.now());
    return true;
  }

  /** @param {number} began */
  move(began) {
    this.moving = requestAnimationFrame(() => {
      const part = Math.min((performance.now() - began) / MILLISECONDS, 1);
      const { from, to } = this.store.state.layout;
      this.store.set({ layout: part === 1 ? resting(to) : { from, to, share: eased(part) } });
      if (part < 1) this.move(began);
    });
  }

  stop() {
    if (this.moving !== null) cancelAnimationFrame(this.moving);
    this.moving = null;
  }

  press() {
    this.buttons.forEach((button, index) => button.setAttribute("aria-pressed", `${LAYOUTS[index] === this.store.state.layout.to}`));
  }
}
