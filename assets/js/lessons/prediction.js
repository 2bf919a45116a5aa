// A prediction: a question that is answered before the truth is shown. It is right, or it is a good reason to look again.

import { around, element } from "../lib/elements.js";
import { percent } from "../lib/format.js";
import { Sketch } from "./sketch.js";

/**
 * @typedef {object} Predicted as the service gives it
 * @property {string} id
 * @property {string} ask
 * @property {string[]} [choose]
 * @property {string} [answer]
 * @property {string[]} [order]
 * @property {import("./sketch.js").Curve} [sketch]
 * @property {string[]} [covers] names of panels that would give the answer away
 * @property {string} reveal HTML
 */

/**
 * Options in another order than the right one, the same at every time.
 * @param {string[]} right
 */
export function shuffled(right) {
  const order = [...right.slice(1).filter((_, index) => index % 2 === 0), right[0], ...right.slice(1).filter((_, index) => index % 2 === 1)];
  return `${order}` === `${right}` ? [...right].reverse() : order;
}

export class Prediction {
  /**
   * @param {Predicted} asked
   * @param {any} kept the answer of another time, or undefined
   * @param {(answer: any) => void} answered
   * @param {object} [place] in a class
   * @param {() => boolean} [place.waits] true where the truth is shown later, to the whole class
   * @param {() => boolean} [place.leads] true for the presenter, who may show the truth without an answer
   */
  constructor(asked, kept, answered, { waits = () => false, leads = () => false } = {}) {
    this.asked = asked;
    this.answered = answered;
    this.waits = waits;
    this.leads = leads;
    this.sent = false;
    /** The distribution of a class's answers, once somebody has answered. @type {any} */
    this.said = null;
    /** @type {any} */
    this.answer = null;
    this.done = false;
    this.truth = element("div", "prediction-truth");
    this.truth.innerHTML = asked.reveal;
    this.truth.hidden = true;
    this.verdict = element("p", "prediction-verdict");
    this.verdict.setAttribute("role", "status");
    this.counts = element("div", "prediction-class");
    this.button = Object.assign(element("button", "quiet prediction-reveal", "show the answer"), { type: "button", disabled: true });
    this.button.addEventListener("click", () => this.reveal());
    this.element = element("fieldset", "prediction");
    this.element.append(element("legend", "", asked.ask), this.form(), this.button, this.verdict, this.truth, this.counts);
    this.element.dataset.prediction = asked.id;
    if (kept !== undefined) this.takeBack(kept);
  }

  form() {
    const { choose, sketch } = this.asked;
    if (choose) return this.choices(choose);
    if (sketch) {
      this.sketch = new Sketch(sketch, () => this.choose(this.sketch?.complete ? [...this.sketch.points] : null));
      return this.sketch.element;
    }
    return this.ordering();
  }

  /** @param {string[]} options */
  choices(options) {
    const rows = options.map((text) => {
      const input = Object.assign(element("input"), { type: "radio", name: `prediction-${this.asked.id}`, value: text });
      input.addEventListener("change", () => this.choose(text));
      return around("label", "prediction-option", input, element("span", "", text));
    });
    return around("div", "prediction-form", ...rows);
  }

  ordering() {
    this.list = element("ol", "prediction-order");
    this.setOrder(shuffled(this.asked.order ?? []));
    return this.list;
  }

  /** @param {string[]} order */
  setOrder(order) {
    this.choose(order);
    this.list?.replaceChildren(...order.map((text, index) => {
      const move = (by, name, sign) => {
        const button = Object.assign(element("button", "quiet", sign), { type: "button", title: `${name}: ${text}`, disabled: this.done || index + by < 0 || index + by >= order.length });
        button.setAttribute("aria-label", `${name}: ${text}`);
        button.addEventListener("click", () => {
          const changed = [...order];
          [changed[index], changed[index + by]] = [changed[index + by], changed[index]];
          this.setOrder(changed);
          const again = this.list?.children[index + by]?.querySelectorAll("button")[by > 0 ? 1 : 0];
          if (again instanceof HTMLElement) again.focus();
        });
        return button;
      };
      return around("li", "prediction-option", element("span", "", text), move(-1, "Up", "↑"), move(1, "Down", "↓"));
    }));
  }

