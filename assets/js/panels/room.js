// The room of a microscope: the regions that panels stand in, their order, and the one that has all the room.

import { element } from "../lib/elements.js";
import { markEnlarged } from "./section.js";

export class PanelRoom {
  /** @param {import("../lib/lifetime.js").Lifetime} lifetime */
  constructor(lifetime) {
    this.lifetime = lifetime;
    this.centre = element("div", "microscope-centre");
    this.side = element("section", "microscope-side");
    this.side.setAttribute("aria-label", "Numbers");
    this.foot = element("div", "microscope-foot");
    this.element = element("div", "microscope");
    /** Panels by their names. @type {Map<string, HTMLElement>} */
    this.sections = new Map();
  }

  /**
   * A panel is enlarged by its button, or by a double click on its heading.
   * @param {(name: string) => void} onHide when it is to be hidden
   */
  followHeadings(onHide) {
    const panelOf = (target, within) => (target.closest?.(within) ? target.closest("[data-panel]")?.dataset.panel : undefined);
    const toggle = (name) => name && this.enlarge(this.enlarged === name ? null : name);
    this.lifetime.listen(this.element, "click", ({ target }) => {
      toggle(panelOf(target, ".panel-enlarge"));
      const hidden = panelOf(target, ".panel-hide");
      if (hidden) onHide(hidden);
    });
    this.lifetime.listen(this.element, "dblclick", ({ target }) => {
      if (target.closest?.("button, select, input")) return;
      const name = panelOf(target, ".panel-heading");
      if (name) getSelection()?.removeAllRanges();
      toggle(name);
    });
  }

  /** The panel where the keyboard is, or else the pointer; else the genealogy, or the first. */
  get inHand() {
    const found = this.element.querySelector(".panel:has(:focus-visible)") ?? this.element.querySelector(".panel:hover") ?? this.sections.get("genealogy") ?? this.element.querySelector(".panel");
    return found instanceof HTMLElement ? found.dataset.panel ?? null : null;
  }

  /** The name of the panel that has all the room, or null. */
  get enlarged() {
    return this.element.dataset.enlarged ?? null;
  }

  /**
   * Gives a panel all the room, also one that a page has put in; null gives the others theirs back.
   * @param {string | null} name
   */
  enlarge(name) {
    const panels = /** @type {NodeListOf<HTMLElement>} */ (this.element.querySelectorAll(".panel"));
    if (name === null || ![...panels].some(({ dataset }) => dataset.panel === name)) delete this.element.dataset.enlarged;
    else this.element.dataset.enlarged = name;
    for (const panel of panels) markEnlarged(panel, panel.dataset.panel === this.enlarged);
  }

  /**
   * Puts the panels of each region into an order. Those that are not named come last, as they stood.
   * @param {string[]} names
   */
  arrangePanels(names) {
    for (const region of [this.centre, this.side]) {
      const panels = /** @type {HTMLElement[]} */ ([...region.children]);
      const place = ({ dataset }) => (names.includes(dataset.panel ?? "") ? names.indexOf(dataset.panel ?? "") : names.length);
      const sorted = panels.toSorted((a, b) => place(a) - place(b));
      // Moving an element ends what it is doing, such as scrolling.
      if (sorted.some((panel, index) => panel !== panels[index])) region.append(...sorted);
    }
  }

  /**
   * Puts a panel, or the sentence, into a region.
   * @param {HTMLElement} region
   * @param {HTMLElement} section
   */
  add(region, section) {
    this.sections.set(section.dataset.panel ?? "", section);
    region.append(section);
  }

  /** As much height for the strips as are open. */
  makeRoom(count) {
    this.centre.style.setProperty("--strip-rows", `${count}`);
    this.centre.style.setProperty("--strip-share", `${6 * count}`);
  }
}
