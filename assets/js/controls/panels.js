// The panels of the page as a person arranges them: hidden or not, in which order, one of them enlarged.

import { arrangementOf, keepArrangement, moved, orderText, PARTS, readArrangement, unknownParts } from "../lib/arrangement.js";

export class Panels {
  /**
   * @param {object} page
   * @param {import("../microscope.js").Microscope} page.microscope
   * @param {Storage | null} page.storage keeps the arrangement; null for none
   */
  constructor({ microscope, storage }) {
    this.microscope = microscope;
    this.storage = storage;
    /** Tells the person. @type {(text: string) => void} */
    this.say = () => {};
    /** The address has to say something else. */
    this.changed = () => {};
    this.inLesson = () => false;
    /** True while the arrangement is that of a link, which is not kept. */
    this.lent = false;
    this.arrangement = readArrangement(storage);
    microscope.onHide((name) => {
      this.toggle(name);
      this.say(`${labelOf(name)} is hidden. View (v) shows it again.`);
    });
  }

  /** Arranges the page as a link says, or as the person had it last where it says nothing. A lesson may ask to look at any panel. */
  follow({ hide = [], order = [] }) {
    const kept = readArrangement(this.storage);
    const usual = this.inLesson() ? { ...kept, hidden: [] } : kept;
    const given = hide.length || order.length ? arrangementOf({ hidden: hide, order }) : usual;
    // A page that is loaded again has its own arrangement in its address.
    this.lent = JSON.stringify(given) !== JSON.stringify(kept);
    this.arrangement = given;
    this.show();
    const unknown = [...new Set(unknownParts([...hide, ...order]))];
    if (unknown.length) this.say(`The link names panels that this page does not have: ${unknown.slice(0, 3).map((name) => `“${name.slice(0, 30)}”`).join(", ")}.`);
  }

  /** The arrangement as fields of an address. */
  get fields() {
    const { hidden, order } = this.arrangement;
    return { hide: hidden.join(","), order: orderText(order) };
  }

  isHidden(name) {
    return this.arrangement.hidden.includes(name);
  }

  /** Hides a part of the page, or shows it again. */
  toggle(name) {
    const { hidden, order } = this.arrangement;
    if (this.microscope.enlarged === name) this.microscope.enlarge(null);
    this.change({ hidden: hidden.includes(name) ? hidden.filter((other) => other !== name) : PARTS.map((part) => part.name).filter((other) => other === name || hidden.includes(other)), order });
  }

  /** Moves a panel up or down in its region. */
  move(name, by) {
    const { hidden, order } = this.arrangement;
    this.change({ hidden, order: moved(order, name, by) });
  }

  /** Everything shown, in the usual order. */
  reset() {
    this.change(arrangementOf({}));
  }

  /** Gives a panel all the room, shown for that if it was hidden. */
  enlarge(name) {
    if (this.isHidden(name)) this.toggle(name);
    this.microscope.enlarge(name);
  }

  /** @param {import("../lib/arrangement.js").Arrangement} arrangement */
  change(arrangement) {
    this.arrangement = arrangement;
    if (!this.lent) keepArrangement(this.storage, arrangement);
    this.show();
    this.changed();
  }

  show() {
    document.body.dataset.hide = this.arrangement.hidden.join(" ");
    this.microscope.arrangePanels(this.arrangement.order);
  }
}

/** The name of a part at the beginning of a sentence. */
export function labelOf(name) {
  const label = PARTS.find((part) => part.name === name)?.label ?? name;
  return label.charAt(0).toUpperCase() + label.slice(1);
}
