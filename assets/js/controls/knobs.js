// The knobs: Dash's components on one side, the session's settings on the other. The server's values are the truth; a knob in motion is
// left alone until the server has caught up with it. Ends, scale and sizes of a knob come with its setting.

import { showChoice } from "./choice.js";

const PATIENCE = 2000;

/**
 * @typedef {object} Setting as `GET /planners` describes it (docs/api.md)
 * @property {string} name
 * @property {string} label
 * @property {"live" | "shape" | "choice" | "flag"} kind
 * @property {"number" | "integer" | "choice" | "boolean"} type
 * @property {string} group
 * @property {string} [help]
 * @property {string} [enters] its place in the method, such as "tau of (E5)"
 * @property {any} [default] null where the checkpoint's card gives it
 * @property {number} [minimum]
 * @property {{minimum: number, maximum: number, step?: number, scale: "linear" | "log", sizes?: number[]}} [knob] of numbers
 * @property {Record<string, any[]>} [applies_when]
 * @property {string} [applies_to]
 */

export class Knobs {
  /**
   * @param {(settings: Record<string, any>) => void} send hands changed settings to the server
   * @param {(id: object | string, props: object) => void} setProps sets properties of one of Dash's components
   */
  constructor(send, setProps) {
    this.send = send;
    this.setProps = setProps;
    /** @type {Setting[]} */
    this.schema = [];
    /** @type {Record<string, any>} */
    this.values = {};
    /** @type {Record<string, any>} */
    this.defaults = {};
    /** Features of this session that some settings need. @type {string[]} */
    this.offers = [];
    /** @type {Map<string, {value: any, at: number}>} */
    this.moving = new Map();
    /** Names of the knobs that are marked as moving. @type {string[]} */
    this.marked = [];
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.waiting = undefined;
    /** @type {MutationObserver | undefined} */
    this.naming = undefined;
    /** Words that the knobs shown have. */
    this.wanted = "";
    /** Called when settings or defaults are others. @type {() => void} */
    this.onChange = () => {};
    /** Called with the group of a knob that has to be seen. @type {(group: string) => void} */
    this.onOpen = () => {};
    /** Value of each component. Setting one costs Dash milliseconds, even if nothing changes. @type {Map<string, string>} */
    this.shown = new Map();
  }

  /** The planner's settings, and the values a session has where nobody changed anything. */
  describe(schema, defaults) {
    this.schema = schema;
    this.defaults = defaults;
    this.arrange();
  }

  /** True where it can be said which settings differ from their defaults. */
  get described() {
    return this.schema.every(({ name }) => name in this.defaults);
  }

  offer(offers) {
    if (JSON.stringify(offers) === JSON.stringify(this.offers)) return;
    this.offers = offers;
    this.arrange();
  }

  /**
   * True where a setting has an effect in this session, as its others are set.
   * @param {Setting} setting
   */
  applies({ name, applies_when: conditions }) {
    return this.applicable(name) && Object.entries(conditions ?? {}).every(([other, values]) => values.includes(this.values[other]));
  }

  /** True where the session offers what a setting is about. */
  applicable(name) {
    const { applies_to: needed } = this.setting(name) ?? {};
    return !needed || this.offers.includes(needed);
  }

  /** A knob was turned (or has been set by `show`, which looks just the same). */
  turned(name, shown) {
    const setting = this.setting(name);
    if (!setting || !(name in this.values) || shown === null || shown === undefined) return;
    this.shown.set(name, JSON.stringify(shown));
    const value = fromShown(setting, shown);
    const current = this.moving.get(name)?.value ?? this.values[name];
    if (sameShown(setting, value, current)) return;
    this.moving.set(name, { value, at: performance.now() });
    this.write(setting, value);
    this.markMoving();
    this.send({ [name]: value });
  }

  /** Says of each knob whether its value is in force, and looks again when the server has had time enough to say that it is. */
  markMoving() {
    for (const name of new Set([...this.marked, ...this.moving.keys()])) knobOf(name)?.toggleAttribute("data-pending", this.moving.has(name));
    this.marked = [...this.moving.keys()];
    clearTimeout(this.waiting);
    if (this.moving.size) this.waiting = setTimeout(() => this.show(this.values), PATIENCE);
  }

