// Tabs of the groups of knobs, one of which a narrow page shows at a time: there the rest of the room is the pictures'. Wider pages show all groups,
// and no tabs (twistscope.css).

import { element } from "../lib/elements.js";
import { isBelow, NARROW, onLooks } from "../lib/looks.js";

/** @type {(selector: string) => HTMLElement[]} */
const all = (selector) => [...document.querySelectorAll(selector)].filter((each) => each instanceof HTMLElement);

export class KnobGroups {
  /**
   * @param {import("../lib/lifetime.js").Lifetime} lifetime
   */
  constructor(lifetime) {
    /** The group that is shown. @type {string | null} */
    this.current = null;
    this.written = "";
    this.element = element("div", "knob-tabs");
    this.element.setAttribute("role", "tablist");
    this.element.setAttribute("aria-label", "Groups of knobs");
    lifetime.listen(this.element, "click", ({ target }) => {
      const tab = target.closest("[role=tab]");
      if (tab) this.show(tab.dataset.tab);
    });
    lifetime.listen(this.element, "keydown", (event) => this.key(event));
    // After a search the group of the knob that was found stays.
    lifetime.listen(document, "focusin", ({ target }) => {
      const group = target.closest?.("#knobs .knob-group")?.dataset.group;
      if (group && group !== this.current) this.show(group);
    });
    lifetime.add(onLooks(() => this.write(), true));
  }

  /** Shows a group and no other one, where there is room for one. */
  show(name) {
    this.current = name;
    this.write();
  }

  key(event) {
    const names = this.offered.map(({ dataset }) => dataset.group ?? "");
    const name = tabAt(names, this.current, event.key);
    if (name === null) return;
    // The same keys move through the levels elsewhere.
    event.preventDefault();
    this.show(name);
    this.element.querySelector(`[aria-selected="true"]`)?.focus();
  }

  /** Groups that have a knob to show. */
  get offered() {
    return all(".knob-group").filter(({ hidden }) => !hidden);
  }

  /** Follows what the groups have: knobs that apply, or that were found, and those that were changed. */
  write() {
    const groups = this.offered;
    this.current = shownOf(groups.map(({ dataset }) => dataset.group ?? ""), this.current);
    for (const group of all(".knob-group")) group.toggleAttribute("data-current", group.dataset.group === this.current);
    this.describePanel();
    const tabs = groups.map((group) => ({ name: group.dataset.group ?? "", changed: !!group.querySelector('[data-changed="true"]') }));
    const reset = /** @type {HTMLElement | null} */ (document.querySelector(".knob-group-reset"));
    if (reset) {
      reset.dataset.reset = this.current ?? "";
      reset.hidden = !tabs.some(({ name, changed }) => changed && name === this.current);
    }
    const now = JSON.stringify([tabs, this.current]);
    if (now === this.written) return;
    this.written = now;
    this.writeTabs(tabs);
  }

  /**
   * The tabs stay the elements that they are, as long as they are the same: one of them may have the focus.
   * @param {{name: string, changed: boolean}[]} tabs
   */
  writeTabs(tabs) {
    const kept = /** @type {HTMLElement[]} */ ([...this.element.children]);
    if (kept.map(({ dataset }) => dataset.tab).join() !== tabs.map(({ name }) => name).join()) this.element.replaceChildren(...tabs.map(({ name }, index) => tabOf(name, index)));
    tabs.forEach(({ name, changed }, index) => {
      const tab = /** @type {HTMLElement} */ (this.element.children[index]);
      tab.dataset.changed = `${changed}`;
      tab.setAttribute("aria-selected", `${name === this.current}`);
      tab.tabIndex = name === this.current ? 0 : -1;
    });
  }

  /** With tabs the knobs are what the chosen one shows, and none of them is folded. */
  describePanel() {
    const panel = document.getElementById("knobs");
    const tabbed = isBelow(NARROW) && this.current !== null;
    if (tabbed) for (const group of all(".knob-group")) group.setAttribute("open", "");
    panel?.setAttribute("aria-label", this.current ?? "");
    if (tabbed) return panel?.setAttribute("role", "tabpanel");
    for (const name of ["role", "aria-label"]) panel?.removeAttribute(name);
  }
}

function tabOf(name, index) {
  const tab = Object.assign(element("button", "quiet knob-tab", name), { type: "button", id: `knob-tab-${index}` });
  tab.dataset.tab = name;
  tab.setAttribute("role", "tab");
  tab.setAttribute("aria-controls", "knobs");
  return tab;
}

/**
 * The group to show: the one that was chosen while it has knobs, else the first one; null where there is none. Pure.
 * @param {string[]} names
 * @param {string | null} current
 */
export const shownOf = (names, current) => (current !== null && names.includes(current) ? current : names[0] ?? null);

/**
 * The tab that a key leads to, round the ends; null for keys that lead nowhere. Pure.
 * @param {string[]} names
 * @param {string | null} current
 * @param {string} key
 */
export function tabAt(names, current, key) {
  const at = Math.max(names.indexOf(current ?? ""), 0);
  const moves = { ArrowRight: at + 1, ArrowDown: at + 1, ArrowLeft: at - 1, ArrowUp: at - 1, Home: 0, End: names.length - 1 };
  return key in moves && names.length ? names[(moves[key] + names.length) % names.length] : null;
}
