// The other paths of the episode: what was played before another action was taken at a moment gone back to. Each can be walked again.

import { element } from "../lib/elements.js";
import { count, signed } from "../lib/format.js";

/**
 * A path in words; pure.
 * @param {{from: number, action: any, to: number}} path
 * @param {string[]} actions names of discrete actions
 */
export function pathText({ from, action, to }, actions) {
  const name = Array.isArray(action) ? signed(action[0], 2) : actions[action];
  return `step ${from}: ${name}, ${count(to - from, "step")}`;
}

export class Paths {
  /** @param {(path: number) => void} walk shows a path of the list */
  constructor(walk) {
    this.element = element("span", "paths");
    this.element.setAttribute("aria-label", "Other paths of this episode");
    this.written = "";
    this.element.addEventListener("click", ({ target }) => {
      const chip = /** @type {HTMLElement} */ (target).closest("[data-path]");
      if (chip instanceof HTMLElement) walk(Number(chip.dataset.path));
    });
  }

  /** @param {{path: number, from: number, action: any, to: number}[]} paths */
  show(paths, actions) {
    const written = JSON.stringify([paths, actions]);
    if (written === this.written) return;
    this.written = written;
    this.element.hidden = paths.length === 0;
    this.element.replaceChildren("also from ", ...paths.map((path) => {
      const chip = element("button", "chip", pathText(path, actions));
      Object.assign(chip, { type: "button", title: "Walk this path, which was left" });
      chip.dataset.path = `${path.path}`;
      return chip;
    }));
  }
}