  /** Dash has built the components anew: nothing is known of where they stand. */
  built() {
    this.shown.clear();
    // A list that nobody has chosen from shows its first option, which need not be in force.
    for (const list of all("#knobs select")) /** @type {HTMLSelectElement} */ (list).selectedIndex = -1;
    this.open();
    this.naming ??= new MutationObserver(() => this.nameControls());
    this.naming.observe(/** @type {HTMLElement} */ (document.querySelector("#knobs")), { childList: true, subtree: true, attributeFilter: ["aria-selected"] });
    this.nameControls();
    if (Object.keys(this.values).length) this.show(this.values);
  }

  /** Gives names to Dash's sliders and switches, which have none of their own and come some time after the knob that they are in. */
  nameControls() {
    // Dash makes a list with one option of each switch: a control in a control.
    for (const option of all("#knobs label[aria-selected]")) {
      option.removeAttribute("aria-selected");
      for (const part of [option, option.closest("[role=listbox]")]) part?.removeAttribute("role");
    }
    for (const { name, label, type } of this.schema) {
      const knob = knobOf(name);
      const control = thumbOf(knob) ?? knob?.querySelector("input[type=checkbox]");
      if (!control || control.hasAttribute("aria-label")) continue;
      control.setAttribute("aria-label", label);
      if (control === thumbOf(knob) && name in this.values) control.setAttribute("aria-valuetext", readable(this.values[name], type));
    }
  }

  /** Knobs without values would answer to nothing, and look as if they had. */
  open() {
    document.querySelector("#knobs")?.toggleAttribute("inert", !Object.keys(this.values).length);
  }

  /** The server's settings, whoever changed them. */
  show(values) {
    this.values = { ...values };
    this.open();
    for (const setting of this.schema) {
      const { name } = setting;
      const moving = this.moving.get(name);
      if (moving && !sameShown(setting, moving.value, values[name]) && performance.now() - moving.at < PATIENCE) continue;
      const settled = moving && this.moving.delete(name);
      this.write(setting, values[name]);
      // A knob that the person holds already stands there.
      if (!settled || !sameShown(setting, moving.value, values[name])) this.place(setting, values[name]);
    }
    this.markMoving();
    this.arrange();
  }

  /** Something was refused: every knob back to the server's value. */
  restore() {
    this.moving.clear();
    if (Object.keys(this.values).length) this.show(this.values);
  }

  reset(group) {
    this.toDefaults(this.changed().filter((setting) => group === "*" || setting.group === group));
  }

  /** One setting back to its default. The focus goes from the button, which disappears, to the knob. */
  resetOne(name) {
    this.toDefaults(this.changed().filter((setting) => setting.name === name));
    controlOf(name)?.focus();
  }

  toDefaults(settings) {
    if (settings.length) this.send(Object.fromEntries(settings.map(({ name }) => [name, this.defaults[name]])));
  }

  /** Shows only the knobs that have these words. Returns how many there are. */
  filter(text) {
    this.wanted = text;
    this.arrange();
    const found = this.schema.filter((setting) => this.applies(setting) && hasWords(setting, text));
    if (text.trim()) for (const { name } of found) openGroup(name);
    return found.length;
  }

  /** Settings as a person may look for them: those with an effect in this session, with their values. */
  list() {
    return this.schema.filter((setting) => this.applies(setting)).map((setting) => ({ ...setting, value: this.values[setting.name] }));
  }

  /** Puts the focus on a knob, in its open group. */
  focus(name) {
    this.onOpen(this.setting(name)?.group ?? "");
    openGroup(name);
    knobOf(name)?.scrollIntoView?.({ block: "nearest" });
    const control = controlOf(name);
    control?.focus();
    if (control) forgetPress(control);
  }

  /** Settings that differ from their defaults. */
  changed() {
    return this.schema.filter((setting) => setting.name in this.defaults && setting.name in this.values && !sameShown(setting, this.values[setting.name], this.defaults[setting.name]));
  }

  setting(name) {
    return this.schema.find((setting) => setting.name === name);
  }

  place(setting, value) {
    // Dash cannot set what it has not built yet; once it has, everything is shown again.
    const knob = knobOf(setting.name);
    if (!knob) return;
    const list = knob.querySelector("select");
    if (list) return showChoice(list, value);
    const shown = toShown(setting, value);
    if (this.shown.get(setting.name) === JSON.stringify(shown)) return;
    this.shown.set(setting.name, JSON.stringify(shown));
    this.setProps({ type: "knob", name: setting.name }, { value: shown });
  }

