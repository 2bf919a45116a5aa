// Which strips are open: small buttons above them, remembered from visit to visit.

import { DEFAULT_STRIPS, STRIPS, kindOf } from "../frame/level_series.js";
import { element } from "../lib/elements.js";
import { keep, readJson } from "../lib/storage.js";

const KEY = "twistscope.strips";

/**
 * The strips that were open last, without those that no longer exist.
 * @param {Pick<Storage, "getItem"> | null | undefined} storage
 * @returns {{particles: string[], tree: string[]}}
 */
export function readOpen(storage) {
  const kept = readJson(storage, KEY) ?? {};
  const known = (kind) => (Array.isArray(kept[kind]) ? STRIPS[kind].map(({ id }) => id).filter((id) => kept[kind].includes(id)) : DEFAULT_STRIPS[kind]);
  return { particles: known("particles"), tree: known("tree") };
}

/** Buttons for the strips of the frame's kind; `onChange` is called with the ids of those that are open. */
export class StripChooser {
  /**
   * @param {import("../lib/store.js").Store<any>} store with `strips`
   * @param {Storage | null} storage
   * @param {(open: string[]) => void} onChange
   * @param {import("../lib/lifetime.js").Lifetime} lifetime
   */
  constructor(store, storage, onChange, lifetime) {
    this.store = store;
    this.storage = storage;
    this.onChange = onChange;
    /** @type {"particles" | "tree" | null} */
    this.kind = null;
    this.element = element("div", "strip-chooser");
    this.element.setAttribute("role", "group");
    this.element.setAttribute("aria-label", "Strips shown");
    lifetime.listen(this.element, "click", ({ target }) => {
      const { strip } = target.closest?.("[data-strip]")?.dataset ?? {};
      if (strip) this.toggle(strip);
    });
  }

  toggle(id) {
    if (!this.kind) return;
    const { strips } = this.store.state;
    const now = strips[this.kind];
    const next = now.includes(id) ? now.filter((other) => other !== id) : [...now, id];
    const open = { ...strips, [this.kind]: next };
    keep(this.storage, KEY, JSON.stringify(open));
    this.store.set({ strips: open });
    this.mark();
  }

  /** Follows the kind of a frame. */
  show(frame) {
    const kind = kindOf(frame);
    if (this.kind === kind) return;
    this.kind = kind;
    this.element.replaceChildren(...STRIPS[kind].map(({ id, button, title }) => {
      const made = element("button", "chip", button);
      Object.assign(made, { type: "button", title });
      made.dataset.strip = id;
      return made;
    }));
    this.mark();
  }

  mark() {
    if (!this.kind) return;
    const open = this.store.state.strips[this.kind];
    for (const button of this.element.querySelectorAll("button")) button.setAttribute("aria-pressed", `${open.includes(button.dataset.strip)}`);
    this.onChange(open);
  }
}
