// A class: one page presents a lesson, the others follow its step and cursor, look around on their own, and answer its predictions together.

import { keep, readJson } from "../lib/storage.js";
import { HEAT, SLOT_NAMES, STRIP, viewFields, viewState } from "./shared_view.js";

// A pointer that moves says it a few times a second.
const PAUSE = 100;
const PRESENTING = "twistscope-presenting";

/** The session that this tab presented last, and the predictions that it had shown; null where it did not present. @param {Storage | null} storage */
function presentingOf(storage) {
  const { session, revealed } = readJson(storage, PRESENTING) ?? {};
  return typeof session === "string" && Array.isArray(revealed) ? { session, revealed } : null;
}

/** @typedef {import("./panel.js").LessonPanel} LessonPanel */

export class Classroom {
  /**
   * @param {object} page
   * @param {import("../source/live.js").LiveSource} page.live
   * @param {import("../microscope.js").Microscope} page.microscope
   * @param {import("./opening.js").Lessons} page.lessons
   * @param {(session: string) => void} page.watch joins another session of the class
   * @param {() => void} page.changed presenting, or following, has begun or ended
   * @param {(text: string) => void} page.say tells the person
   * @param {Storage | null} page.storage of this tab: a page that is loaded again presents on
   */
  constructor({ live, microscope, lessons, watch, changed, say, storage }) {
    this.live = live;
    this.microscope = microscope;
    this.lessons = lessons;
    this.watch = watch;
    this.changed = changed;
    this.say = say;
    this.storage = storage;
    this.presenting = false;
    /** The session that was presented last, which the next one follows. @type {string | null} */
    this.from = null;
    /** Ids of predictions of the presented lesson whose answer the presenter has shown. @type {Set<string>} */
    this.revealed = new Set();
    /** The lesson that they are of: another may have predictions of the same names. @type {string | null} */
    this.lesson = null;
    /** The step and the view of the presenter; null where nobody presents. @type {any} */
    this.presented = null;
    /** True while a follower looks around alone. */
    this.alone = false;
    /** True while the page moves to where the presenter is. */
    this.moving = false;
    /** The answers of the class by lesson and prediction. @type {Map<string, any>} */
    this.answers = new Map();
    /** The number of pages that follow this one, which presents; null before the service says it. @type {number | null} */
    this.viewers = null;
    microscope.store.subscribe(["level", "selection", "compared", "layout", "heat", "strip"], () => this.looked());
  }

  /** True where this page follows a presenter. */
  get following() {
    return !this.presenting && this.presented !== null;
  }

  // --- the presenter --------------------------------------------------------------------------------------------------------------

  /** Begins or ends presenting. @param {boolean} on */
  present(on) {
    if (on === this.presenting) return;
    this.presenting = on;
    this.answers.clear();
    this.viewers = null;
    if (on) {
      this.begin();
      this.tell();
    } else {
      this.live.connection.send({ type: "present", ended: true });
      this.forget();
    }
    this.lessons.panel?.writeClass();
    this.changed();
  }

  /** Presents on where this tab was loaded again: the class is still at the session that it left. */
  resume() {
    const kept = presentingOf(this.storage);
    if (!kept || !this.lessons.panel || this.following) return;
    this.begin(kept.revealed);
    Object.assign(this, { presenting: true, from: kept.session });
    this.lessons.panel.writeClass();
    this.changed();
  }

  /** The server knows nothing of the class that was presented: too long ago. True where that was so. @param {any} problem */
  refused({ errors }) {
    if (!this.presenting || !errors?.some(({ field }) => field === "from")) return false;
    this.presenting = false;
    this.forget();
    this.lessons.panel?.writeClass();
    this.changed();
    this.say("The class that you presented to has ended. Begin to present again, and give it the new link.");
    return true;
  }

  /** Begins with the lesson that is open. @param {string[]} revealed of its predictions */
  begin(revealed = []) {
    this.lesson = this.lessons.fields.lesson ?? null;
    this.revealed = new Set(revealed);
  }

  /** Another lesson may be open by now, of which nothing has been shown. */
  turn() {
    if (this.lesson !== (this.lessons.fields.lesson ?? null)) this.begin();
  }

  forget() {
    this.from = null;
    this.storage?.removeItem(PRESENTING);
  }

  /** Says where the presenter is, soon. */
  tell() {
    this.changed();
    if (!this.presenting || this.telling) return;
    this.telling = setTimeout(() => {
      this.telling = undefined;
      // On the way to a step the session is still that of the step before; the new one is told of once it is open.
      if (this.presenting && !this.lessons.panel?.arriving) this.send();
    }, PAUSE);
  }

