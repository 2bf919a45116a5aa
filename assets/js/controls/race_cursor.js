// The cursor of a race: how much of the budget is spent in the pictures, set by hand or played through.

import { around, element } from "../lib/elements.js";

// A budget is played through in so many seconds.
const SECONDS = 5;
const STEPS = 1000;
const PICTURES = ["genealogy", "world"];

export class RaceCursor {
  /**
   * @param {object} given
   * @param {(share: number) => void} given.show shows the plans after a part of the budget
   * @param {(name: string) => void} given.choose shows another picture of each plan
   * @param {import("../lib/lifetime.js").Lifetime} given.lifetime
   */
  constructor({ show, choose, lifetime }) {
    this.show = show;
    this.share = 1;
    /** The picture that is shown of each plan. */
    this.picture = PICTURES[0];
    /** @type {number | null} */
    this.moving = null;
    this.buttons = PICTURES.map((name) => {
      const button = Object.assign(element("button", "chip", name), { type: "button", title: `Show the ${name} of each plan` });
      lifetime.listen(button, "click", () => {
        this.picture = name;
        this.press();
        choose(name);
      });
      return button;
    });
    const pictures = around("div", "race-pictures", ...this.buttons);
    Object.assign(pictures, { role: "group", ariaLabel: "Pictures" });
    const title = "See the plans grow, from the first step to the last";
    this.button = Object.assign(element("button", "quiet race-play"), { type: "button", title });
    this.range = Object.assign(element("input", "race-cursor"), { type: "range", min: "0", max: `${STEPS}` });
    this.range.setAttribute("aria-label", "Part of the budget");
    this.spent = element("span", "hint race-spent");
    this.element = around("div", "race-transport", pictures, this.button, this.range, this.spent);
    lifetime.listen(this.button, "click", () => (this.moving === null ? this.play() : this.stop()));
    lifetime.listen(this.range, "input", () => {
      this.stop();
      this.go(Number(this.range.value) / STEPS);
    });
    lifetime.add(() => this.stop());
    this.go(1);
    this.press();
  }

  /** From the beginning, or on from where it stands. Who asks for less motion sees the end. */
  play() {
    this.stop();
    if (globalThis.matchMedia?.("(prefers-reduced-motion: reduce)").matches) return this.go(1);
    const from = this.share >= 1 ? 0 : this.share;
    const began = performance.now();
    const move = () => {
      const share = Math.min(from + (performance.now() - began) / (1000 * SECONDS), 1);
      this.moving = share < 1 ? requestAnimationFrame(move) : null;
      this.go(share);
      this.press();
    };
    this.moving = requestAnimationFrame(move);
    this.press();
  }

  stop() {
    if (this.moving !== null) cancelAnimationFrame(this.moving);
    this.moving = null;
    this.press();
  }

  /** @param {number} share of the budget, 0 to 1 */
  go(share) {
    this.share = share;
    this.range.value = `${Math.round(share * STEPS)}`;
    this.spent.textContent = `${Math.round(share * 100)} % of the budget`;
    this.range.setAttribute("aria-valuetext", this.spent.textContent);
    this.show(share);
  }

  press() {
    this.button.textContent = this.moving === null ? "grow" : "pause";
    this.buttons.forEach((button, index) => button.setAttribute("aria-pressed", `${PICTURES[index] === this.picture}`));
  }
}
