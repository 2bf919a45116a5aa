// The lists and the field of the top bar. Dash lays out their places some time after the first picture; from then on they show what is in force.

import { Choice } from "./choice.js";
import { NumberField } from "./number_field.js";

const LISTS = ["checkpoint", "planner", "speed"];

export class TopBar {
  /**
   * @param {object} given
   * @param {Promise<unknown>} given.mounted resolves when the places are there
   * @param {(seed: number | string) => void} given.seed asks the server for a seed
   * @param {import("../lib/lifetime.js").Lifetime} given.lifetime
   */
  constructor({ mounted, seed, lifetime }) {
    this.field = new NumberField({ id: "seed", label: "seed", send: seed });
    /** @type {Record<string, any>} */
    this.values = {};
    /** @type {Map<string, Choice>} */
    this.choices = new Map();
    mounted.then(() => {
      document.getElementById("seed-place")?.append(this.field.element);
      for (const name of LISTS) {
        const list = document.getElementById(name);
        if (list instanceof HTMLSelectElement) this.choices.set(name, new Choice(list, lifetime));
      }
      this.show(this.values);
    });
  }

  /**
   * Shows what is in force.
   * @param {Record<string, any>} values has checkpoint, planner, speed and seed; null for what is not known
   */
  show(values) {
    this.values = values;
    for (const [name, choice] of this.choices) choice.show(values[name] ?? null);
    this.field.show(values.seed ?? null);
  }

  /** Something was refused: everything back to what is in force. */
  restore() {
    this.field.restore();
    this.show(this.values);
  }
}
