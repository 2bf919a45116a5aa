// The lesson beside the pictures: its text drives the view, and the learner may leave it at any time and come back to the very step.

import { LAYOUTS } from "../frame/layouts.js";
import { momentAddress } from "../lib/address.js";
import { around, element } from "../lib/elements.js";
import { isBelow, NARROW } from "../lib/looks.js";
import { readingList, stepArticle } from "./article.js";
import { writeClassLine } from "./class_line.js";
import { isDone } from "./conditions.js";
import { coverPanels } from "./covers.js";
import { setFormulas, SymbolTip } from "./formulas.js";
import { pointAt } from "./panel_links.js";
import { Prediction } from "./prediction.js";
import { OwnProgress } from "./own_progress.js";

/** Selectors that find an open panel or dialog, by its name in a lesson's file. */
const OPEN = {
  share: "dialog#share[open]", help: "dialog#help[open]", race: "dialog#race[open]", why: ".panel-why[data-open]", seeds: ".panel-seeds .seeds-figure:not([hidden])",
  sweep: ".panel-sweep[data-open], .panel-sweep .sweep-picture:not([hidden]):not(:empty), .panel-sweep .sweep-map:not([hidden]):not(:empty)", timeline: ".panel-timeline[data-open]",
  film: ".microscope[data-film]", comparison: ".panel-comparison:not([hidden])",
};
// Long enough for a view to come to rest.
const SETTLING = 120;
const SWIPE = 60;

/**
 * @typedef {object} Step as the service gives it (docs/api.md, Lessons)
 * @property {string} id
 * @property {string} title
 * @property {string} link query of its moment
 * @property {string} html
 * @property {string} notes
 * @property {import("./conditions.js").Task[]} tasks
 * @property {import("./prediction.js").Predicted[]} predictions
 *
 * @typedef {{name: string, title: string, needs: string[], references: string[], steps: Step[]}} Lesson
 */

export class LessonPanel {
  /**
   * @param {object} page
   * @param {Lesson} page.lesson
   * @param {HTMLElement} page.root
   * @param {import("../microscope.js").Microscope} page.microscope
   * @param {(href: string) => void} page.visit opens the moment of an address
   * @param {(finished?: boolean) => void} page.closed the lesson is over, or left
   * @param {(name: string) => void} page.focusKnob
   * @param {string} [page.overview] address of the list of lessons
   * @param {boolean} [page.live] plans are made on request; without, they are recorded ones
   * @param {(frame: any) => boolean} [page.arrived] a frame is of the moment that was visited last; by default one of another session than before
   * @param {import("./classroom.js").Classroom | null} [page.classroom] that the lesson may be shown to
   * @param {string | null} [page.token] that opens this page elsewhere, too
   * @param {Storage | null} page.storage keeps the progress
   * @param {import("../lib/lifetime.js").Lifetime} page.lifetime
   */
  constructor({ lesson, root, microscope, visit, closed, focusKnob, overview = "lessons", live = true, arrived, classroom = null, token = null, storage, lifetime }) {
    this.lesson = lesson;
    this.root = root;
    this.microscope = microscope;
    this.visit = visit;
    this.closed = closed;
    this.focusKnob = focusKnob;
    this.overview = overview;
    this.live = live;
    this.arrived = arrived ?? ((frame) => !frame.recorded && frame.session !== this.left);
    this.classroom = classroom;
    this.token = token;
    this.lifetime = lifetime;
    this.progress = new OwnProgress(lesson.name, live, storage);
    this.at = 0;
    /** Everything that makes the plan of the step, as text; null until it is there. @type {string | null} */
    this.base = null;
    this.away = false;
    this.folded = false;
    /** True from a visit until its plan is there: what is shown until then is of another moment. */
    this.arriving = false;
    this.left = "";
    /** True while the page scrolls to a step that was asked for. */
    this.scrolling = 0;
    /** True once the text was moved by hand since the step was shown. */
    this.moved = false;
    /** @type {Prediction[]} */
    this.predictions = [];
    /** Steps whose covered panels somebody wanted to see. @type {Set<string>} */
    this.uncovered = new Set();
    lifetime.add(() => coverPanels(this.microscope.root, [], () => {}));
    this.build();
    this.follow();
  }

