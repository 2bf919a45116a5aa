// A lesson on a page without a server: the same microscope over plans that were recorded, and knobs that switch between them.

import { followButtons } from "../controls/buttons.js";
import { Drawer } from "../controls/drawer.js";
import { ViewDialog } from "../controls/view.js";
import { around, element } from "../lib/elements.js";
import { Lifetime } from "../lib/lifetime.js";
import { ownStorage } from "../lib/storage.js";
import { Microscope } from "../microscope.js";
import { RecordSource } from "../source/record.js";
import { LessonPanel } from "./panel.js";
import { placeOfLesson } from "./place.js";
import { beginAgain } from "./progress.js";
import { momentOf } from "./recorded.js";
import { HEAT, viewState } from "./shared_view.js";

/**
 * @typedef {import("./recorded.js").Recorded} Recorded
 * @typedef {Omit<import("./panel.js").Lesson, "steps"> & {steps: (import("./panel.js").Step & {recorded: Recorded})[]}} RecordedLesson
 *
 * @typedef {{lessons: Record<string, RecordedLesson>, records: Record<string, string>, page?: any}} Kept
 */

const LESSONS = "index.html";
const COPY = "Copy the whole folder of the site.";
const NO_PLANNER = "This page has no planner. It shows plans that were recorded with these values, one setting at a time.";
const NO_VALUES = "This page has no planner. It shows the plan that was recorded for this step.";

/** Everything that the files of the site have put into the page. @type {Kept} */
const kept = ((globalThis.twistscopeSite ??= { lessons: {}, records: {} }));

/** The element with this id, which the page has. @returns {HTMLElement} */
const at = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

/**
 * Loads a file of the site as a script, which also works from a disk.
 * @param {string} path
 */
const loaded = (path) => new Promise((resolve, reject) => {
  const script = Object.assign(document.createElement("script"), { src: path });
  script.addEventListener("load", () => resolve(null));
  script.addEventListener("error", () => reject(new Error(`the file ${path} is missing`)));
  document.head.append(script);
});

