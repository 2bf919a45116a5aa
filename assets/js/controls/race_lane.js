// One planner of a race: its plan in a small microscope, as it was after a part of the budget.

import { levelAfter, growthText } from "../frame/growing.js";
import { around, element } from "../lib/elements.js";
import { number } from "../lib/format.js";
import { actionColour, actionGlyph } from "../lib/palette.js";
import { Microscope } from "../microscope.js";
import { GrowingSource } from "../source/growing.js";

export class Lane {
  /**
   * @param {any} entrant as the server describes it
   * @param {object} given
   * @param {(link: string) => void} given.visit opens the moment of a link
   * @param {(link: string) => void} given.pin pins the plan of a link as A
   * @param {any} given.layout of the genealogy
   * @param {() => import("../lib/palette.js").Theme} given.theme
   * @param {HTMLElement} given.room where it stands: colours are those of a place on the page
   */
  constructor(entrant, { visit, pin, layout, theme, room }) {
    this.entrant = entrant;
    this.layout = layout;
    this.theme = theme;
    /** True where it was refused a plan. */
    this.failed = false;
    this.share = 1;
    /** @type {any} */
    this.frame = null;
    this.size = element("span", "hint race-size");
    this.state = element("p", "hint race-state", "waiting …");
    this.taken = element("span", "race-taken");
    const button = (name, title, act) => {
      const made = Object.assign(element("button", `quiet race-${name}`, name), { type: "button", title, hidden: !entrant.link });
      made.addEventListener("click", () => act(entrant.link));
      return made;
    };
    this.buttons = [
      button("pin", "Keep this plan as A on the page, to compare with", pin),
      button("open", "Open this planner with these settings on the page, at this moment", visit),
    ];
    this.picture = element("div", "race-picture");
    const heading = around("div", "race-lane-heading", element("h3", "", entrant.title), this.taken, ...this.buttons);
    this.element = around("section", "race-lane", heading, this.size, this.picture, this.state);
    this.element.setAttribute("aria-label", entrant.title);
    room.append(this.element);
    /** @type {Microscope | null} */
    this.microscope = null;
    this.source = new GrowingSource(null);
    this.writeSize();
  }

  /**
   * Shows another picture of the plan.
   * @param {string} panel
   * @param {(store: any) => void} follow called with the store of its microscope
   */
  build(panel, follow) {
    this.microscope?.dispose();
    // Its keys are those of the dialog.
    this.microscope = new Microscope(this.picture, null, { panels: [panel], keys: new EventTarget(), storage: null });
    this.microscope.store.set({ layout: this.layout });
    follow(this.microscope.store);
    if (this.frame) this.planned(this.frame);
    this.show(this.share);
  }

  writeSize() {
    const { size, model_steps: steps, milliseconds } = this.entrant;
    this.size.textContent = `${size} · ${steps} model steps${milliseconds === null ? "" : ` · ${number(milliseconds)} ms measured`}`;
  }

  /** The size that was found by timing. @param {any} entrant */
  found(entrant) {
    this.entrant = entrant;
    this.writeSize();
  }

  say(text) {
    this.state.textContent = text;
  }

  /** It has no plan, for a reason. @param {string} reason */
  fail(reason) {
    this.failed = true;
    this.say(`Not planned: ${reason}.`);
  }

  /** Singles out a root action that is pointed at or selected in another lane. */
  single(hover, selection) {
    if (!this.microscope || !this.frame || this.frame.continuous) return;
    const { state } = this.microscope.store;
    this.microscope.store.set({ hover: same(state.hover, onlyAction(hover)), selection: same(state.selection, onlyAction(selection)) });
  }

  /** @param {any} frame of the whole plan */
  planned(frame) {
    this.frame = frame;
    this.source = new GrowingSource(frame);
    this.microscope?.connect(this.source);
    this.writeTaken();
  }

  /** The action that the plan takes, in its colour of now. */
  writeTaken() {
    const { frame } = this;
    if (!frame || frame.over) return;
    const glyph = element("span", "glyph", actionGlyph(frame, frame.chosen));
    glyph.style.color = actionColour(this.theme(), frame, frame.chosen);
    this.taken.replaceChildren("takes ", glyph, ` ${frame.values[frame.chosen]}`);
    this.taken.title = `takes ${frame.actions[frame.chosen]}`;
  }

  /** @param {number} share of the budget, 0 to 1 */
  show(share) {
    this.share = share;
    if (!this.frame || !this.microscope) return;
    this.source.show(share);
    this.say(growthText(this.frame, share));
    this.microscope.store.set({ level: levelAfter(this.frame, share) });
  }

  dispose() {
    this.microscope?.dispose();
    this.element.remove();
  }
}

const onlyAction = (pointed) => (pointed?.action === undefined || pointed?.level !== undefined ? null : { action: pointed.action });

/** The value before where the new one says the same: nothing is painted again. */
const same = (before, after) => (before?.action === after?.action && before?.level === after?.level ? before : after);
