// The row "What if": changes inside the plan at the selected particle, the list of those in force, and what they changed.

import { around, element } from "../lib/elements.js";
import { fixed, meaning, share, signed } from "../lib/format.js";

/** The change that an intervention makes, in words; pure. */
export function interventionText({ kind, level, slot, action, log_weight, seed }, frame) {
  const at = `slot ${slot}, level ${level}`;
  if (kind === "kill") return `${at}: killed`;
  if (kind === "force") return `${at}: takes ${frame.continuous ? `candidate ${action + 1}` : frame.actions[action]}`;
  if (kind === "weigh") return `${at}: log-weight ${signed(log_weight, 2)}`;
  return `${at}: drawn anew (${seed})`;
}

/** Interventions with one more; one that changes the same of the same particle is replaced. Pure. */
export function withIntervention(interventions, added) {
  const part = ({ kind }) => (kind === "weigh" ? "kill" : kind);
  const same = (each) => part(each) === part(added) && each.level === added.level && each.slot === added.slot;
  return [...interventions.filter((each) => !same(each)), added];
}

/** The next seed that no intervention at this particle has. */
export function nextSeed(interventions, { level, slot }) {
  const last = interventions.find((each) => each.kind === "redraw" && each.level === level && each.slot === slot);
  return (last?.seed ?? 0) + 1;
}

/** The parts of a plan that are compared before and after. */
function summaryOf(frame) {
  const { actions, chosen, root_policy, log_evidence, levels } = frame;
  return { action: actions[chosen], policy: root_policy[chosen], evidence: log_evidence?.[levels - 1] };
}

/** The two plans in one sentence; pure. */
export function comparisonText(before, after) {
  const taken = before.action === after.action
    ? `Takes ${after.action} as without: ${share(before.policy)} → ${share(after.policy)}.`
    : `Takes ${after.action} (${share(after.policy)}); without, ${before.action} (${share(before.policy)}).`;
  return before.evidence === undefined ? taken : `${taken} Log-evidence ${fixed(before.evidence, 2)} → ${fixed(after.evidence, 2)}.`;
}

/** Two frames are of one moment, planned alike but for interventions. */
const sameMoment = (a, b) => a.session === b.session && a.step === b.step && a.seed === b.seed && JSON.stringify(a.settings) === JSON.stringify(b.settings);

const SELECT = "Select a particle to change it:";

export class WhatIf {
  /**
   * @param {object} given
   * @param {(interventions: any[]) => void} given.ask makes these the interventions of the plan
   * @param {() => void} given.select selects the particle whose steps are shown
   * @param {import("../lib/lifetime.js").Lifetime} given.lifetime
   */
  constructor({ ask, select, lifetime }) {
    this.ask = ask;
    /** @type {any} */
    this.frame = null;
    /** The last plan without interventions, as far as it is compared. @type {{frame: any, summary: any} | null} */
    this.before = null;
    /** @type {{level: number, slot: number} | null} */
    this.particle = null;
    this.buttons = element("span", "what-if-buttons");
    this.kill = this.button("kill", "Kill this particle after its step: no weight, no children", () => ({ kind: "kill" }), lifetime);
    this.redraw = this.button("draw anew", "Draw its actions and outcomes from here on with other random numbers", () => ({ kind: "redraw", seed: nextSeed(this.frame.interventions, this.place()) }), lifetime);
    this.force = element("select", "what-if-force");
    this.force.setAttribute("aria-label", "Force its action");
    this.weight = element("input", "what-if-weight");
    Object.assign(this.weight, { type: "text", inputMode: "decimal", autocomplete: "off", size: 6, placeholder: "log-weight" });
    this.weight.setAttribute("aria-label", "Set its log-weight");
    this.weight.title = "Set its log-weight, in nats: Enter applies it";
    this.buttons.append(this.kill, this.redraw, this.force, this.weight);
    this.hint = element("span", "hint", SELECT);
    this.select = Object.assign(element("button", "chip what-if-select", "this one"), { type: "button", title: "Select the particle whose steps are shown here" });
    lifetime.listen(this.select, "click", select);
    this.list = element("p", "what-if-list");
    this.result = element("p", "what-if-result");
    this.result.setAttribute("role", "status");
    this.element = around("div", "what-if", around("p", "what-if-row", element("span", "what-if-title", "What if"), this.hint, this.select, this.buttons), this.list, this.result);
    this.element.hidden = true;
    lifetime.listen(this.force, "change", () => {
      if (this.force.value === "") return;
      this.add({ kind: "force", action: Number(this.force.value) });
      this.force.value = "";
    });
    lifetime.listen(this.weight, "keydown", (event) => {
      if (event.key === "Escape") this.weight.value = "";
      if (event.key === "Enter") this.setWeight();
    });
    lifetime.listen(this.list, "click", ({ target }) => {
      const at = /** @type {HTMLElement} */ (target).closest("[data-at]");
      if (at instanceof HTMLElement) this.ask(at.dataset.at === "all" ? [] : this.frame.interventions.filter((_, index) => `${index}` !== at.dataset.at));
    });
  }