/** @param {string} id @returns {Promise<ArrayBuffer>} */
async function recordOf(id) {
  if (!kept.records[id]) await loaded(`records/${id}.js`);
  const packed = Uint8Array.from(atob(kept.records[id]), (character) => character.charCodeAt(0));
  return new Response(new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"))).arrayBuffer();
}

class Site {
  /** @param {RecordedLesson} lesson */
  constructor(lesson) {
    const lifetime = new Lifetime();
    this.lesson = lesson;
    this.drawer = new Drawer(lifetime);
    this.microscope = new Microscope(at("microscope"), null, { keys: document });
    /** Of the plan that is asked for; null until it is there. @type {RecordSource | null} */
    this.source = null;
    this.shown = "";
    this.panel = new LessonPanel({
      lesson, lifetime, root: placeOfLesson(), microscope: this.microscope, live: false, overview: LESSONS, storage: ownStorage(), visit: (href) => this.visit(href),
      arrived: (frame) => frame.source === this.source, closed: () => location.assign(LESSONS), focusKnob: (name) => this.focusKnob(name),
    });
    this.microscope.sections.get("genealogy")?.querySelector(".panel-tools")?.before(this.pinButton(lifetime));
    const view = new ViewDialog(lifetime);
    document.body.append(view.element);
    followButtons({ view: () => view.toggle(), drawer: () => this.drawer.toggle() }, lifetime);
    kept.page = this;
  }

  /** Pins the plan that is shown as A, or lets A go: recorded plans are compared, too. @param {Lifetime} lifetime */
  pinButton(lifetime) {
    const { microscope } = this;
    const button = Object.assign(element("button", "quiet pin-open"), { type: "button" });
    const write = () => {
      const { pinned } = microscope.store.state;
      button.setAttribute("aria-pressed", `${!!pinned}`);
      Object.assign(button, pinned ? { textContent: "let A go", title: "Compare with the pinned plan no longer (p)" } : { textContent: "pin", title: "Keep this plan as A, and compare what follows with it (p)" });
    };
    lifetime.listen(button, "click", () => (microscope.store.state.pinned ? microscope.unpin() : microscope.pin()));
    lifetime.add(microscope.store.subscribe(["pinned"], write));
    write();
    return button;
  }

  /** Shows the moment that an address leads to: that of a step, or of a link in its text. @param {string} href */
  visit(href) {
    const { searchParams: asked, search } = new URL(href);
    const step = this.lesson.steps.find(({ id }) => id === asked.get("at")) ?? this.lesson.steps[0];
    const url = new URL(location.href);
    url.search = `${new URLSearchParams({ lesson: this.lesson.name, at: step.id })}`;
    history.replaceState(null, "", url.href);
    this.writeKnobs(step.recorded);
    const { base, view } = momentOf(search, step);
    const { layout, show = [] } = view;
    this.microscope.store.set({ hover: null, ...viewState(view) });
    if (layout) this.microscope.layouts.choose(layout);
    this.microscope.showHeat(show.includes(HEAT));
    this.show(base);
  }

  /** @param {string} id of a record */
  async show(id) {
    this.shown = id;
    this.source = null;
    try {
      const bytes = await recordOf(id);
      if (this.shown !== id) return;
      this.source = new RecordSource(bytes);
      this.say("");
      this.microscope.connect(this.source);
    } catch (error) {
      if (this.shown === id) this.say(`No plan: ${/** @type {Error} */ (error).message}. ${COPY}`);
    }
  }

  /** Says why the plan that is asked for is not shown; an earlier one pales. @param {string} text */
  say(text) {
    const banner = at("banner");
    banner.hidden = !text;
    banner.textContent = text;
    this.microscope.mark(!!text);
    if (text) this.microscope.excuse(text);
  }

  /** On a narrow page the knobs are behind a drawer. @param {string} name */
  focusKnob(name) {
    this.drawer.show();
    this.drawer.element.querySelector(`[data-recorded="${name}"]`)?.querySelector("select")?.focus();
  }

  /** @param {Recorded} recorded */
  writeKnobs({ base, knobs }) {
    const rows = knobs.map(({ setting, label, values }) => {
      const list = element("select", "choice");
      list.setAttribute("aria-label", label);
      list.append(...values.map(({ text, record }) => Object.assign(element("option", "", text), { value: record, selected: record === base })));
      list.addEventListener("change", () => {
        // One setting at a time differs from the step: others go back.
        for (const other of this.drawer.element.querySelectorAll("select")) if (other !== list) other.value = base;
        this.show(list.value);
      });
      const row = around("div", "knob knob-choice", around("div", "knob-label", element("span", "knob-name", label)), list);
      row.dataset.recorded = setting;
      return row;
    });
    const close = Object.assign(element("button", "quiet drawer-close", "close"), { type: "button" });
    close.dataset.do = "drawer";
    this.drawer.element.replaceChildren(
      around("div", "drawer-heading", element("h2", "", "Recorded settings"), close),
      around("div", "recorded-knobs", ...rows, element("p", "hint", rows.length ? NO_PLANNER : NO_VALUES)),
    );
    const open = document.querySelector(".drawer-open");
    if (open instanceof HTMLElement) open.hidden = !rows.length;
  }
}

/** Opens the lesson that the address names. */
export async function open() {
  const asked = new URLSearchParams(location.search);
  const name = (asked.get("lesson") ?? "").replace(/[^a-z0-9-]/g, "");
  if (!name) return location.replace(LESSONS);
  try {
    await loaded(`lessons/${name}.js`);
    const lesson = kept.lessons[name];
    if (asked.get("at") === lesson.steps[0].id) beginAgain(ownStorage(), name);
    document.title = `${lesson.title} · twistscope`;
    const { panel } = new Site(lesson);
    panel.show(panel.placeOf(asked.get("at")) ?? panel.placeOf(panel.own.at) ?? 0);
    panel.arrive();
  } catch (error) {
    const said = element("p", "hint", `The lesson cannot be shown: ${/** @type {Error} */ (error).message}. Choose one of the list; if it was there, copy the whole folder of the site again.`);
    placeOfLesson().replaceChildren(said, Object.assign(element("a", "page-link", "All lessons"), { href: LESSONS }));
  }
}