  /** Progress as it is kept. */
  get own() {
    return this.progress.kept;
  }

  get step() {
    return this.lesson.steps[this.at];
  }

  /** The lesson and its step, as fields of an address. */
  get fields() {
    return { lesson: this.lesson.name, at: this.step.id };
  }

  /** Number of a step by its id; null where there is none. @param {string | null} id */
  placeOf(id) {
    const place = this.lesson.steps.findIndex((step) => step.id === id);
    return place < 0 ? null : place;
  }

  // --- building -------------------------------------------------------------------------------------------------------------------

  build() {
    const button = (className, text, title, act) => {
      const made = Object.assign(element("button", `quiet ${className}`, text), { type: "button", title });
      this.lifetime.listen(made, "click", act);
      return made;
    };
    this.count = element("span", "lesson-count");
    this.fold = button("lesson-fold", "explore", "Explore freely: make room, and come back to this step at any time", () => this.setFolded(!this.folded));
    this.return_ = button("lesson-return", "reset step", "Show the moment of this step again, as it was at first", () => this.arrive());
    const close = button("lesson-close", "✕", "Leave the lesson; the page stays as it is", () => this.closed());
    close.setAttribute("aria-label", "Leave the lesson");
    const title = Object.assign(element("a", "lesson-title", this.lesson.title), { href: this.overview, title: "All lessons" });
    const share = Object.assign(element("button", "quiet lesson-share", "class"), { type: "button", title: "Show this lesson to a class" });
    share.dataset.do = "class";
    this.heading = around("div", "lesson-heading", title, this.fold, close);
    this.class_ = element("div", "lesson-class");
    this.class_.setAttribute("role", "status");
    this.dots = around("nav", "lesson-dots", ...this.lesson.steps.map((step, place) => {
      const dot = button("lesson-dot", "", step.title, () => this.goTo(place));
      dot.setAttribute("aria-label", `Step ${place + 1}: ${step.title}`);
      return dot;
    }));
    this.dots.setAttribute("aria-label", "Steps");
    const bar = around("div", "lesson-bar", this.dots, this.count, ...(this.classroom && !this.classroom.live.looksOnly ? [share] : []));
    this.list = around("div", "lesson-steps", ...this.lesson.steps.map((step) => this.article(step)));
    this.list.tabIndex = 0;
    this.list.setAttribute("role", "region");
    this.list.setAttribute("aria-label", "Text of the lesson");
    this.back = button("lesson-back", "‹ back", "The step before (page up)", () => this.goTo(this.at - 1));
    this.next = button("lesson-next", "next ›", "The next step (page down)", () => this.forward());
    this.said = element("p", "lesson-said");
    this.said.setAttribute("role", "status");
    this.root.replaceChildren(this.heading, bar, this.class_, this.list, around("div", "lesson-foot", this.back, this.return_, this.said, this.next));
    this.root.setAttribute("aria-label", `Lesson: ${this.lesson.title}`);
    this.tip = new SymbolTip(this.list, () => ({ frame: this.microscope.frame, level: this.microscope.view.level }), this.lifetime);
    setFormulas(this.list).then(() => this.keepPlace());
    this.writeClass();
  }

  /** @param {Step} step */
  article(step) {
    const article = stepArticle(step, {
      prediction: (asked) => {
        const made = new Prediction(asked, this.own.answers[asked.id], (answer) => this.heardAnswer(asked.id, answer), {
          waits: () => this.waits(asked.id), leads: () => !!this.classroom?.presenting,
        });
        this.predictions.push(made);
        return made.element;
      },
      possible: (task) => this.progress.possible(task, step), focusKnob: this.focusKnob, follow: (event, href) => this.follows(event, href),
      lead: (panel) => pointAt(this.microscope.root, panel), lifetime: this.lifetime,
    });
    if (step === this.lesson.steps.at(-1)) article.append(readingList(this.lesson.references));
    return article;
  }

