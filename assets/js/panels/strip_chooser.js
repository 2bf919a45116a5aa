// Which strips are open: small buttons above them, remembered from visit to visit.

import { DEFAULT_STRIPS, STRIPS, kindOf } from "../frame/level_curves.js";

const KEY = "twistscope.strips";

/** What was open last, without what there is no longer; pure but for the storage. */
export function readOpen(storage) {
  let kept = {};
  try {
    kept = JSON.parse(storage?.getItem(KEY) ?? "{}") ?? {};
  } catch {
    // Somebody else's text, or no storage at all: the defaults do.
  }
  const known = (kind) => (Array.isArray(kept[kind]) ? STRIPS[kind].map(({ id }) => id).filter((id) => kept[kind].includes(id)) : DEFAULT_STRIPS[kind]);
  return { particles: known("particles"), tree: known("tree") };
}

function keepOpen(open) {
  try {
    localStorage.setItem(KEY, JSON.stringify(open));
  } catch {
    // A page without storage forgets.
  }
}

/** Follows the store: buttons for the strips of the frame's kind, and room for those that are open. */
export class Chooser {
  constructor(root, store) {
    Object.assign(this, { root, store, kind: null });
    root.addEventListener("click", (event) => {
      const { strip } = event.target.closest?.("[data-strip]")?.dataset ?? {};
      if (strip) this.toggle(strip);
    });
  }

  toggle(id) {
    const { strips } = this.store.state;
    const now = strips[this.kind];
    const next = now.includes(id) ? now.filter((other) => other !== id) : [...now, id];
    const open = { ...strips, [this.kind]: next };
    keepOpen(open);
    this.store.set({ strips: open });
    this.mark();
  }

  show(frame) {
    if (this.kind === kindOf(frame)) return;
    this.kind = kindOf(frame);
    this.root.replaceChildren(...STRIPS[this.kind].map(({ id, button, title }) => {
      const made = document.createElement("button");
      Object.assign(made, { type: "button", className: "chip", textContent: button, title });
      made.dataset.strip = id;
      return made;
    }));
    this.mark();
  }

  mark() {
    const open = this.store.state.strips[this.kind];
    for (const button of this.root.children) button.setAttribute("aria-pressed", open.includes(button.dataset.strip));
    const centre = document.getElementById("centre");
    centre.style.setProperty("--strip-rows", open.length);
    centre.style.setProperty("--strip-share", `${Math.max(6 * open.length, 0.001)}fr`);
  }
}