  button(text, title, make, lifetime) {
    const button = element("button", "chip", text);
    Object.assign(button, { type: "button", title });
    lifetime.listen(button, "click", () => this.add(make()));
    return button;
  }

  place() {
    const { level, slot } = /** @type {{level: number, slot: number}} */ (this.particle);
    return { level, slot };
  }

  add(change) {
    if (this.particle) this.ask(withIntervention(this.frame.interventions, { ...change, ...this.place() }));
  }

  setWeight() {
    if (this.weight.value.trim() === "") return;
    // Text that is no number goes to the server as it was typed, which says what is possible.
    this.add({ kind: "weigh", log_weight: meaning(this.weight.value) });
    this.weight.value = "";
  }

  /**
   * Writes what is in force, and offers changes of the particle.
   * @param {any} frame
   * @param {{level: number, slot: number} | null} particle the one that is selected
   * @param {boolean} possible true where the plan can be changed
   * @param {boolean} [soon] true where it will be, once it is live
   */
  write(frame, particle, possible, soon = false) {
    const fresh = frame !== this.frame;
    this.frame = frame;
    this.particle = particle && particle.level < frame.levels && particle.slot < frame.slots ? particle : null;
    const shown = !frame.tree && !frame.over && (possible || soon || frame.interventions.length > 0);
    this.element.hidden = !shown;
    if (!shown) return;
    this.hint.hidden = possible ? this.particle !== null : !soon;
    this.hint.textContent = possible ? SELECT : "Waiting for the live plan …";
    this.select.hidden = !possible || this.particle !== null;
    this.buttons.hidden = !possible || this.particle === null;
    if (fresh) {
      this.writeActions(frame);
      this.writeList(frame, possible);
      this.compare(frame);
    }
  }

  writeActions({ actions, continuous, settings }) {
    const names = continuous ? Array.from({ length: settings.action_atoms }, (_, index) => `candidate ${index + 1}`) : actions;
    const written = JSON.stringify(names);
    if (this.force.dataset.written === written) return;
    this.force.dataset.written = written;
    const option = (text, value) => Object.assign(element("option", "", text), { value });
    this.force.replaceChildren(option("force action …", ""), ...names.map((name, index) => option(name, `${index}`)));
  }

  writeList(frame, possible) {
    const { interventions } = frame;
    const chip = (text, at, title) => {
      const button = element("button", "chip", possible ? `${text} ×` : text);
      Object.assign(button, { type: "button", title, disabled: !possible });
      button.dataset.at = at;
      return button;
    };
    this.list.hidden = interventions.length === 0;
    this.list.replaceChildren(
      ...interventions.map((each, index) => chip(interventionText(each, frame), `${index}`, "Take this change back")),
      ...(interventions.length > 1 && possible ? [chip("all", "all", "Take all changes back")] : []),
    );
  }

  compare(frame) {
    const changed = frame.interventions.length > 0;
    if (!changed) this.before = { frame, summary: summaryOf(frame) };
    const comparable = changed && this.before !== null && sameMoment(this.before.frame, frame);
    this.result.hidden = !comparable;
    this.result.textContent = comparable && this.before ? comparisonText(this.before.summary, summaryOf(frame)) : "";
  }
}
