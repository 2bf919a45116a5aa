// The form of a race: the planners that enter, and their budget.

import { entryObjection } from "../frame/race.js";
import { around, element } from "../lib/elements.js";

// Milliseconds that a budget of time begins with.
const USUAL_TIME = 20;

export class RaceForm {
  /**
   * @param {import("../lib/lifetime.js").Lifetime} lifetime
   * @param {(wrong: string) => void} judged called with what is wrong with the race, empty where nothing is
   */
  constructor(lifetime, judged) {
    this.judged = judged;
    /** The server's description of the race. @type {any} */
    this.about = null;
    this.chips = element("div", "race-chips");
    Object.assign(this.chips, { role: "group", ariaLabel: "Planners" });
    this.unit = element("select", "choice race-unit");
    this.unit.setAttribute("aria-label", "Budget in");
    this.unit.append(new Option("model steps", "model_steps"), new Option("milliseconds", "milliseconds"));
    this.amount = Object.assign(element("input", "race-budget"), { type: "text", inputMode: "numeric", autocomplete: "off" });
    this.amount.setAttribute("aria-label", "Budget");
    const button = (name) => Object.assign(element("button", `race-${name}`, name), { type: "button" });
    this.cancel = button("cancel");
    this.start = Object.assign(button("start"), { textContent: "race" });
    this.reasons = element("p", "hint race-reasons");
    const row = around("div", "race-budget-row", element("span", "field-label", "budget"), this.amount, this.unit, this.start, this.cancel);
    this.element = around("div", "race-form", this.chips, row);
    lifetime.listen(this.chips, "change", () => this.judge());
    lifetime.listen(this.amount, "input", () => this.judge());
    lifetime.listen(this.unit, "change", () => {
      this.amount.value = `${this.unit.value === "model_steps" ? this.about?.model_steps : USUAL_TIME}`;
      this.judge();
    });
  }

  /** The planners to choose from, all that can run here chosen. @param {any} about as the server describes the race */
  offer(about) {
    this.about = about;
    this.amount.value = `${about.model_steps}`;
    this.unit.value = "model_steps";
    const open = about.planners.filter((each) => !entryObjection(each, about.model_steps)).slice(0, about.most);
    this.chips.replaceChildren(...about.planners.map((each) => {
      const box = Object.assign(element("input"), { type: "checkbox", value: each.planner, checked: open.includes(each) });
      return around("label", "race-chip", box, element("span", "", each.title));
    }));
    this.judge();
  }

  get budget() {
    const text = this.amount.value.trim();
    const value = Number(text);
    const [unit, number] = [this.unit.value, text !== "" && Number.isFinite(value)];
    return { unit, value, valid: number && (unit !== "model_steps" || Number.isInteger(value)) };
  }

  get planners() {
    const boxes = /** @type {HTMLInputElement[]} */ ([...this.chips.querySelectorAll("input")]);
    return boxes.filter(({ checked, disabled }) => checked && !disabled).map(({ value }) => value);
  }

  /** The race as it is asked of the server. */
  get wish() {
    const { unit, value } = this.budget;
    return { planners: this.planners, [unit]: value };
  }

  /** Leaves out the planners that cannot spend the budget, and finds out if there is a race to be had. */
  judge() {
    if (!this.about) return;
    const { unit, value, valid } = this.budget;
    const steps = unit === "model_steps" ? value : null;
    const reasons = this.about.planners.map((each) => (valid ? entryObjection(each, steps) : ""));
    this.about.planners.forEach((each, index) => {
      const chip = /** @type {HTMLElement} */ (this.chips.children[index]);
      /** @type {HTMLInputElement} */ (chip.firstElementChild).disabled = !!reasons[index];
      chip.title = reasons[index] || each.help;
    });
    this.reasons.textContent = reasons.filter(Boolean).join(" ");
    const wrong = this.wrong;
    this.start.disabled = !!wrong;
    this.judged(wrong);
  }

  /** The fault of the race, as a sentence; empty where there is none. */
  get wrong() {
    const { unit, value, valid } = this.budget;
    const { fewest, most, milliseconds: [low, high] } = this.about;
    if (!valid) return `The budget is ${unit === "model_steps" ? "a whole number of model steps" : "a number of milliseconds"}.`;
    if (unit === "milliseconds" && (value < low || value > high)) return `A plan may take ${low} to ${high} milliseconds.`;
    const count = this.planners.length;
    return count < fewest || count > most ? `Choose ${fewest} to ${most} planners.` : "";
  }

  /** Words before the first race. */
  get introduction() {
    const fair = this.unit.value === "model_steps"
      ? "the same number of model steps"
      : "as many model steps as this machine makes in that time, found by timing plans first";
    const seeds = `once with the present seed, to be seen, and with ${this.about.seeds} seeds, to be compared`;
    return `Each planner plans from the state that is shown, with ${fair}: ${seeds}.`;
  }

  /** @param {boolean} racing */
  arrange(racing) {
    const held = [this.start, this.cancel].find((button) => button === document.activeElement);
    this.cancel.hidden = !racing;
    this.start.hidden = racing;
    // The focus of a button that goes is taken over by the one that comes.
    if (held?.hidden) (racing ? this.cancel : this.start).focus();
    for (const control of [this.unit, this.amount]) control.disabled = racing;
    this.chips.inert = racing;
  }
}
