// A source that is planned live: a session on the server, and the link that brings its plans. It comes back by itself after every loss, and begins
// the session again where it was when the server has forgotten it.

import { readFrame } from "../frame/frame.js";
import { Connection } from "./connection.js";
import { Session } from "./session.js";

/** @typedef {import("./source.js").LiveSourceInterface} LiveSourceInterface */

/** @implements {LiveSourceInterface} */
export class LiveSource {
  /**
   * @param {import("./api.js").Api} api
   * @param {object} heard everything about the session that is not a frame
   * @param {(connection: string, reason: string) => void} heard.onState
   * @param {(message: any) => void} heard.onMessage
   * @param {(session: any, wish: import("./session.js").Wish) => void} heard.onCreated
   * @param {import("./session.js").Session["onRefused"]} [heard.onRefused]
   * @param {import("./session.js").Session["onLinkRefused"]} [heard.onLinkRefused]
   */
  constructor(api, { onState, onMessage, onCreated, onRefused = () => {}, onLinkRefused = () => {} }) {
    /** @type {readonly import("./source.js").Ability[]} */
    this.can = ["particles", "commands", "settings", "detail"];
    /** True for who may look, not touch. */
    this.looksOnly = false;
    this.session = new Session(api);
    this.session.onCreated = onCreated;
    this.session.onRefused = onRefused;
    this.session.onLinkRefused = onLinkRefused;
    /** @type {import("./source.js").SourceHandlers | null} */
    this.handlers = null;
    /** @type {import("./source.js").Wanted} */
    this.particle = null;
    /** @type {import("./source.js").Wanted} */
    this.other = null;
    /** The projection that positions are wanted in. @type {string | null} */
    this.projection = null;
    /** True where the decision as levels go by is wanted. */
    this.trail = false;
    this.connection = new Connection(this.session, {
      onFrame: (buffer) => this.receive(buffer),
      onMessage: (message) => {
        this.follow(message);
        onMessage(message);
      },
      onState: (state, reason = "") => onState(state, reason),
      onOpen: () => this.sendView(),
    });
  }

  /** @param {import("./source.js").SourceHandlers} handlers */
  open(handlers) {
    this.handlers = handlers;
  }

  /**
   * Begins a session; the one before is given back.
   * @param {import("./session.js").Wish} wish
   */
  begin(wish) {
    // Another environment has others.
    this.projection = null;
    this.session.want(wish);
    this.connection.start();
  }

  /**
   * @param {import("./source.js").Wanted} particle
   * @param {import("./source.js").Wanted} [other]
   */
  want(particle, other = null) {
    if (JSON.stringify([particle, other]) === JSON.stringify([this.particle, this.other])) return;
    Object.assign(this, { particle, other });
    this.sendView();
  }

  /** @param {string | null} name of a projection; null for the picture */
  project(name) {
    if (name === this.projection) return;
    this.projection = name;
    this.sendView();
  }

  /** Makes what the plan keeps only on request; everybody who looks at it is then sent it. */
  detail(frame, compile, signal) {
    return this.session.api.detail(this.session.id, { frame: frame.id, compile }, signal);
  }

  /** The film strip of a particle. */
  strip(frame, particle, signal) {
    return this.session.api.strip(this.session.id, { frame: frame.id, level: particle.level, slot: particle.slot }, signal);
  }

  /** @param {boolean} trail */
  followTrail(trail) {
    if (trail === this.trail) return;
    this.trail = trail;
    this.sendView();
  }

  sendView() {
    this.connection.send({ type: "view", drawing: true, particle: this.particle, other: this.other, trail: this.trail, projection: this.projection });
  }

  /** Gives a credit back: the frame was painted, or dropped for a newer one. */
  acknowledge({ id }) {
    this.connection.send({ type: "ack", frame: id });
  }

  /** Sends a command; false when there is no connection. */
  command(name, more = {}) {
    return this.connection.send({ type: "command", command: name, ...more });
  }

  /** Changes settings; false when there is no connection. */
  change(settings) {
    return this.connection.send({ type: "settings", settings });
  }

  /** Asks for the time line and its changes; false when there is no connection. */
  followTimeline() {
    return this.connection.send({ type: "timeline", follow: true });
  }

  /** Ends the link and gives the session back. */
  close() {
    this.handlers = null;
    this.connection.stop();
    this.session.close();
  }

  /** @param {ArrayBuffer} buffer */
  receive(buffer) {
    if (!this.handlers) return;
    let frame;
    try {
      frame = readFrame(buffer);
    } catch (error) {
      // The credit is given back all the same.
      const { frame: id } = /** @type {any} */ (error);
      if (id) this.acknowledge({ id });
      return this.handlers.trouble(/** @type {Error} */ (error));
    }
    this.session.remember({ step: frame.step });
    this.handlers.frame(frame);
  }

  /** Remembers the session as it is, so that a lost one can be begun again. */
  follow({ type, session, settings }) {
    if (type === "status") {
      // A recording cannot be changed; the particles of its frames are there.
      this.can = session.replay || this.looksOnly ? ["particles"] : ["particles", "commands", "settings", "detail"];
      const { checkpoint, planner, seed, step, settings: set, playing, speed } = session;
      this.session.remember({ checkpoint, planner, seed, step, settings: set, playing, speed });
    }
    if (type === "settings") this.session.remember({ settings });
    if (type === "gone") {
      this.session.id = null;
      this.connection.stop();
    }
  }
}
