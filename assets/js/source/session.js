// The session this page plays, and enough memory of it to begin it again when the server no longer knows it.

import { ApiError } from "./api.js";

/**
 * @typedef {object} Wish
 * @property {string} checkpoint
 * @property {string} planner
 * @property {Record<string, any>} settings
 * @property {number} seed
 * @property {number} step where the session begins
 * @property {number | null} [goal] a step that is gone to from there
 * @property {boolean} [playing]
 * @property {number} [speed]
 * @property {string | null} [link] query of a link to a moment, which outranks the other parts
 * @property {boolean} [carried] the link is to the moment of another planner's session; without it there are still the other parts
 * @property {boolean} [opening] the link is the server's own, to the moment that it opens pages with
 * @property {string | null} [recording] id of a recording to replay from the step on, which outranks everything else
 * @property {string | null} [watch] id of a session of others to look at; null for the newest one
 * @property {Record<string, any> | null} [view] what of its first plan is looked at, where no link says so
 * @property {boolean} [seen] a session like this has been seen, and may have gone on since its link was made
 */

export class Session {
  /** @param {import("./api.js").Api} api */
  constructor(api) {
    this.api = api;
    /** @type {string | null} */
    this.id = null;
    /** The session that a new one is to continue: the last that was seen. @type {Wish | null} */
    this.wish = null;
    /** @type {(session: any, wish: Wish) => void} */
    this.onCreated = () => {};
    /** Called with what the server refuses of a wish: the session is begun without it. @type {(errors: ApiError["errors"]) => void} */
    this.onRefused = () => {};
    /** Called with the reason why a link cannot be opened: the session is begun without it. @type {(reason: string) => void} */
    this.onLinkRefused = () => {};
  }

  /** From now on a new session is wanted; the old one is given back. */
  want(wish) {
    this.leave();
    this.wish = wish;
  }

  /** Gives the session back; one of others stays. */
  leave() {
    if (this.id && !this.watching) this.api.deleteSession(this.id);
    this.id = null;
  }

  get watching() {
    return this.wish?.watch !== undefined;
  }

  /** Gives the session back and wants no other. */
  close() {
    this.leave();
    this.wish = null;
  }

  /** Follows what the server says, so that a lost session can be begun again where it was. */
  remember(part) {
    if (this.wish) Object.assign(this.wish, part, { seen: true });
  }

  /**
   * The id of a living session: the one there is, or, where the server has forgotten it, a new one that continues it. Null where another is wanted
   * by now.
   * @throws {ApiError} when the server refuses; {TypeError} when it cannot be reached.
   */
  async ensure() {
    const wish = this.wish;
    if (!wish) throw new Error("No session is wanted.");
    if (this.id && (await this.isAlive())) return this.id;
    const session = await this.create(wish);
    if (wish !== this.wish) {
      // Something else was chosen while the server was at work, and is asked for by whoever chose it.
      if (wish.watch === undefined) this.api.deleteSession(session.id);
      return null;
    }
    this.id = session.id;
    this.onCreated(session, wish);
    return this.id;
  }

  /** A new session. What of its wish is not possible is left out and reported, rather than everything refused. */
  async create(wish) {
    if (wish.watch !== undefined) return this.find(wish.watch);
    if (wish.recording) return this.api.replay(wish.recording, wish.step);
    if (wish.link) {
      const session = await this.open(wish, wish.link);
      if (session) return session;
    }
    const { checkpoint, planner, settings, seed, step } = wish;
    try {
      return await this.api.createSession({ checkpoint, planner, settings, seed, step });
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 422 || !leaveOut(wish, error.errors)) throw error;
      this.onRefused(error.errors);
      return this.create(wish);
    }
  }

  /**
   * A session that others have begun; of a class that has moved on, the one it is in now.
   * @param {string | null} id null for one that is presented, else the newest
   */
  async find(id) {
    const sessions = await this.api.sessions();
    const found = id === null
      ? sessions.findLast(({ presented }) => presented) ?? sessions.at(-1)
      : sessions.find((each) => each.id === id) ?? sessions.find(({ follows }) => follows?.includes(id));
    // There may be one later.
    if (!found) throw new ApiError(503, { detail: id === null ? "Nobody has opened a session yet." : "This session is not open now." });
    return { ...found, view: null, notes: [] };
  }

  /**
   * A session at the moment of a link; null where the link is refused, and the wish then has only a checkpoint.
   * @param {Wish} wish
   * @param {string} link
   */
  async open(wish, link) {
    let session;
    try {
      session = await this.api.openLink(link);
    } catch (error) {
      if (!(error instanceof ApiError) || (error.status !== 422 && error.status !== 404)) throw error;
      wish.link = null;
      // One that is continued, or taken up by another planner, goes on without the link as well as it can.
      if (wish.seen || wish.carried) return null;
      this.onLinkRefused(error.message.split(" — ")[0]);
      Object.assign(wish, { settings: {}, seed: 0, step: 0, goal: null });
      return null;
    }
    if (!wish.seen) return session;
    try {
      if (await this.catchUp(wish, session)) return session;
    } catch (error) {
      this.api.deleteSession(session.id);
      throw error;
    }
    this.api.deleteSession(session.id);
    wish.link = null;
    return null;
  }

  /** Brings a session to where the one that it continues went after the link was made. False where that was another episode. */
  async catchUp(wish, session) {
    if (wish.seed !== session.seed || wish.planner !== session.planner) return false;
    const changed = Object.keys(wish.settings).some((name) => wish.settings[name] !== session.settings[name]);
    if (changed) await this.api.changeSettings(session.id, wish.settings);
    if (wish.step !== session.step) wish.goal = wish.step;
    return true;
  }

  async isAlive() {
    try {
      await this.api.session(this.id);
      return true;
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) return false;
      throw error;
    }
  }
}

/**
 * Takes from a wish what was refused; settings that are not possible together all at once. False where there was nothing to take.
 * @param {Wish} wish
 * @param {ApiError["errors"]} errors
 */
export function leaveOut(wish, errors) {
  const before = JSON.stringify(wish);
  for (const { field } of errors) {
    if (field === "seed" || field === "step") wish[field] = 0;
    else if (field in wish.settings) delete wish.settings[field];
    else wish.settings = {};
  }
  return JSON.stringify(wish) !== before;
}