  /** @param {any} answer null while there is none */
  choose(answer) {
    if (this.done) return;
    this.answer = answer;
    this.writeButton();
  }

  /** The button says what it does here: a follower's shows no answer yet, and a presenter's needs none. */
  writeButton() {
    if (!this.button) return;
    this.button.textContent = !this.waits() ? "show the answer" : this.sent ? "send another answer" : "send my answer";
    this.button.disabled = this.answer === null && !this.leads();
  }

  /** @param {any} answer of another time */
  takeBack(answer) {
    this.answer = answer;
    if (this.asked.order && Array.isArray(answer)) this.setOrder(answer);
    if (this.sketch && Array.isArray(answer)) this.sketch.take(answer);
    for (const input of this.element.querySelectorAll("input")) input.checked = input.value === answer;
    this.show();
  }

  reveal() {
    if (this.done || (this.answer === null && !this.leads())) return;
    if (this.waits()) {
      this.sent = true;
      this.verdict.textContent = "Sent. The presenter will show the answer.";
      this.writeButton();
    } else {
      this.show();
      // The answer beside the own one; what is said of it follows.
      this.sketch?.element.scrollIntoView({ block: "start" });
    }
    this.answered(this.answer);
  }

  /** The presenter shows the truth. Whoever has not answered yet still may. */
  unveil() {
    if (this.sent && !this.done) this.show();
  }

  /** Shows the truth beside the answer. */
  show() {
    this.done = true;
    this.writeClass();
    const { choose, answer, order } = this.asked;
    this.element.toggleAttribute("data-done", true);
    this.button.hidden = true;
    this.truth.hidden = false;
    if (choose) {
      for (const row of this.element.querySelectorAll("label")) {
        const input = row.querySelector("input");
        if (!input) continue;
        input.disabled = true;
        row.toggleAttribute("data-right", input.value === answer);
        row.toggleAttribute("data-wrong", input.checked && input.value !== answer);
      }
      this.verdict.textContent = this.answer === answer ? "✓ As you said." : `The answer: ${answer}`;
    } else if (order) {
      this.setOrder([...(this.answer ?? order)]);
      const right = `${this.answer}` === `${order}`;
      this.verdict.textContent = right ? "✓ As you said." : `The order is: ${order.join(" · ")}`;
    } else {
      this.sketch?.reveal();
      this.verdict.textContent = this.answer === null ? "Solid: measured." : "Solid: measured. Dashed: yours.";
    }
  }

  /**
   * Hears what a class has answered.
   * @param {{counts?: Record<string, number>, quartiles?: [number, number, number][], total: number, viewers?: number}} said
   */
  showClass(said) {
    this.said = said;
    this.writeClass();
  }

  /** The distribution; before the own answer, which it would lead, only how many have answered. */
  writeClass() {
    if (!this.said?.total) return this.counts.replaceChildren();
    const { counts, quartiles, total, viewers } = this.said;
    const head = element("p", "hint", viewers ? `${total} of ${viewers} have answered` : `${total} ${total === 1 ? "answer" : "answers"}`);
    if (!this.done) return this.counts.replaceChildren(head);
    if (quartiles) this.sketch?.showClass(quartiles);
    const rows = Object.entries(counts ?? {}).sort(([, a], [, b]) => b - a).map(([text, count]) => {
      const bar = element("span", "class-bar");
      bar.style.width = `${(100 * count) / total}%`;
      return around("li", "", element("span", "class-text", text), around("span", "class-track", bar), element("span", "class-share", percent(count / total)));
    });
    this.counts.replaceChildren(head, ...(rows.length ? [around("ul", "class-counts", ...rows)] : []));
  }
}
