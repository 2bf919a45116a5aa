// A lesson on a page without a server: the same microscope over plans that were recorded, and knobs that switch between them.

import { around, element } from "../lib/elements.js";
import { Lifetime } from "../lib/lifetime.js";
import { Microscope, ownStorage } from "../microscope.js";
import { RecordSource } from "../source/record.js";
import { LessonPanel } from "./panel.js";
import { placeOfLesson } from "./place.js";

/**
 * @typedef {object} Recorded the plans of a step, as `twistscope site` has written them
 * @property {string} base id of the record of its moment
 * @property {{setting: string, label: string, values: {value: any, text: string, record: string}[]}[]} knobs
 * @property {Record<string, any>} view what of the plan is looked at
 *
 * @typedef {Omit<import("./panel.js").Lesson, "steps"> & {steps: (import("./panel.js").Step & {recorded: Recorded})[]}} RecordedLesson
 *
 * @typedef {{lessons: Record<string, RecordedLesson>, records: Record<string, string>, page?: any}} Kept
 */

const NO_PLANNER = "This page has no planner. It shows plans that were recorded with these values.";

/** Everything that the files of the site have put into the page. @type {Kept} */
const kept = ((globalThis.twistscopeSite ??= { lessons: {}, records: {} }));

/**
 * Loads a file of the site as a script, which also works from a disk.
 * @param {string} path
 */
const loaded = (path) => new Promise((resolve, reject) => {
  const script = Object.assign(document.createElement("script"), { src: path });
  script.addEventListener("load", () => resolve(null));
  script.addEventListener("error", () => reject(new Error(`${path} is missing: copy the whole folder of the site`)));
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
    this.lesson = lesson;
    this.microscope = new Microscope(/** @type {HTMLElement} */ (document.getElementById("microscope")), null, { keys: document });
    this.drawer = /** @type {HTMLElement} */ (document.getElementById("drawer"));
    this.shown = "";
    this.panel = new LessonPanel({
      lesson, root: placeOfLesson(), microscope: this.microscope, live: false, storage: ownStorage(), lifetime: new Lifetime(), visit: (href) => this.visit(href),
      closed: () => location.assign("index.html"), focusKnob: (name) => this.focusKnob(name),
    });
    kept.page = this;
  }

  /** Shows the step that an address names, with its recorded plan. @param {string} href */
  visit(href) {
    const at = new URL(href).searchParams.get("at");
    const step = this.lesson.steps.find(({ id }) => id === at) ?? this.lesson.steps[0];
    const url = new URL(location.href);
    url.search = `${new URLSearchParams({ lesson: this.lesson.name, at: step.id })}`;
    history.replaceState(null, "", url.href);
    this.writeKnobs(step.recorded);
    const { level = null, layout, slot, action } = step.recorded.view;
    this.microscope.store.set({ level, hover: null, selection: slot !== undefined ? { level: level ?? 0, slot } : action !== undefined ? { action } : null });
    if (layout) this.microscope.layouts.choose(layout);
    this.show(step.recorded.base);
  }

  /** @param {string} id of a record */
  async show(id) {
    this.shown = id;
    try {
      const bytes = await recordOf(id);
      if (this.shown === id) this.microscope.connect(new RecordSource(bytes));
    } catch (error) {
      this.microscope.excuse(`No plan: ${/** @type {Error} */ (error).message}.`);
    }
  }

  /** On a narrow page the knobs are behind a drawer. @param {string} name */
  focusKnob(name) {
    document.body.toggleAttribute("data-drawer", true);
    this.drawer.querySelector(`[data-recorded="${name}"]`)?.querySelector("select")?.focus();
  }

  /** @param {Recorded} recorded */
  writeKnobs({ base, knobs }) {
    const rows = knobs.map(({ setting, label, values }) => {
      const list = element("select", "choice");
      list.setAttribute("aria-label", label);
      list.append(...values.map(({ text, record }) => Object.assign(element("option", "", text), { value: record, selected: record === base })));
      list.addEventListener("change", () => {
        // One setting at a time differs from the step: others go back.
        for (const other of this.drawer.querySelectorAll("select")) if (other !== list) other.value = base;
        this.show(list.value);
      });
      const row = around("div", "knob knob-choice", around("div", "knob-label", element("span", "knob-name", label)), list);
      row.dataset.recorded = setting;
      return row;
    });
    const close = Object.assign(element("button", "quiet drawer-close", "close"), { type: "button" });
    close.addEventListener("click", () => document.body.toggleAttribute("data-drawer", false));
    this.drawer.replaceChildren(around("div", "drawer-heading", element("h2", "", "Recorded settings"), close), around("div", "recorded-knobs", ...rows, element("p", "hint", rows.length ? NO_PLANNER : "This page has no planner: it shows the plan that was recorded for this step.")));
  }
}

/** Opens the lesson that the address names. */
export async function open() {
  const asked = new URLSearchParams(location.search);
  const name = (asked.get("lesson") ?? "").replace(/[^a-z0-9-]/g, "");
  try {
    await loaded(`lessons/${name}.js`);
    const lesson = kept.lessons[name];
    const { panel } = new Site(lesson);
    panel.show(panel.placeOf(asked.get("at")) ?? panel.placeOf(panel.own.at) ?? 0);
    panel.arrive();
  } catch (error) {
    placeOfLesson().replaceChildren(element("p", "hint", `The lesson cannot be shown: ${/** @type {Error} */ (error).message}.`), Object.assign(element("a", "page-link", "All lessons"), { href: "index.html" }));
  }
}
