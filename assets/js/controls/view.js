// The dialog of the view: theme, size, and on the page of the microscope which panels are shown in which order.

import { PARTS } from "../lib/arrangement.js";
import { around, element } from "../lib/elements.js";
import { chooseLooks, looks } from "../lib/looks.js";
import { labelOf } from "./panels.js";
import { openableDialog } from "./dialog.js";

/** Looks with the words for their values; which there are is known to ../looks.js. */
const WORDS = {
  theme: { legend: "Theme", values: { system: "as the system", light: "light", dark: "dark" } },
  size: { legend: "Size", values: { usual: "usual", large: "large, for a projector" } },
};

export class ViewDialog {
  /**
   * @param {import("../lib/lifetime.js").Lifetime} lifetime
   * @param {import("./panels.js").Panels} [panels] of the page, where it has some
   */
  constructor(lifetime, panels) {
    this.panels = panels;
    this.radios = Object.entries(WORDS).flatMap(([name, { values }]) => Object.keys(values).map((value) => Object.assign(element("input"), { type: "radio", name, value })));
    const fieldsets = Object.entries(WORDS).map(([name, { legend, values }]) => {
      const labels = this.radios.filter((radio) => radio.name === name).map((radio) => around("label", "", radio, values[radio.value]));
      return around("fieldset", "view-looks", element("legend", "", legend), ...labels);
    });
    this.rows = panels ? PARTS.map((part) => panelRow(part)) : [];
    this.list = around("ul", "view-panels", ...this.rows.map(({ row }) => row));
    this.list.setAttribute("aria-label", "Panels");
    const reset = Object.assign(element("button", "quiet", "usual panels"), { type: "button" });
    const arranging = panels ? [around("div", "view-heading", element("h3", "", "Panels"), reset), this.list] : [];
    this.element = openableDialog({ id: "view", label: "View", title: "View", content: [...fieldsets, ...arranging], lifetime });
    for (const radio of this.radios) lifetime.listen(radio, "change", () => chooseLooks({ [radio.name]: radio.value }));
    lifetime.listen(reset, "click", () => this.arrange(() => panels?.reset()));
    for (const { part: { name }, box, up, down, enlarge } of this.rows) {
      lifetime.listen(box, "change", () => this.arrange(() => panels?.toggle(name)));
      if (up) lifetime.listen(up, "click", () => this.move(name, -1, up, down));
      if (down) lifetime.listen(down, "click", () => this.move(name, 1, down, up));
      if (enlarge) lifetime.listen(enlarge, "click", () => {
        this.element.close();
        panels?.enlarge(name);
      });
    }
  }

  toggle() {
    if (this.element.open) return this.element.close();
    this.write();
    this.element.showModal();
  }

  arrange(act) {
    act();
    this.write();
  }

  /** The focus stays on the button, or goes to its neighbour where the panel can move no further. */
  move(name, by, button, other) {
    this.arrange(() => this.panels?.move(name, by));
    (button.disabled ? other : button).focus();
  }

  /** Shows what is in force. */
  write() {
    const now = looks();
    for (const radio of this.radios) radio.checked = now[radio.name] === radio.value;
    if (!this.panels) return;
    const { order } = this.panels.arrangement;
    for (const { part: { name, region }, box, up, down } of this.rows) {
      box.checked = !this.panels.isHidden(name);
      const own = order.filter((other) => region && PARTS.some((part) => part.name === other && part.region === region));
      if (up) up.disabled = own[0] === name;
      if (down) down.disabled = own.at(-1) === name;
    }
    const sorted = order.map((name) => this.rows.find(({ part }) => part.name === name)?.row).filter((row) => row !== undefined);
    if (sorted.some((row, index) => row !== this.list.children[index])) this.list.append(...sorted);
  }
}

/** A part with its box, and where it is a panel with buttons that move and enlarge it. */
function panelRow(part) {
  const label = labelOf(part.name);
  const box = Object.assign(element("input"), { type: "checkbox", name: part.name });
  const button = (sign, text) => {
    const made = Object.assign(element("button", "quiet", sign), { type: "button", title: text });
    made.setAttribute("aria-label", `${text}: ${label}`);
    return made;
  };
  const [up, down, enlarge] = part.region ? [button("↑", "Move up"), button("↓", "Move down"), button("⤢", "Enlarge")] : [null, null, null];
  const row = around("li", "view-panel", around("label", "", box, label), ...[up, down, enlarge].filter((each) => each !== null));
  return { part, row, box, up, down, enlarge };
}
