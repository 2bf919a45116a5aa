// A value typed into a knob: a click on the number of a slider, or a digit on the slider itself, makes the number a field. Enter asks the server for
// it, Escape takes it back. What is no number goes to the server as it was typed, which knows what is possible and says so.

import { element } from "../lib/elements.js";
import { meaning } from "../lib/format.js";

const BEGINS = /^[-+.\d]$/;

export class KnobEntry {
  /**
   * @param {object} page
   * @param {HTMLElement} page.root that the knobs are in
   * @param {(settings: Record<string, any>) => void} page.change asks the server for settings
   * @param {import("../lib/lifetime.js").Lifetime} page.lifetime
   */
  constructor({ root, change, lifetime }) {
    this.change = change;
    lifetime.listen(root, "click", ({ target }) => this.open(target.closest?.(".knob-slider .knob-value")));
    lifetime.listen(root, "keydown", (event) => this.key(event));
  }

  /** A digit on a slider. @param {KeyboardEvent} event */
  key(event) {
    const target = /** @type {HTMLElement} */ (event.target);
    if (event.ctrlKey || event.metaKey || event.altKey || !BEGINS.test(event.key) || !target.matches("[role=slider]")) return;
    event.preventDefault();
    event.stopPropagation();
    this.open(target.closest(".knob")?.querySelector(".knob-value"), event.key);
  }

  /** @param {HTMLElement | null | undefined} readout @param {string} [begun] what was typed already */
  open(readout, begun) {
    const knob = /** @type {HTMLElement | null | undefined} */ (readout?.closest(".knob"));
    if (!readout || !knob || knob.querySelector(".knob-entry")) return;
    const field = element("input", "knob-entry");
    Object.assign(field, { type: "text", inputMode: "decimal", autocomplete: "off", spellcheck: false, value: begun ?? readout.textContent });
    field.setAttribute("aria-label", `${knob.querySelector(".knob-name")?.textContent}: value`);
    readout.before(field);
    readout.hidden = true;
    field.focus();
    if (begun === undefined) field.select();
    let closed = false;
    const close = (/** @type {boolean} */ asked) => {
      // Taking the field away is one more reason for it to lose the focus.
      if (closed) return;
      closed = true;
      const typed = field.value.trim();
      const other = typed !== "" && typed !== readout.textContent;
      const held = field === document.activeElement;
      field.remove();
      readout.hidden = false;
      // The slider goes on from there.
      if (held) /** @type {HTMLElement | null} */ (knob.querySelector("[role=slider]"))?.focus();
      if (asked && other) this.change({ [knob.dataset.knob ?? ""]: meaning(typed) });
    };
    field.addEventListener("blur", () => close(true));
    field.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.key === "Enter") close(true);
      if (event.key === "Escape") close(false);
    });
  }
}
