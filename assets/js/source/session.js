// The session this page plays, and enough memory of it to begin it again when the server no longer knows it.

import { ApiError } from "./api.js";

export class Session {
  /** @param {import("./api.js").Api} api */
  constructor(api) {
    this.api = api;
    /** @type {string | null} */
    this.id = null;
    /** The checkpoint, planner, seed, settings and step that a new session is asked for: the last that were seen. @type {any} */
    this.wish = null;
    /** @type {(session: any, wish: any) => void} */
    this.onCreated = () => {};
  }

  /** From now on a new session is wanted; the old one is given back. */
  want(wish) {
    this.leave();
    this.wish = wish;
  }

  leave() {
    if (this.id) this.api.deleteSession(this.id);
    this.id = null;
  }

  /** Gives the session back and wants no other. */
  close() {
    this.leave();
    this.wish = null;
  }

  /** Follows what the server says, so that a lost session can be begun again where it was. */
  remember(part) {
    if (this.wish) Object.assign(this.wish, part);
  }

  /**
   * The id of a living session: the one there is, or, where the server has forgotten it, a new one that continues it.
   * @throws {ApiError} when the server refuses; {TypeError} when it cannot be reached.
   */
  async ensure() {
    const wish = this.wish;
    if (!wish) throw new Error("No session is wanted.");
    if (this.id && (await this.isAlive())) return this.id;
    const session = await this.api.createSession(wish);
    if (wish !== this.wish) {
      // Something else was chosen while the server was at work.
      this.api.deleteSession(session.id);
      return this.ensure();
    }
    this.id = session.id;
    this.onCreated(session, wish);
    return this.id;
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
