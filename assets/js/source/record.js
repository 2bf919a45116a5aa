// A source of one kept plan, from the bytes of a drawing. Of a complete drawing it also finds the numbers of every particle that is drawn, without
// a server.

import { readFrame } from "../frame/frame.js";
import { isComplete, lineageNumbers, otherNumbers } from "../frame/lineage_numbers.js";

/** @typedef {import("./source.js").Source} Source */

/** @implements {Source} */
export class RecordSource {
  /**
   * @param {ArrayBuffer | import("../frame/frame.js").Frame} kept a drawing as bytes, or one that is read already
   * @throws {Error} where the bytes are not one
   */
  constructor(kept) {
    this.frame = kept instanceof ArrayBuffer ? readFrame(kept) : kept;
    this.complete = isComplete(this.frame);
    /** @type {readonly import("./source.js").Ability[]} */
    this.can = this.complete ? ["particles"] : [];
    /** @type {import("./source.js").SourceHandlers | null} */
    this.handlers = null;
    this.asked = "";
  }

  /** @param {import("./source.js").SourceHandlers} handlers */
  open(handlers) {
    this.handlers = handlers;
    if (this.frame.particle || !this.complete) handlers.frame(this.frame);
    else this.want(null);
  }

  /**
   * @param {import("./source.js").Wanted} particle
   * @param {import("./source.js").Wanted} [other]
   */
  want(particle, other = null) {
    const asked = JSON.stringify([particle, other]);
    if (!this.complete || !this.handlers || asked === this.asked) return;
    this.asked = asked;
    this.handlers.frame(this.frame.withLineage({ ...lineageNumbers(this.frame, particle), ...otherNumbers(this.frame, other) }));
  }

  acknowledge() {}

  close() {
    this.handlers = null;
  }
}

/**
 * The recorded opening plan of a checkpoint, or of the server's first choice: where nothing is asked for, of its first moment. Null where there is none that can be shown: the live plan says why, if
 * there is something to say.
 * @param {import("./api.js").Api} api
 * @param {string | null} checkpoint
 * @param {boolean} first nothing is asked for
 */
export async function recordedOpening(api, checkpoint, first = false) {
  try {
    const bytes = (first && (await api.firstOpening())) || (await api.opening(checkpoint));
    return bytes && new RecordSource(bytes);
  } catch {
    return null;
  }
}
