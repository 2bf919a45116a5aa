// The controls above the knobs: presets of the planner and a person's own, a field that finds knobs by their words, and tabs of their groups.

import { around, element } from "../lib/elements.js";
import { count } from "../lib/format.js";
import { KnobEntry } from "./knob_entry.js";
import { KnobGroups } from "./knob_groups.js";
import { changesFor, deleteOwn, keepOwn, presetInForce, readOwn } from "../lib/presets.js";

// Values of the list: the planner's presets by name, own ones after a mark that no name of the server begins with.
const OWN = "own ";
/** @type {import("../lib/presets.js").Preset} */
const USUAL = { name: "defaults", settings: {} };

export class KnobTools {
  /**
   * @param {object} page
   * @param {import("./knobs.js").Knobs} page.knobs
   * @param {() => {name: string, presets: import("../lib/presets.js").Preset[]}} page.planner whose knobs are shown
   * @param {Storage | null} page.storage keeps own presets
   * @param {(settings: Record<string, any>) => void} page.change asks the server for settings
   * @param {(text: string) => void} page.say tells the person
   * @param {Promise<unknown>} page.mounted resolves when there is a place for them
   * @param {import("../lib/lifetime.js").Lifetime} page.lifetime
   */
  constructor({ knobs, planner, storage, change, say, mounted, lifetime }) {
    this.knobs = knobs;
    this.planner = planner;
    this.storage = storage;
    this.change = change;
    this.say = say;
    this.written = "";
    this.list = element("select", "choice");
    this.list.setAttribute("aria-label", "Preset");
    const button = (text, title) => Object.assign(element("button", "quiet", text), { type: "button", title });
    this.save = button("save …", "Keep these settings as a preset of your own, in this browser");
    this.remove = button("delete", "Delete this preset of yours");
    this.name = Object.assign(element("input", "preset-name"), { type: "text", placeholder: "name, then Enter", hidden: true, autocomplete: "off" });
    this.name.setAttribute("aria-label", "Name of the preset");
    this.search = Object.assign(element("input", "knob-search"), { type: "search", placeholder: "find a knob", autocomplete: "off" });
    this.search.setAttribute("aria-label", "Find a knob");
    this.found = element("p", "hint knob-found");
    this.found.setAttribute("role", "status");
    this.groups = new KnobGroups(lifetime);
    this.element = around("div", "knob-tools", around("div", "knob-presets", this.list, this.name, this.save, this.remove), this.search, this.found, this.groups.element);
    lifetime.listen(this.list, "change", () => this.choose(this.list.value));
    lifetime.listen(this.save, "click", () => this.askName());
    lifetime.listen(this.remove, "click", () => this.deleteChosen());
    lifetime.listen(this.name, "keydown", (event) => this.nameKey(event));
    lifetime.listen(this.name, "blur", () => this.endNaming());
    lifetime.listen(this.search, "input", () => this.filter());
    knobs.onChange = () => this.write();
    knobs.onOpen = (group) => this.groups.show(group);
    mounted.then(() => {
      document.getElementById("knob-tools")?.append(this.element);
      const root = document.getElementById("knobs");
      if (root) new KnobEntry({ root, change, lifetime });
    });
    this.write();
  }

  get presets() {
    const { name, presets } = this.planner();
    const own = readOwn(this.storage, name).map((preset) => ({ ...preset, id: `${OWN}${preset.name}` }));
    return [{ ...USUAL, id: USUAL.name }, ...presets.map((preset) => ({ ...preset, id: preset.name })), ...own];
  }

  /** Shows which preset the settings are. */
  write() {
    const { schema, defaults, values, described } = this.knobs;
    this.groups.write();
    const { presets } = this;
    const inForce = described && Object.keys(values).length ? presetInForce(schema, defaults, values, presets) : null;
    const id = inForce && "id" in inForce ? inForce.id : "";
    this.remove.hidden = !`${id}`.startsWith(OWN);
    const waiting = !Object.keys(values).length;
    this.save.hidden = !described || waiting || (id !== "" && this.name.hidden);
    // Without the checkpoint's defaults nothing can be said to differ from them.
    const unknown = waiting || !described;
    const now = JSON.stringify([presets.map((preset) => preset.id), id, unknown]);
    if (now === this.written) return;
    this.written = now;
    const options = presets.map((preset) => Object.assign(new Option(preset.name, preset.id), { title: preset.help ?? "" }));
    const own = options.filter(({ value }) => value.startsWith(OWN));
    const group = Object.assign(document.createElement("optgroup"), { label: "yours" });
    group.append(...own);
    const changed = Object.assign(new Option(unknown ? "…" : "changed", ""), { hidden: true });
    this.list.replaceChildren(changed, ...options.filter((option) => !own.includes(option)), ...(own.length ? [group] : []));
    this.list.value = `${id}`;
  }

  choose(id) {
    const preset = this.presets.find((each) => each.id === id);
    // Shown is what is in force, also where the server does not confirm it.
    this.written = "";
    if (preset) this.apply(preset);
    this.write();
  }

  apply(preset) {
    const { schema, defaults, values } = this.knobs;
    const changes = changesFor(schema, defaults, values, preset);
    if (Object.keys(changes).length) this.change(changes);
  }

  askName() {
    this.name.hidden = false;
    this.list.hidden = this.save.hidden = true;
    this.name.value = "";
    this.name.focus();
  }

  endNaming() {
    this.name.hidden = true;
    this.list.hidden = false;
    this.write();
  }

  nameKey(event) {
    if (event.key === "Escape") {
      // Only the name is left, not the drawer.
      event.preventDefault();
      event.stopPropagation();
      this.endNaming();
      this.save.focus();
    }
    if (event.key !== "Enter") return;
    const { knobs } = this;
    const settings = Object.fromEntries(knobs.changed().map(({ name }) => [name, knobs.values[name]]));
    const refusal = keepOwn(this.storage, this.planner().name, { name: this.name.value, settings });
    if (refusal) return this.say(refusal);
    this.endNaming();
    this.list.focus();
  }

  deleteChosen() {
    deleteOwn(this.storage, this.planner().name, this.list.value.slice(OWN.length));
    this.write();
    this.list.focus();
  }

  filter() {
    const found = this.knobs.filter(this.search.value);
    // Found knobs are shown of all groups at once.
    document.getElementById("drawer")?.toggleAttribute("data-searching", !!this.search.value.trim());
    this.found.textContent = this.search.value.trim() ? (found ? `${count(found, "knob")} found` : "No knob has these words.") : "";
  }

  /** Every knob is shown again. */
  clearSearch() {
    this.search.value = "";
    this.filter();
  }
}
