// Opens a lesson beside the microscope, closes it, and offers the tour to those who have never been here.

import { around, element } from "../lib/elements.js";
import { loadStyle } from "../lib/late_files.js";
import { Lifetime } from "../lib/lifetime.js";
import { keep, read } from "../lib/storage.js";
import { placeOfLesson, removeLesson } from "./place.js";
import { beginAgain, readProgress } from "./progress.js";

const TOUR = "tour";
const OFFERED = "twistscope-tour-offered";

export class Lessons {
  /**
   * @param {object} page
   * @param {import("../source/api.js").Api} page.api
   * @param {import("../microscope.js").Microscope} page.microscope
   * @param {(href: string) => void} page.visit opens the moment of an address
   * @param {(name: string) => void} page.focusKnob
   * @param {(text: string) => void} page.say tells the person
   * @param {() => void} page.changed the address has to say something else
   * @param {Storage | null} page.storage
   */
  constructor({ api, microscope, visit, focusKnob, say, changed, storage }) {
    this.api = api;
    this.microscope = microscope;
    this.visit = visit;
    this.focusKnob = focusKnob;
    this.say = say;
    this.changed = changed;
    this.storage = storage;
    /** @type {import("./classroom.js").Classroom | null} */
    this.classroom = null;
    /** @type {import("./panel.js").LessonPanel | null} */
    this.panel = null;
    this.lifetime = new Lifetime();
    /** All lessons, once they have been asked for. @type {{name: string, title: string, teaches: string}[]} */
    this.known = [];
  }

  /** Asks which lessons there are, for those who look for one by its name. */
  async load() {
    this.known = (await this.api.lessons()).lessons;
  }

  /** The lesson and its step as fields of an address. @returns {{lesson?: string, at?: string}} */
  get fields() {
    return this.panel?.fields ?? {};
  }

  /**
   * Opens a lesson at a step, without showing its moment yet.
   * @param {string} name
   * @param {string | null} at id of a step; by default the one that was left last; at its first step a lesson that is finished begins again
   * @returns {Promise<import("./panel.js").LessonPanel | null>} null where it cannot be had, which the person is told
   */
  async open(name, at = null) {
    if (this.panel?.lesson.name !== name) {
      let lesson;
      let LessonPanel;
      try {
        [lesson, { LessonPanel }] = await Promise.all([this.api.lesson(name), import("./panel.js"), loadStyle("lesson.css")]);
      } catch (error) {
        this.close();
        this.say(`The lesson cannot be opened: ${/** @type {Error} */ (error).message}.`);
        return null;
      }
      if (at === lesson.steps[0].id) beginAgain(this.storage, name);
      this.lifetime.end();
      document.body.dataset.lesson = "open";
      this.panel = new LessonPanel({
        lesson, root: placeOfLesson(), microscope: this.microscope, visit: this.visit, storage: this.storage, lifetime: this.lifetime, focusKnob: this.focusKnob, classroom: this.classroom, token: this.api.token,
        closed: (finished) => (finished ? location.assign("lessons") : this.close()),
      });
    }
    const { panel } = this;
    if (!panel) return null;
    const asked = at === null ? panel.placeOf(panel.own.at) : panel.placeOf(at);
    if (at !== null && asked === null) this.say(`The lesson has no step “${at.slice(0, 40)}”. It begins at its first one.`);
    panel.show(asked ?? 0);
    return panel;
  }

  /** Follows the address, after back or forward in the browser's history. @param {{lesson: string | null, at: string | null}} asked */
  async follow({ lesson, at }) {
    if (!lesson) return this.close();
    if (this.panel?.lesson.name === lesson && this.panel.step.id === at) return;
    await this.open(lesson, at);
  }

  close() {
    const open = this.panel !== null;
    this.panel = null;
    this.lifetime.end();
    // Also the place that was kept for one that did not come.
    removeLesson();
    delete document.body.dataset.lesson;
    if (open) this.changed();
  }

  /** Offers the tour, once, to those who have never been here. */
  offer() {
    if (this.panel || read(this.storage, OFFERED) || Object.keys(readProgress(this.storage)).length) return;
    const button = (text, act) => {
      const made = Object.assign(element("button", "quiet", text), { type: "button" });
      made.addEventListener("click", () => {
        // Without room it is offered again another day.
        keep(this.storage, OFFERED, "yes");
        offer.remove();
        act();
      });
      return made;
    };
    const no = button("✕", () => {});
    no.setAttribute("aria-label", "No, thanks");
    const offer = around("aside", "tour-offer", element("span", "", "New here?"), button("Show me around (90 s)", () => this.begin(TOUR)), no);
    offer.setAttribute("aria-label", "Tour");
    // Beside the facts, where it covers nothing.
    document.getElementById("facts")?.prepend(offer);
  }

  /** Opens a lesson and shows the moment of its step. @param {string} name */
  async begin(name) {
    const panel = await this.open(name);
    panel?.arrive();
  }
}