  /** A link in the text shows its moment; the lesson stays at its step. @param {Event} event @param {string} href */
  follows(event, href) {
    event.preventDefault();
    this.visit(momentAddress(location.href, href.slice(1), this.fields));
  }

  follow() {
    const { microscope, lifetime } = this;
    lifetime.add(microscope.onFrame((frame) => {
      if (this.arriving && this.arrived(frame)) {
        this.arriving = false;
        this.root.toggleAttribute("data-arriving", false);
        this.foldAsked();
      }
      this.compare(frame);
      this.check();
    }));
    lifetime.add(microscope.store.subscribe(["level", "selection", "layout", "pinned", "film"], () => this.check()));
    // A click or a key opens things that are there a moment later.
    const later = () => setTimeout(() => this.check(), SETTLING);
    for (const type of ["click", "keyup", "toggle"]) lifetime.listen(document, type, later);
    // A panel may open when what it has asked for is planned.
    const watching = setInterval(() => this.progress.waits(this.step, ({ open }) => open) && this.check(), 4 * SETTLING);
    lifetime.add(() => clearInterval(watching));
    lifetime.listen(document, "keydown", (event) => this.key(event, ["PageUp", "PageDown"]));
    for (const type of ["wheel", "touchmove", "pointerdown", "keydown"]) lifetime.listen(this.list, type, () => { this.moved = true; });
    // Before the pictures hear of it.
    lifetime.listen(this.list, "keydown", (event) => event.target === this.list && this.key(event, ["ArrowLeft", "ArrowRight"]));
    lifetime.listen(this.list, "scroll", () => this.scrolled());
    lifetime.add(() => clearTimeout(this.resting));
    lifetime.observe(new ResizeObserver(() => this.keepPlace()), this.list);
    this.followSwipes();
  }

  followSwipes() {
    let from = null;
    this.lifetime.listen(this.list, "touchstart", ({ touches: [touch], target }) => {
      from = target.closest(".sketch") ? null : [touch.clientX, touch.clientY];
    });
    this.lifetime.listen(this.list, "touchend", ({ changedTouches: [touch] }) => {
      const [dx, dy] = from ? [touch.clientX - from[0], touch.clientY - from[1]] : [0, 0];
      from = null;
      if (Math.abs(dx) > SWIPE && Math.abs(dx) > 2 * Math.abs(dy)) dx < 0 ? this.forward() : this.goTo(this.at - 1);
    });
  }

  // --- moving ---------------------------------------------------------------------------------------------------------------------

