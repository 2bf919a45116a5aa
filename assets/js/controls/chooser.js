// Choices on their way: from an address or a control to the session that is asked for, and from the session into the address.

import { linkTo, momentAddress, readAddress, sameMoment, saysNothing, writeAddress } from "../lib/address.js";
import { atMost } from "../lib/throttle.js";
import { refusalText } from "./status.js";
import { carriedLink, defaultsOf, isPlain, keptFor, plannerOf, valuesOf } from "./wishes.js";

// Browsers count changes of an address, and refuse too many.
const ADDRESS_PAUSE = 500;

/** @typedef {import("../source/session.js").Wish} Wish */

/** Choices that go without saying. */
const NOTHING = { checkpoint: null, planner: null, seed: 0, step: 0, settings: {} };

export class Chooser {
  /**
   * @param {object} page
   * @param {import("../source/api.js").Api} page.api
   * @param {import("../source/live.js").LiveSource} page.live
   * @param {import("./knobs.js").Knobs} page.knobs
   * @param {import("../lib/store.js").Store<any>} page.status
   * @param {(text: string) => void} page.say tells the person
   * @param {() => Record<string, any>} page.view what of the plan is looked at, as fields of an address
   */
  constructor({ api, live, knobs, status, say, view }) {
    this.api = api;
    this.live = live;
    this.knobs = knobs;
    this.status = status;
    this.say = say;
    this.view = view;
    /** A choice was made: the address of what follows is one to come back to. */
    this.milestone = false;
    /** Counts the addresses that were asked for: an answer that comes too late is dropped. */
    this.turn = 0;
    /** The query of the address as it was written last. @type {string | null} */
    this.search = null;
    /** The session whose moment was said to make too long a link. @type {string | null} */
    this.tooLong = null;
    /** @type {{first: string, planners: any[]}} */
    this.catalogue = { first: "", planners: [] };
    /** The checkpoint that an address without one opens, where that is known. @type {string | null} */
    this.home = null;
    /**
     * The moment that an address without anything opens; null where that is the beginning of an episode.
     * @type {{link: string, seed: number, step: number} | null}
     */
    this.opening = null;
    /** True while the session is at that moment. */
    this.unsaid = false;
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
   * @param {import("../frame/frame.js").Frame | null} [frame] the recorded opening
   */
  start(asked, checkpoint, catalogue, frame = null) {
    this.catalogue = catalogue;
    if (frame?.link) this.opening = { link: frame.link, seed: Number(frame.seed), step: frame.step };
    if (!asked.checkpoint) this.home = checkpoint;
    const { planner, errors } = plannerOf(asked.planner, catalogue);
    const { link, recording, session } = asked;
    if (session || this.status.state.role === "view") {
      return this.begin({ watch: session ?? null, checkpoint: "", planner: "", seed: 0, step: 0, settings: {} });
    }
    if (recording) return this.begin({ recording, checkpoint: "", planner: "", seed: 0, step: Number(asked.step) || 0, settings: {} });
    if (this.opening && saysNothing(location.search)) return this.begin({ checkpoint, planner, ...this.opening, settings: {}, opening: true });
    if (link) return this.begin({ checkpoint, planner, seed: 0, step: 0, settings: {}, link });
    this.begin({ ...asked, checkpoint, planner, step: 0, goal: asked.step || null });
    this.refused(errors);
  }

  /** Goes to the moment of an address, from which one can come back; also where the address is still that one, and the session has gone on. */
  visit(href) {
    if (href !== location.href) history.pushState(history.state, "", href);
    this.search = null;
    this.revisit();
  }

  /** Back or forward in the browser's history: the moment that the address has now. */
  revisit() {
    this.milestone = false;
    // Only the fragment has changed.
    if (location.search === this.search) return;
    this.search = location.search;
    const asked = readAddress(location.search);
    const checkpoint = asked.checkpoint ?? this.home;
    // The server's first choice is asked for by a page that is loaded.
    if (!checkpoint) return location.reload();
    if (this.catalogue.first) this.start(asked, checkpoint, this.catalogue);
  }

  /** Another session. What is chosen in this one is kept: settings that the other one has, the seed, that it plays, and the moment for another planner. */
  exchange(other) {
    const { wish } = this.live.session;
    if (!wish) return;
    const { checkpoint, planner } = { ...wish, ...other };
    const { speed, playing } = this.status.state;
    // Nobody has chosen the seed of the moment that a page opens with.
    const seed = this.unsaid ? 0 : this.status.state.seed;
    const settings = keptFor(this.settingsOf(planner), this.chosenSettings);
    const link = other.checkpoint === undefined && !playing ? carriedLink(location.search, { ...this.status.state, planner }, settings) : null;
    this.milestone = true;
    const next = { checkpoint, planner, seed, step: 0, settings };
    this.begin({ ...next, playing: playing || this.wished.playing, speed, ...(link ? { link, carried: true } : {}) });
    // Also where it cannot be had at once.
    link ? this.write(momentAddress(location.href, link)) : this.writeWish(next);
  }

  /** @param {Wish} wish */
  begin(wish) {
    const { checkpoint, planner, seed } = wish;
    const schema = this.settingsOf(planner);
    this.knobs.describe(schema, {});
    this.leftOut = [];
    this.wished = { settings: { ...wish.settings }, playing: !!wish.playing, confirmed: false };
    const plain = !!wish.opening || isPlain(wish, this.catalogue.first);
    if (wish.opening) this.status.set({ step: wish.step });
    this.unsaid = !!wish.opening;
    this.status.set({ session: null, revision: 0, checkpoint, planner, seed, failure: "", plain, phase: "", detail: "", playing: false, replay: null });
    this.live.begin(wish);
    if (wish.recording || wish.watch !== undefined) return;
    // Without the defaults nothing can be said to differ from them; the session need not wait for that.
    this.api.card(checkpoint).then((card) => {
      if (this.live.session.wish !== wish) return;
      this.knobs.describe(schema, defaultsOf(schema, card));
      this.keepAddress();
    }, () => {});
  }

  settingsOf(planner) {
    return this.planner(planner).settings;
  }

  /** A planner as the catalogue describes it; without settings where it is not known. */
  planner(planner) {
    return this.catalogue.planners.find(({ name }) => name === planner) ?? { name: planner, settings: [], presets: [] };
  }

  /** True once it can be said which of the session's settings were chosen. */
  get known() {
    return this.wished.confirmed && this.knobs.described;
  }

  get chosenSettings() {
    return this.known ? valuesOf(this.knobs.changed(), this.knobs.values) : this.wished.settings;
  }

  // --- what becomes of a wish -----------------------------------------------------------------------------------------------------

  /**
   * @param {Wish} wish of a session that was just created
   * @param {string[]} notes what is not as it was when its link was made
   */
  created(wish, notes = []) {
    // Nobody has asked for this link: that another machine rounds otherwise is no news.
    if (notes.length && !wish.opening) this.say(notes.join(" "));
    if (wish.recording || wish.watch !== undefined) return;
    this.goal = wish.goal ?? null;
    this.first = [];
    if (this.goal !== null) this.first.push(["goto", { step: this.goal }]);
    if (wish.playing) this.first.push(["play", wish.speed ? { speed: wish.speed } : {}]);
    // Begun again after a loss, it goes on where it was.
    wish.goal = null;
  }

  /** The link to the session is open. */
  opened() {
    for (const [name, more] of this.first.splice(0)) this.live.command(name, more);
  }

  refused(errors) {
    this.leftOut.push(...errors);
    if (this.leftOut.length) this.say(`Left out: ${refusalText({ errors: this.leftOut })}`);
  }

  /** @param {string} reason */
  linkRefused(reason) {
    this.say(`The link cannot be opened, only its checkpoint. ${reason.charAt(0).toUpperCase()}${reason.slice(1)}.`);
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

  /** The address is a link to the moment, so that a page loaded again goes on there. On the way to a step it stays as it is. */
  async writeChoices() {
    const turn = ++this.turn;
    // The address of a session of others stays what it is.
    if (this.live.session.watching) return;
    const { connection, phase, playing, checkpoint, planner, seed, step, replay } = this.status.state;
    if (replay && connection === "open") return this.writeWish({ checkpoint: null, planner: null, seed: 0, step, settings: {}, recording: replay.id });
    const rests = playing || phase === "idle" || phase === "ended";
    if (connection !== "open" || !rests || !this.known || this.goal !== null) return;
    const { id, wish } = this.live.session;
    const chosen = { checkpoint, planner, seed, step, settings: this.chosenSettings };
    const view = this.view();
    const home = checkpoint === this.home && Object.keys(view).length === 0;
    const plain = !this.opening && isPlain(chosen, this.catalogue.first) && home;
    // A moment that goes without saying needs no link.
    if (plain) {
      this.live.session.remember({ link: null });
      return this.writeWish(chosen);
    }
    let query;
    try {
      query = await this.linkOf(id);
    } catch {
      // The server is away for a moment, or the session is: the address stays, for the way back.
      return;
    }
    if (turn !== this.turn || id !== this.live.session.id || wish !== this.live.session.wish) return;
    if (query === null) return this.writeWish(chosen);
    this.live.session.remember({ link: query });
    this.unsaid = home && !!this.opening && sameMoment(query, this.opening.link);
    this.write(this.unsaid ? writeAddress(location.href, NOTHING) : momentAddress(location.href, query, view));
  }

  /** The query of the link to the session's moment; null where it would be too long. */
  async linkOf(id) {
    try {
      return (await this.api.link(id)).query;
    } catch (error) {
      const { status, message } = /** @type {any} */ (error);
      if (status !== 409) throw error;
      if (this.tooLong !== id) this.say(`No link: ${message}.`);
      this.tooLong = id;
      return null;
    }
  }

  /** @param {Omit<Wish, "checkpoint" | "planner"> & {checkpoint: string | null, planner: string | null}} wish */
  writeWish(wish) {
    this.write(this.wishAddress(wish));
  }

  /** The address that asks for what is chosen as people would write it, not for a moment. */
  wishAddress({ checkpoint, planner, seed, step, settings, recording = /** @type {string | null} */ (null) }) {
    const unsaid = checkpoint === this.home && !(this.opening && planner && isPlain({ checkpoint, planner, seed, step, settings }, this.catalogue.first));
    const chosen = { checkpoint: unsaid ? null : checkpoint, planner: planner === this.catalogue.first ? null : planner, seed, step, settings, recording };
    return writeAddress(location.href, chosen);
  }

  /** Choices are kept in the history; where play or the pointer goes is not. */
  write(href) {
    this.search = new URL(href).search;
    const { milestone } = this;
    this.milestone = false;
    if (href === location.href) return;
    if (milestone) history.pushState(history.state, "", href);
    else history.replaceState(history.state, "", href);
    this.writeLink();
  }

  /** The other pages keep what is chosen, for the way back: not the moment, which is of this checkpoint alone. */
  writeLink() {
    const { checkpoint, planner, seed, step } = this.status.state;
    const search = this.known && !this.unsaid ? new URL(this.wishAddress({ checkpoint, planner, seed, step, settings: this.chosenSettings })).search : location.search;
    for (const page of ["lessons", "checkpoints"]) {
      const link = document.getElementById(`to-${page}`);
      if (link instanceof HTMLAnchorElement) link.href = linkTo(page, search);
    }
  }
}
