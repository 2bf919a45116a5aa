// The finder: a field and a list of everything that the page can do, by name. A combobox in a dialog: the focus stays in the field.

import { around, element } from "../lib/elements.js";
import { rank } from "../lib/ranking.js";
import { openableDialog } from "./dialog.js";

const MOST = 60;

export class Finder {
  /**
   * @param {() => import("./commands.js").Command[]} commands there are now
   * @param {(text: string) => import("./commands.js").Command[]} made commands that the text itself makes
   * @param {import("../lib/lifetime.js").Lifetime} lifetime
   */
  constructor(commands, made, lifetime) {
    this.commands = commands;
    this.made = made;
    /** @type {import("./commands.js").Command[]} */
    this.all = [];
    /** @type {import("./commands.js").Command[]} */
    this.found = [];
    this.at = 0;
    this.field = Object.assign(element("input", "finder-field"), { type: "text", placeholder: "checkpoint, planner, knob, action, panel, step 10 …", autocomplete: "off", spellcheck: false });
    this.list = element("ul", "finder-list");
    this.list.id = "finder-list";
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", "Found");
    this.none = element("p", "hint");
    this.none.setAttribute("role", "status");
    const about = { role: "combobox", "aria-label": "Find", "aria-autocomplete": "list", "aria-controls": this.list.id, "aria-expanded": "true" };
    for (const [name, value] of Object.entries(about)) this.field.setAttribute(name, value);
    this.element = openableDialog({ id: "finder", label: "Find", title: "Find", content: [this.field, this.list, this.none], lifetime });
    lifetime.listen(this.field, "input", () => this.search());
    lifetime.listen(this.field, "keydown", (event) => this.key(event));
    lifetime.listen(this.list, "click", ({ target }) => {
      const option = target.closest("[role=option]");
      if (option) this.run(Number(option.dataset.at));
    });
  }

  toggle() {
    if (this.element.open) return this.element.close();
    this.all = this.commands();
    this.field.value = "";
    this.search();
    this.element.showModal();
    this.field.focus();
  }

  search() {
    this.found = [...this.made(this.field.value), ...rank(this.field.value, this.all)].slice(0, MOST);
    this.list.replaceChildren(...this.found.map(optionOf));
    this.none.textContent = this.found.length ? "" : "Nothing has these words.";
    this.mark(0);
  }

  /** Moves to an option, round the ends. */
  mark(at) {
    const options = /** @type {HTMLElement[]} */ ([...this.list.children]);
    this.at = options.length ? (at + options.length) % options.length : 0;
    options.forEach((option, index) => option.setAttribute("aria-selected", `${index === this.at}`));
    const marked = options[this.at];
    if (!marked) return this.field.removeAttribute("aria-activedescendant");
    this.field.setAttribute("aria-activedescendant", marked.id);
    marked.scrollIntoView({ block: "nearest" });
  }

  key(event) {
    const moves = { ArrowDown: this.at + 1, ArrowUp: this.at - 1 };
    if (event.key in moves) this.mark(moves[event.key]);
    else if (event.key === "Enter") this.run(this.at);
    else return;
    event.preventDefault();
  }

  /** Closed first: what is run may put the focus elsewhere, or open another dialog. */
  run(at) {
    const command = this.found[at];
    if (!command) return;
    this.element.close();
    command.run();
  }
}

function optionOf({ kind, title, note = "" }, at) {
  const option = around("li", "finder-option", element("span", "finder-kind", kind), element("span", "finder-title", title), element("span", "finder-note", note));
  option.id = `finder-${at}`;
  option.dataset.at = `${at}`;
  option.setAttribute("role", "option");
  return option;
}
