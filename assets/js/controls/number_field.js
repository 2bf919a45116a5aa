// A field for one number that belongs to the server. It shows the number in force, or is marked: something is being typed, or has been asked for and
// is not confirmed yet. What is no number goes to the server as it was typed, which knows what is possible and says so.

import { around, element } from "../lib/elements.js";
import { meaning } from "../lib/format.js";

// An answer takes milliseconds. After this time nobody is led to believe that it will still come.
const PATIENCE = 2000;

export class NumberField {
  /**
   * @param {object} given
   * @param {string} given.id of the input
   * @param {string} given.label
   * @param {(value: number | string) => void} given.send asks the server for a value; where it cannot, `restore` is called
   */
  constructor({ id, label, send }) {
    this.send = send;
    /** The number in force. @type {number | null} */
    this.value = null;
    /** The number that was asked for last, until it is in force. @type {number | string | null} */
    this.asked = null;
    this.typing = false;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.giveUp = undefined;
    this.input = element("input");
    // Not a number field of the browser's: that one drops what it does not understand without a word.
    Object.assign(this.input, { id, type: "text", inputMode: "numeric", autocomplete: "off", spellcheck: false });
    this.input.setAttribute("role", "spinbutton");
    this.input.setAttribute("aria-label", label);
    this.element = around("span", "number-field", this.stepper("−", -1), this.input, this.stepper("+", 1));
    this.input.addEventListener("input", () => {
      this.typing = true;
      this.write();
    });
    this.input.addEventListener("keydown", (event) => this.key(event));
    this.input.addEventListener("blur", () => this.commit());
  }

  /** A button for the pointer; keys have the arrows. */
  stepper(text, by) {
    const button = element("button", "quiet", text);
    Object.assign(button, { type: "button", tabIndex: -1 });
    button.setAttribute("aria-hidden", "true");
    button.addEventListener("click", () => this.step(by));
    return button;
  }

  /** The number in force, as the server says. */
  show(value) {
    this.value = value;
    if (value === this.asked) this.settle();
    this.write();
  }

  /** Back to the number in force: what was asked for is refused, or is not on its way any more. */
  restore() {
    this.typing = false;
    this.settle();
    this.write();
  }

  /** Asks for what was typed. */
  commit() {
    if (!this.typing) return;
    this.typing = false;
    const value = meaning(this.input.value);
    if (value === this.value) this.restore();
    else this.ask(value);
  }

  step(by) {
    this.commit();
    const from = this.asked ?? this.value;
    if (typeof from === "number") this.ask(from + by);
  }

  ask(value) {
    this.settle();
    this.asked = value;
    this.giveUp = setTimeout(() => this.restore(), PATIENCE);
    this.write();
    this.send(value);
  }

  settle() {
    this.asked = null;
    clearTimeout(this.giveUp);
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (event.key === "ArrowUp" || event.key === "ArrowDown") {
      event.preventDefault();
      this.step(event.key === "ArrowUp" ? 1 : -1);
    } else if (event.key === "Enter" || event.key === " ") this.commit();
    else if (event.key === "Escape") this.restore();
  }

  write() {
    const { input } = this;
    const pending = this.typing || this.asked !== null;
    const shown = `${this.asked ?? this.value ?? ""}`;
    if (!this.typing && input.value !== shown) input.value = shown;
    this.element.toggleAttribute("data-pending", pending);
    input.title = this.typing ? "Not in force yet: Enter applies it, Escape takes it back" : pending ? "Not in force yet" : "";
    if (this.value !== null) input.setAttribute("aria-valuenow", `${this.value}`);
  }
}