  write({ name, type, kind }, value) {
    const readout = document.querySelector(`[data-value="${CSS.escape(name)}"]`);
    if (readout) readout.textContent = kind === "live" ? readable(value, type) : "";
    // A slider itself knows the logarithm, or an end beyond which the value may be.
    thumbOf(knobOf(name))?.setAttribute("aria-valuetext", readable(value, type));
  }

  /** Hides what does not apply, marks what is not at its default, and offers resets only where there is something to reset. */
  arrange() {
    const changed = new Set(this.changed().map(({ name }) => name));
    for (const setting of this.schema) {
      const knob = knobOf(setting.name);
      if (!knob) continue;
      knob.hidden = !this.applies(setting) || !hasWords(setting, this.wanted);
      knob.dataset.changed = `${changed.has(setting.name)}`;
      const reset = /** @type {HTMLElement | null} */ (knob.querySelector(".knob-reset"));
      if (reset) reset.hidden = !changed.has(setting.name);
    }
    for (const group of all(".knob-group")) group.hidden = !group.querySelector(".knob:not([hidden])");
    for (const button of all("[data-reset]")) {
      const group = button.dataset.reset;
      button.hidden = !this.schema.some((setting) => changed.has(setting.name) && (group === "*" || setting.group === group));
    }
    this.onChange();
  }
}

const knobOf = (name) => /** @type {HTMLElement | null} */ (document.querySelector(`[data-knob="${CSS.escape(name)}"]`));
const controlOf = (name) => /** @type {HTMLElement | null | undefined} */ (knobOf(name)?.querySelector("[role=slider], select, input"));
const thumbOf = (knob) => knob?.querySelector("[role=slider]");
/** @type {(selector: string) => Iterable<HTMLElement>} */
const all = (selector) => document.querySelectorAll(selector);

/** The key that has brought the focus here is still down. Dash's switches would take its release for a press of their own. @param {HTMLElement} control */
function forgetPress(control) {
  const ended = new AbortController();
  const { signal } = ended;
  control.addEventListener?.("keydown", () => ended.abort(), { capture: true, signal });
  control.addEventListener?.("keyup", (event) => {
    event.stopPropagation();
    ended.abort();
  }, { capture: true, signal });
}

function openGroup(name) {
  const group = knobOf(name)?.closest?.("details");
  if (group) group.open = true;
}

/**
 * True where a setting has all words of a text in its name, label, help or place in the method; pure.
 * @param {Pick<Setting, "name" | "label" | "help" | "enters">} setting
 * @param {string} text
 */
export function hasWords({ name, label, help = "", enters = "" }, text) {
  const own = [name, name.replaceAll("_", " "), label, help, enters].join(" ").toLowerCase();
  return text.toLowerCase().split(/\s+/).every((word) => own.includes(word));
}

const isLog = ({ kind, knob }) => kind === "live" && knob?.scale === "log";

/** The value of the component: of switches a list, of logarithmic sliders the exponent, of sliders nothing beyond their ends. */
export function toShown(setting, value) {
  if (setting.type === "boolean") return value ? ["on"] : [];
  if (setting.kind !== "live") return value;
  const inside = Math.min(Math.max(value, setting.knob.minimum), setting.knob.maximum);
  return isLog(setting) ? Math.log10(inside) : inside;
}

/** The setting's value for that of a component, without the digits that a slider cannot mean. */
export function fromShown(setting, shown) {
  if (setting.type === "boolean") return shown.length > 0;
  if (setting.type === "choice") return shown;
  if (setting.type === "integer") return Math.round(shown);
  if (!isLog(setting)) return Number(shown.toPrecision(12));
  const value = Number((10 ** shown).toPrecision(4));
  // A logarithm never gets to 0; where 0 is allowed, the lower end means it.
  return setting.minimum === 0 && value <= setting.knob.minimum ? 0 : value;
}

/** Equal as far as the knob can tell: half a step of a logarithmic slider, or rounding. */
function sameShown(setting, a, b) {
  if (setting.type !== "number" || typeof a !== "number" || typeof b !== "number") return a === b;
  return Math.abs(toShown(setting, a) - toShown(setting, b)) < (isLog(setting) ? 0.005 : 1e-9);
}

export function readable(value, type) {
  if (value === null || value === undefined) return "";
  return type === "integer" ? `${value}` : `${Number(value.toPrecision(3))}`;
}