  /**
   * Page keys are those of presenters' remotes; arrows mean the lesson only in its text.
   * @param {KeyboardEvent} event
   * @param {string[]} keys back and forward
   */
  key(event, [back, forward]) {
    if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || document.querySelector("dialog:modal")) return;
    if (event.key !== back && event.key !== forward) return;
    event.preventDefault();
    event.key === forward ? this.forward() : this.goTo(this.at - 1);
  }

  forward() {
    this.progress.read(this.step);
    if (this.at + 1 < this.lesson.steps.length) return this.goTo(this.at + 1);
    Object.assign(this.own, { finished: true, again: false });
    this.progress.keep();
    this.said.textContent = "Finished.";
    this.closed(true);
  }

  /**
   * Goes to a step and shows its moment.
   * @param {number} place
   */
  goTo(place) {
    if (place < 0 || place >= this.lesson.steps.length) return;
    this.putFolded(false);
    this.show(place);
    this.arrive();
  }

  /** Shows the text of a step, wherever the page is. @param {number} place */
  show(place) {
    this.setPlace(place);
    this.moved = false;
    this.keepPlace();
    this.write();
  }

  /** @param {number} place */
  setPlace(place) {
    this.at = place;
    this.own.at = this.step.id;
    this.progress.keep();
    this.classroom?.tell();
    this.said.textContent = "";
  }

  /** Brings the text of the step to the top, where nobody has moved it: formulas that are set, and another size of the page, move it. */
  keepPlace() {
    if (this.moved) return;
    this.scrolling = performance.now();
    this.list.scrollTop = /** @type {HTMLElement} */ (this.list.children[this.at]).offsetTop;
  }

  /** Shows the moment of the step. */
  arrive() {
    // A follower is where the presenter is; only the text may be another one.
    if (this.classroom?.following) return this.classroom.setAlone(this.classroom.presented.at !== this.step.id);
    this.base = null;
    this.away = false;
    this.arriving = true;
    // Its last plans may still be on their way.
    this.left = this.microscope.frame?.session ?? "";
    this.root.toggleAttribute("data-arriving", true);
    // The pictures that a step begins with are at the top.
    if (isBelow(NARROW)) scrollTo({ top: 0 });
    this.microscope.root.querySelector(".microscope-side")?.scrollTo({ top: 0 });
    // It lies over the genealogy.
    if (!this.microscope.legend.element.hidden) this.microscope.legend.toggle();
    // A plan of another environment is nothing to compare with.
    const { pinned, frame } = this.microscope.store.state;
    if (pinned && frame && new URLSearchParams(this.step.link).get("checkpoint") !== pinned.frame.checkpoint) this.microscope.unpin();
    this.visit(momentAddress(location.href, this.step.link, this.fields));
    this.chooseLayout();
    this.write();
  }

  /** Reasons unfold by themselves where there is room; a task to open them would be done before anybody has done anything. */
  foldAsked() {
    const asked = this.progress.waits(this.step, ({ open }) => open === "why");
    const less = document.querySelector(".panel-why[data-open] .why-more");
    if (asked && less instanceof HTMLElement) less.click();
  }

  /** Links leave the usual layout out, and somebody may have chosen another before. */
  chooseLayout() {
    this.microscope.layouts.choose(new URLSearchParams(this.step.link).get("layout") ?? LAYOUTS[0]);
  }

  /** The text was scrolled: the step that stands at its top is the one to show, once it rests. */
  scrolled() {
    clearTimeout(this.resting);
    this.resting = setTimeout(() => {
      if (performance.now() - this.scrolling < 600) return;
      const top = this.list.scrollTop + 0.2 * this.list.clientHeight;
      const places = [...this.list.children].map((each) => /** @type {HTMLElement} */ (each).offsetTop);
      const place = places.findLastIndex((offset) => offset <= top);
      if (place < 0 || place === this.at) return;
      this.setPlace(place);
      this.arrive();
    }, 250);
  }

  /** Waits for the first plan of a session that others have opened for this step. @param {string} session */
  await(session) {
    if (this.microscope.frame?.session === session) return;
    this.left = this.microscope.frame?.session ?? "";
    this.base = null;
    this.arriving = true;
    this.root.toggleAttribute("data-arriving", true);
  }

  /** Compares what is shown with what the step has shown on arrival. @param {any} frame */
  compare(frame) {
    if (this.arriving) return;
    const { checkpoint, planner, seed, step, settings, interventions } = frame;
    const shown = JSON.stringify([checkpoint, planner, seed, step, settings, interventions]);
    this.base ??= shown;
    const away = shown !== this.base;
    if (away === this.away) return;
    this.away = away;
    this.write();
  }

  /** @param {boolean} folded */
  putFolded(folded) {
    this.folded = folded;
    document.body.dataset.lesson = folded ? "folded" : "open";
    this.fold.textContent = folded ? "return to the lesson" : "explore";
  }

  /** Folds the text away, or returns to it and to the moment of its step. @param {boolean} folded */
  setFolded(folded) {
    if (folded === this.folded) return;
    this.putFolded(folded);
    if (!folded && this.away) this.arrive();
    if (!folded) this.show(this.at);
    this.cover();
  }

  /** Covers what would answer the questions of this step that have no answer yet. */
  cover() {
    const { id, predictions } = this.step;
    const open = this.folded || this.uncovered.has(id) ? [] : predictions.filter((asked) => !(asked.id in this.own.answers));
    coverPanels(this.microscope.root, open.flatMap(({ covers }) => covers ?? []), () => {
      this.uncovered.add(id);
      this.cover();
    });
  }

  // --- what is done -----------------------------------------------------------------------------------------------------------------

  /** Looks whether tasks of this step are done. Once done they stay so. */
  check() {
    const { frame, store } = this.microscope;
    if (this.arriving || this.elsewhere || !frame || (frame.recorded && this.live)) return;
    const { level, selection, layout, pinned } = store.state;
    // Whoever selects a particle looks at its level.
    const seen = { frame, level: level ?? selection?.level ?? null, selection, layout: layout.to, pinned: pinned?.frame ?? null, isOpen: (name) => !!document.querySelector(OPEN[name] ?? "never") };
    const done = this.progress.attend(this.step, (task) => isDone(task, seen));
    if (!done.length) return;
    this.said.textContent = `Done: ${done[0].say}`;
    this.settle();
  }

  /** @param {string} id @param {any} answer */
  heardAnswer(id, answer) {
    // A presenter shows the truth without an answer, too.
    if (answer === null) this.uncovered.add(this.step.id);
    else this.own.answers[id] = answer;
    if (this.classroom?.presenting) this.classroom.reveal(id);
    else this.classroom?.answer(id, answer);
    this.settle();
  }

  // --- in a class -------------------------------------------------------------------------------------------------------------------

  /** True where the text is of another step than the pictures, which are the presenter's. */
  get elsewhere() {
    return !!this.classroom?.following && this.classroom.presented.at !== this.step.id;
  }

  /** True where the answer to a prediction is shown to the whole class, later. @param {string} id */
  waits(id) {
    return !!this.classroom?.following && !(this.classroom.presented.revealed ?? []).includes(id);
  }

  /** Shows the truth of a prediction here and to the whole class. @param {string} id */
  showAnswer(id) {
    this.predictions.find(({ asked }) => asked.id === id)?.reveal();
  }

  /** Shows the truth of these predictions to those who have answered them. @param {string[]} ids */
  unveil(ids) {
    for (const prediction of this.predictions) if (ids.includes(prediction.asked.id)) prediction.unveil();
  }

  /** @param {string} id @param {any} said the distribution of the class's answers */
  showClass(id, said) {
    this.predictions.find(({ asked }) => asked.id === id)?.showClass(said);
  }

  /** Says how this page stands to a class. */
  writeClass() {
    if (!this.class_) return;
    for (const prediction of this.predictions) prediction.writeButton();
    writeClassLine(this.class_, this);
    // A follower is shown what the presenter shows.
    if (this.classroom?.following) this.return_.hidden = true;
  }

  settle() {
    this.progress.settle(this.step);
    this.write();
  }

  write() {
    const { steps } = this.lesson;
    this.count.textContent = `${this.at + 1} / ${steps.length}`;
    [...this.dots.children].forEach((dot, place) => {
      dot.toggleAttribute("data-done", this.progress.complete(steps[place]));
      if (place === this.at) dot.setAttribute("aria-current", "step");
      else dot.removeAttribute("aria-current");
    });
    for (const item of this.list.querySelectorAll("[data-task]")) {
      const own = /** @type {HTMLElement} */ (item);
      const id = own.closest("article")?.dataset.step ?? "";
      // A step may be done without what cannot be done here.
      const done = this.progress.tasks.has(own.dataset.task ?? "") || (this.own.done.includes(id) && !own.querySelector(".task-live"));
      own.toggleAttribute("data-done", done);
      const mark = own.firstElementChild;
      if (mark) mark.textContent = done ? "✓" : "○";
    }
    this.back.disabled = this.at === 0;
    this.next.textContent = this.at + 1 < steps.length ? "next ›" : "finish";
    this.next.toggleAttribute("data-ready", this.progress.complete(this.step) || !this.progress.asks(this.step));
    this.cover();
    // A follower is shown what the presenter shows.
    this.return_.hidden = !this.away || !!this.classroom?.following;
  }
}
