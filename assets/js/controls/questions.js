// The panels that answer a question about the plan by planning more: why this action, many seeds, a sweep. Their modules come after the first picture;
// until then an empty panel keeps the place of each.

import { panelSection } from "../panels/section.js";

/** @typedef {"why" | "seeds" | "sweep"} Name */
/** In the order in which they stand. @type {Name[]} */
const NAMES = ["why", "seeds", "sweep"];

export class Questions {
  /**
   * @param {import("../microscope.js").Microscope} microscope
   * @param {import("./panels.js").Panels} panels
   */
  constructor(microscope, panels) {
    this.microscope = microscope;
    this.panels = panels;
    this.focusKnob = (/** @type {string} */ _) => {};
    /** True while a link has asked how sure the decision is, and there is no answer yet. */
    this.wanted = false;
    this.alone = false;
    /** @type {{why: import("../panels/why.js").WhyPanel, seeds: import("../panels/many_seeds.js").SeedsPanel, sweep: import("../panels/sweep.js").SweepPanel} | null} */
    this.made = null;
    this.places = NAMES.map((name) => panelSection(name));
    for (const place of this.places) microscope.side.insertBefore(place, microscope.side.lastElementChild);
  }

  /**
   * Puts the panels into their places.
   * @param {object} page
   * @param {import("../source/api.js").Api} page.api
   * @param {() => {id: string | null, frame: any, described: any[], without: string}} page.now the session, the frame that is shown, the planner's settings, and words for a live plan that is not there
   * @param {(settings: Record<string, number>) => void} page.change takes values over
   * @param {(name: string) => void} page.focusKnob
   * @param {Storage | null} page.storage
   * @param {() => void} page.changed other things are asked
   * @throws {Error} where a module cannot be loaded
   */
  async load({ api, now, change, focusKnob, storage, changed }) {
    const [{ WhyPanel }, { SeedsPanel }, { SweepPanel }] = await Promise.all([import("../panels/why.js"), import("../panels/many_seeds.js"), import("../panels/sweep.js")]);
    this.focusKnob = focusKnob;
    const given = { api, now, change, theme: () => this.microscope.theme, storage };
    const made = { why: new WhyPanel({ ...given, go: (place, known) => this.goTo(place, known), changed }), seeds: new SeedsPanel(given), sweep: new SweepPanel(given) };
    NAMES.forEach((name, index) => this.places[index].replaceWith(made[name].element));
    // A panel may have been enlarged before it was there.
    this.microscope.enlarge(this.microscope.enlarged);
    this.made = made;
    made.why.standAlone(this.alone);
    const { frame } = this.microscope;
    if (frame) this.refresh(frame);
  }

  /** @param {boolean} alone no live plan follows the recorded one */
  standAlone(alone) {
    this.alone = alone;
    this.made?.why.standAlone(alone);
  }

  /** Follows the frame that is shown. */
  refresh(frame) {
    if (frame.recorded || !this.made) return;
    for (const name of NAMES) this.made[name].refresh(frame);
    if (!this.wanted || frame.playing) return;
    this.wanted = false;
    this.made.why.find();
  }

  /** The question that is answered about this plan beside it, for links. */
  get asked() {
    return this.made?.why.asked ? "why" : null;
  }

  /**
   * Asks what a link asks. False where there is no such question.
   * @param {string | undefined} question
   */
  want(question) {
    this.wanted = question === "why";
    const { frame } = this.microscope;
    if (frame) this.refresh(frame);
    return question === undefined || question === "why";
  }

  /** Draws again, in the colours of now. */
  redraw() {
    this.made?.seeds.draw();
    this.made?.sweep.drawAgain();
    this.made?.why.redraw();
  }

  /**
   * Goes to the place of a reason: in the pictures, or in the panel that shows all of it.
   * @param {import("../frame/why.js").Place} place
   * @param {{buffer?: ArrayBuffer, sweep?: any}} known
   */
  goTo({ particle, action, level, seeds: all, sweep: setting, knob }, { buffer, sweep: found }) {
    const { store } = this.microscope;
    if (particle) store.set({ hover: null, level: particle.level, selection: particle });
    else if (action !== undefined) store.set({ hover: null, selection: { action } });
    else if (level !== undefined) store.set({ hover: null, level });
    else if (knob) this.focusKnob(knob);
    const name = all ? "seeds" : setting ? "sweep" : null;
    if (!name || !this.made) return;
    if (this.panels.isHidden(name)) this.panels.toggle(name);
    this.microscope.enlarge(null);
    if (all && buffer) this.made.seeds.take(buffer);
    if (setting && found) this.made.sweep.show(found);
    this.made[name].element.scrollIntoView({ block: "nearest" });
  }
}
