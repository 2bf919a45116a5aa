// Choices on their way: from an address or a control to the session that is asked for, and from the session into the address.

import { linkTo, writeAddress } from "../lib/address.js";
import { atMost } from "../lib/throttle.js";
import { refusalText } from "./status.js";
import { defaultsOf, isPlain, keptFor, plannerOf, valuesOf } from "./wishes.js";

// Browsers count changes of an address, and refuse too many.
const ADDRESS_PAUSE = 500;

/** @typedef {import("../source/session.js").Wish} Wish */

export class Chooser {
  /**
   * @param {object} page
   * @param {import("../source/api.js").Api} page.api
   * @param {import("../source/live.js").LiveSource} page.live
   * @param {import("./knobs.js").Knobs} page.knobs
   * @param {import("../lib/store.js").Store<any>} page.status
   * @param {(text: string) => void} page.say tells the person
   */
  constructor({ api, live, knobs, status, say }) {
    this.api = api;
    this.live = live;
    this.knobs = knobs;
    this.status = status;
    this.say = say;
    /** @type {{first: string, planners: any[]}} */
    this.catalogue = { first: "", planners: [] };
    /** The checkpoint that an address without one opens, where that is known. @type {string | null} */
    this.home = null;
    /** Choices that the session has not confirmed yet. @type {{settings: Record<string, any>, playing: boolean, confirmed: boolean}} */
    this.wished = { settings: {}, playing: false, confirmed: false };
    /** The step that is being played to because the address asks for it. @type {any} */
    this.goal = null;
    /** Commands for a session that has just been created. @type {[name: string, more: object][]} */
    this.first = [];
    /** Parts of the wish that the session was begun without. @type {any[]} */
    this.leftOut = [];
    this.keepAddress = atMost(() => ADDRESS_PAUSE, () => this.writeChoices());
  }

  /**
   * The first session: what an address asks for, as far as it can be had.
   * @param {import("../lib/address.js").Chosen} asked
   * @param {string} checkpoint
   * @param {{first: string, planners: any[]}} catalogue
   */
  start(asked, checkpoint, catalogue) {
    this.catalogue = catalogue;
    if (!asked.checkpoint) this.home = checkpoint;
    const { planner, errors } = plannerOf(asked.planner, catalogue);
    this.begin({ ...asked, checkpoint, planner, step: 0, goal: asked.step });
    this.refused(errors);
  }

  /** Another session. What is chosen in this one is kept: settings that the other one has, the seed, and that it plays. */
  exchange(other) {
    const { wish } = this.live.session;
    if (!wish) return;
    const { checkpoint, planner } = { ...wish, ...other };
    const { seed, speed, playing } = this.status.state;
    const settings = keptFor(this.settingsOf(planner), this.chosenSettings);
    this.begin({ checkpoint, planner, seed, step: 0, playing: playing || this.wished.playing, speed, settings });
    // Also where it cannot be had at once.
    this.writeWish({ checkpoint, planner, seed, step: 0, settings });
  }

  /** @param {Wish} wish */
  begin(wish) {
    const { checkpoint, planner, seed } = wish;
    const schema = this.settingsOf(planner);
    this.knobs.describe(schema, {});
    this.leftOut = [];
    this.wished = { settings: { ...wish.settings }, playing: !!wish.playing, confirmed: false };
    const plain = isPlain(wish, this.catalogue.first);
    this.status.set({ session: null, revision: 0, checkpoint, planner, seed, failure: "", plain, phase: "", detail: "", playing: false });
    this.live.begin(wish);
    // Without the defaults nothing can be said to differ from them; the session need not wait for that.
    this.api.card(checkpoint).then((card) => {
      if (this.live.session.wish !== wish) return;
      this.knobs.describe(schema, defaultsOf(schema, card));
      this.keepAddress();
    }, () => {});
  }

  settingsOf(planner) {
    return this.catalogue.planners.find(({ name }) => name === planner)?.settings ?? [];
  }

  /** True once it can be said which of the session's settings were chosen. */
  get known() {
    return this.wished.confirmed && this.knobs.described;
  }

  get chosenSettings() {
    return this.known ? valuesOf(this.knobs.changed(), this.knobs.values) : this.wished.settings;
  }

  // --- what becomes of a wish -----------------------------------------------------------------------------------------------------

  /** @param {Wish} wish of a session that was just created */
  created(wish) {
    this.goal = wish.goal || null;
    this.first = [];
    if (this.goal !== null) this.first.push(["goto", { step: this.goal }]);
    if (wish.playing) this.first.push(["play", wish.speed ? { speed: wish.speed } : {}]);
    // Begun again after a loss, it goes on where it was.
    wish.goal = 0;
  }

  /** The link to the session is open. */
  opened() {
    for (const [name, more] of this.first.splice(0)) this.live.command(name, more);
  }

  refused(errors) {
    this.leftOut.push(...errors);
    if (this.leftOut.length) this.say(`Left out: ${refusalText({ errors: this.leftOut })}`);
  }

  /** The session's settings are known. */
  confirmed() {
    this.wished.confirmed = true;
    this.keepAddress();
  }

  /** The session says where it is. */
  follow({ playing, phase, step }) {
    if (playing) this.wished.playing = false;
    if (this.goal !== null && phase === "ended" && step < this.goal) this.say(`Step ${this.goal} cannot be reached: the episode ends at step ${step}.`);
    if (this.goal !== null && (step >= this.goal || phase === "ended")) this.goal = null;
    this.keepAddress();
  }

  /** Something else is asked of the session, or it has refused. */
  overtaken() {
    this.goal = null;
    this.wished.playing = false;
  }

  // --- the address ----------------------------------------------------------------------------------------------------------------

  /** The address asks for what is chosen, so that a page loaded again goes on with it. On the way to a step it stays as it is. */
  writeChoices() {
    const { connection, phase, playing, checkpoint, planner, seed, step } = this.status.state;
    const rests = playing || phase === "idle" || phase === "ended";
    if (connection === "open" && rests && this.known && this.goal === null) this.writeWish({ checkpoint, planner, seed, step, settings: this.chosenSettings });
  }

  /** @param {Wish} wish */
  writeWish({ checkpoint, planner, seed, step, settings }) {
    const chosen = { checkpoint: checkpoint === this.home ? null : checkpoint, planner: planner === this.catalogue.first ? null : planner, seed, step, settings };
    history.replaceState(history.state, "", writeAddress(location.href, chosen));
    this.writeLink();
  }

  /** The page of checkpoints keeps what is chosen, for the way back. */
  writeLink() {
    const link = document.getElementById("to-checkpoints");
    if (link instanceof HTMLAnchorElement) link.href = linkTo("checkpoints", location.search);
  }
}