  send() {
    const { id } = this.live.session;
    this.turn();
    const moved = this.from && this.from !== id ? { from: this.from } : {};
    const said = { ...this.lessons.fields, ...viewFields(this.microscope.store.state), revealed: [...this.revealed] };
    if (!id || !this.live.connection.send({ type: "present", ...said, ...moved })) return;
    this.from = id;
    // Without room nothing is kept, and a page that is loaded again begins anew.
    keep(this.storage, PRESENTING, JSON.stringify({ session: id, revealed: [...this.revealed] }));
  }

  /** The link to a session is open: a presenter says so to the class, which is still at the one before. */
  opened() {
    if (!this.presenting) this.resume();
    if (this.presenting) this.send();
  }

  /** The presenter's own answer shows the truth to everybody. @param {string} prediction */
  reveal(prediction) {
    this.turn();
    this.revealed.add(prediction);
    this.tell();
  }

  // --- everybody else ---------------------------------------------------------------------------------------------------------------

  /** @param {any} message */
  async heardPresented(message) {
    const before = this.following;
    this.presented = message.ended ? null : message;
    if (this.following !== before) {
      if (!this.presented) this.alone = false;
      this.changed();
    }
    await this.follow();
    this.lessons.panel?.writeClass();
  }

  /** Goes where the presenter is, unless the person looks around alone. */
  async follow() {
    const { presented, lessons, microscope } = this;
    if (!presented || this.presenting) return;
    if (presented.lesson) {
      const panel = lessons.panel?.lesson.name === presented.lesson ? lessons.panel : await lessons.open(presented.lesson, presented.at ?? null);
      if (panel && !this.alone) {
        const place = panel.placeOf(presented.at);
        if (place !== null && place !== panel.at) {
          panel.show(place);
          panel.await(presented.session);
        }
      }
      panel?.unveil(presented.revealed ?? []);
      if (panel) for (const [id, said] of this.answersTo(panel.lesson.name)) panel.showClass(id, said);
    }
    if (this.alone) return;
    const { layout, show = [] } = presented;
    this.quietly(() => {
      microscope.store.set({ hover: null, compared: null, ...viewState(presented) });
      if (layout && layout !== microscope.store.state.layout.to) microscope.layouts.choose(layout);
      microscope.showHeat(show.includes(HEAT));
      microscope.strip.show(show.includes(STRIP));
    });
  }

  /** Changes the view without the person having done so. @param {() => void} change */
  quietly(change) {
    this.moving = true;
    change();
    this.moving = false;
  }

  /** The view of this page was changed here: a presenter's is told, a follower looks around alone from now on. */
  looked() {
    if (this.presenting) return this.tell();
    if (!this.following || this.moving || this.alone || this.microscope.store.state.layout.share !== 1) return;
    if (this.sameAsPresented()) return;
    this.setAlone(true);
  }

  sameAsPresented() {
    const now = viewFields(this.microscope.store.state);
    return SLOT_NAMES.every((name) => (now[name] ?? null) === (this.presented?.[name] ?? null));
  }

  /** @param {boolean} alone */
  setAlone(alone) {
    this.alone = alone;
    this.lessons.panel?.writeClass();
    this.changed();
    if (!alone) this.follow();
  }

  /** The session has gone; its class may be in another one. @param {{session?: string | null}} message @param {string | null} left */
  heardGone({ session = null }, left) {
    if (!this.following) return false;
    const next = session ?? left;
    if (next === null) return false;
    this.watch(next);
    return true;
  }

  /** @param {string} prediction @param {any} answer */
  answer(prediction, answer) {
    if (!this.following && !this.presenting) return;
    this.live.connection.send({ type: "answer", lesson: this.lessons.panel?.lesson.name, prediction, answer });
  }

  /** The answers to the predictions of one lesson, by id. @param {string} lesson @returns {[string, any][]} */
  answersTo(lesson) {
    return [...this.answers.values()].filter((each) => each.lesson === lesson).map((each) => [each.prediction, each]);
  }

  /** @param {any} message */
  heardAnswers(message) {
    this.answers.set(`${message.lesson}/${message.prediction}`, message);
    const { panel } = this.lessons;
    if (panel && panel.lesson.name === message.lesson) panel.showClass(message.prediction, message);
    this.changed();
  }

  /** @param {{viewers: number}} message */
  heardClass({ viewers }) {
    if (!this.presenting) return;
    this.viewers = viewers;
    this.lessons.panel?.writeClass();
    this.changed();
  }
}
